"""OpenLDAP's slapd, configured in cn=config (slapd-config(5)); ITS#8586 has from when on it sends a whole file."""

from __future__ import annotations

from tui_chain.servers.server import Installation, Server, ServerLines


def _lines(at: Installation) -> ServerLines:
    return ServerLines(
        "OpenLDAP",
        f"dn: cn=config\nchangetype: modify\nreplace: olcTLSCertificateFile\nolcTLSCertificateFile: {at.chain}",
        "ldapmodify -Y EXTERNAL -H ldapi:/// -f chain.ldif",
        language="ldif",
        note="Save the lines as chain.ldif; where slapd.conf is used, the line is TLSCertificateFile, and slapd is "
        "restarted. The user that slapd runs as has to be able to read the file. A slapd before 2.5 that is built "
        "with OpenSSL sends the first certificate of the file alone: the others then go into the file that "
        "olcTLSCACertificateFile names.",
    )


SERVER = Server("OpenLDAP", 80, _lines, starttls=frozenset({"ldap"}), ports=frozenset({389, 636}), only=True)
