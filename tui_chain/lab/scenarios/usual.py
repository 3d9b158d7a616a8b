"""The faults that servers have most often, and a server that has none."""

from __future__ import annotations

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.authority import Template, days
from tui_chain.lab.hierarchy import Ca, Leaf, dead_url
from tui_chain.lab.scenarios.refusals import EXPIRED, SELF_SIGNED, UNKNOWN_ISSUER, UNTRUSTED_ROOT, WRONG_NAME
from tui_chain.lab.scenarios.scenario import (
    Scenario,
    ScenarioGroup,
    ScenarioGroups,
    complete,
    expect,
    invalid,
    missing,
)
from tui_chain.lab.servers.services import LEAF, PLAIN_HTTP, SILENT, Tls

USUAL: tuple[Scenario, ...] = (
    Scenario(
        "complete",
        "serves its whole chain",
        Tls((LEAF, "issuing")),
        complete(),
    ),
    Scenario(
        "leaf-only",
        "does not send its intermediate",
        Tls((LEAF,)),
        missing(),
    ),
    Scenario(
        "two-links-missing",
        "sends neither of its two intermediates",
        Tls((LEAF,), Leaf("lower-issuing")),
        missing(),
    ),
    Scenario(
        "wrong-order",
        "sends its two intermediates in the wrong order",
        Tls((LEAF, "policy", "lower-issuing"), Leaf("lower-issuing")),
        complete(FindingCode.WRONG_ORDER),
    ),
    Scenario(
        "root-sent-too",
        "sends the root as well, which no client needs",
        Tls((LEAF, "issuing", "root")),
        complete(FindingCode.ROOT_SERVED),
    ),
    Scenario(
        "stranger-sent-too",
        "sends an unrelated CA certificate",
        Tls((LEAF, "issuing", "stranger")),
        complete(FindingCode.STRANGER),
    ),
    Scenario(
        "root-in-place-of-intermediate",
        "sends the root where the intermediate should be",
        Tls((LEAF, "root")),
        missing(FindingCode.ROOT_IN_PLACE_OF_INTERMEDIATE),
    ),
    Scenario(
        "expired-leaf",
        "its certificate expired three days ago",
        Tls((LEAF, "issuing"), Leaf(template=Template(validity=days(-33, -3)))),
        invalid(FindingCode.EXPIRED, refused=EXPIRED),
    ),
    Scenario(
        "wrong-host-name",
        "its certificate is for another name",
        Tls((LEAF, "issuing"), Leaf(names=("another-name.lab.test",))),
        invalid(FindingCode.HOST_MISMATCH, refused=WRONG_NAME),
    ),
    Scenario(
        "self-signed",
        "its certificate is signed by itself alone",
        Tls((LEAF,), Leaf(issuer=None)),
        expect(Status.UNTRUSTED, Blame.SERVER, FindingCode.SELF_SIGNED, refused=SELF_SIGNED),
    ),
    Scenario(
        "unknown-root",
        "its chain leads to a root that the trust store lacks",
        Tls((LEAF, "private-issuing"), Leaf("private-issuing")),
        expect(
            Status.INCOMPLETE,
            Blame.CLIENT_STORE,
            FindingCode.ISSUER_UNKNOWN,
            refused=UNKNOWN_ISSUER,
            after=Status.UNTRUSTED,
        ),
    ),
    Scenario(
        "unknown-root-served",
        "sends its chain with a root that the trust store lacks",
        Tls((LEAF, "private-issuing", "private-root"), Leaf("private-issuing")),
        expect(Status.UNTRUSTED, Blame.CLIENT_STORE, FindingCode.UNTRUSTED_ROOT, refused=UNTRUSTED_ROOT),
    ),
    Scenario(
        "aia-dead",
        "does not send its intermediate, and its AIA address is dead",
        Tls((LEAF,), Leaf("dead-issuing", aia=(dead_url,))),
        missing(repaired=False),
        # no other host serves these two: they stay incomplete whatever else is in the list
        (Ca("dead-issuing", "Lab Issuing CA G4", issuer="root"),),
    ),
    Scenario(
        "no-aia",
        "does not send its issuer, and its certificate has no AIA",
        Tls((LEAF,), Leaf("hidden-issuing", aia=())),
        # a private root that signs leaves itself would look the same
        missing(blame=Blame.SERVER_OR_STORE, repaired=False),
        (Ca("hidden-issuing", "Lab Issuing CA G5", issuer="root"),),
    ),
    Scenario(
        "duplicate-sent",
        "sends its intermediate twice",
        Tls((LEAF, "issuing", "issuing")),
        complete(FindingCode.DUPLICATE),
    ),
    Scenario(
        "two-links-one-served",
        "sends the lower of two intermediates and not the upper",
        Tls((LEAF, "lower-issuing"), Leaf("lower-issuing")),
        expect(
            Status.INCOMPLETE,
            Blame.CLIENT_STORE,
            FindingCode.ISSUER_UNKNOWN,
            refused=UNKNOWN_ISSUER,
            after=Status.REPAIRABLE,
        ),
    ),
    Scenario(
        "no-tls",
        "answers in plain HTTP on a port that should speak TLS",
        PLAIN_HTTP,
        expect(Status.UNREACHABLE, Blame.NETWORK, FindingCode.NO_TLS),
    ),
    Scenario(
        "silent",
        "accepts the connection and never answers",
        SILENT,
        expect(Status.UNREACHABLE, Blame.NETWORK, FindingCode.TIMEOUT),
    ),
)
"""In the order in which they are listed."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.USUAL: USUAL}
