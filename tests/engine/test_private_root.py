"""A private root is trusted by an act of the user alone: typed digits, or the full fingerprint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.chains import HOST, NOW, make_pki, served_by, views
from tests.support.journeys import journey_for, state_of, walk
from tui_chain.cli.main import main
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Status
from tui_chain.core.text import colon_hex
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.engine.private_root import ask_about, interception_warning, plan_trust_file, private_root
from tui_chain.lab.authority import Authority, key_to_pem, self_signed_leaf
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target
from tui_chain.repair.repair import Repair
from tui_chain.repair.write import write
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.pinned import (
    TYPED_DIGITS,
    ConfirmedRoot,
    confirm_fingerprint,
    confirm_typed,
    hidden_fingerprint,
)
from tui_chain.x509.certificate import Certificate

PUBLIC, PRIVATE = make_pki("Public"), make_pki("Private")
ROOT, ISSUING, LEAF = views(PRIVATE.root, PRIVATE.issuing, PRIVATE.leaf)
DIGITS = ROOT.sha256[:TYPED_DIGITS]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["unknown-root", "unknown-root-served", "leaf-only"]) as opened:
        yield opened


def numbered(_: object) -> str:
    """An id without the fingerprint, which differs from one process to the next; pytest numbers what is alike."""
    return "text"


@pytest.mark.parametrize(
    "typed",
    [
        DIGITS,
        DIGITS.upper(),
        f" {DIGITS}\n",
        ":".join(DIGITS[i : i + 2] for i in range(0, len(DIGITS), 2)),
        f"{DIGITS[:4]} {DIGITS[4:]}",
        ROOT.sha256[: TYPED_DIGITS + 1],
        ROOT.sha256[:-1],
        ROOT.sha256,
        colon_hex(ROOT.sha256),
    ],
    ids=numbered,
)
def test_twenty_leading_digits_or_more_confirm_a_root(typed: str) -> None:
    assert confirm_typed(ROOT, typed) == ConfirmedRoot(ROOT.sha256, "typed")


FULLWIDTH = "".join(chr(ord(char) + 0xFEE0) for char in DIGITS)


@pytest.mark.parametrize(
    "typed",
    [
        "", DIGITS[:8], DIGITS[:-1], ROOT.sha256[-TYPED_DIGITS:], ROOT.sha256 + "0", "0" * TYPED_DIGITS,
        DIGITS + ("1" if ROOT.sha256[TYPED_DIGITS] == "0" else "0"), DIGITS[::-1] + "0",
        FULLWIDTH, DIGITS[:4] + "\u200b" + DIGITS[4:], "········", "yes", f"0x{DIGITS}",
    ],
    ids=numbered,
)  # fmt: skip
def test_anything_else_does_not(typed: str) -> None:
    failure = confirm_typed(ROOT, typed)
    assert isinstance(failure, Failure)
    assert DIGITS not in str(failure)
    assert failure.hint


@pytest.mark.parametrize("text", [DIGITS, ROOT.sha256[:-1], f"{ROOT.sha256} {ROOT.sha256}", ""], ids=numbered)
def test_a_piece_that_was_pasted_is_refused(text: str) -> None:
    failure = confirm_typed(ROOT, text, pasted=True)
    assert isinstance(failure, Failure)
    assert "whole" in failure.message


@pytest.mark.parametrize(
    "text", [ROOT.sha256, colon_hex(ROOT.sha256), f"sha256 Fingerprint={colon_hex(ROOT.sha256)}"], ids=numbered
)
def test_a_whole_fingerprint_may_be_pasted(text: str) -> None:
    assert confirm_typed(ROOT, text, pasted=True) == ConfirmedRoot(ROOT.sha256, "pasted")
    assert isinstance(confirm_typed(ROOT, text.replace(text[-1], "0" if text[-1] != "0" else "1")), Failure)


@pytest.mark.parametrize("alike", [8, 16, TYPED_DIGITS - 1])
def test_a_forged_root_that_begins_like_the_real_one_is_refused(alike: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its maker tried keys until the first digits were those; who reads the real one's from their source sees it."""
    real, forged = ROOT.sha256, Certificate(make_pki("Private").root.der)
    other = "0" if real[alike] != "0" else "1"
    monkeypatch.setitem(vars(forged), "sha256", real[:alike] + other + forged.sha256[alike + 1 :])
    assert (forged.subject, forged.sha256[:alike]) == (ROOT.subject, real[:alike])
    for typed in (real[:alike], real[:TYPED_DIGITS], real):
        assert isinstance(confirm_typed(forged, typed), Failure)
    assert isinstance(confirm_typed(forged, real, pasted=True), Failure)


def test_only_a_root_can_be_confirmed() -> None:
    pinned = Certificate(self_signed_leaf([HOST], now=NOW).der)
    for other in (ISSUING, LEAF, pinned, Certificate(b"\x30\x00")):
        failure = confirm_typed(other, other.sha256[:TYPED_DIGITS])
        assert isinstance(failure, Failure)
        assert "no root" in failure.message


def test_the_screen_does_not_give_the_digits_away() -> None:
    shown = hidden_fingerprint(ROOT)
    hidden = "··:" * (TYPED_DIGITS // 2)
    assert shown == hidden + colon_hex(ROOT.sha256)[len(hidden) :]
    assert DIGITS.lower() not in shown.lower().replace(":", "")


def test_interception_raises_the_bar() -> None:
    proxy = Authority.root("Zscaler Root CA", now=NOW)
    (root,) = views(proxy)
    diagnosis = Diagnoser(PUBLIC.trust).diagnose(served_by(proxy.issue_leaf([HOST]), proxy), at=NOW)
    assert private_root(diagnosis) == root
    question = ask_about(root, diagnosis)
    assert question.warning is not None
    assert "Zscaler" in question.warning.message
    assert "people who run that proxy" in question.warning.hint
    refused = confirm_typed(root, root.sha256[:TYPED_DIGITS], warning=question.warning)
    assert isinstance(refused, Failure)
    assert refused.message == question.warning.message
    assert isinstance(
        confirm_typed(root, root.sha256[:TYPED_DIGITS], warning=question.warning, warned=True), ConfirmedRoot
    )
    plain = Diagnoser(PUBLIC.trust).diagnose(served_by(PRIVATE.leaf, PRIVATE.issuing, PRIVATE.root), at=NOW)
    assert interception_warning(ROOT, plain) is None


@pytest.mark.parametrize(
    "text",
    [
        ROOT.sha256, ROOT.sha256.upper(), colon_hex(ROOT.sha256), f"sha256 Fingerprint={colon_hex(ROOT.sha256)}",
        f"SHA-256: {ROOT.sha256}", " ".join(colon_hex(ROOT.sha256).split(":")), f"SHA256:{ROOT.sha256}\n",
    ],
    ids=numbered,
)  # fmt: skip
def test_a_full_fingerprint_is_taken_as_programs_print_it(text: str) -> None:
    assert confirm_fingerprint(text) == ConfirmedRoot(ROOT.sha256, "fingerprint")


@pytest.mark.parametrize(
    "text",
    ["", DIGITS, ROOT.sha256[:-1], ROOT.sha256 + "0", ROOT.sha1, "g" * 64, "\x1b[2J", FULLWIDTH * 8],
    ids=numbered,
)
def test_a_part_of_a_fingerprint_is_not(text: str) -> None:
    failure = confirm_fingerprint(text)
    assert isinstance(failure, Failure)
    assert "\x1b" not in str(failure)


def journey_with(*roots: Certificate) -> Journey:
    journey = Journey(Context(PUBLIC.trust, lambda: NOW, offline=True))
    journey.trust_roots(ConfirmedRoot(root.sha256, "typed") for root in roots)
    return journey


def fixed(journey: Journey, *served: Authority) -> HostState:
    state = journey.diagnose(HostState(Target(HOST)), served_by(PRIVATE.leaf, *served))
    return walk(state, journey.fix)


def test_a_confirmed_root_ends_a_path_and_goes_into_the_bundle() -> None:
    state = fixed(journey_with(ROOT), PRIVATE.issuing, PRIVATE.root)
    assert state.status is Status.REPAIRABLE
    assert state.verdict is not None
    assert state.verdict.blame is Blame.CLIENT_STORE
    assert isinstance(state.repair, Repair)
    assert state.repair.path.anchor == ROOT
    assert ROOT in state.repair.bundle.certificates
    assert state.repair.whole
    assert state.repair.bundle.sources[ROOT.sha256] == "confirmed root, served"


def test_what_was_not_confirmed_stays_untrusted() -> None:
    for roots in ((), views(PUBLIC.root), (ISSUING,), (LEAF,)):
        state = fixed(journey_with(*roots), PRIVATE.issuing, PRIVATE.root)
        assert state.status is Status.UNTRUSTED
        assert isinstance(state.repair, Failure)


def test_a_namesake_of_a_confirmed_root_is_not_trusted() -> None:
    namesake = make_pki("Private")
    journey = journey_with(ROOT)
    served = served_by(namesake.leaf, namesake.issuing, namesake.root)
    state = walk(journey.diagnose(HostState(Target(HOST)), served), journey.fix)
    assert state.status is Status.UNTRUSTED


def test_it_holds_for_this_run_alone() -> None:
    journey = journey_with(ROOT)
    journey.trust_roots(())
    assert fixed(journey, PRIVATE.issuing, PRIVATE.root).status is Status.UNTRUSTED
    assert journey.trust is PUBLIC.trust


def test_the_live_tests_before_does_not_trust_it(lab: Lab) -> None:
    host = lab.host("unknown-root-served")
    journey = journey_for(lab, host)
    journey.trust_roots([ConfirmedRoot(Certificate(lab.hierarchy["private-root"].der).sha256, "typed")])
    state = walk(state_of(host.port), journey.probe, journey.fix, journey.test)
    assert state.live_test is not None
    assert state.live_test.after is not None
    assert (state.live_test.before.ok, state.live_test.after.ok) == (False, True)


# -- a named trust file


def test_a_root_is_saved_to_a_named_trust_file_that_trust_takes(tmp_path: Path) -> None:
    path, confirmed = tmp_path / "ours.pem", ConfirmedRoot(ROOT.sha256, "typed")
    plan = plan_trust_file(path, ROOT, confirmed)
    assert not isinstance(plan, Failure)
    assert write(plan, replace=False) == path
    store = load_trust_store(str(path))
    assert not isinstance(store, Failure)
    assert store.anchors == (ROOT,)
    again = plan_trust_file(path, ROOT, confirmed)
    assert not isinstance(again, Failure)
    assert again.unchanged
    (public,) = views(PUBLIC.root)
    more = plan_trust_file(path, public, ConfirmedRoot(public.sha256, "typed"))
    assert not isinstance(more, Failure)
    assert more.data.startswith(plan.data)
    assert more.data.count(b"BEGIN CERTIFICATE") == 2


def test_a_trust_file_takes_no_unconfirmed_root_and_spoils_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    wrong = plan_trust_file(path, ROOT, ConfirmedRoot(ISSUING.sha256, "typed"))
    assert isinstance(wrong, Failure)
    for content in (key_to_pem(PRIVATE.root.key), ROOT.der, b"<html>"):
        path.write_bytes(content)
        assert isinstance(plan_trust_file(path, ROOT, ConfirmedRoot(ROOT.sha256, "typed")), Failure)
        assert path.read_bytes() == content


# -- headless


def fix(lab: Lab, *words: str) -> tuple[int, dict[str, object], str]:
    target = lab.host("unknown-root").target
    done = CliRunner().invoke(main, ["fix", "--json", "--trust", str(lab.trust_file), target, *words])
    return done.exit_code, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_trust_root_headless(lab: Lab) -> None:
    root = Certificate(lab.hierarchy["private-root"].der)
    code, described, _ = fix(lab)
    assert (code, described["status"]) == (1, "untrusted")
    code, described, _ = fix(lab, "--trust-root", colon_hex(root.sha256))
    assert (code, described["status"]) == (0, "repairable")
    path = described["path"]
    assert isinstance(path, list)
    assert path[-1]["sha256"] == root.sha256
    assert path[-1]["source"].startswith("confirmed root, ")
    code, _, words = fix(lab, "--trust-root", "00" * 32)
    assert code == 1
    assert "No path ends at the root 0000000000000000… that --trust-root names" in words
    for part in (DIGITS, root.sha256[:-1]):
        assert fix(lab, "--trust-root", part)[0] == 2


@pytest.mark.parametrize("place", [0, 1], ids=["leaf", "intermediate"])
def test_trust_root_takes_a_root_alone(lab: Lab, place: int) -> None:
    one = Certificate(lab.host("unknown-root").served_der[place])
    code, described, words = fix(lab, "--trust-root", one.sha256)
    assert (code, described["status"]) == (1, "untrusted")
    assert f"--trust-root names {one.label}, which is no root" in words
    assert "confirmed root" not in json.dumps(described)


def test_the_words_show_the_fingerprint_without_its_first_digits(lab: Lab) -> None:
    root = Certificate(lab.hierarchy["private-root"].der)
    done = CliRunner().invoke(main, ["fix", "--trust", str(lab.trust_file), lab.host("unknown-root").target])
    assert hidden_fingerprint(root) in done.stderr
    assert "--trust-root" in done.stderr


def test_a_fix_learns_and_a_later_one_needs_no_network(lab: Lab) -> None:
    """The pool between two runs of the program; --no-learn and --no-pool keep it out."""
    target = lab.host("leaf-only").target
    base = ["fix", "--json", "--trust", str(lab.trust_file), target]
    assert CliRunner().invoke(main, [*base, "--no-learn"]).exit_code == 0
    assert CliRunner().invoke(main, [*base, "--offline"]).exit_code == 1
    assert CliRunner().invoke(main, base).exit_code == 0
    asked = len(lab.aia_log)
    done = CliRunner().invoke(main, [*base, "--offline"])
    assert done.exit_code == 0
    assert "pool, AIA http://127.0.0.1:" in json.loads(done.stdout)["path"][1]["source"]
    assert CliRunner().invoke(main, [*base, "--offline", "--no-pool"]).exit_code == 1
    assert len(lab.aia_log) == asked
