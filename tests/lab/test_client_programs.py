"""What the lab declares of client families is what this machine's programs do with its servers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.clients.programs import Outcome, Program, programs
from tests.lab.programs import outcomes
from tests.support.journeys import lab_trust
from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.clients.verdict import Code
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.certificates import CAS, LEAVES
from tui_chain.lab.scenarios.chains import CHAINS
from tui_chain.lab.scenarios.client_differences import CLIENT_DIFFERENCES, NEWER_DIFFERENCES
from tui_chain.lab.scenarios.handshakes import HANDSHAKES, NEWER_HANDSHAKES
from tui_chain.lab.scenarios.refusals import Refusals
from tui_chain.lab.scenarios.revocation import MUST_STAPLE
from tui_chain.lab.scenarios.several_servers import MISNAMED
from tui_chain.lab.scenarios.usual import USUAL
from tui_chain.lab.servers.limited_tls import knows_group
from tui_chain.net.lookup import lookup_with
from tui_chain.net.target import Target, parse_target

NEWER = (*NEWER_DIFFERENCES, *NEWER_HANDSHAKES) if knows_group("X25519MLKEM768") else ()
HOSTS = (*USUAL, *LEAVES, *CAS, *CHAINS, *CLIENT_DIFFERENCES, *HANDSHAKES, *MISNAMED, *MUST_STAPLE, *NEWER)
STANDING = (
    "ssl", "requests", "ssl on Python ≥ 3.13", "requests on Python ≥ 3.13", "curl", "git", "go", "java", "uv",
)  # fmt: skip
"""The program that stands for each family."""
CODES = {FamilyId.PYTHON, FamilyId.PYTHON_313, FamilyId.REQUESTS, FamilyId.REQUESTS_313}
"""Families whose programs print OpenSSL's verify code."""
SILENT = {("go", "client-certificate-required-1.3")}
"""In TLS 1.3 a client is done before the server refuses it, and the Go program reads nothing after that."""


def program(name: str) -> Program:
    found = next(one for one in programs() if one.name == name)
    if found.version() is None:
        words = f"{name} is not installed"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    return found


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab([scenario.name for scenario in HOSTS]) as opened:
        yield opened


@pytest.fixture(scope="module")
def bundles(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The proven bundle of every host that is repairable, as a file."""
    folder = tmp_path_factory.mktemp("bundles")
    names = [one.name for one in HOSTS if one.expected.after is Status.REPAIRABLE]
    journey = Journey(Context(lab_trust(lab), name_lookup=lookup_with(lab.names)))
    return {name: asyncio.run(written(lab, journey, name, folder / f"{name}.pem")) for name in names}


async def written(lab: Lab, journey: Journey, name: str, file: Path) -> Path:
    target = parse_target(lab.host(name).target)
    assert isinstance(target, Target)
    state = await journey.fix(await journey.probe(HostState(target)))
    assert state.bundle is not None
    file.write_bytes(state.bundle.pem)
    return file


@pytest.mark.parametrize("name", STANDING)
def test_the_program_of_a_family_does_as_declared(lab: Lab, tmp_path: Path, name: str) -> None:
    client = program(name)
    trust = {one.name: lab.trust_file for one in HOSTS if lab.host(one.name).served_der}
    found = outcomes(lab, trust, client, tmp_path)
    declared = {one.name: one.expected.refused_by for one in HOSTS}
    assert [line for one in trust if (line := differs(client, one, found.get(one), declared[one]))] == []


@pytest.mark.parametrize("name", STANDING)
def test_with_the_bundle_it_does_as_declared(
    lab: Lab, bundles: Mapping[str, Path], tmp_path: Path, name: str
) -> None:
    client = program(name)
    found = outcomes(lab, bundles, client, tmp_path)
    declared = {one.name: one.expected.refused_after for one in HOSTS}
    assert [line for one in bundles if (line := differs(client, one, found.get(one), declared[one]))] == []


def differs(client: Program, host: str, outcome: Outcome | None, declared: Refusals) -> str | None:
    """Say in what a program's outcome is not the declared one, or None."""
    family = FamilyId(client.family)
    wanted = declared.get(family)
    if outcome is None:
        return f"{host}: not run"
    if (client.name, host) in SILENT:
        return None
    if family not in declared:
        return None if outcome.accepted else f"{host}: refused, {outcome.detail}"
    if outcome.accepted or (outcome.accepted is None and wanted not in set(HandshakeCode)):
        return f"{host}: {outcome}, declared {wanted}"
    return _other_code(family, host, outcome.code, wanted)


def _other_code(family: FamilyId, host: str, code: int | None, wanted: Code | None) -> str | None:
    comparable = family in CODES and isinstance(wanted, int)
    return f"{host}: code {code}, declared {wanted}" if comparable and code != wanted else None


def test_every_family_has_a_program() -> None:
    families = {one.family for one in programs() if one.name in STANDING}
    assert families == set(FamilyId)
