"""The words of a diagnosis: the catalogue, the headline, the failures of a probe."""

from __future__ import annotations

import re
from fnmatch import fnmatch

import pytest

from tests.support.chains import HOST, NOW, make_pki, served_by
from tui_chain.diagnose.catalogue import CATALOGUE, Finding, finding
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis, unreachable
from tui_chain.diagnose.headline import headline
from tui_chain.diagnose.words import Blame, Severity, Status
from tui_chain.failure import Failure

KINDS = CATALOGUE.values()
SENTENCE = re.compile(r"[A-Za-z].*[^.]\.")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_says_what_it_is_and_what_to_do(kind: Finding) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert SENTENCE.fullmatch(kind.message)
    assert SENTENCE.fullmatch(kind.hint)
    assert "verif" not in kind.hint, "nobody is told to turn verification off"


def test_a_finding_joins_kind_and_detail() -> None:
    found = finding("expired", "ab", "It expired on 2026-11-20.")
    assert (found.code, found.at, found.severity) == ("expired", "ab", Severity.FATAL)
    assert found.message == "This certificate has expired. It expired on 2026-11-20."
    assert found.hint == CATALOGUE["expired"].hint
    assert finding("expired", None, advice="Renew it.").hint == "Renew it."


@pytest.mark.parametrize("kind", ["name", "refused", "network", "reset", "connect", "timeout", "no-tls", "starttls"])
def test_a_host_that_was_not_reached_is_told_at_its_step(kind: str) -> None:
    diagnosis = unreachable(Failure(kind, "Nothing listens on that port (step: connect).", "Check the port."))
    (found,) = diagnosis.findings
    assert (diagnosis.status, found.code, found.at) == (Status.UNREACHABLE, kind, None)
    assert diagnosis.blame is CATALOGUE[kind].blame
    assert (found.message, found.hint) == ("Nothing listens on that port (step: connect).", "Check the port.")
    assert headline(diagnosis) == "nothing listens on that port (step: connect)"


def test_a_failure_of_a_new_kind_is_no_crash() -> None:
    assert unreachable(Failure("new", "It broke.")).findings[0].code == "connect"


def test_a_failure_can_be_diagnosed() -> None:
    diagnosis = Diagnoser(make_pki().trust).diagnose(Failure("name", "No such name.", "Look."), at=NOW)
    assert diagnosis.status is Status.UNREACHABLE
    assert (diagnosis.missing, diagnosis.path, diagnosis.verdicts) == ((), None, {})


def headlined(status: Status, *codes: str) -> str:
    return headline(Diagnosis(status, Blame.SERVER, tuple(finding(code, None) for code in codes)))


@pytest.mark.parametrize(
    ("status", "codes", "words"),
    [
        (Status.COMPLETE, (), "trusted"),
        (Status.COMPLETE, ("duplicate",), "trusted, with 1 blemish"),
        (Status.COMPLETE, ("duplicate", "stranger"), "trusted, with 2 blemishes"),
        (Status.COMPLETE, ("unreadable", "duplicate"), "trusted, with 1 risk"),
        (Status.INVALID, ("expired",), "a certificate has expired"),
        (Status.INVALID, ("expired", "expired"), "a certificate has expired"),
        (Status.INVALID, ("expired", "host-mismatch"), "a certificate has expired, and ... another name"),
        (Status.INVALID, ("name-constraints",), "a CA above does not allow the names of this certificate"),
        (Status.INVALID, (), "it is refused"),
    ],
)
def test_the_headline_names_the_fault(status: Status, codes: tuple[str, ...], words: str) -> None:
    assert fnmatch(headlined(status, *codes), words.replace("...", "*"))


def test_the_headline_counts_what_was_forgotten() -> None:
    pki = make_pki()
    served = served_by(pki.leaf, host=HOST)
    found = served_by(pki.issuing).certificates
    assert headline(Diagnoser(pki.trust).diagnose(served, at=NOW, found=found)) == "the server forgot 1 certificate"
