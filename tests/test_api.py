"""The Python API, against servers of the lab: what the commands do, as frozen values."""

from __future__ import annotations

import asyncio
import inspect
import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import cast

import pytest

from tests.support.chains import HOST, NOW, make_pki, views
from tui_chain import api
from tui_chain.lab.authority import self_signed_leaf, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.x509.formats.pem import pem_of

PKI = make_pki()
CHAIN = (PKI.leaf.der, PKI.issuing.der)
BEYOND = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5)))
"""A time that UTC does not have."""
ALL = {family.id for family in api.FAMILIES}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "leaf-only", "no-tls", "wrong-host-name", "unknown-root-served"]) as opened:
        yield opened


@pytest.fixture
def roots(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("api") / "root.pem"
    file.write_bytes(to_pem([PKI.root.der]))
    return str(file)


def accepting(result: api.HostResult, *, bundled: bool = False) -> set[str]:
    verdicts = {one.id: one.with_bundle if bundled else one.as_served for one in result.clients}
    return {name for name, verdict in verdicts.items() if verdict is not None and verdict.ok}


def test_check_says_what_every_family_makes_of_a_server(lab: Lab) -> None:
    result = api.check(lab.host("complete").target, trust=str(lab.trust_file))
    assert (result.status, result.blame) == ("complete", "nobody")
    assert accepting(result) == ALL
    assert result.tls is not None
    assert result.tls.version == "TLSv1.3"
    assert [one.source for one in result.served] == ["served", "served"]
    assert result.bundle is None


def test_check_fetches_nothing_and_calls_nothing_repairable(lab: Lab) -> None:
    before = lab.aia_log
    result = api.check(lab.host("leaf-only").target, trust=str(lab.trust_file))
    assert result.status == "incomplete"
    assert accepting(result) == set()
    assert lab.aia_log == before


def test_fix_proves_a_bundle_and_writes_nothing(lab: Lab) -> None:
    result = api.fix(lab.host("leaf-only").target, trust=str(lab.trust_file), no_pool=True)
    assert result.status == "repairable"
    assert accepting(result, bundled=True) == ALL
    assert result.bundle is not None
    assert result.bundle.count("-----BEGIN CERTIFICATE-----") == 2
    assert result.written is None
    again = api.verify([one.der for one in result.served], host="localhost", bundle=result.bundle.encode())
    assert accepting(again, bundled=True) == ALL


def test_fix_offline_says_what_is_missing(lab: Lab) -> None:
    before = lab.aia_log
    result = api.fix(lab.host("leaf-only").target, trust=str(lab.trust_file), offline=True, no_pool=True)
    assert result.status == "incomplete"
    assert len(result.missing) == 1
    assert lab.aia_log == before


def test_fix_takes_files_first(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("pool") / "issuing.pem"
    file.write_bytes(to_pem([lab.hierarchy["issuing"].der]))
    target = lab.host("leaf-only").target
    result = api.fix(target, trust=str(lab.trust_file), pool=[file], offline=True, no_pool=True)
    assert result.status == "repairable"
    assert [one.source for one in result.path][1] == f"file {file}"


def test_a_private_root_counts_where_its_fingerprint_was_confirmed(lab: Lab) -> None:
    target, trust = lab.host("unknown-root-served").target, str(lab.trust_file)
    unknown = api.fix(target, trust=trust, no_pool=True)
    assert unknown.status == "untrusted"
    root = unknown.served[-1]
    known = api.fix(target, trust=trust, no_pool=True, trust_root=[root.sha256])
    assert known.status == "repairable"
    with pytest.raises(ValueError, match="SHA-256"):
        api.fix(target, trust=trust, no_pool=True, trust_root=["ab:cd"])


def test_whatever_a_server_does_is_a_result(lab: Lab) -> None:
    assert api.check(lab.host("no-tls").target, trust=str(lab.trust_file)).status == "unreachable"
    wrong = api.check(lab.host("wrong-host-name").target, trust=str(lab.trust_file))
    assert wrong.status == "invalid"
    assert {one.code for one in wrong.findings} == {"host-mismatch"}


def test_a_time_may_be_chosen(lab: Lab) -> None:
    later = datetime.now(UTC) + timedelta(days=4000)
    result = api.check(lab.host("complete").target, trust=str(lab.trust_file), at=later)
    assert result.status == "invalid"
    assert result.time == later


@pytest.mark.parametrize(
    "chain",
    [
        list(CHAIN),
        CHAIN,
        to_pem(list(CHAIN)),
        bytearray(to_pem(list(CHAIN))),
        b"comment\r\n" + to_pem(list(CHAIN)).replace(b"\n", b"\r\n"),
    ],
    ids=["list", "tuple", "PEM", "bytearray", "CRLF"],
)
def test_verify_takes_ders_or_a_file(chain: object, roots: str) -> None:
    result = api.verify(chain, host=HOST, trust=roots, at=NOW)  # type: ignore[arg-type]
    assert [one.der for one in result.served] == list(CHAIN)
    assert accepting(result) == ALL
    assert (result.status, result.target, result.time) == ("complete", f"{HOST}:443", NOW)


def test_verify_takes_one_der_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = self_signed_leaf([HOST], now=NOW)
    file = tmp_path_factory.mktemp("pin") / "pin.pem"
    file.write_bytes(to_pem([alone.der]))
    result = api.verify(alone.der, host=HOST, trust=str(file), at=NOW)
    assert [one.der for one in result.served] == [alone.der]


def test_verify_with_a_bundle_fills_both_verdicts(roots: str) -> None:
    bundle = to_pem([PKI.issuing.der, PKI.root.der])
    result = api.verify([PKI.leaf.der], host=HOST, bundle=bundle, trust=roots, at=NOW)
    assert (accepting(result), accepting(result, bundled=True)) == (set(), ALL)
    empty = api.verify(CHAIN, host=HOST, bundle=b"", trust=roots, at=NOW)
    assert (accepting(empty), accepting(empty, bundled=True)) == (ALL, set())
    assert all(one.with_bundle is not None for one in empty.clients)


def test_verify_reads_the_bundle_as_each_client_does(roots: str) -> None:
    """The bytes of the file count, not what we make of them."""
    broken = to_pem([PKI.root.der]) + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    result = api.verify(CHAIN, host=HOST, bundle=broken, trust=roots, at=NOW)
    assert accepting(result, bundled=True) == {"go", "rustls"}


def test_verify_asks_about_garbage_too(roots: str) -> None:
    result = api.verify([*CHAIN, b"garbage"], host=HOST, trust=roots, at=NOW)
    assert accepting(result) == {"rustls"}


def test_several_stores_are_used_together(roots: str) -> None:
    assert accepting(api.verify(CHAIN, host=HOST, trust="certifi", at=NOW)) == set()
    assert accepting(api.verify(CHAIN, host=HOST, trust=("certifi", roots), at=NOW)) == ALL


def test_a_dot_at_the_end_of_a_host_is_the_clients_matter(roots: str) -> None:
    refused = ALL - accepting(api.verify(CHAIN, host=f"{HOST}.", trust=roots, at=NOW))
    assert refused == {"python", "python-3.13", "gnutls"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: api.check(""), "target"),
        (lambda: api.check("host.test:99999"), "port"),
        (lambda: api.check("host.test", trust="/no/such/file.pem"), "cannot be read"),
        (lambda: api.verify([], host=HOST), "no certificate in the chain"),
        (lambda: api.verify(b"nothing", host=HOST), "no certificate in the chain"),
        (lambda: api.verify(CHAIN, host=""), "not a host name"),
        (lambda: api.verify(CHAIN, host="a b"), "not a host name"),
        (lambda: api.verify(CHAIN, host=HOST, at=datetime(2026, 1, 1)), "no time zone"),  # noqa: DTZ001 - that is it
        (lambda: api.verify(CHAIN, host=HOST, at=BEYOND), "at is 9999-12-31 23:00:00-05:00. Give a time"),
        (lambda: api.audit(to_pem(list(CHAIN)), at=BEYOND), "at is 9999-12-31 23:00:00-05:00. Give a time"),
        (lambda: api.check("host.test", at=BEYOND), "at is 9999-12-31 23:00:00-05:00. Give a time"),
        (lambda: api.audit(b"", at=cast("datetime", 5)), "at is 5. Give an aware datetime"),
        (lambda: api.verify(CHAIN, host=HOST, trust=cast("str", None)), "trust is None. Give certifi"),
        (lambda: api.verify(CHAIN, host=cast("str", None)), "None is not a host name"),
        (lambda: api.check(cast("str", None)), "The target is None. Give a text"),
        (lambda: api.check_many(["host.test", cast("str", None)]), "The target is None. Give a text"),
        (lambda: api.explain("nothing that is known"), ""),
        (lambda: api.fix("host.test", pool=["/no/such/folder"]), "cannot be read"),
    ],
)
def test_input_that_means_nothing_is_an_error_with_a_sentence(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=r"\.$") as caught:
        call()
    assert words in str(caught.value)


def test_explain_and_audit() -> None:
    assert api.explain("20").symptom == "unknown-issuer"
    assert api.explain("missing-issuer").causes[0].code == "missing-issuer"
    audited = api.audit(pem_of(views(PKI.root, PKI.root)), at=NOW)
    assert "duplicate" in {one.code for one in audited.findings}
    assert audited.certificates == (views(PKI.root)[0].sha256,) * 2


def test_every_function_has_an_async_twin_with_the_same_options() -> None:
    for name in ("check", "fix", "verify", "explain", "audit"):
        plain, twin = getattr(api, name), getattr(api, f"a{name}")
        assert inspect.iscoroutinefunction(twin)
        assert inspect.signature(plain) == inspect.signature(twin)
        assert {name, f"a{name}"} <= set(api.__all__)


def test_fix_knows_its_keywords_alone() -> None:
    assert set(api.FixOptions.__annotations__) == {
        "trust", "timeout", "at", "pool", "trust_root", "offline", "allow_private_aia", "no_pool", "no_learn",
        "accept_lost_constraints", "sni", "connect_to", "verify_name", "proxy", "no_proxy", "cert", "key",
        "cert_password_file", "ip_version", "bind", "ehlo", "tls", "retries", "starttls", "warn_days",
        "all_addresses", "key_types", "repeat", "crl",
    }  # fmt: skip
    for unknown in ("demo", "hosts_file", "tiemout"):
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{unknown}'"):
            api.fix("host.test", **{unknown: True})  # type: ignore[arg-type]


def test_the_async_twins_say_the_same(lab: Lab, roots: str) -> None:
    target, trust = lab.host("leaf-only").target, str(lab.trust_file)

    async def together() -> tuple[api.HostResult, api.HostResult, api.HostResult, object, object]:
        return await asyncio.gather(
            api.acheck(target, trust=trust),
            api.afix(target, trust=trust, no_pool=True),
            api.averify(CHAIN, host=HOST, trust=roots, at=NOW),
            api.aexplain("20"),
            api.aaudit(to_pem([PKI.root.der]), at=NOW),
        )

    checked, fixed, verified, explained, audited = asyncio.run(together())
    assert (checked.status, fixed.status, verified.status) == ("incomplete", "repairable", "complete")
    assert explained == api.explain("20")
    assert audited == api.audit(to_pem([PKI.root.der]), at=NOW)


def test_results_pickle_and_have_a_json_form(lab: Lab) -> None:
    result = api.fix(lab.host("leaf-only").target, trust=str(lab.trust_file), no_pool=True)
    for value in (result, api.explain("20"), api.audit(to_pem([PKI.root.der]), at=NOW)):
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - it was made here
        assert value.to_json().startswith("{")
    assert api.HostResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("ask", [api.check, api.fix])
def test_no_trust_store_at_all_is_refused(ask: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="No trust store is named"):
        ask("localhost:1", trust=[])
