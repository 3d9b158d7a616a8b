"""Our engines against the real programs, in a sample of the measured suite (`make clients` runs all of it)."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator

import pytest

from tests.clients.cases import cases
from tests.clients.compare import CRASH, measure, spread, verdicts
from tests.clients.making import Case
from tests.clients.programs import Program, programs
from tests.clients.serving import Serving, serve
from tui_chain.clients.families import Engine, family

SAMPLE = 150

MEASURED = {
    Engine.GO: r"^Go 1\.19\.",
    Engine.JAVA: r"^17\.",
    Engine.GNUTLS: r"libgnutls\.so\.30\.34\.",
    Engine.RUSTLS: r"rustls-0\.23\..*rustls-webpki-0\.103\.",
}
"""The versions that the models are of, as `Program.version` tells them."""

KNOWN: dict[tuple[str, str], str] = {
    ("node", "serial/empty/bundle-last"): "keeps what it read of a trust file before a broken block",
    ("node", "signature/rsa-1536-sha1/root-served"): "has OpenSSL at security level 1",
    ("wget", "usage-leaf/cert-sign"): "asks for no digitalSignature (GnuTLS's compatibility mode)",
}
"""Program and case, and why the family's verdict is another one."""


@pytest.fixture(scope="module")
def sample() -> tuple[Case, ...]:
    return spread(cases(), SAMPLE)


@pytest.fixture(scope="module")
def serving(sample: tuple[Case, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serve(sample, tmp_path_factory.mktemp("bundles")) as opened:
        yield opened


@pytest.fixture(scope="module", params=programs(), ids=lambda program: program.name)
def program(request: pytest.FixtureRequest) -> Program:
    found: Program = request.param
    return found


def version_of(program: Program) -> str:
    """The version of a program that its family can be held to; without one the test is skipped, or fails under CI."""
    version = program.version()
    if version is None:
        reason = f"{program.name} of the family {program.family} is not installed"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and CI has to have it")
        pytest.skip(reason)
    if not re.search(_measured(family(program.family).engine), version):
        pytest.skip(f"the family {program.family} is not measured with {program.name} {version}")
    return version


def _measured(engine: Engine) -> str:
    """What the version has to hold; OpenSSL's own engine is that of this Python, and speaks for its minor version."""
    return MEASURED.get(engine) or rf"OpenSSL {ssl.OPENSSL_VERSION_INFO[0]}\.{ssl.OPENSSL_VERSION_INFO[1]}\."


def test_the_sample_agrees(
    program: Program, sample: tuple[Case, ...], serving: Serving, tmp_path_factory: pytest.TempPathFactory
) -> None:
    version = version_of(program)
    judged = verdicts(sample, program.family)
    done = measure(program, version, serving, judged, tmp_path_factory.mktemp("run"))
    assert [name for name, verdict in judged.items() if verdict.code == CRASH] == []
    different = {f"{one.case}: {one.kind.value}; {one.verdict} {one.outcome}" for one in done.disagreements}
    known = {name for known_program, name in KNOWN if known_program == program.name}
    assert {line for line in different if line.partition(": ")[0] not in known} == set()
    assert done.run >= SAMPLE * 0.95


def test_the_known_differences_are_cases_of_the_sample(sample: tuple[Case, ...]) -> None:
    assert {name for _, name in KNOWN} <= {case.name for case in sample}


def test_names_are_unique() -> None:
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names)
