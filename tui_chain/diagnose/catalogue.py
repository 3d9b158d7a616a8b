"""Every finding there is: its code, how bad it is, whose fault, what it means, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui_chain.diagnose.words import Blame, Severity

FATAL, RISK, COSMETIC = Severity.FATAL, Severity.RISK, Severity.COSMETIC


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding; `source` names the RFC section or OpenSSL verify code behind it."""

    code: str
    severity: Severity
    blame: Blame
    message: str
    hint: str
    source: str = ""


_KINDS = (
    # the chain
    FindingKind(
        "missing-issuer",
        FATAL,
        Blame.SERVER,
        "The server did not send the certificate that signed its leaf.",
        "Find the missing link, then give the client a bundle or the server its chain file.",
        "RFC 8446 section 4.4.2; OpenSSL codes 20 and 21",
    ),
    FindingKind(
        "issuer-unknown",
        FATAL,
        Blame.CLIENT_STORE,
        "The issuer of the topmost served certificate is neither served nor trusted.",
        "Most likely its root is not in this trust store; it may also be a forgotten link. Look for it.",
        "RFC 5280 section 6.1; OpenSSL code 20 at depth 1 or more",
    ),
    FindingKind(
        "root-in-place-of-intermediate",
        FATAL,
        Blame.SERVER,
        "The server sends a root where the intermediate belongs; no client needs it.",
        "Put the intermediate in its place in the server's chain file.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "leaf-not-first",
        FATAL,
        Blame.SERVER,
        "The first certificate is a CA's; the server's own comes later.",
        "Put the leaf first in the server's chain file; no bundle can mend this.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "wrong-order",
        COSMETIC,
        Blame.SERVER,
        "The served certificates are not in the order in which they sign.",
        "Clients accept it; put each issuer right after the certificate it signed.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "duplicate",
        COSMETIC,
        Blame.SERVER,
        "The same certificate is sent twice.",
        "Clients accept it; remove the second copy.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "stranger",
        COSMETIC,
        Blame.SERVER,
        "This certificate has nothing to do with the leaf.",
        "Clients accept it; remove it from the chain file.",
        "RFC 8446 section 4.4.2",
    ),
    FindingKind(
        "root-served",
        COSMETIC,
        Blame.SERVER,
        "The root is sent too; clients use their own copy.",
        "It costs a kilobyte a connection; remove it from the chain file.",
        "RFC 8446 section 4.4.2",
    ),
    # a certificate
    FindingKind(
        "expired",
        FATAL,
        Blame.SERVER,
        "This certificate has expired.",
        "It has to be renewed where it is installed.",
        "RFC 5280 section 4.1.2.5; OpenSSL code 10",
    ),
    FindingKind(
        "not-yet-valid",
        FATAL,
        Blame.SERVER,
        "This certificate is not valid yet.",
        "Check the clock of this machine, then the server's certificate.",
        "RFC 5280 section 4.1.2.5; OpenSSL code 9",
    ),
    FindingKind(
        "host-mismatch",
        FATAL,
        Blame.SERVER,
        "The certificate is not for this host.",
        "Use a name that it covers, or have the name added to it.",
        "RFC 9525 section 6; OpenSSL codes 62 and 64",
    ),
    FindingKind(
        "self-signed",
        FATAL,
        Blame.SERVER,
        "The server's certificate is signed by itself; no authority vouches for it.",
        "Get a certificate from an authority, or compare its fingerprint with its owner and pin it on purpose.",
        "OpenSSL code 18",
    ),
    FindingKind(
        "not-a-ca",
        FATAL,
        Blame.SERVER,
        "It signed a certificate but may not.",
        "Its authority has to issue a proper CA certificate.",
        "RFC 5280 section 6.1.4; OpenSSL codes 24, 32 and 79",
    ),
    FindingKind(
        "path-length",
        FATAL,
        Blame.SERVER,
        "There are more CA certificates below it than it allows.",
        "The authority has to issue another path.",
        "RFC 5280 section 4.2.1.9; OpenSSL code 25",
    ),
    FindingKind(
        "purpose",
        FATAL,
        Blame.SERVER,
        "Its extended key usage does not allow TLS servers.",
        "A certificate for serverAuth is needed.",
        "RFC 5280 section 4.2.1.12; OpenSSL code 26",
    ),
    FindingKind(
        "name-constraints",
        FATAL,
        Blame.SERVER,
        "A CA above does not allow the names of this certificate.",
        "The authority has to issue another path, or another name.",
        "RFC 5280 section 4.2.1.10; OpenSSL codes 47 and 48",
    ),
    FindingKind(
        "critical-extension",
        FATAL,
        Blame.SERVER,
        "It has a critical extension that clients do not know.",
        "The authority has to issue it without.",
        "RFC 5280 section 4.2; OpenSSL code 34",
    ),
    FindingKind(
        "weak-signature",
        RISK,
        Blame.SERVER,
        "Its signature uses a hash that is broken.",
        "Have it issued anew with SHA-256.",
        "RFC 9155; OpenSSL code 68",
    ),
    FindingKind(
        "weak-key",
        RISK,
        Blame.SERVER,
        "Its key is too small.",
        "Have it issued anew with RSA 2048 or EC P-256.",
        "OpenSSL code 66",
    ),
    FindingKind(
        "unreadable",
        RISK,
        Blame.SERVER,
        "A part of this certificate cannot be read.",
        "Some clients refuse it; have it issued anew.",
        "RFC 5280 section 4",
    ),
    # trust
    FindingKind(
        "untrusted-root",
        FATAL,
        Blame.CLIENT_STORE,
        "The path ends at a root that is not in the trust store.",
        "Get the root's fingerprint from the people who run it; only then trust it.",
        "OpenSSL codes 19 and 20",
    ),
    FindingKind(
        "profile-refuses",
        RISK,
        Blame.SERVER,
        "Some clients refuse this chain though its path is good.",
        "The table of client profiles says which and why.",
        "OpenSSL verify codes",
    ),
    FindingKind(
        "search-cut",
        RISK,
        Blame.SERVER,
        "The search for paths was ended by its bounds.",
        "Too many certificates carry the same name; what is said here may be incomplete.",
        "",
    ),
    # the network
    FindingKind(
        "name", FATAL, Blame.NETWORK, "The name could not be looked up.", "Check the spelling and the resolver."
    ),
    FindingKind("refused", FATAL, Blame.NETWORK, "Nothing listens on that port.", "Check the port and the service."),
    FindingKind(
        "network", FATAL, Blame.NETWORK, "There is no route to the host.", "Check the network, VPN or proxy."
    ),
    FindingKind("reset", FATAL, Blame.NETWORK, "The connection was cut.", "A firewall or the server did it."),
    FindingKind(
        "connect", FATAL, Blame.NETWORK, "The connection failed.", "Check the host, the port and the network."
    ),
    FindingKind(
        "timeout", FATAL, Blame.NETWORK, "A step took longer than its deadline.", "Check the port and firewalls."
    ),
    FindingKind(
        "no-tls", FATAL, Blame.NETWORK, "What answers does not speak TLS.", "Check the port, or use STARTTLS."
    ),
    FindingKind(
        "starttls", FATAL, Blame.SERVER, "The server did not agree to STARTTLS.", "Check the protocol and port."
    ),
    FindingKind("alert", FATAL, Blame.SERVER, "The server ended the handshake with an alert.", "Its log says why."),
    FindingKind("tls", FATAL, Blame.SERVER, "The TLS handshake failed.", "The server's log may say more."),
)

CATALOGUE: Mapping[str, FindingKind] = MappingProxyType({kind.code: kind for kind in _KINDS})
"""Every kind of finding by its code."""


@dataclass(frozen=True)
class Finding:
    """A kind of finding on a certificate: `at` is its SHA-256, or None where it sits on the host.

    `message` is one sentence for this case, safe for a terminal; `advice` takes the place of the kind's hint.
    """

    kind: FindingKind
    at: str | None
    message: str
    advice: str = ""

    @property
    def code(self) -> str:
        """The code of its kind."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.kind.severity

    @property
    def hint(self) -> str:
        """What to do."""
        return self.advice or self.kind.hint


def finding(code: str, at: str | None, detail: str = "", advice: str = "") -> Finding:
    """Make a finding of the kind `code`; `detail` follows the kind's sentence."""
    kind = CATALOGUE[code]
    return Finding(kind, at, f"{kind.message} {detail}".rstrip(), advice)
