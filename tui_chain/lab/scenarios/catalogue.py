"""The lab's broken servers: each one declaration of what is served and what the diagnosis has to say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.core.text import safe_text
from tui_chain.lab.authority import Template, days
from tui_chain.lab.hierarchy import Ca, Leaf, dead_url
from tui_chain.lab.scenarios.refusals import (
    EXPIRED,
    NOBODY,
    SELF_SIGNED,
    UNKNOWN_ISSUER,
    UNTRUSTED_ROOT,
    WRONG_NAME,
    Refusals,
)
from tui_chain.lab.servers.services import LEAF, PLAIN_HTTP, SILENT, Service, Tls


class NoSuchHost(ValueError):
    """The lab has no scenario of these names; `words` and `hint` are for the user, safe for a terminal."""

    hint = "`tlschain lab --list` names them all."

    def __init__(self, names: Iterable[str]) -> None:
        said = ", ".join(names)
        self.words = f"The lab has no host {safe_text(said)}."
        super().__init__(f"the lab has no scenario {said}")


class CannotServeError(NoSuchHost):
    """The TLS library of this machine lacks what a host of the lab needs; `why` names it."""

    hint = "Update cryptography and pyOpenSSL."

    def __init__(self, name: str, why: str) -> None:
        super().__init__((name,))
        self.words = f"The lab cannot serve {name}: {why}."


@dataclass(frozen=True)
class Expected:
    """The true diagnosis of a host: findings by code before any fetching, and the status `after` the whole fix.

    `refused_by` are the families that refuse the chain as served, `refused_after` those that refuse it with the
    bundle where one is proven; `lost` says that this bundle loses a limit (`constraints-lost`). `asked` are the
    further findings when its revocation, and all its addresses and key types, are asked for.
    """

    status: Status
    blame: Blame
    findings: frozenset[FindingCode]
    after: Status
    asked: frozenset[FindingCode] = frozenset()
    refused_by: Refusals = field(default_factory=lambda: NOBODY, hash=False)
    refused_after: Refusals = field(default_factory=lambda: NOBODY, hash=False)
    lost: bool = False


@dataclass(frozen=True)
class Scenario:
    """One host of the lab: its name, one line of words, what it runs, the truth about it, and CAs of its own.

    `reach` is the target as a user writes it, with `{port}` in it. `addresses` are those of `<name>.lab.test`, where
    the lab has that name looked up.
    """

    name: str
    words: str
    service: Service
    expected: Expected
    cas: tuple[Ca, ...] = ()
    reach: str = "localhost:{port}"
    addresses: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """The host of the target, a name or an IP address."""
        return self.reach.rpartition("//")[2].removesuffix(":{port}").strip("[]")


def expect(
    status: Status,
    blame: Blame,
    *findings: FindingCode,
    refused: Refusals = NOBODY,
    after: Status | None = None,
    refused_after: Refusals = NOBODY,
    asked: Iterable[FindingCode] = (),
    lost: bool = False,
) -> Expected:
    """Declare a diagnosis; without `after` the fix changes nothing."""
    return Expected(
        status, blame, frozenset(findings), after or status, frozenset(asked), refused, refused_after, lost
    )


def complete(*findings: FindingCode, asked: Iterable[FindingCode] = ()) -> Expected:
    """Declare a host that every family accepts, with these findings."""
    return expect(Status.COMPLETE, Blame.NOBODY, *findings, asked=asked)


def invalid(*findings: FindingCode, refused: Refusals, asked: Iterable[FindingCode] = ()) -> Expected:
    """Declare a host that every family refuses for what a certificate says, whatever is found."""
    return expect(Status.INVALID, Blame.SERVER, *findings, refused=refused, asked=asked)


def partial(*findings: FindingCode, refused: Refusals, blame: Blame = Blame.SERVER, **more: Any) -> Expected:
    """Declare a host that some families refuse, with the findings beside `family-refuses`; `more` is for `expect`."""
    return expect(Status.PARTIAL, blame, FindingCode.FAMILY_REFUSES, *findings, refused=refused, **more)


def missing(
    *findings: FindingCode, blame: Blame = Blame.SERVER, repaired: bool = True, lost: bool = False
) -> Expected:
    """Declare a host that does not send the issuer of its leaf; `repaired` says whether the fix finds it."""
    after = Status.REPAIRABLE if repaired else None
    found = (FindingCode.MISSING_ISSUER, *findings)
    return expect(Status.INCOMPLETE, blame, *found, refused=UNKNOWN_ISSUER, after=after, lost=lost)


def choose_scenarios(names: Iterable[str] | None = None) -> tuple[Scenario, ...]:
    """Return the scenarios of these names in the lab's order; None takes the usual ones, without the oddities.

    Raises NoSuchHost for an unknown name.
    """
    if names is None:
        return SCENARIOS
    wanted, every = set(names), tuple(chain.from_iterable(every_scenario().values()))
    unknown = wanted - {scenario.name for scenario in every}
    if unknown:
        raise NoSuchHost(sorted(unknown))
    return tuple(scenario for scenario in every if scenario.name in wanted)


def every_scenario() -> dict[str, tuple[Scenario, ...]]:
    """Return all scenarios there are, by their kind in words."""
    from tui_chain.lab.scenarios.link_cases import LINK_SCENARIOS  # they are declared with what is declared here
    from tui_chain.lab.scenarios.oddities import ODDITIES, POST_QUANTUM

    return {
        "served unless others are named": SCENARIOS,
        "odd ones, served when they are named": ODDITIES,
        "post-quantum ones, served when they are named": POST_QUANTUM,
        "missing links, served when they are named": LINK_SCENARIOS,
    }


SCENARIOS = (
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
        "sends the root as well, which nobody needs",
        Tls((LEAF, "issuing", "root")),
        complete(FindingCode.ROOT_SERVED),
    ),
    Scenario(
        "stranger-sent-too",
        "sends a CA certificate that has no part in its chain",
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
        "accepts the connection and never says a word",
        SILENT,
        expect(Status.UNREACHABLE, Blame.NETWORK, FindingCode.TIMEOUT),
    ),
)
"""All hosts of the lab, in the order in which they are listed."""
