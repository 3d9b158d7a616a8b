"""Gathering the CRLs of a path from real addresses and from files: bounds, consent, refusals, and the proof."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.revocation.conftest import Chain, collected, refused
from tests.support.aia import fetches_to
from tests.support.crls import Oddity, issuing_point, make_crl, naming
from tui_chain.engine.journey import utc_now
from tui_chain.lab.authority import Authority, Identity, Template, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.net.addresses import Reach
from tui_chain.resolve import aia
from tui_chain.resolve.files import FileCertificates, read_pool
from tui_chain.revocation import collect
from tui_chain.revocation.collect import CrlCollector
from tui_chain.revocation.crl import MAX_CRL, CrlFetches
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, crl_to_pem


def test_a_list_for_each_certificate_below_the_root(chain: Chain) -> None:
    lists = make_crl(chain.ca), make_crl(chain.root, odd=Oddity(end=timedelta(days=2)))
    chain.publish(*lists)
    found = collected(chain.collect())
    assert found.crls == lists
    assert found.until == lists[1].next_update
    assert [one.source.partition(" ")[0] for one in found.lists] == ["CRL", "CRL"]


def test_the_leaf_alone_needs_one_list(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca), None)
    assert len(collected(chain.collect(scope=CrlScope.LEAF)).lists) == 1
    failure = refused(chain.collect())
    assert "HTTP status 404" in failure.message
    assert "--crl-leaf" in failure.hint


ODD: dict[str, Callable[[Chain], Oddity]] = {
    "signed by somebody else": lambda chain: Oddity(key=chain.root.key),
    "stale": lambda _: Oddity(begin=timedelta(days=-8), end=timedelta(seconds=-1)),
    "from the future": lambda _: Oddity(begin=timedelta(minutes=1)),
    "a delta": lambda _: Oddity(extensions=((x509.DeltaCRLIndicator(1), True),)),
    "of another place": lambda _: Oddity(extensions=issuing_point(url="http://elsewhere.test/1.crl")),
    "another issuer's": lambda chain: Oddity(name=chain.root.subject),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_list_that_does_not_hold_is_not_taken(chain: Chain, odd: str) -> None:
    chain.publish(make_crl(chain.ca, odd=ODD[odd](chain)), make_crl(chain.root))
    assert chain.leaf.certificate is not None
    failure = refused(chain.collect())
    assert "localhost: CRL http://127.0.0.1:" in failure.message


def test_clocks_that_differ_make_no_list_good(chain: Chain) -> None:
    """OpenSSL allows for no difference, so neither does a file for it; one answer about one host may."""
    almost = make_crl(chain.ca, odd=Oddity(begin=timedelta(minutes=1)))
    chain.publish(almost, make_crl(chain.root))
    assert "not in force now" in refused(chain.collect()).message


@pytest.mark.parametrize("who", ["leaf", "ca", "root"])
def test_a_revoked_certificate_ends_it(chain: Chain, who: str) -> None:
    chain.publish(
        make_crl(chain.ca, [chain.leaf] if who == "leaf" else []),
        make_crl(chain.root, {"ca": [chain.ca], "root": [chain.root], "leaf": []}[who]),
    )
    failure = refused(chain.collect(), "revoked")
    assert "revoked on" in failure.message
    assert "(superseded)" in failure.message
    names = {"leaf": "localhost", "ca": "Case CA", "root": "Lab Root R1"}
    assert failure.message.startswith(names[who])


def test_revoked_is_said_before_what_is_missing(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca, [chain.leaf]), None)
    refused(chain.collect(), "revoked")


def test_the_next_address_is_asked(lab: Lab) -> None:
    root = lab.hierarchy["root"]
    dead = f"http://127.0.0.1:{lab.dead_port}/dead.crl"
    good = lab.publish("/next.crl", AiaAnswer(make_crl(root).der))
    leaf = root.issue_leaf(["localhost"], naming("ldap://directory.test/CN=x", dead, good))
    path = tuple(Certificate(one.der) for one in (leaf, root))
    found = asyncio.run(CrlCollector(root.now, fetches_to()).collect(path))
    assert collected(found).lists[0].source == f"CRL {good}"


def test_five_addresses_and_no_more(lab: Lab) -> None:
    root = lab.hierarchy["root"]
    good = lab.publish("/sixth.crl", AiaAnswer(make_crl(root).der))
    dead = [f"http://127.0.0.1:{lab.dead_port}/{number}.crl" for number in range(5)]
    leaf = root.issue_leaf(["localhost"], naming(*dead, good))
    path = tuple(Certificate(one.der) for one in (leaf, root))
    before = lab.aia_log.count("/sixth.crl")
    refused(asyncio.run(CrlCollector(root.now, fetches_to()).collect(path)))
    assert lab.aia_log.count("/sixth.crl") == before


def test_eight_mebibytes_and_no_more(chain: Chain) -> None:
    chain.publish(AiaAnswer(bytes(MAX_CRL + 1)), make_crl(chain.root))
    assert "larger than 8192 KiB" in refused(chain.collect()).message
    chain.publish(AiaAnswer(bytes(MAX_CRL)), None)
    assert "no CRL" in refused(chain.collect()).message


def test_all_lists_together_have_a_bound(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    chain.publish(make_crl(chain.ca), make_crl(chain.root))
    monkeypatch.setattr(collect, "MAX_TOTAL", 100)
    assert "too many" in refused(chain.collect()).message


def test_what_never_ends_is_ended(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of the user's own counts, although an address keeps everybody waiting."""
    monkeypatch.setattr(aia, "TOTAL_SECONDS", 2.0)
    chain.publish(AiaAnswer(b"", delay=30), make_crl(chain.root))
    assert "stopped after 2 s" in refused(chain.collect()).message
    own = ((make_crl(chain.ca), "file mine.crl"),)
    assert collected(chain.collect(own=own)).lists[0].source == "file mine.crl"


def test_nothing_inside_is_asked_without_consent(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca), make_crl(chain.root))
    before = len(chain.lab.aia_log)
    failure = refused(chain.collect(frozenset({Reach.PUBLIC})))
    assert "--allow-private-aia" in failure.hint
    assert len(chain.lab.aia_log) == before


def test_nothing_is_fetched_offline(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca), make_crl(chain.root))
    before = len(chain.lab.aia_log)
    assert "not fetched offline" in refused(chain.collect(offline=True)).message
    own = tuple((make_crl(ca), "file mine.crl") for ca in (chain.ca, chain.root))
    assert len(collected(chain.collect(offline=True, own=own)).lists) == 2
    assert len(chain.lab.aia_log) == before


def test_a_newer_list_wins_wherever_it_is(chain: Chain) -> None:
    old, new = (make_crl(chain.ca, odd=Oddity(begin=timedelta(hours=-hours))) for hours in (3, 1))
    chain.publish(old, make_crl(chain.root))
    assert collected(chain.collect(own=((new, "file new.crl"),))).crls[0] == new
    chain.publish(new, None)
    assert collected(chain.collect(own=((old, "file old.crl"),))).crls[0] == new


def test_an_old_list_of_the_user_s_hides_no_revocation(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca, [chain.leaf]), make_crl(chain.root))
    refused(chain.collect(own=((make_crl(chain.ca), "file old.crl"),)), "revoked")


def test_an_address_is_asked_once_for_all_hosts(chain: Chain) -> None:
    chain.publish(make_crl(chain.ca), make_crl(chain.root))
    fetches = CrlFetches()

    async def go() -> None:
        collector = CrlCollector(chain.root.now, fetches_to(), known=fetches)
        await asyncio.gather(*(collector.collect(chain.path) for _ in range(10)))

    asyncio.run(go())
    assert chain.lab.aia_log.count(f"/{chain.name}-leaf.crl") == 1


def test_a_certificate_that_names_no_list_is_named(chain: Chain) -> None:
    mute = chain.root.issue_ca("Mute CA")
    leaf = mute.issue_leaf(["localhost"], naming("http://127.0.0.1:9/x.crl"))
    failure = refused(chain_of(chain, leaf, mute).collect(own=((make_crl(mute), "file"),)))
    assert failure.message == "Mute CA names no CRL; clients that check want one for it."
    assert "--crl-leaf" in failure.hint
    bare = refused(chain_of(chain, mute.issue_leaf(["localhost"]), mute).collect(scope=CrlScope.LEAF))
    assert "--crl-leaf" not in bare.hint
    assert "the CRL of Mute CA from a file" in bare.hint


def chain_of(chain: Chain, leaf: Identity, ca: Authority) -> Chain:
    return replace(chain, leaf=leaf, ca=ca)


def test_foreign_words_in_a_failure_are_safe(lab: Lab) -> None:
    evil = "http://127.0.0.1:1/\x1b]0;x\x07\u202e.crl"
    root = lab.hierarchy["root"]
    template = Template(customise=lambda builder: builder.add_extension(_raw_point(evil), critical=False))
    path = tuple(Certificate(one.der) for one in (root.issue_leaf(["localhost"], template), root))
    refused(asyncio.run(CrlCollector(root.now, fetches_to()).collect(path)))


def _raw_point(url: str) -> x509.UnrecognizedExtension:
    """A CRLDistributionPoints whose URL no builder makes."""
    name = b"\x86" + bytes([len(url.encode())]) + url.encode()
    for tag in (b"\xa0", b"\xa0", b"\x30", b"\x30"):
        name = tag + bytes([len(name)]) + name
    return x509.UnrecognizedExtension(x509.CRLDistributionPoints.oid, name)


def test_a_path_of_one_certificate_has_no_list(lab: Lab) -> None:
    path = (Certificate(lab.hierarchy["root"].der),)
    refused(asyncio.run(CrlCollector(utc_now(), fetches_to()).collect(path)))


def test_files_may_hold_lists(chain: Chain, tmp_path: Path) -> None:
    crl, other = make_crl(chain.ca), make_crl(chain.root)
    (tmp_path / "list.crl").write_bytes(crl.der)
    (tmp_path / "all.pem").write_bytes(to_pem([chain.root.der]) + (crl_to_pem(other) + crl_to_pem(crl)).encode())
    pool = read_pool((tmp_path,))
    assert isinstance(pool, FileCertificates)
    assert pool.problems == ()
    assert [one.sha256 for one, _ in pool.certificates] == [Certificate(chain.root.der).sha256]
    assert {name for crl_, name in pool.crls if crl_ == other} == {f"file {tmp_path}/all.pem"}
    assert len(collected(chain.collect(offline=True, own=pool.crls)).lists) == 2
