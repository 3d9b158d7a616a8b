"""Servers whose list of certificates, or whose root, is odd."""

from __future__ import annotations

from tui_chain.clients.handshake import HandshakeCode
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.authority import Template, days
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.scenarios.refusals import (
    GNUTLS,
    STRICT,
    UNKNOWN_ISSUER,
    WHOLE,
    by,
    cannot_shake_hands,
    refusals,
)
from tui_chain.lab.scenarios.scenario import (
    NO_KEY_ID,
    Scenario,
    ScenarioGroup,
    ScenarioGroups,
    complete,
    expect,
    invalid,
    missing,
    partial,
)
from tui_chain.lab.servers.services import LEAF, Tls

CHAINS = (
    Scenario(
        "expired-cross-sign",
        "sends an expired cross-sign that nobody needs",
        Tls((LEAF, "issuing", "root-by-old")),
        complete(FindingCode.EXPIRED_UNNEEDED),
        (
            Ca("old-root", "Lab Old Root R0", template=Template(days(-4000, -10))),
            Ca("root-by-old", "", issuer="old-root", twin_of="root", template=Template(days(-3000, -10))),
        ),
    ),
    Scenario(
        # without a key identifier OpenSSL and GnuTLS take the first of the name and do not go back
        "namesake-sent",
        "sends a namesake of its issuer before the issuer itself, and some clients take the wrong one",
        Tls((LEAF, "namesake", "namesake-issuing"), Leaf("namesake-issuing", template=NO_KEY_ID)),
        partial(
            FindingCode.NAMESAKE,
            FindingCode.STRICT_AKI,
            refused={**refusals(openssl=7, gnutls="SIGNATURE_FAILURE"), **by(STRICT, 85)},
            after=Status.REPAIRABLE,
            refused_after={**by(STRICT, 85), GNUTLS: "SIGNATURE_FAILURE"},
        ),
        (
            Ca("namesake-issuing", "Lab Issuing CA D1", issuer="root"),
            Ca("namesake", "Lab Issuing CA D1", issuer="root"),
        ),
    ),
    Scenario(
        # nobody takes so much: OpenSSL 100 KiB, GnuTLS 16 certificates, Go, Java and rustls 64 KiB or less
        "chain-too-large",
        "sends more than a client takes",
        Tls((LEAF, "issuing", *("stranger",) * 260)),
        expect(
            Status.REFUSED,
            Blame.SERVER,
            FindingCode.CHAIN_TOO_LARGE,
            refused=cannot_shake_hands(HandshakeCode.HANDSHAKE_FAILURE),
        ),
    ),
    Scenario(
        "leaf-not-first",
        "sends its issuer first and itself after it",
        Tls(("front-issuing", LEAF), Leaf("front-issuing")),
        invalid(
            FindingCode.LEAF_NOT_FIRST,
            refused=refusals(
                openssl=26,
                gnutls="KEY_USAGE_VIOLATION",
                go="HostnameError",
                java="KeyUsage",
                rustls="CaUsedAsEndEntity",
            ),
        ),
        (Ca("front-issuing", "Lab Issuing CA F1", issuer="root"),),
    ),
    Scenario(
        "issuer-circle",
        "sends two CAs that certify each other",
        Tls((LEAF, "circle-b", "circle-a-by-b"), Leaf("circle-b")),
        expect(Status.INCOMPLETE, Blame.SERVER, FindingCode.ISSUER_CIRCLE, refused=UNKNOWN_ISSUER),
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
        # Java and rustls look at no date of an anchor; with the intermediate as the anchor the root counts no more
        partial(
            FindingCode.ANCHOR_EXPIRED,
            refused=refusals(openssl=10, gnutls="EXPIRED", go="Expired"),
            blame=Blame.CLIENT_STORE,
            after=Status.REPAIRABLE,
            refused_after=by(WHOLE, 2),
        ),
        (
            Ca("expired-root", "Lab Expired Root R3", trusted=True, template=Template(days(-4000, -2))),
            Ca("of-expired", "Lab Issuing CA R3", issuer="expired-root"),
        ),
    ),
    Scenario(
        "anchor-expires-soon",
        "its root in the trust store has twenty days left",
        Tls((LEAF, "of-ending"), Leaf("of-ending", template=Template(days(-90, 19)))),
        complete(FindingCode.ANCHOR_EXPIRES_SOON),
        (
            Ca("ending-root", "Lab Ending Root R4", trusted=True, template=Template(days(-4000, 20.5))),
            Ca("of-ending", "Lab Issuing CA R4", issuer="ending-root"),
        ),
    ),
    Scenario(
        "interception-likely",
        "its issuer is a program that reads TLS traffic",
        Tls((LEAF,), Leaf("proxy-root", aia=())),
        missing(FindingCode.INTERCEPTION_LIKELY, blame=Blame.INTERCEPTION, repaired=False),
        (Ca("proxy-root", "mitmproxy"),),
    ),
)
"""Each with the one finding that it is made for; the last has two, since its root is missing too."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: CHAINS}
