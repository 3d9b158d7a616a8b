"""Microsoft IIS, which takes intermediates from the machine's store."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "IIS",
        f"Import-Certificate -FilePath C:\\{at.name}-ca.p7b -CertStoreLocation Cert:\\LocalMachine\\CA",
        "iisreset",
        language="powershell",
        first=f"openssl crl2pkcs7 -nocrl -certfile {at.name}-chain.pem -out {at.name}-ca.p7b",
        note="It takes intermediates from the machine's store. The first command makes the .p7b file from the chain "
        "file, on any machine that has OpenSSL; the others are for PowerShell as administrator.",
    )


SERVER = Server("IIS", 50, _lines)
