"""For each server program, the line that makes it send a chain file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_chain.net.target import Target

CHAIN = "/etc/ssl/{name}-chain.pem"
KEY = "/etc/ssl/private/{name}.key"

SMTP, MAILBOX = (25, 465, 587), (110, 143, 993, 995)
"""Ports of the servers that take mail, and of those that hand it out (RFC 8314 section 7.3)."""


@dataclass(frozen=True)
class ServerLine:
    """How one server program is given the chain file: the configuration, and the command that puts it into force.

    `first` is a command that has to be run before, or empty; `note` is what else there is to know. The comments of
    every one of these configurations start with `#`.
    """

    server: str
    line: str
    reload: str
    language: str = ""
    first: str = ""
    note: str = ""

    @property
    def code(self) -> str:
        """The configuration with its commands as comments, to copy as it stands."""
        before = f"# first: {self.first}\n" if self.first else ""
        return f"{before}{self.line}\n# then: {self.reload}"


@dataclass(frozen=True)
class _Place:
    """Where things are on the server; no path has a character that means something to a shell or a parser."""

    name: str
    chain: str
    key: str
    host: str
    port: int


def server_lines(name: str, chain: str = "", key: str = "", target: Target | None = None) -> tuple[ServerLine, ...]:
    """Say for nginx, Apache, HAProxy, Caddy, IIS and Postfix how `chain` is installed.

    `name` is the host's, safe for a path; without `chain` and `key` their usual places are named. `target` says the
    host and port that the server has: a mail server's line comes first, and Dovecot's is there for mailboxes alone.
    """
    host = name if target is None else f"[{target.host}]" if ":" in target.host else target.host
    place = _Place(
        name,
        chain or CHAIN.format(name=name),
        key or KEY.format(name=name),
        host,
        443 if target is None else target.port,
    )
    return tuple(make(place) for make in _order(target))


def _order(target: Target | None) -> tuple[Callable[[_Place], ServerLine], ...]:
    web = (_nginx, _apache, _haproxy, _caddy, _iis)
    if target is not None and (target.starttls in {"imap", "pop3"} or target.port in MAILBOX):
        return (_dovecot, *web, _postfix)
    if target is not None and (target.starttls == "smtp" or target.port in SMTP):
        return (_postfix, *web)
    return (*web, _postfix)


def _nginx(at: _Place) -> ServerLine:
    return ServerLine("nginx", f"ssl_certificate {at.chain};", "nginx -t && nginx -s reload", "nginx")


def _apache(at: _Place) -> ServerLine:
    note = "A line with SSLCertificateChainFile would win over the chain in this file: take it out."
    reload = "apachectl configtest && apachectl graceful"
    return ServerLine("Apache 2.4.8 and later", f"SSLCertificateFile {at.chain}", reload, "apache", note=note)


def _haproxy(at: _Place) -> ServerLine:
    both = at.chain.removesuffix(".pem") + "-and-key.pem"
    return ServerLine(
        "HAProxy",
        f"bind :{at.port} ssl crt {both}",
        "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy",
        "haproxy",
        # a new file of mode 600 before the key goes in: cat alone would keep the rights of a file that is there
        f"install -m 600 /dev/null {both} && cat {at.chain} {at.key} > {both}",
        "It wants chain and private key in one file, which nobody else may read.",
    )


def _caddy(at: _Place) -> ServerLine:
    site = at.host if at.port == 443 else f"{at.host}:{at.port}"
    return ServerLine(
        "Caddy",
        f"{site} {{\n    tls {at.chain} {at.key}\n}}",
        "caddy reload --force --config /etc/caddy/Caddyfile",
        "caddy",
        note="The tls line goes into the site's block; the user that Caddy runs as has to be able to read both "
        "files. Without --force it does not read files again whose names have not changed.",
    )


def _iis(at: _Place) -> ServerLine:
    return ServerLine(
        "IIS",
        f"Import-Certificate -FilePath C:\\{at.name}-ca.p7b -CertStoreLocation Cert:\\LocalMachine\\CA",
        "iisreset",
        "powershell",
        f"openssl crl2pkcs7 -nocrl -certfile {at.name}-chain.pem -out {at.name}-ca.p7b",
        "It takes intermediates from the machine's store. The first command makes the .p7b file from the chain file, "
        "on any machine that has OpenSSL; the others are for PowerShell as administrator.",
    )


def _postfix(at: _Place) -> ServerLine:
    note = "The key comes first. It takes the place of smtpd_tls_cert_file and smtpd_tls_key_file."
    line = f"smtpd_tls_chain_files = {at.key}, {at.chain}"
    return ServerLine("Postfix 3.4 and later", line, "postfix reload", note=note)


def _dovecot(at: _Place) -> ServerLine:
    note = f"From 2.4 on the line is: ssl_server_cert_file = {at.chain}"
    return ServerLine("Dovecot 2.2 and 2.3", f"ssl_cert = <{at.chain}", "doveadm reload", note=note)
