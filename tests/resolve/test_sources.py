"""What is at hand is asked in its order, each source with a try; the network comes last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.support.chains import NOW, Pki, make_pki, served_by, store_of, views
from tests.support.clock import Clock
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.lab.authority import Authority, Template
from tui_chain.lab.internet import open_lab
from tui_chain.net.addresses import Reach, permission
from tui_chain.net.target import Target
from tui_chain.pool.pool import Pool
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.aia import FetchBudget, HostFetches
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import ConsentRequest, Resolution
from tui_chain.resolve.resolver import Resolver
from tui_chain.resolve.sources import OtherHosts, Pooled, Served, ServedIndex, Source, Stores
from tui_chain.trust.store import TrustStore
from tui_chain.x509.signatures import Proof

PKI = make_pki()
LEAF, ISSUING, ROOT = views(PKI.leaf, PKI.issuing, PKI.root)


def search(
    pki: Pki, *sources: Source, served: ServedChain | None = None,
    pool: FileCertificates | None = None,
) -> Resolution:  # fmt: skip
    async def run() -> Resolution:
        chain = served or served_by(pki.leaf)
        diagnoser = Diagnoser(pki.trust)
        resolver = Resolver(diagnoser, NOW, pool or FileCertificates(), offline=True, sources=sources)
        return await resolver.resolve(chain, diagnoser.diagnose(chain, at=NOW))

    return asyncio.run(run())


def other_host(*chain: Authority, name: str = "other.test") -> ServedChain:
    return replace(served_by(*chain), target=Target(name))


def test_every_source_is_asked_in_its_order_and_says_what_came(tmp_path: Path) -> None:
    pool = Pool(tmp_path / "pool.sqlite3")
    pool.add([(ISSUING, "an earlier run")], NOW)
    served = served_by(PKI.leaf, make_pki("Stranger").issuing)
    resolution = search(
        PKI,
        Served(served),
        OtherHosts(served, lambda: ServedIndex.of([served, other_host(PKI.issuing)])),
        Pooled(pool),
        Stores(lambda: (TrustStore("elsewhere", (ISSUING,)),)),
        served=served,
        pool=FileCertificates(((ISSUING, "file a.pem"),)),
    )
    pool.close()
    shown = [(tried.source, tried.where, tried.ok) for tried in resolution.tries]
    assert shown == [
        ("served chain", "of host.test:443", False),
        ("other hosts", "1 host", True),
        ("pool", "by name and key id", True),
        ("trust stores", "elsewhere", True),
        ("files", "1 file", True),
    ]
    places = [tried.place_of(ISSUING) for tried in resolution.tries[1:]]
    assert places == [
        "served by other.test:443",
        "pool, an earlier run, 2026-11-23",
        "trust store elsewhere",
        "file a.pem",
    ]
    assert "no certificate of that name or key" in resolution.tries[0].outcome


def test_a_namesake_in_the_served_chain_is_shown_as_one_that_did_not_sign() -> None:
    namesake = Authority.root("Test Issuing", now=NOW)
    served = served_by(PKI.leaf, namesake)
    (tried,) = search(PKI, Served(served), served=served).tries
    assert tried.proof is Proof.NOT_SIGNED
    assert tried.certificates == views(namesake)
    assert "did not sign" in tried.outcome


def test_the_same_key_under_another_name_is_no_issuer() -> None:
    renamed = Authority.root("Renamed", now=NOW, template=Template(new_key=lambda: PKI.issuing.key))
    resolution = search(PKI, OtherHosts(served_by(PKI.leaf), lambda: ServedIndex.of([other_host(renamed)])))
    (tried,) = resolution.tries
    assert tried.certificates == views(renamed)
    assert tried.proof is Proof.NOT_SIGNED
    assert resolution.diagnosis.path is None


def test_sources_with_nothing_in_them_are_not_listed() -> None:
    served = served_by(PKI.leaf)
    assert (
        search(PKI, Served(served), OtherHosts(served, lambda: ServedIndex.of([served])), Stores(lambda: ())).tries
        == ()
    )


def test_a_link_above_a_found_link_is_looked_for_too() -> None:
    upper = PKI.issuing.issue_ca("Lower")
    leaf = upper.issue_leaf(["host.test"])
    served = served_by(leaf)
    index = ServedIndex.of([other_host(upper), other_host(PKI.issuing, name="b.test")])
    hosts = OtherHosts(served, lambda: index)
    resolution = search(PKI, hosts, served=served)
    assert [tried.wanted_by for tried in resolution.tries] == [one.sha256 for one in views(leaf, upper)]
    assert resolution.diagnosis.path is not None


def test_a_pool_that_cannot_be_used_is_said_and_the_search_goes_on(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    resolution = search(PKI, Pooled(Pool(tmp_path / "folder")), pool=FileCertificates(((ISSUING, "file a.pem"),)))
    assert "cannot be opened" in resolution.tries[0].outcome
    assert resolution.diagnosis.path is not None


def test_a_root_of_another_store_ends_no_path() -> None:
    """Law 1: the anchors are those of the chosen store."""
    stranger = make_pki("Private")
    served = served_by(stranger.leaf, stranger.issuing)
    other = store_of(stranger.root)
    resolution = search(PKI, Stores(lambda: (other,)), served=served)
    assert resolution.tries[0].ok
    assert resolution.diagnosis.path is None
    assert [trail[-1] for trail in resolution.diagnosis.search.untrusted] == list(views(stranger.root))


# -- consent


def consenting(
    answer: bool, think: Callable[[], None] = lambda: None, budget: FetchBudget | None = None
) -> tuple[list[ConsentRequest], Resolution]:
    """A host at a public address whose AIA leads to loopback, by two URLs of one place."""
    asked: list[ConsentRequest] = []

    async def ask(question: ConsentRequest) -> bool:
        asked.append(question)
        think()
        return answer

    async def run(urls: tuple[str, ...], issuing: Authority, trust: TrustStore) -> Resolution:
        leaf = issuing.issue_leaf(["host.test"], Template(urls=urls))
        served = ServedChain(Target("host.test"), views(leaf), NOW, "93.184.215.14")
        diagnoser = Diagnoser(trust)

        def fetches(served: ServedChain) -> HostFetches:
            return HostFetches(permission(served.address), str(served.target), ask, budget or FetchBudget())

        resolver = Resolver(diagnoser, NOW, fetches=fetches)
        return await resolver.resolve(served, diagnoser.diagnose(served, at=NOW))

    with open_lab(["complete"], now=NOW) as lab:
        root = lab.hierarchy["root"]
        urls = (lab.publish("/gone", b""), lab.publish("/it", lab.hierarchy["issuing"].der))
        resolution = asyncio.run(run(urls, lab.hierarchy["issuing"], store_of(root)))
        assert bool(lab.aia_log) == answer
    return asked, resolution


def test_the_user_is_asked_once_for_a_place_and_a_yes_holds_for_its_other_urls() -> None:
    (question,), resolution = consenting(answer=True)
    assert (question.host, question.place.address, question.kind) == ("host.test:443", "127.0.0.1", Reach.LOOPBACK)
    for text in (question.url, question.certificate, "127.0.0.1", f"port {question.place.port}"):
        assert text in question.question
    assert str(question.place.port) in question.url
    assert [tried.ok for tried in resolution.tries] == [False, True]


def test_a_no_is_a_no_for_its_other_urls() -> None:
    asked, resolution = consenting(answer=False)
    assert len(asked) == 1
    assert ["only with your consent" in tried.outcome for tried in resolution.tries] == [True, True]


def test_thinking_is_not_counted_and_gives_no_new_time() -> None:
    clock = Clock()
    budget = FetchBudget(25.0, clock)
    _, resolution = consenting(answer=True, think=lambda: clock.advance(3600), budget=budget)
    assert resolution.tries[-1].ok
    assert budget.left == 25.0


def test_a_host_that_answers_twice_does_not_hide_another_that_serves_the_same() -> None:
    """As its several ways do, which are one host to whoever reads their lines again."""
    twice, other = other_host(PKI.issuing, name="a.test"), other_host(PKI.issuing, name="b.test")
    index = ServedIndex.of([twice, twice, other])
    assert [place for _, place in index.issuers_of(views(PKI.leaf)[0], twice.target)] == ["served by b.test:443"]
