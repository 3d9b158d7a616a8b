"""The words for the server's administrator: what is wrong, the evidence, and what to install."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.text import colon_hex, plural
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.probe.served import ServedChain


def letter(served: ServedChain, diagnosis: Diagnosis) -> str | None:
    """Write to the administrator about certificates the server forgot; None where it forgot none that is known."""
    if not diagnosis.forgotten:
        return None
    return "\n".join(_lines(served, diagnosis.forgotten))


def _lines(served: ServedChain, forgotten: tuple[Certificate, ...]) -> Iterator[str]:
    count = plural(len(forgotten), "intermediate certificate")
    yield f"{served.target} does not send {count} that clients need."
    yield "Browsers fetch it by themselves; Python, curl, Node, Go and Java do not, and refuse the connection."
    yield ""
    where = f" from {served.address}" if served.address else ""
    yield f"Seen on {served.at:%Y-%m-%d at %H:%M} UTC{where}. The server sent:"
    for place, certificate in enumerate(served.certificates, start=1):
        yield f"  {place}. {certificate.subject}"
    yield "It should send after its own certificate, in this order:"
    for certificate in forgotten:
        yield f"  {certificate.subject}"
        yield f"    SHA-256 {colon_hex(certificate.sha256)}"
    yield ""
    yield "nginx: append them to the file of ssl_certificate. Apache 2.4: to that of SSLCertificateFile."
    yield "HAProxy: to the file of crt. Then reload, and check:"
    host = served.target.host
    yield f"  openssl s_client -connect {host}:{served.target.port} -servername {host} < /dev/null"
    yield 'It must end with "Verify return code: 0 (ok)".'
