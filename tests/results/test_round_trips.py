"""Every result reads back from its JSON and from a pickle as it was, whatever stands in its fields."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.odd_files import odd_files
from tests.support.chains import NOW, make_pki
from tests.support.schema import faults
from tui_chain import api
from tui_chain.api import (
    FAMILIES,
    AuditFindingResult,
    AuditResult,
    CauseResult,
    CertificateResult,
    ClientResult,
    DoctorResult,
    ExplainResult,
    FindingResult,
    HostResult,
    HostTrialResult,
    JudgementResult,
    LeftOutResult,
    LibraryResult,
    LoadedResult,
    MissingResult,
    ProbeResult,
    SettingResult,
    TLSResult,
    TrustProblemResult,
    Verdict,
)
from tui_chain.audit.audit import Auditor
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.connection_options import SHOWN_KEYS
from tui_chain.results.audit import audit_result, of_audit
from tui_chain.results.explanation import explain_result
from tui_chain.results.json_reader import MAX_MILLISECONDS, uncut
from tui_chain.results.values import STEPS
from tui_chain.trust.store import TrustStore

Any_ = TypeVar("Any_", HostResult, AuditResult, DoctorResult, ExplainResult)
Fields = dict[str, st.SearchStrategy[Any]]
EXAMPLES = settings(max_examples=100, deadline=None)

# what stands in fields: whatever a result of ours may hold, which is safe for a terminal

FOREIGN = st.text(st.characters(exclude_categories=()), max_size=40)
"""Any text at all, surrogates as well."""
TEXT = FOREIGN.map(uncut)
WORDS = TEXT.filter(bool)
FILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
"""A file's text, which may hold whatever UTF-8 can."""
DIGEST = st.binary(max_size=8).map(lambda data: sha256(data).hexdigest())
COUNT = st.integers(0, 1 << 70)
WHOLE = st.integers(-(1 << 70), 1 << 70)
ZONES = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
"""Any offset, odd ones of seconds and microseconds too."""
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.one_of(st.just(UTC), ZONES))  # noqa: DTZ001
FREE = st.recursive(
    st.one_of(st.none(), st.booleans(), WHOLE, st.floats(allow_nan=False, allow_infinity=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)
"""Any JSON value."""
OBJECT = st.dictionaries(TEXT, FREE, max_size=4)


def many(of: st.SearchStrategy[Any_], size: int = 4) -> st.SearchStrategy[tuple[Any_, ...]]:
    """Tuples, empty and longer."""
    return st.lists(of, max_size=size).map(tuple)


def maybe(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), of)


def certificate(der: bytes, subject: str, issuer: str, not_after: datetime | None, source: str) -> CertificateResult:
    return CertificateResult(der, sha256(der).hexdigest(), subject, issuer, not_after, source)


CERTIFICATE = st.builds(certificate, st.binary(min_size=1, max_size=200), TEXT, TEXT, maybe(MOMENTS), WORDS)
VERDICT = st.builds(Verdict, st.booleans(), maybe(st.one_of(WHOLE, TEXT)), maybe(TEXT), maybe(DIGEST))
FAILURE = st.builds(Failure, WORDS, WORDS, TEXT)
TLS = st.builds(
    TLSResult, maybe(TEXT), maybe(TEXT), maybe(TEXT), st.sampled_from([None, "requested", "required"]), many(TEXT, 30)
)
PROBE = st.builds(
    ProbeResult,
    maybe(FAILURE), TEXT, maybe(st.binary(max_size=50)), maybe(TEXT), maybe(COUNT), maybe(st.booleans()), maybe(TEXT),
    many(TEXT), many(TEXT),
)  # fmt: skip
ANSWER = st.fixed_dictionaries(
    {
        "address": TEXT,
        "key_type": st.sampled_from(["any", "RSA", "ECDSA"]),
        "tls": maybe(TEXT),
        "sni": st.booleans(),
        "turn": st.integers(1, 50),
        "status": TEXT,
        "served": st.lists(DIGEST, max_size=3),
        "error": maybe(TEXT),
    }
)
MORE = st.fixed_dictionaries(
    {},
    optional={
        "servers": st.lists(ANSWER, max_size=3),
        "crl_check": st.sampled_from(["chain", "leaf"]),
        "crl_clients": st.dictionaries(TEXT, st.booleans(), max_size=3),
        "crl_error": TEXT,
        "changes": st.lists(TEXT, max_size=3),
    },
)
"""What is asked for besides."""
CONNECTION = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(SHOWN_KEYS, TEXT) | {"ip": st.sampled_from("46"), "tls": st.just("1.2")}
)
TIMINGS = st.dictionaries(st.sampled_from(STEPS), st.floats(0, MAX_MILLISECONDS))
HOST_FIELDS: Fields = {
    "target": WORDS,
    "label": TEXT,
    "address": maybe(TEXT),
    "time": MOMENTS,
    "status": st.sampled_from([one.value for one in Status]),
    "blame": st.sampled_from([one.value for one in Blame]),
    "headline": WORDS,
    "tls": TLS,
    "served": many(CERTIFICATE),
    "path": many(CERTIFICATE),
    "missing": many(st.builds(MissingResult, TEXT, maybe(DIGEST), DIGEST)),
    "findings": many(
        st.builds(
            FindingResult,
            st.from_regex("[a-z0-9-]+", fullmatch=True), st.sampled_from([one.value for one in Severity]),
            maybe(DIGEST), maybe(TEXT), WORDS, WORDS,
        )
    ),
    "clients": many(
        st.builds(
            ClientResult,
            st.sampled_from([one.id.value for one in FAMILIES]), WORDS, WORDS, VERDICT, maybe(VERDICT),
        )
    ),
    "bundle": maybe(FILE),
    "written": maybe(TEXT),
    "timings": TIMINGS,
    "found": maybe(many(CERTIFICATE)),
    "probe": PROBE,
    "proxy": maybe(TEXT),
    "connection": CONNECTION,
    "more": MORE,
}  # fmt: skip
HOST = st.builds(HostResult, **HOST_FIELDS)
LOADED = st.builds(LoadedResult, many(DIGEST), maybe(TEXT), many(DIGEST))
AUDIT_FIELDS: Fields = {
    "file": TEXT,
    "format": TEXT,
    "certificates": many(DIGEST, 30),
    "clients": st.dictionaries(TEXT, LOADED, max_size=4),
    "findings": many(st.builds(AuditFindingResult, TEXT, TEXT, TEXT, TEXT, maybe(DIGEST), maybe(COUNT))),
    "written": maybe(TEXT),
    "crls": many(OBJECT),
    "crl_check": maybe(TEXT),
    "left_out": many(st.builds(LeftOutResult, DIGEST, TEXT, TEXT, many(TEXT))),
}
AUDIT = st.builds(AuditResult, **AUDIT_FIELDS)
JUDGEMENT = maybe(st.builds(JudgementResult, maybe(st.booleans()), maybe(WHOLE), TEXT))
LIBRARY = st.builds(
    LibraryResult,
    TEXT, maybe(TEXT), TEXT, many(TEXT), maybe(st.booleans()), maybe(WHOLE), maybe(WHOLE), maybe(WHOLE),
    JUDGEMENT, JUDGEMENT, JUDGEMENT,
)  # fmt: skip
DOCTOR_FIELDS: Fields = {
    "interpreter": TEXT,
    "version": TEXT,
    "well": st.booleans(),
    "problems": many(st.builds(TrustProblemResult, TEXT, TEXT, TEXT, TEXT, many(TEXT))),
    "change": many(TEXT),
    "settings": many(st.builds(SettingResult, TEXT, TEXT, TEXT, TEXT, TEXT, maybe(TEXT))),
    "libraries": many(LIBRARY, 3),
    "host": maybe(st.builds(HostTrialResult, TEXT, TEXT, TEXT, TEXT, many(TEXT), many(TEXT))),
    "environment": OBJECT,
    "schema": st.just(1),
}
DOCTOR = st.builds(DoctorResult, **DOCTOR_FIELDS)
EXPLAIN_FIELDS: Fields = {
    "client": maybe(TEXT),
    "version": maybe(TEXT),
    "speaker": TEXT,
    "host": maybe(TEXT),
    "port": maybe(COUNT),
    "url": maybe(TEXT),
    "trust_file": maybe(TEXT),
    "symptom": TEXT,
    "openssl_code": maybe(WHOLE),
    "line": TEXT,
    "message": TEXT,
    "fact": TEXT,
    "causes": many(st.builds(CauseResult, TEXT, TEXT, TEXT, many(TEXT))),
}
EXPLAIN = st.builds(ExplainResult, **EXPLAIN_FIELDS)


def same(result: Any_) -> None:
    """Assert that a result reads back as it was, from one line of ASCII and from a pickle."""
    text = result.to_json()
    assert text.isascii()
    assert "\n" not in text
    again = type(result).from_json(text)
    assert again == result
    assert json.loads(again.to_json()) == json.loads(text)
    copied = pickle.loads(pickle.dumps(result))  # noqa: S301 - it was made here
    assert copied == result
    assert hash(again) == hash(copied) == hash(result)


@EXAMPLES
@given(HOST)
def test_a_host(result: HostResult) -> None:
    same(result)
    assert faults(json.loads(result.to_json())) == []


@EXAMPLES
@given(AUDIT)
def test_an_audit(result: AuditResult) -> None:
    same(result)


@EXAMPLES
@given(DOCTOR)
def test_a_doctor_s_report(result: DoctorResult) -> None:
    same(result)


@EXAMPLES
@given(EXPLAIN)
def test_an_explanation(result: ExplainResult) -> None:
    same(result)


@EXAMPLES
@given(HOST, HOST)
def test_hosts_are_the_same_where_their_lines_are(a: HostResult, b: HostResult) -> None:
    assert (a == b) == (a.to_json() == b.to_json())
    assert len({a, b}) == 1 + (a != b)


@EXAMPLES
@given(HOST, OBJECT)
def test_what_is_asked_for_besides_is_free(result: HostResult, more: dict[str, Any]) -> None:
    """A later version's keys come through this one."""
    own = {"schema", *(one.name for one in dataclasses.fields(HostResult))}
    named = {f"later {name}": value for name, value in more.items()}
    assert not named.keys() & own
    same(dataclasses.replace(result, more={**result.more, **named}))


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        (HostResult, HOST_FIELDS),
        (AuditResult, AUDIT_FIELDS),
        (DoctorResult, DOCTOR_FIELDS),
        (ExplainResult, EXPLAIN_FIELDS),
    ],
)
def test_every_field_is_drawn(kind: Any, drawn: Fields) -> None:
    """A new field is not forgotten."""
    assert drawn.keys() == {one.name for one in dataclasses.fields(kind)}


# what is refused

UNSAFE = ["\x1b[31m", "a\u202eb", "\ud800", "a\nb", "\u200b", "\x00"]
TEXTS: list[tuple[Callable[[str], Any], str]] = [
    (lambda text: ExplainResult(None, None, "own", text, None, None, None, "x", None, "", "", "", ()), "host"),
    (lambda text: AuditResult(text, "PEM", (), {}, ()), "file"),
    (lambda text: AuditResult("a", "PEM", (), {text: LoadedResult((), None, ())}, ()), "clients"),
    (lambda text: AuditResult("a", "PEM", (), {}, (), crls=({"issuer": text},)), "crls[0]"),
    (lambda text: DoctorResult("a", text, True, (), (), (), (), None, {}), "version"),
    (lambda text: DoctorResult("a", "b", True, (), (), (), (), None, {"x": [text]}), "environment"),
]


@pytest.mark.parametrize("text", UNSAFE, ids=repr)
@pytest.mark.parametrize(("make", "place"), TEXTS, ids=[place for _, place in TEXTS])
def test_text_that_acts_on_a_terminal_is_refused_by_its_place(
    make: Callable[[str], Any], place: str, text: str
) -> None:
    result = make(text)
    with pytest.raises(ValueError, match="characters that are not safe for a terminal") as caught:
        type(result).from_json(result.to_json())
    assert str(caught.value).isprintable()
    assert place in str(caught.value)


MADE = {
    HostResult: "a host",
    AuditResult: "an audit",
    DoctorResult: "a doctor's report",
    ExplainResult: "an explanation",
}


@pytest.mark.parametrize(("kind", "what"), MADE.items())
@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", "{}", '{"schema": 1}', '{"schema": true}', '{"schema": 2}']
)
def test_what_is_no_result_is_an_error(kind: Any, what: str, text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - json's own, or ours
        kind.from_json(text)
    if text in {"[]", "3", "null", "{}", '{"schema": 1}'}:
        assert what in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "key"), [(AuditResult, "crls"), (DoctorResult, "environment"), (HostResult, "later")]
)
def test_what_is_nested_too_deeply_is_a_sentence(kind: Any, key: str) -> None:
    values: dict[str, Any] = {
        "schema": 1, "file": "a", "format": "PEM", "certificates": [], "clients": {}, "findings": [], "written": None,
    }  # fmt: skip
    if kind is DoctorResult:
        values = json.loads(DoctorResult("a", "b", True, (), (), (), (), None, {}).to_json())
    if kind is HostResult:
        values = json.loads(host().to_json())
    for depth in (500, 100_000):
        deep = "[" * depth + "]" * depth
        wrapped = f'[{{"a": {deep}}}]' if key == "crls" else f'{{"a": {deep}}}'
        text = json.dumps({name: value for name, value in values.items() if name != key})
        with pytest.raises(ValueError, match="nested too deeply"):
            kind.from_json(f'{text[:-1]}, "{key}": {wrapped}}}')


def host(**changes: Any) -> HostResult:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    return HostResult("host.test:443", "", None, moment, "complete", "nobody", "x", TLSResult(), **changes)


def test_times_are_written_in_utc() -> None:
    moment = datetime(2026, 11, 23, 14, 0, 0, 7, timezone(timedelta(hours=2)))
    result = dataclasses.replace(host(), time=moment)
    assert json.loads(result.to_json())["time"] == "2026-11-23T12:00:00.000007+00:00"
    with pytest.raises(ValueError, match="has no time zone"):
        dataclasses.replace(host(), time=datetime(2026, 11, 23)).to_json()  # noqa: DTZ001 - that is it


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_has_not_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        host(timings={"tls": value}).to_json()


def plain_values(value: Any) -> set[type]:
    """The types of all that a result is made of."""
    if dataclasses.is_dataclass(value):
        return set().union(*(plain_values(getattr(value, one.name)) for one in dataclasses.fields(value)))
    if isinstance(value, Mapping):
        return {type(value)}.union(*map(plain_values, [*value, *value.values()]))
    if isinstance(value, tuple | list):
        return {type(value)}.union(*map(plain_values, value))
    return {type(value)}


PLAIN = {str, int, float, bool, bytes, datetime, tuple, list, dict, type(None)}
"""What a result is made of, beside the API's own classes: no enumeration of ours, which another program lacks."""
SCENARIOS = [
    *("complete", "leaf-only", "expired-leaf", "no-tls", "must-staple-good", "ocsp-revoked", "smtp-leaf-only"),
    *("client-certificate", "unknown-root-served", "tls-1.0-only", "small-dh", "wrong-host-name", "crl-chain"),
]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(SCENARIOS) as opened:
        yield opened


def test_what_real_servers_come_to(lab: Lab) -> None:
    for host in lab.hosts:
        for result in (
            api.check(host.target, trust=str(lab.trust_file), revocation=True, repeat=2),
            api.fix(host.target, trust=str(lab.trust_file), no_pool=True, crl="leaf"),
        ):
            assert plain_values(result) <= PLAIN
            same(result)
            assert faults(json.loads(result.to_json())) == []


def test_what_real_error_texts_come_to() -> None:
    cases = Path(__file__).parents[1] / "explain" / "cases.jsonl"
    texts = [json.loads(line)["text"] for line in cases.read_text(encoding="utf-8").splitlines()]
    for text in (*texts, "20", "missing-issuer"):
        found = explain_result(text)
        if not isinstance(found, Failure):
            assert plain_values(found) <= PLAIN
            same(found)


def test_what_odd_files_come_to() -> None:
    for file in odd_files(80, seed=5):
        result = audit_result(file.data, TrustStore("certifi", ()), NOW)
        assert plain_values(result) <= PLAIN
        same(result)


def test_the_name_of_a_written_file_is_safe() -> None:
    """A path may hold what no text does."""
    audit = Auditor(TrustStore("certifi", ()), NOW).audit(to_pem([make_pki().root.der]), "a.pem")
    result = of_audit(audit, Path("a.pem"), Path("/x/\udcff\x1b[31m.pem"))
    assert result.written == "/x/\\udcff\\x1b[31m.pem"
    same(result)
