"""ProFTPD, for FTP alone: mod_tls sends what TLSCertificateChainFile has beside the certificate itself."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "ProFTPD",
        f"TLSCertificateChainFile {at.chain}",
        "systemctl reload proftpd",
        check="proftpd -t",
        note="TLSRSACertificateFile or TLSECCertificateFile stays as it is, with the server's own certificate: of a "
        "chain in that file only the first certificate is sent.",
    )


SERVER = Server("ProFTPD", 75, _lines, starttls=frozenset({"ftp"}), ports=frozenset({21, 990}), only=True)
