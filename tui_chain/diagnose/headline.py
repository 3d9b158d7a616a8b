"""The one line that tells a tired person who is at fault."""

from __future__ import annotations

from tui_chain.certs.text import plural
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.words import Severity, Status

_FIRST = {
    "missing-issuer": "the server forgot its intermediate certificate",
    "issuer-unknown": "the chain stops below an issuer that is not trusted here",
    "untrusted-root": "your trust store does not have its root",
    "self-signed": "the server's certificate is self-signed",
    "expired": "a certificate has expired",
    "not-yet-valid": "a certificate is not valid yet",
    "host-mismatch": "the certificate is for another name",
    "leaf-not-first": "the server sends its leaf in the wrong place",
}


def headline(diagnosis: Diagnosis) -> str:
    """Say in a few words what is wrong and whose fault it is; the status word stands before it."""
    if diagnosis.status is Status.COMPLETE:
        return _complete(diagnosis)
    if diagnosis.status is Status.REPAIRABLE:
        return f"the server forgot {plural(len(diagnosis.forgotten), 'certificate')}"
    fatal = [found for found in diagnosis.findings if found.severity is Severity.FATAL]
    if diagnosis.status is Status.UNREACHABLE or not fatal:
        return fatal[0].message if fatal else "it is refused"
    words = [_FIRST.get(found.code, found.kind.message.rstrip(".").lower()) for found in fatal]
    unique = list(dict.fromkeys(words))
    return unique[0] if len(unique) == 1 else f"{unique[0]}, and {unique[1]}"


def _complete(diagnosis: Diagnosis) -> str:
    risks = sum(found.severity is Severity.RISK for found in diagnosis.findings)
    blemishes = sum(found.severity is Severity.COSMETIC for found in diagnosis.findings)
    if risks:
        return f"trusted, with {plural(risks, 'risk')}"
    return (
        f"trusted, with {plural(blemishes, 'blemish').replace('blemishs', 'blemishes')}" if blemishes else "trusted"
    )
