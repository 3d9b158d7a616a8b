"""What a scenario is: one host of the lab, what it serves, and what the diagnosis has to say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.x509.oid import ExtensionOID

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.authority import Template
from tui_chain.lab.hierarchy import Ca
from tui_chain.lab.scenarios.refusals import NOBODY, UNKNOWN_ISSUER, Refusals
from tui_chain.lab.servers.services import Service

NO_KEY_ID = Template(without=frozenset({ExtensionOID.AUTHORITY_KEY_IDENTIFIER}))
"""A certificate that does not say which key signed it."""


class ScenarioGroup(StrEnum):
    """When scenarios are served, in the order in which they are listed."""

    USUAL = "served unless others are named"
    ODD = "odd ones, served when they are named"
    POST_QUANTUM = "post-quantum ones, served when they are named"
    MISSING_LINKS = "missing links, served when they are named"


@dataclass(frozen=True)
class Expected:
    """The true diagnosis of a host: findings by code before any fetching, and the status `after` the whole fix.

    `refused_by` are the families that refuse the chain as served, `refused_after` those that refuse it with the
    bundle where one is proven; `lost` says that this bundle loses a limit (`constraints-lost`). `on_request` are the
    further findings when its revocation, and all its addresses and key types, are asked for.
    """

    status: Status
    blame: Blame
    findings: frozenset[FindingCode]
    after: Status
    on_request: frozenset[FindingCode] = frozenset()
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
    summary: str
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
    on_request: Iterable[FindingCode] = (),
    lost: bool = False,
) -> Expected:
    """Declare a diagnosis; without `after` the fix changes nothing."""
    return Expected(
        status, blame, frozenset(findings), after or status, frozenset(on_request), refused, refused_after, lost
    )


def complete(*findings: FindingCode, on_request: Iterable[FindingCode] = ()) -> Expected:
    """Declare a host that every family accepts, with these findings."""
    return expect(Status.COMPLETE, Blame.NOBODY, *findings, on_request=on_request)


def invalid(*findings: FindingCode, refused: Refusals, on_request: Iterable[FindingCode] = ()) -> Expected:
    """Declare a host that every family refuses for what a certificate says, whatever is found."""
    return expect(Status.INVALID, Blame.SERVER, *findings, refused=refused, on_request=on_request)


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


ScenarioGroups = Mapping[ScenarioGroup, tuple[Scenario, ...]]
"""The type of `SCENARIOS`, by which the catalogue finds what a module of this folder declares."""
