"""The words of a diagnosis: the catalogue, and the failures of a probe."""

from __future__ import annotations

import importlib
import re
from pkgutil import iter_modules

import pytest

from tests.support.chains import NOW, make_pki
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Severity, Status
from tui_chain.diagnose import findings
from tui_chain.diagnose.diagnosis import Diagnoser, unreachable
from tui_chain.diagnose.findings.catalogue import CATALOGUE, GROUPS
from tui_chain.diagnose.findings.certificate import EXPIRED
from tui_chain.diagnose.findings.finding import Finding, FindingKind
from tui_chain.diagnose.headline import headline

KINDS = CATALOGUE.values()
SENTENCE = re.compile(r"[A-Za-z].*[^.]\.")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_says_what_it_is_and_what_to_do(kind: Finding) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert SENTENCE.fullmatch(kind.message)
    assert SENTENCE.fullmatch(kind.hint)
    assert "verif" not in kind.hint, "nobody is told to turn verification off"


def test_every_code_has_one_kind_and_every_kind_is_listed() -> None:
    modules = [importlib.import_module(f"{findings.__name__}.{one.name}") for one in iter_modules(findings.__path__)]
    declared = [value for module in modules for value in vars(module).values() if isinstance(value, FindingKind)]
    assert {kind.code for kind in declared} == set(FindingCode) == set(CATALOGUE)
    assert [kind.code for kinds in GROUPS.values() for kind in kinds] == list(CATALOGUE)
    assert all(kind is CATALOGUE[kind.code] for kind in declared)


def test_a_finding_joins_kind_and_detail() -> None:
    found = EXPIRED.finding("ab", "It expired on 2026-11-20.")
    assert (found.code, found.at, found.severity) == ("expired", "ab", Severity.FATAL)
    assert found.message == "This certificate has expired. It expired on 2026-11-20."
    assert found.hint == EXPIRED.hint
    assert EXPIRED.finding(None, advice="Renew it.").hint == "Renew it."


@pytest.mark.parametrize("kind", ["name", "refused", "network", "reset", "connect", "timeout", "no-tls", "starttls"])
def test_a_host_that_was_not_reached_is_told_at_its_step(kind: str) -> None:
    diagnosis = unreachable(Failure(kind, "Nothing listens on that port (step: connect).", "Check the port."))
    (found,) = diagnosis.findings
    assert (diagnosis.status, found.code, found.at) == (Status.UNREACHABLE, kind, None)
    assert diagnosis.blame is CATALOGUE[FindingCode(kind)].blame
    assert (found.message, found.hint) == ("Nothing listens on that port (step: connect).", "Check the port.")
    assert headline(diagnosis, diagnosis.status) == "nothing listens on that port (step: connect)"


def test_a_failure_of_a_new_kind_is_no_crash() -> None:
    assert unreachable(Failure("new", "It broke.")).findings[0].code == "connect"


def test_a_failure_can_be_diagnosed() -> None:
    diagnosis = Diagnoser(make_pki().trust).diagnose(Failure("name", "No such name.", "Look."), at=NOW)
    assert diagnosis.status is Status.UNREACHABLE
    assert (diagnosis.missing, diagnosis.path, diagnosis.verdicts) == ((), None, {})
