"""Apache Tomcat, from 8.5 on, which has a `Certificate` in an `SSLHostConfig`."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    store = at.beside(at.key, ".p12")
    return ServerLines(
        "Tomcat 8.5 and later",
        f'<Certificate certificateFile="{at.chain}"\n             certificateKeyFile="{at.key}"/>',
        "systemctl restart tomcat10",
        language="xml",
        note="It stands in the SSLHostConfig of the Connector in server.xml; the user that Tomcat runs as has to be "
        "able to read both files. With a key store in place of PEM files (certificateKeystoreFile, "
        'certificateKeystoreType="PKCS12"), make the store anew with the chain in it: '
        f"openssl pkcs12 -export -in {at.chain} -inkey {at.key} -name {at.name} -out {store}",
        comment="<!-- {} -->",
    )


SERVER = Server("Tomcat", 44, _lines)
