"""What an audit finds: codes, how bad each is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.core.command import FILE, hinted
from tui_chain.core.status import Severity


@dataclass(frozen=True)
class AuditFinding:
    """One thing about a file: a stable code, a sentence, what to do, and where it sits.

    `at` is the SHA-256 of a certificate or CRL or None, `line` the line of the file, counted from 1, or None.
    """

    code: str
    severity: Severity
    message: str
    hint: str
    at: str | None = None
    line: int | None = None


FATAL, RISK, COSMETIC = Severity.FATAL, Severity.RISK, Severity.COSMETIC
FIXING, REFRESHING = hinted("audit", "--fix", FILE), hinted("refresh", "--write", FILE)
FIX = f"{FIXING} writes it anew."

KINDS: dict[str, tuple[Severity, str]] = {
    "empty": (FATAL, "Put the right file there: every client that is given it fails."),
    "format": (FATAL, f"Most clients read PEM only; {FIXING} writes it as PEM."),
    "java-store": (COSMETIC, "Only Java reads it; name it with -Djavax.net.ssl.trustStore."),
    "no-java-entries": (
        FATAL,
        "`openssl pkcs12 -export -nokeys` leaves out the attribute by which Java knows what is trusted; "
        f"{FIXING} writes PEM, and `keytool -importcert` takes each certificate of that.",
    ),
    "unreadable": (FATAL, "Put the right file there: every client that is given it fails."),
    "glued": (FATAL, f"OpenSSL and Java refuse the whole file, Go loses certificates; {FIX}"),
    "bom": (FATAL, f"Java refuses the file, Go and uv lose its first certificate without a word; {FIX}"),
    "indented": (FATAL, f"OpenSSL, Java, Go and uv find nothing in indented lines; {FIX}"),
    "line-ends": (FATAL, f"OpenSSL and Go read it as one long line; {FIX}"),
    "malformed": (
        FATAL,
        f"OpenSSL, GnuTLS and Java refuse the file; get that certificate again, or {FIXING} drops it.",
    ),
    "blank-line": (FATAL, f"OpenSSL reads what stands before a blank line as a header and refuses the file; {FIX}"),
    "label": (RISK, f"Go, uv and GnuTLS skip it; {FIX}"),
    "trust-settings": (
        RISK,
        "Only OpenSSL's clients obey the settings; Go, uv and GnuTLS skip the block, and Java refuses the file. "
        f"{FIXING} keeps it as it is.",
    ),
    "private-key": (
        FATAL,
        "Many read a trust file; move the key to a file of its own. Java refuses the file, and OpenSSL does where it "
        "cannot decode the key.",
    ),
    "crl": (RISK, "Java refuses a file of certificates with a CRL in it; keep it in a file of its own."),
    "crl-malformed": (FATAL, f"OpenSSL refuses the whole file, Java too; get the CRL again, or {FIXING} drops it."),
    "crl-check": (COSMETIC, "Only a client whose check is turned on looks into them; Java refuses the file."),
    "crl-expired": (
        RISK,
        f"A client that checks refuses all that its issuer signed (code 12); {REFRESHING} gets a new one.",
    ),
    "crl-soon": (RISK, f"Get its successor before that time; {REFRESHING} does so for a bundle of its own."),
    "crl-missing": (
        RISK,
        f"A client that checks refuses all that it signed (code 3); {REFRESHING} gets the CRL.",
    ),
    "crl-forged": (RISK, "A client that checks refuses all that the certificate signed (code 8); remove the CRL."),
    "crl-not-yet": (RISK, "A client that checks refuses it until then (code 11); check the clock of this machine."),
    "crl-endless": (RISK, "OpenSSL accepts it for ever, however old it gets; get one that says when it ends."),
    "crl-unusable": (RISK, "A client that checks cannot use it (code 3, 36 or 44); get the issuer's whole list."),
    "crl-old": (COSMETIC, f"OpenSSL uses the newer one; {FIXING} drops the old one."),
    "client-refuses": (
        RISK,
        "Where OpenSSL, GnuTLS or Java cannot read one, they refuse the whole file, Go and uv pass it over; "
        f"{FIXING} leaves it out.",
    ),
    "leaf": (RISK, "It is an issuer of nothing, and Java accepts it even expired; remove it."),
    "not-a-ca": (RISK, "No client builds a path through it; remove it."),
    "expired": (RISK, "Remove it: an expired copy makes OpenSSL clients fail."),
    "expired-twin": (FATAL, "OpenSSL uses one of the two and fails with code 10; remove the expired one."),
    "not-yet-valid": (RISK, "Check the clock of this machine, and the certificate."),
    "soon": (RISK, f"Get its successor before that day; {REFRESHING} does so for a bundle of its own."),
    "duplicate": (COSMETIC, f"Once is enough; {FIXING} drops the second."),
    "weak": (RISK, "OpenSSL's default security level refuses it in a path."),
    "no-root": (RISK, "Python up to 3.12, Node and openssl need the root too (code 2); add it."),
    "order": (COSMETIC, f"Clients do not mind the order; {FIXING} puts issuers after what they signed."),
    "unknown": (COSMETIC, "It is trusted because this file has it; check its SHA-256 with its owner."),
    "unnecessary": (COSMETIC, "Where the file adds to the client's own trust store it changes nothing."),
}
"""Severity and hint of each code."""


def finding(code: str, message: str, at: str | None = None, line: int | None = None) -> AuditFinding:
    """Make a finding of a known code; raises KeyError for another."""
    severity, hint = KINDS[code]
    return AuditFinding(code, severity, message, hint, at, line)
