"""Saved results: what is read back is what was written, without a network, and never more than can be proven."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.diagnose.test_findings_of_the_lab import EVERY, NAMES, Walks
from tests.support.chains import HOST, NOW, make_pki, served_by, store_of
from tests.support.journeys import walk
from tui_chain.clients.verdict import Verdicts
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.revocation import check_revocation
from tui_chain.engine.shared_roots import root_of
from tui_chain.lab.authority import Authority, Identity, Template, days
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.scenario import Scenario
from tui_chain.net.host_list import BadLine
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.repair.path_choice import PathChoice, digests
from tui_chain.repair.repair import Repair
from tui_chain.resolve.files import FileCertificates
from tui_chain.results import saved
from tui_chain.results.host import host_result
from tui_chain.results.saved import RestoredHost, Restorer, SavedResult, read_saved, stated
from tui_chain.trust.pinned import ConfirmedRoot
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

LATER = NOW + timedelta(days=3)
PKI = make_pki()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as opened:
        yield opened


@pytest.fixture(scope="module")
def walks(lab: Lab) -> Walks:
    return Walks(lab)


def lines_of(path: Path, *lines: str) -> list[SavedResult | BadLine]:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return list(read_saved(path))


def restored(path: Path, line: str, trust: TrustStore, now: datetime = LATER, **given: Any) -> RestoredHost:
    (read,) = lines_of(path, line)
    assert isinstance(read, SavedResult), read
    journey = Journey(Context(trust, lambda: now, offline=True))
    journey.trust_roots(given.pop("roots", ()))
    return Restorer(journey, "file results.jsonl", **given).restore(read)


def seen(state: HostState) -> tuple[object, ...]:
    """What a host's state says: status, headline, blame, findings, verdicts, and the bundle."""
    verdict, repair = state.verdict, state.proven
    assert verdict is not None
    findings: tuple[Finding, ...] = verdict.findings
    verdicts: Verdicts = verdict.verdicts
    bundle = (repair.bundle.pem, repair.verdicts, repair.won, repair.losses) if repair is not None else None
    return state.status, state.headline, verdict.blame, findings, verdicts, verdict.missing, bundle


@pytest.mark.parametrize("scenario", EVERY, ids=lambda each: each.name)
def test_every_host_of_the_lab_comes_back_as_it_was(walks: Walks, tmp_path: Path, scenario: Scenario) -> None:
    now = datetime.now(UTC)
    for state in (walks.checked(scenario.name), walks.fixed(scenario.name)):
        line = host_result(state, now, accept_lost_constraints=True).to_json()
        found = restored(tmp_path / "results.jsonl", line, walks.journey.trust, now)
        assert seen(found.state) == seen(state)
        assert found.notices == ()
        assert (found.state.resolution is None) == (state.resolution is None)
        shown = found.state.served
        assert "as of 20" in (shown.message if isinstance(shown, Failure) else shown.note if shown else "")


# what is read


def served_state(*served: Identity, trust: TrustStore = PKI.trust, found: tuple[Identity, ...] = ()) -> HostState:
    """A host at an address that was probed, and fixed where certificates are at hand."""
    files = FileCertificates(tuple((Certificate(one.der), "file at-hand.pem") for one in found))
    journey = Journey(Context(trust, lambda: NOW, offline=True, files=files))
    state = journey.diagnose(HostState(Target(HOST), "a label"), served_by(*served, address="127.0.0.1"))
    return walk(state, journey.fix) if found else state


def line_of(state: HostState, **changed: Any) -> str:
    return json.dumps({**host_result(state, NOW).as_dict(), **changed})


REPAIRED = served_state(PKI.leaf, found=(PKI.issuing,))
FIXED = line_of(REPAIRED)


def test_a_line_that_is_wrong_loses_nothing_but_itself(tmp_path: Path) -> None:
    torn, foreign = FIXED[: len(FIXED) // 2], json.dumps({"schema": 2})
    no_host = line_of(REPAIRED, target="no host")
    read = lines_of(tmp_path / "x", FIXED, torn, "", foreign, FIXED, no_host, "\x1b[31m", FIXED)
    assert [one.number for one in read] == [1, 2, 4, 5, 6, 7, 8]
    assert [one.number for one in read if isinstance(one, SavedResult)] == [1, 5, 8]
    reasons = [str(one) for one in read if isinstance(one, BadLine)]
    assert reasons[0] == "line 2: it is no whole JSON object."
    assert reasons[1] == "line 4: it is the JSON of another version."
    assert reasons[2].startswith("line 6: ")
    assert all(one.isprintable() for one in reasons)


def test_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(FIXED, encoding="utf-8")
    (read,) = read_saved(path)
    assert isinstance(read, SavedResult)
    assert (read.host.target, read.host.label) == (Target(HOST), "a label")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_powershell_writes_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(f"{FIXED}\r\n{FIXED}\r\n".encode(encoding))
    assert [type(one) for one in read_saved(path)] == [SavedResult, SavedResult]


def test_a_line_without_end_takes_no_memory_of_its_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MAX_LINE", len(FIXED))
    long, short = lines_of(tmp_path / "x", FIXED + " " * (1 << 20), FIXED)
    assert str(long) == f"line 1: it is longer than {len(FIXED):,} characters."
    assert isinstance(short, SavedResult)


def test_lines_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MAX_LINES", 2)
    *read, last = lines_of(tmp_path / "x", FIXED, FIXED, FIXED, FIXED)
    assert [type(one) for one in read] == [SavedResult, SavedResult]
    assert str(last) == "line 3: there are more than 2 lines; the rest is not read."


def test_a_file_that_cannot_be_read_is_a_line_that_is_wrong(tmp_path: Path) -> None:
    (bad,) = read_saved(tmp_path / "none")
    assert str(bad) == "line 1: it cannot be read: no such file or directory."


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"status": "fine"}, "status is none of complete, repairable, "),
        ({"blame": "me"}, "blame is none of server, "),
        ({"time": "0001-01-01T00:00:00+12:00"}, "is no time"),
        (
            {"tls": {**json.loads(FIXED)["tls"], "client_certificate": "maybe"}},
            "tls.client_certificate is none of requested, required",
        ),
        ({"served": [], "findings": []}, "neither certificates nor a reason"),
        (
            {"revocation": [{"at": "ab" * 32, "answers": [{"means": "rumour"}]}]},
            "means is none of staple, OCSP, CRL, none",
        ),
        ({"probe": {**json.loads(FIXED)["probe"], "staple": "%"}}, "probe.staple is not base64"),
        ({"probe": {**json.loads(FIXED)["probe"], "dh_bits": -1}}, "probe.dh_bits is negative"),
        ({"probe": {**json.loads(FIXED)["probe"], "failure": {"kind": "name"}}}, "probe.failure.message is missing"),
        ({"found": [None]}, "found[0] is not an object"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_a_value_that_is_no_probe_is_named(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    (read,) = lines_of(tmp_path / "x", line_of(REPAIRED, **changed))
    assert isinstance(read, BadLine)
    assert words in str(read)


# what comes back


def test_where_a_certificate_came_from_comes_back(tmp_path: Path) -> None:
    issuing = Certificate(PKI.issuing.der).sha256
    for source in ("served by other.test:443", "AIA http://a.test/i.cer", "pool", "file at-hand.pem"):
        line = json.loads(FIXED)
        line["path"][1]["source"] = source
        state = restored(tmp_path / "x", json.dumps(line), PKI.trust).state
        assert state.resolution is not None
        assert state.resolution.sources[issuing] == source
        assert restored(tmp_path / "x", older(json.dumps(line)), PKI.trust).state.resolution == state.resolution


def older(line: str) -> str:
    """The line as it was before it had all that a probe learned."""
    return json.dumps({name: value for name, value in json.loads(line).items() if name not in {"found", "probe"}})


def test_an_older_line_comes_back_as_far_as_it_goes(tmp_path: Path) -> None:
    found = restored(tmp_path / "x", older(FIXED), PKI.trust)
    assert seen(found.state) == seen(REPAIRED)
    assert found.notices == ()
    checked = served_state(PKI.leaf)
    again = restored(tmp_path / "x", older(line_of(checked)), PKI.trust).state
    assert seen(again) == seen(checked)
    assert again.resolution is None


@pytest.mark.parametrize("kind", ["connect", "name", "no-tls", "alert"])
def test_an_older_line_of_a_host_that_was_not_reached_keeps_its_reason(tmp_path: Path, kind: str) -> None:
    failure = Failure(kind, "The server ended the handshake with the alert 'unrecognized name'.", "Look.")
    journey = Journey(Context(PKI.trust, lambda: NOW, offline=True))
    state = journey.diagnose(HostState(Target(HOST)), failure)
    for line in (line_of(state), older(line_of(state))):
        again = restored(tmp_path / "x", line, PKI.trust).state
        assert seen(again) == seen(state)
        assert isinstance(again.served, Failure)
        assert again.served.message == (
            "as of 2026-11-23 12:00 UTC: The server ended the handshake with the alert 'unrecognized name'."
        )


def test_the_chain_says_as_of_when_it_is(tmp_path: Path) -> None:
    served = restored(tmp_path / "x", FIXED, PKI.trust).state.reached
    assert served is not None
    assert served.at == NOW
    assert served.note == "as of 2026-11-23 12:00 UTC from 127.0.0.1 in file results.jsonl"


def test_an_address_in_a_file_opens_nothing(tmp_path: Path) -> None:
    """AIA may lead to the kind of address at which a host was reached: in this run, not by the word of a file."""
    served = restored(tmp_path / "x", FIXED, PKI.trust).state.reached
    assert served is not None
    assert (served.address, served.earlier_address) == (None, "127.0.0.1")


def test_hosts_at_private_addresses_still_end_at_private_roots(tmp_path: Path) -> None:
    chain = (PKI.leaf, PKI.issuing, PKI.root)
    other = make_pki("Other").trust
    for address, unknown in (("10.0.0.1", False), ("192.0.43.8", True), (None, True)):
        line = line_of(served_state(*chain, trust=other), address=address)
        assert (root_of(restored(tmp_path / "x", line, other).state) is not None) is unknown


def test_another_trust_store_is_another_verdict_and_a_notice(tmp_path: Path) -> None:
    found = restored(tmp_path / "x", FIXED, make_pki("Other").trust)
    assert found.state.status is Status.UNTRUSTED
    assert found.state.proven is None
    assert "the file has the status repairable" in found.notices
    assert found.notices[0].startswith("the bundle in the file is not proven again: ")
    served = found.state.reached
    assert served is not None
    assert served.note.endswith("; ".join(found.notices))


def test_no_anchor_and_no_confirmation_comes_out_of_a_file(tmp_path: Path) -> None:
    line = json.loads(FIXED)
    for source in ("trust store certifi", "confirmed root, served", "served"):
        for one in line["path"][1:]:
            one["source"] = source
        state = restored(tmp_path / "x", json.dumps(line), make_pki("Other").trust).state
        assert state.status is Status.UNTRUSTED
        assert state.proven is None
        again = restored(tmp_path / "x", json.dumps(line), PKI.trust).state
        assert again.proven is not None
        assert again.proven.bundle.sources[Certificate(PKI.issuing.der).sha256] == "file results.jsonl"


def test_a_root_that_is_confirmed_in_this_run_counts(tmp_path: Path) -> None:
    other = make_pki("Other").trust
    root = ConfirmedRoot(Certificate(PKI.root.der).sha256, "fingerprint")
    assert restored(tmp_path / "x", FIXED, other, roots=[root]).state.status is Status.REPAIRABLE


def test_a_forged_status_is_not_believed(tmp_path: Path) -> None:
    alone = served_state(PKI.leaf)
    for status in ("complete", "repairable"):
        forged = line_of(alone, status=status, headline="accepted by all 9 client families")
        found = restored(tmp_path / "x", forged, PKI.trust)
        assert found.state.status is Status.INCOMPLETE
        assert f"the file has the status {status}" in found.notices


def test_a_forged_bundle_is_not_taken(tmp_path: Path) -> None:
    pem = host_result(served_state(make_pki("Other").leaf), NOW).served[0].as_dict()["pem"]
    found = restored(tmp_path / "x", line_of(REPAIRED, bundle=pem), PKI.trust)
    assert found.state.proven is not None
    assert REPAIRED.proven is not None
    assert found.state.proven.bundle == REPAIRED.proven.bundle
    assert found.notices == ("the bundle proven now has other certificates than the one in the file",)


def soon(name: str, left: int) -> Authority:
    return PKI.root.issue_ca(name, template=Template(validity=days(-30, left)))


def test_a_bundle_that_expired_since_is_none(tmp_path: Path) -> None:
    issuing = soon("Short", 2)
    line = line_of(served_state(issuing.issue_leaf([HOST]), found=(issuing,)))
    assert restored(tmp_path / "x", line, PKI.trust, NOW + timedelta(days=1)).state.status is Status.REPAIRABLE
    found = restored(tmp_path / "x", line, PKI.trust)
    assert found.state.status is Status.INCOMPLETE
    assert "`Short`, in the path of the bundle, expired on 2026-11-25" in found.notices[0]


def test_a_host_is_judged_at_another_time_where_one_is_named(tmp_path: Path) -> None:
    line = line_of(served_state(PKI.leaf, PKI.issuing))
    assert restored(tmp_path / "x", line, PKI.trust).state.status is Status.COMPLETE
    later = restored(tmp_path / "x", line, PKI.trust, at=NOW + timedelta(days=60))
    assert later.state.status is Status.INVALID
    served = later.state.reached
    assert served is not None
    assert "as of 2026-11-23 12:00 UTC" in served.note
    assert "judged at 2027-01-22 12:00 UTC" in served.note
    assert "the file has the status complete" in later.notices


def test_the_path_that_was_chosen_is_the_one_that_comes_back(tmp_path: Path) -> None:
    """Two roots of one key end the path: the file's is not the one that is taken by itself."""
    cross = Authority.root("Elder", now=NOW).cross_sign(PKI.root)
    elder = store_of(PKI.root, cross)
    files = FileCertificates(((Certificate(PKI.issuing.der), "file at-hand.pem"),))
    journey = Journey(Context(elder, lambda: NOW, offline=True, files=files))
    state = walk(journey.diagnose(HostState(Target(HOST)), served_by(PKI.leaf)), journey.fix)
    for other in journey.alternatives(state):
        chosen = journey.choose(state, PathChoice(path=digests(other.path)))
        if chosen.proven is None:
            continue
        found = restored(tmp_path / "x", line_of(chosen), elder)
        assert found.state.proven is not None
        assert found.state.proven.path.certificates == chosen.proven.path.certificates


def test_a_written_bundle_is_known_where_it_still_is(tmp_path: Path) -> None:
    path = tmp_path / "bundle.pem"
    result = host_result(REPAIRED, NOW, path)
    assert result.bundle is not None
    assert restored(tmp_path / "x", result.to_json(), PKI.trust).written is None
    path.write_text(result.bundle, encoding="ascii")
    assert restored(tmp_path / "x", result.to_json(), PKI.trust).written == path
    path.write_text(result.bundle.replace("a", "b"), encoding="ascii")
    assert restored(tmp_path / "x", result.to_json(), PKI.trust).written is None
    moved = replace(result, written="bundle.pem")
    assert restored(tmp_path / "x", moved.to_json(), PKI.trust).written is None


def test_a_revoked_certificate_stays_revoked(tmp_path: Path) -> None:
    with open_lab(["ocsp-revoked"]) as lab:
        walks = Walks(lab)
        state = walk(walks.checked("ocsp-revoked"), lambda state: check_revocation(walks.journey, state))
        line = host_result(state, NOW).to_json()
        found = restored(tmp_path / "x", line, walks.journey.trust, datetime.now(UTC))
    assert state.revocation is not None
    assert found.state.revocation == state.revocation
    assert seen(found.state) == seen(state)
    assert found.state.status is Status.INVALID
    assert found.notices == ()


def test_what_a_restored_host_lacks_is_said(tmp_path: Path) -> None:
    line = line_of(REPAIRED, servers=[], crls=[])
    assert restored(tmp_path / "x", line, PKI.trust).notices == (
        "its CRLs are left out",
        "the answers of its several servers are left out",
    )


def test_a_certificate_that_nobody_can_read_comes_back(tmp_path: Path) -> None:
    broken = replace(PKI.leaf, der=b"\x30\x03\x02\x01\x05")
    state = served_state(broken, PKI.issuing)
    assert seen(restored(tmp_path / "x", line_of(state), PKI.trust).state) == seen(state)


def test_a_host_is_shown_as_its_line_states_it_until_it_is_judged(tmp_path: Path) -> None:
    (read,) = lines_of(tmp_path / "x", FIXED)
    assert isinstance(read, SavedResult)
    state = stated(read, "file x")
    assert state is not None
    assert state.status is Status.REPAIRABLE
    assert (state.proven, state.resolution) == (None, None)
    assert state.headline.startswith("accepted by 0 of 9 client families; refused by ")
    assert state.reached is not None
    assert state.reached.note.endswith("in file x; not judged again yet")


@pytest.mark.parametrize("scenario", EVERY, ids=lambda each: each.name)
def test_every_host_of_the_lab_is_stated_as_it_was(walks: Walks, tmp_path: Path, scenario: Scenario) -> None:
    state = walks.checked(scenario.name)
    (read,) = lines_of(tmp_path / "x", host_result(state, NOW).to_json())
    assert isinstance(read, SavedResult)
    again = stated(read, "file x")
    assert again is not None
    assert again.verdict is not None
    assert state.verdict is not None
    assert again.status is state.status
    assert again.verdict.verdicts == state.verdict.verdicts
    assert [one.message for one in again.verdict.findings] == [one.message for one in state.verdict.findings]


def test_a_line_with_other_families_is_not_shown_as_it_stands(tmp_path: Path) -> None:
    every: list[Any] = json.loads(FIXED)["clients"]
    for clients in (every[:0], every[1:]):
        (read,) = lines_of(tmp_path / "x", line_of(REPAIRED, clients=clients))
        assert isinstance(read, SavedResult)
        assert stated(read, "file x") is None
        assert restored(tmp_path / "x", line_of(REPAIRED, clients=clients), PKI.trust).notices == ()


def test_a_path_that_leads_nowhere_now_leaves_another_that_does(tmp_path: Path) -> None:
    line = json.loads(FIXED)
    line["path"][2:] = [json.loads(FIXED)["path"][0]]
    found = restored(tmp_path / "x", json.dumps(line), PKI.trust)
    assert found.state.status is Status.REPAIRABLE
    assert found.state.choice is None


def test_a_restored_host_goes_on(tmp_path: Path) -> None:
    """It is fixed with what is at hand, as any other."""
    (read,) = lines_of(tmp_path / "x", line_of(served_state(PKI.leaf)))
    assert isinstance(read, SavedResult)
    files = FileCertificates(((Certificate(PKI.issuing.der), "file at-hand.pem"),))
    journey = Journey(Context(PKI.trust, lambda: LATER, offline=True, files=files))
    state = walk(Restorer(journey, "file x").restore(read).state, journey.fix)
    assert isinstance(state.repair, Repair)
    assert isinstance(state.served, ServedChain)
