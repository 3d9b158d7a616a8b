"""Results as values: their JSON form, that it reads back, and that they travel between processes."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, resolution_of, served_by, store_of
from tests.support.journeys import lab_trust, walk
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import ACCEPTED
from tui_chain.core.failure import Failure
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.repair.repair import Repair
from tui_chain.results.audit import audit_result
from tui_chain.results.explanation import explain_result
from tui_chain.results.host import host_result
from tui_chain.results.json_reader import SCHEMA
from tui_chain.results.values import MAX_SHARED, HostResult, ProbeResult
from tui_chain.trust.store import TrustStore
from tui_chain.x509.formats.pem import pem_of

KEYS = [
    *("schema", "target", "label", "address", "time", "status", "blame", "headline", "tls", "served", "path"),
    *("missing", "findings", "clients", "bundle", "written", "timings"),
]
"""The keys of the JSON form, which are a promise."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["leaf-only", "complete", "no-tls", "expired-leaf", "crl-chain"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def pki() -> Pki:
    return make_pki()


def repaired(pki: Pki) -> HostState:
    served = dataclasses.replace(served_by(pki.leaf, address="192.0.2.1"), timings=Timings(1.23456, 2.0, 3.5))
    resolution = resolution_of(pki.trust, served, pki.issuing)
    repair = repair_of(pki.trust, served, pki.issuing)
    assert isinstance(repair, Repair)
    state = HostState(Target(HOST), "a label").with_served(served, Diagnoser(pki.trust).diagnose(served, at=NOW))
    return state.with_repair(resolution, repair)


def unreached() -> HostState:
    failure = Failure("name", "No such name.", "Look.")
    diagnosis = Diagnoser(store_of()).diagnose(failure, at=NOW)
    return HostState(Target(HOST)).with_served(failure, diagnosis)


def states(pki: Pki) -> Iterator[HostState]:
    yield repaired(pki)
    yield unreached()
    for served in ((pki.leaf,), (pki.leaf, pki.issuing), (pki.leaf, pki.issuing, pki.root)):
        chain = served_by(*served)
        for trust in (pki.trust, make_pki("Other").trust):
            diagnosis = Diagnoser(trust).diagnose(chain, at=NOW)
            yield HostState(Target(HOST)).with_served(chain, diagnosis)


def test_every_result_has_the_promised_keys_and_reads_back(pki: Pki) -> None:
    for state in states(pki):
        result = host_result(state, NOW)
        text = result.to_json()
        told = json.loads(text)
        assert list(told)[: len(KEYS)] == KEYS
        assert told["schema"] == SCHEMA == 1
        assert "\n" not in text
        assert text.isascii()
        assert HostResult.from_json(text) == result
        assert HostResult.from_json(text).to_json() == text


def test_results_travel_to_other_processes(pki: Pki) -> None:
    for state in states(pki):
        result = host_result(state, NOW)
        assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - it was made here


def test_a_result_is_frozen(pki: Pki) -> None:
    result = host_result(repaired(pki), NOW)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.status = "complete"  # type: ignore[misc]


def test_a_repaired_host_says_everything(pki: Pki) -> None:
    state = repaired(pki)
    told = json.loads(host_result(state, NOW, Path("/x/bundle.pem")).to_json())
    assert (told["target"], told["label"], told["address"]) == (f"{HOST}:443", "a label", "192.0.2.1")
    assert (told["status"], told["blame"], told["time"]) == ("repairable", "server", NOW.isoformat())
    assert told["headline"] == state.headline
    assert (told["served"][0]["source"], told["path"][1]["source"]) == ("served", "file test")
    assert len(told["path"]) == 3
    assert told["served"][0]["sha256"] == told["path"][0]["sha256"]
    assert [one["id"] for one in told["clients"]] == [family.id for family in FAMILIES]
    for client in told["clients"]:
        assert list(client) == ["id", "name", "engine", "as_served", "with_bundle"]
        assert list(client["as_served"]) == ["ok", "code", "error", "certificate"]
        assert (client["as_served"]["ok"], client["with_bundle"]["ok"]) == (False, True)
    assert state.bundle is not None
    named = state.bundle.pem.decode().replace("tlschain refresh FILE", "tlschain refresh /x/bundle.pem")
    assert told["bundle"] == named
    assert told["written"] == "/x/bundle.pem"
    assert told["timings"] == {"lookup": 1.235, "connect": 2.0, "tls": 3.5}
    assert told["missing"] == []
    assert told["tls"] == {
        "version": None, "cipher": None, "group": None, "client_certificate": None, "client_cas": [],
    }  # fmt: skip


def test_what_is_missing_is_named_with_who_wants_it(pki: Pki) -> None:
    state = HostState(Target(HOST)).with_served(
        served_by(pki.leaf), Diagnoser(pki.trust).diagnose(served_by(pki.leaf), at=NOW)
    )
    told = json.loads(host_result(state, NOW).to_json())
    (missing,) = told["missing"]
    assert list(missing) == ["subject", "key_id", "wanted_by"]
    assert missing["wanted_by"] == told["served"][0]["sha256"]
    (found,) = told["findings"]
    assert list(found) == ["code", "severity", "certificate", "subject", "message", "hint"]
    assert (found["code"], found["certificate"]) == ("missing-issuer", missing["wanted_by"])
    assert (told["bundle"], told["written"]) == (None, None)
    assert all(client["with_bundle"] is None for client in told["clients"])


def test_a_host_that_was_not_reached_has_no_chain() -> None:
    told = json.loads(host_result(unreached(), NOW).to_json())
    assert (told["status"], told["blame"], told["time"]) == ("unreachable", "network", NOW.isoformat())
    assert (told["served"], told["path"], told["clients"]) == ([], [], [])
    assert not any(told["tls"].values())
    assert (told["findings"][0]["certificate"], told["findings"][0]["subject"]) == (None, None)


def test_a_host_that_was_not_probed_has_no_result() -> None:
    with pytest.raises(ValueError, match="has not been probed"):
        host_result(HostState(Target(HOST)), NOW)


def test_a_certificate_is_given_as_it_was_sent(pki: Pki) -> None:
    result = host_result(repaired(pki), NOW)
    assert result.served[0].der == pki.leaf.der
    read = HostResult.from_json(result.to_json())
    assert read.served[0].der == pki.leaf.der
    assert read.served[0].as_dict()["pem"].encode() == pem_of(served_by(pki.leaf).certificates)


def test_a_certificate_that_nobody_can_read_is_given_too(pki: Pki) -> None:
    broken = dataclasses.replace(pki.leaf, der=b"\x30\x03\x02\x01\x05")
    chain = served_by(broken, pki.issuing)
    state = HostState(Target(HOST)).with_served(chain, Diagnoser(pki.trust).diagnose(chain, at=NOW))
    result = host_result(state, NOW)
    assert HostResult.from_json(result.to_json()) == result
    assert result.served[0].not_after is None


def test_with_a_bundle_every_client_has_both_verdicts(pki: Pki) -> None:
    chain = served_by(pki.leaf)
    state = HostState(Target(HOST)).with_served(chain, Diagnoser(pki.trust).diagnose(chain, at=NOW))
    bundle = pem_of(served_by(pki.issuing, pki.root).certificates)
    result = host_result(state, NOW).with_bundle(bundle, Judge(bundle).verdicts([pki.leaf.der], host=HOST, at=NOW))
    assert [one.with_bundle for one in result.clients] == [ACCEPTED] * 9
    assert not any(one.as_served.ok for one in result.clients)
    assert result.bundle == bundle.decode()
    assert HostResult.from_json(result.to_json()) == result


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "null", "{}", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "time": "yesterday"}'],
)
def test_what_is_no_result_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own, or ours
        HostResult.from_json(text)


SERVED, CLIENT = ("served", 0), ("clients", 0)
NAIVE = "2026-11-23T12:00:00"
BAD_VALUES: list[tuple[tuple[str | int, ...], object, str]] = [
    (("schema",), True, "another version"),
    (("schema",), "1", "another version"),
    (("target",), None, "target is not text"),
    (("label",), "a\x1b[31m", "label holds characters"),
    (("headline",), "a\u202eb", "headline holds characters"),
    (("address",), 5, "address is not text"),
    (("status",), ["x"], "status is not text"),
    (("time",), NAIVE, "time has no time zone"),
    (("time",), "yesterday", "time is not a time"),
    (("time",), 5, "time is not text"),
    (("tls",), [], "tls is not an object"),
    (("tls", "version"), 5, "tls.version is not text"),
    (("tls", "client_cas"), "CN=a", "tls.client_cas is not a list"),
    (("tls", "client_cas"), ["a", "\x9b"], r"tls.client_cas\[1\] holds characters"),
    (("served",), {}, "served is not a list"),
    (SERVED, "x", r"served\[0\] is not an object"),
    ((*SERVED, "sha256"), "0" * 64, r"served\[0\].sha256 is not that"),
    ((*SERVED, "sha256"), "AB" * 32, r"served\[0\].sha256 is not a SHA-256"),
    ((*SERVED, "not_after"), NAIVE, r"served\[0\].not_after has no time zone"),
    ((*SERVED, "not_after"), "9999-12-31T23:59:59-14:00", r"served\[0\].not_after is no time in UTC"),
    ((*SERVED, "not_after"), "0001-01-01T00:00:00+14:00", r"served\[0\].not_after is no time in UTC"),
    ((*SERVED, "subject"), "a\nb", r"served\[0\].subject holds characters"),
    ((*SERVED, "pem"), "!!!", r"served\[0\].pem is not the PEM"),
    ((*SERVED, "pem"), None, r"served\[0\].pem is not text"),
    (("path", 1, "source"), 1, r"path\[1\].source is not text"),
    (
        ("findings",),
        [{"code": "x", "severity": "risk", "certificate": "ab"}],
        r"findings\[0\].certificate is not a SHA-256",
    ),
    (("clients",), [None], r"clients\[0\] is not an object"),
    ((*CLIENT, "as_served"), None, r"clients\[0\].as_served is not an object"),
    (
        (*CLIENT, "as_served"),
        {"ok": "yes", "code": None, "error": None, "certificate": None},
        "ok is not true or false",
    ),
    ((*CLIENT, "as_served", "code"), True, "as_served.code is not text"),
    ((*CLIENT, "with_bundle"), {}, "with_bundle.code is missing"),
    (("missing",), [{"subject": "a", "key_id": None, "wanted_by": "x"}], r"missing\[0\].wanted_by is not a SHA-256"),
    (("bundle",), 5, "bundle is not text"),
    (("bundle",), "\ud800", "bundle holds half"),
    (("written",), ["/x"], "written is not text"),
    (("written",), "/x\x1b", "written holds characters"),
    (("timings",), [], "timings is not an object"),
    (("timings", "tls"), True, "timings.tls is not a number"),
    (("timings", "tls"), float("nan"), "timings.tls is not a number"),
    (("timings", "tls"), 10**400, "timings.tls is not a number"),
    (("servers",), [5], r"servers\[0\] is not an object"),
    (("revocation",), [{"at": ["\x1b"]}], r"revocation\[0\].at\[0\] holds characters"),
    (("crl_error",), 5, "crl_error is not text"),
    (("crl_clients",), {"curl": "yes"}, "crl_clients.curl is not true or false"),
    (("changes",), 5, "changes is not a list"),
    (("changes",), None, "changes is not a list"),
    (("changes",), "abc", "changes is not a list"),
    (("changes",), ["a", {}], r"changes\[1\] is not text"),
    (("changes",), ["a\x1b[31m"], r"changes\[0\] holds characters"),
    (("to come",), {"a": float("inf")}, "to come.a is not a finite number"),
    (("to come",), {"a\x1b": 1}, "to come.name holds characters"),
    (("\x1b",), 1, "name holds characters"),
]


@pytest.mark.parametrize(("keys", "value", "words"), BAD_VALUES)
def test_a_value_that_is_wrong_is_named(pki: Pki, keys: tuple[str | int, ...], value: object, words: str) -> None:
    told = host_result(repaired(pki), NOW).as_dict()
    *parents, last = keys
    parent: Any = told
    for key in parents:
        parent = parent[key]
    parent[last] = value
    with pytest.raises(ValueError, match=words) as raised:
        HostResult.from_json(json.dumps(told))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_utc_does_not_have_is_not_written(pki: Pki, text: str) -> None:
    result = dataclasses.replace(host_result(repaired(pki), NOW), time=datetime.fromisoformat(text))
    with pytest.raises(ValueError, match="is none in UTC"):
        result.to_json()


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00"])
def test_a_time_of_another_zone_is_read_as_one_in_utc(pki: Pki, text: str) -> None:
    told = host_result(repaired(pki), NOW).as_dict()
    told["served"][0]["not_after"] = text
    result = HostResult.from_dict(told)
    moment = result.served[0].not_after
    assert moment == datetime.fromisoformat(text)
    assert moment.tzinfo is UTC
    assert json.loads(result.to_json())["served"][0]["not_after"] == moment.isoformat()


def test_a_certificate_beside_another_is_none(pki: Pki) -> None:
    told = host_result(repaired(pki), NOW).as_dict()
    for more in (told["served"][0]["pem"], "\n", "# a comment\n"):
        pem = told["served"][0]["pem"] + more
        text = json.dumps({**told, "served": [{**told["served"][0], "pem": pem}]})
        with pytest.raises(ValueError, match=r"served\[0\].pem is not the PEM"):
            HostResult.from_json(text)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_is_missing_is_named(pki: Pki, name: str) -> None:
    told = host_result(repaired(pki), NOW).as_dict()
    del told[name]
    with pytest.raises(ValueError, match=f"{name} is missing"):
        HostResult.from_json(json.dumps(told))


@pytest.mark.parametrize("depth", [900, 100_000])
def test_what_is_nested_without_end_is_an_error(pki: Pki, depth: int) -> None:
    nest = "[" * depth + "]" * depth
    host = host_result(repaired(pki), NOW).to_json()
    for text in (nest, f'{host[:-1]}, "deep": {nest}}}'):
        with pytest.raises(ValueError, match="it is not the JSON of a host"):
            HostResult.from_json(text)


def test_keys_that_are_to_come_stay(pki: Pki) -> None:
    text = json.dumps({**host_result(repaired(pki), NOW).as_dict(), "to come": [{"a": [1, 0.5, None, True, "b"]}]})
    assert HostResult.from_json(text).to_json() == text


def test_a_file_of_an_unsafe_name_is_given_safely_and_reads_back(pki: Pki) -> None:
    result = host_result(repaired(pki), NOW, Path("/x/" + "\x1b\u202e" * 100))
    assert result.written == "/x/" + "\\x1b\\u202e" * 100
    assert HostResult.from_json(result.to_json()) == result


def test_the_line_is_that_of_the_values(pki: Pki) -> None:
    """Hosts share pieces of their lines; what is written is what `json` makes of each by itself."""
    result = host_result(repaired(pki), NOW)
    large = dataclasses.replace(result.served[0], der=bytes(MAX_SHARED + 1))
    for changed in (
        result,
        dataclasses.replace(result, label='"\x1b\u2028\ud800', served=(), found=(large,), timings={"tls": 1e-07}),
        dataclasses.replace(
            result, probe=ProbeResult(Failure("tls", "a", "b"), staple=b"\xff"), more={"x": [{}, None]}
        ),
        dataclasses.replace(result, more={"status": "another", "schema": 2, "\u00e9": 1.5}),
    ):
        assert changed.to_json() == json.dumps(changed.as_dict()) == changed.to_json()
    source = dataclasses.replace(result.served[0], source="another")
    assert json.loads(dataclasses.replace(result, served=(source,)).to_json())["served"][0]["source"] == "another"


def test_every_lab_host_reads_back(lab: Lab) -> None:
    journey = Journey(Context(lab_trust(lab), timeout=5.0))
    for name in ("leaf-only", "complete", "no-tls", "expired-leaf"):
        target = parse_target(lab.host(name).target)
        assert isinstance(target, Target)
        state = walk(HostState(target), journey.probe, journey.fix)
        result = host_result(state, datetime.now(UTC))
        assert HostResult.from_json(result.to_json()) == result
        assert result.to_json() == json.dumps(result.as_dict())
        assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - it was made here
        if isinstance(state.served, ServedChain):
            assert result.tls is not None
            assert result.tls.version == "TLSv1.3"


def test_what_was_asked_for_beyond_stands_behind(lab: Lab) -> None:
    from tui_chain.engine.revocation import gather_crls
    from tui_chain.x509.crl import CrlScope

    journey = Journey(Context(lab_trust(lab)))

    async def crls(state: HostState) -> HostState:
        return await gather_crls(journey, state, CrlScope.CHAIN)

    target = parse_target(lab.host("crl-chain").target)
    assert isinstance(target, Target)
    result = host_result(walk(HostState(target), journey.probe, journey.fix, crls), datetime.now(UTC))
    told = json.loads(result.to_json())
    assert told["crl_check"] == "chain"
    assert set(told["crl_clients"]) == {"requests", "requests-3.13", "python", "python-3.13", "curl"}
    assert len(told["crls"]) == 2
    assert HostResult.from_json(result.to_json()) == result


def test_an_explanation_has_a_json_form() -> None:
    found = explain_result("SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer")
    assert not isinstance(found, Failure)
    told = json.loads(found.to_json())
    assert told["symptom"] == found.symptom
    assert told["causes"][0] == {**dataclasses.asdict(found.causes[0]), "shows": list(found.causes[0].shows)}
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - it was made here
    code = explain_result("missing-issuer")
    assert not isinstance(code, Failure)
    assert (code.symptom, code.client, code.host) == ("missing-issuer", None, None)
    assert isinstance(explain_result("nothing that is known"), Failure)


def test_an_audit_has_a_json_form(pki: Pki) -> None:
    result = audit_result(pem_of(served_by(pki.root, pki.root).certificates), TrustStore("public", ()), NOW)
    told = json.loads(result.to_json())
    assert told["certificates"] == list(result.certificates)
    assert set(told["clients"]) == set(result.clients)
    assert {one["code"] for one in told["findings"]} >= {"duplicate"}
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - it was made here
