"""The one line that tells a tired person who is at fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_chain.certs.text import plural
from tui_chain.diagnose.words import Blame, Severity, Status

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis

_FIRST = {
    "missing-issuer": "the server forgot its intermediate certificate",
    "issuer-unknown": "the chain stops below an issuer that is not trusted here",
    "untrusted-root": "your trust store does not have its root",
    "self-signed": "the server's certificate is self-signed",
    "expired": "a certificate has expired",
    "not-yet-valid": "a certificate is not valid yet",
    "host-mismatch": "the certificate is for another name",
    "no-san": "the certificate names its host only in the common name",
    "ip-as-dns-name": "the IP address stands among the DNS names",
    "anchor-expired": "the root in your trust store has expired",
    "revoked": "a certificate was revoked",
    "backend-broken": "one of several servers is broken",
    "key-type-broken": "the chain of one key type is broken",
    "chain-too-large": "the chain is larger than clients take",
    "clients-refuse": "clients take a wrong certificate for the issuer",
    "leaf-not-first": "the server sends its leaf in the wrong place",
}


def headline(diagnosis: Diagnosis) -> str:
    """Say in a few words what is wrong and whose fault it is; the status word stands before it."""
    if diagnosis.status is Status.COMPLETE:
        return _complete(diagnosis)
    if diagnosis.status is Status.REPAIRABLE and not diagnosis.forgotten:
        return "trusted with the root you confirmed"
    if diagnosis.status is Status.REPAIRABLE:
        return f"the server forgot {plural(len(diagnosis.forgotten), 'certificate')}"
    if diagnosis.blame is Blame.INTERCEPTION:
        return "something between you and the server makes up its certificates, most likely"
    fatal = [found for found in diagnosis.findings if found.severity is Severity.FATAL]
    if diagnosis.status is Status.UNREACHABLE or not fatal:
        return _clause(fatal[0].message) if fatal else "it is refused"
    words = [_FIRST.get(found.code, _clause(found.kind.message)) for found in fatal]
    unique = list(dict.fromkeys(words))
    return unique[0] if len(unique) == 1 else f"{unique[0]}, and {unique[1]}"


def _clause(sentence: str) -> str:
    """Make a part of a line out of a sentence; an abbreviation at its head stays as it is."""
    head = sentence[:1] if sentence[1:2].isupper() else sentence[:1].lower()
    return head + sentence[1:].rstrip(".")


def _complete(diagnosis: Diagnosis) -> str:
    fatal = next((found for found in diagnosis.findings if found.severity is Severity.FATAL), None)
    if fatal is not None:
        return f"trusted where it was asked first, but {_FIRST.get(fatal.code, fatal.kind.message)}"
    risks = sum(found.severity is Severity.RISK for found in diagnosis.findings)
    blemishes = sum(found.severity is Severity.COSMETIC for found in diagnosis.findings)
    if risks:
        return f"trusted, with {plural(risks, 'risk')}"
    return (
        f"trusted, with {plural(blemishes, 'blemish').replace('blemishs', 'blemishes')}" if blemishes else "trusted"
    )
