"""For each server program, the line that makes it send a chain file."""

from __future__ import annotations

from dataclasses import dataclass

CHAIN = "/etc/ssl/{name}-chain.pem"
KEY = "/etc/ssl/private/{name}.key"


@dataclass(frozen=True)
class ServerLine:
    """How one server program is given the chain file: the configuration, and the command that puts it into force."""

    server: str
    line: str
    reload: str
    language: str = ""


def server_lines(name: str, chain: str = "", key: str = "") -> tuple[ServerLine, ...]:
    """Say for nginx, Apache, HAProxy, Caddy, IIS and Postfix how `chain` is installed.

    `name` is the host's, safe for a path; without `chain` and `key` their usual places are named.
    """
    chain, key = chain or CHAIN.format(name=name), key or KEY.format(name=name)
    both, store = chain.removesuffix(".pem") + "-and-key.pem", "Cert:\\LocalMachine\\CA"
    return (
        ServerLine("nginx", f"ssl_certificate {chain};", "nginx -t && nginx -s reload", "nginx"),
        ServerLine(
            "Apache 2.4.8 and later", f"SSLCertificateFile {chain}", "apachectl configtest && apachectl graceful"
        ),
        ServerLine("HAProxy", f"bind :443 ssl crt {both}", f"cat {chain} {key} > {both} && systemctl reload haproxy"),
        ServerLine("Caddy", f"tls {chain} {key}", "caddy reload --config /etc/caddy/Caddyfile"),
        ServerLine(
            "IIS",
            f"Import-Certificate -FilePath C:\\{name}-ca.p7b -CertStoreLocation {store}",
            "iisreset",
            "powershell",
        ),
        ServerLine("Postfix 3.4 and later", f"smtpd_tls_chain_files = {key}, {chain}", "postfix reload"),
    )
