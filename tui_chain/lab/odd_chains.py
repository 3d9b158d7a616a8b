"""Servers whose list of certificates, or whose root, is odd."""

from __future__ import annotations

from cryptography.x509.oid import ExtensionOID

from tui_chain.diagnose.words import Blame, Status
from tui_chain.lab.authority import Template, days
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.odd_certificates import complete, invalid
from tui_chain.lab.scenarios import Scenario, expect
from tui_chain.lab.services import LEAF, Tls


def without_key_id() -> Template:
    """A leaf that does not say which key signed it."""
    return Template(without=frozenset({ExtensionOID.AUTHORITY_KEY_IDENTIFIER}))


CHAINS = (
    Scenario(
        "expired-cross-sign",
        "sends an expired cross-sign that nobody needs",
        Tls((LEAF, "issuing", "root-by-old")),
        complete("expired-unneeded"),
        (
            Ca("old-root", "Lab Old Root R0", template=Template(days(-4000, -10))),
            Ca("root-by-old", "", issuer="old-root", twin_of="root", template=Template(days(-3000, -10))),
        ),
    ),
    Scenario(
        "decoy-sent",
        "sends a namesake of its issuer before the issuer itself, and clients take the wrong one",
        Tls((LEAF, "decoy-namesake", "decoy-issuing"), Leaf("decoy-issuing", template=without_key_id())),
        expect(Status.INVALID, Blame.SERVER, "clients-refuse", "decoy", "strict-aki", after=Status.REPAIRABLE),
        (
            Ca("decoy-issuing", "Lab Issuing CA D1", issuer="root"),
            Ca("decoy-namesake", "Lab Issuing CA D1", issuer="root"),
        ),
    ),
    Scenario(
        "chain-too-large",
        "sends more than a client takes",
        Tls((LEAF, "issuing", *("stranger",) * 260)),
        expect(Status.UNREACHABLE, Blame.SERVER, "chain-too-large"),
    ),
    Scenario(
        "leaf-not-first",
        "sends its issuer first and itself after it",
        Tls(("front-issuing", LEAF), Leaf("front-issuing")),
        invalid("leaf-not-first"),
        (Ca("front-issuing", "Lab Issuing CA F1", issuer="root"),),
    ),
    Scenario(
        "issuer-circle",
        "sends two CAs that certify each other",
        Tls((LEAF, "circle-b", "circle-a-by-b"), Leaf("circle-b")),
        expect(Status.INCOMPLETE, Blame.SERVER, "issuer-circle"),
        (
            Ca("circle-a", "Lab Circle CA A"),
            Ca("circle-b", "Lab Circle CA B", issuer="circle-a", aia=()),
            Ca("circle-a-by-b", "", issuer="circle-b", twin_of="circle-a", aia=()),
        ),
    ),
    Scenario(
        "anchor-expired",
        "its root in the trust store has expired",
        Tls((LEAF, "of-expired"), Leaf("of-expired")),
        expect(Status.INVALID, Blame.CLIENT_STORE, "anchor-expired"),
        (
            Ca("expired-root", "Lab Expired Root R3", trusted=True, template=Template(days(-4000, -2))),
            Ca("of-expired", "Lab Issuing CA R3", issuer="expired-root"),
        ),
    ),
    Scenario(
        "anchor-expires-soon",
        "its root in the trust store has twenty days left",
        Tls((LEAF, "of-ending"), Leaf("of-ending", template=Template(days(-90, 19)))),
        complete("anchor-expires-soon"),
        (
            Ca("ending-root", "Lab Ending Root R4", trusted=True, template=Template(days(-4000, 20.5))),
            Ca("of-ending", "Lab Issuing CA R4", issuer="ending-root"),
        ),
    ),
    Scenario(
        "interception-likely",
        "its issuer is a program that reads TLS traffic",
        Tls((LEAF,), Leaf("proxy-root", aia=())),
        expect(Status.INCOMPLETE, Blame.INTERCEPTION, "missing-issuer", "interception-likely"),
        (Ca("proxy-root", "mitmproxy"),),
    ),
)
"""Each with the one finding that it is made for; the last has two, since its root is missing too."""
