"""Every cause that is printed is told from the others of its symptom by what its command prints."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.explain_commands.bench import Bench, open_bench
from tests.explain_commands.situations import NOT_MADE, SITUATIONS, TOGETHER, Situation
from tests.explain_commands.texts import TEXTS, TRUST_FILE
from tests.support.programs import require_program
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.diagnose.explain.causes import CAUSES, Cause
from tui_chain.diagnose.explain.explanation import Explanation, explain
from tui_chain.diagnose.explain.symptoms import SYMPTOMS

PAIRS = tuple(
    (kind, situation) for kind in TEXTS for situation in SITUATIONS if situation.cause in SYMPTOMS[kind].causes
)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    for program in ("bash", "curl", "openssl"):
        require_program(program)
    with (
        pytest.MonkeyPatch.context() as patch,
        open_bench(SITUATIONS, tmp_path_factory.mktemp("bench"), patch) as opened,
    ):
        yield opened


def explained(bench: Bench, kind: Kind, situation: Situation) -> tuple[Cause, ...]:
    """The causes of a text of this symptom that names the situation's host."""
    host, port = bench.place(situation.host)
    named = f"{TRUST_FILE}{TEXTS[kind]}" if situation.file and kind is not Kind.BAD_BUNDLE else TEXTS[kind]
    file = bench.files[situation.file or situation.bundle or "public"]
    found = explain(named.format(host=host, port=port, file=file))
    assert isinstance(found, Explanation)
    assert (found.symptom.name, found.host, found.port) == (kind.value, host, port)
    return found.causes


@pytest.mark.parametrize(("kind", "situation"), PAIRS, ids=str)
def test_the_commands_tell_the_causes_apart(bench: Bench, kind: Kind, situation: Situation) -> None:
    causes = [cause for cause in explained(bench, kind, situation) if cause.shows]
    printed = {cause.code: bench.run(cause.command, situation) for cause in causes}
    shown = {cause.code for cause in causes if any(text in printed[cause.code] for text in cause.shows)}
    wrong = {code for code in shown if code is not situation.cause and (situation.cause, code) not in TOGETHER}
    decided = situation.cause in printed
    assert (sorted(wrong), situation.cause in shown) == ([], decided), "\n".join(
        f"## {cause.code}: {cause.command}  # {cause.shows}\n{printed[cause.code]}" for cause in causes
    )


def test_a_root_that_is_newer_than_the_clients_store_is_one_that_it_lacks(bench: Bench) -> None:
    for situation in (Situation(Code.OLD_STORE, "complete", file="old"), Situation(Code.OLD_STORE, "complete")):
        causes = explained(bench, Kind.UNKNOWN_ISSUER, situation)
        (lacks,) = (cause for cause in causes if cause.code is Code.UNTRUSTED_ROOT)
        assert any(text in bench.run(lacks.command, situation) for text in lacks.shows)


def test_every_cause_is_tried_or_it_is_said_why_not() -> None:
    tried = {situation.cause for situation in SITUATIONS}
    assert tried | set(NOT_MADE) == set(Code)
    assert tried.isdisjoint(NOT_MADE)
    assert all(CAUSES[code].shows for code in tried)


def test_every_symptom_whose_causes_loopback_has_is_tried() -> None:
    without = {kind for kind, symptom in SYMPTOMS.items() if set(symptom.causes) <= set(NOT_MADE)}
    no_server = {Kind.OWN_UNUSABLE, Kind.UNREACHABLE}
    assert set(TEXTS) | without | no_server == set(Kind)
    for pair in TOGETHER:
        assert any(set(pair) <= set(symptom.causes) for symptom in SYMPTOMS.values()), f"no symptom has both: {pair}"


def test_what_the_reader_judges_is_printed(bench: Bench) -> None:
    """The clock, a fingerprint, a version."""
    well = Situation(Code.PINNED, "complete")
    leaf = bench.lab.host("complete").served_der[0]
    expected = {
        (Kind.NOT_YET, Code.CLOCK_WRONG): f" {datetime.now(UTC):%Y}",
        (Kind.PINNED, Code.PINNED): hashlib.sha256(leaf).digest().hex(":").upper(),
        (Kind.OTHER_ALERT, Code.RUNTIME_FAULT): ssl.OPENSSL_VERSION,
    }
    for (kind, code), text in expected.items():
        (command,) = (cause.command for cause in explained(bench, kind, well) if cause.code is code)
        assert text in bench.run(command, well)
