"""Link by link until a path stands, within 25 seconds and eight links, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from itertools import count
from typing import NoReturn

import pytest

from tests.support.aia import lab_store, pointing_at, resolve
from tests.support.chains import make_pki, store_of, views
from tests.support.clock import Clock
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.engine.journey import utc_now
from tui_chain.lab.authority import Authority, Identity, Template, days
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.net import fetch
from tui_chain.net.addresses import (
    ConsentNeededError,
    FetchRefusedError,
    Permission,
    Reach,
    SocketAddress,
    permission,
)
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.resolve import aia
from tui_chain.resolve.aia import MAX_URLS, FetchBudget, HostFetches
from tui_chain.resolve.aia_cache import AIACache
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import Consent, ConsentRequest, Resolution
from tui_chain.resolve.resolver import MAX_DEPTH, Resolver
from tui_chain.x509.certificate import Certificate


def ladder(lab: Lab, links: int) -> tuple[Authority, Identity]:
    """A root, and a leaf so many links below it, each of which AIA has."""
    root = above = Authority.root(f"Ladder {links}", now=utc_now())
    for step in range(links):
        url = lab.publish(f"/ladder{links}/{step}", above.der)
        above = above.issue_ca(f"Rung {links}.{step}", Template(urls=(url,)))
    return root, pointing_at(above, lab.publish(f"/ladder{links}/top", above.der))


def test_links_are_fetched_one_above_the_other(lab: Lab) -> None:
    root, leaf = ladder(lab, 4)
    resolution = resolve(store_of(root), leaf)
    assert found_a_path(resolution)
    assert [tried.ok for tried in resolution.tries] == [True] * 4
    assert resolution.sources[Certificate(root.der).sha256] == "trust store test"


def test_the_eighth_link_is_the_last(lab: Lab) -> None:
    root, leaf = ladder(lab, MAX_DEPTH + 2)
    resolution = resolve(store_of(root), leaf)
    assert resolution.diagnosis.status is Status.INCOMPLETE
    assert len(resolution.tries) == MAX_DEPTH


def test_issuers_that_sign_each_other_end(lab: Lab) -> None:
    """zakjan/cert-chain-resolver#17."""
    pki = make_pki()
    urls = ("/loop/a", "/loop/b")
    a = pki.root.issue_ca("Loop A", Template(urls=(lab.publish(urls[1], b""),)))
    b = a.issue_ca("Loop B", Template(urls=(lab.publish(urls[0], b""),)))
    again = b.cross_sign(a, Template(urls=(lab.publish(urls[1], b.der),)))
    lab.publish(urls[0], again.der)
    resolution = resolve(lab_store(lab), pointing_at(b, lab.publish(urls[1], b.der)))
    assert resolution.diagnosis.status is Status.INCOMPLETE
    assert len(resolution.tries) <= 3


def test_a_root_that_aia_brings_is_no_anchor(lab: Lab) -> None:
    """Law 1."""
    root, leaf = ladder(lab, 1)
    resolution = resolve(lab_store(lab), leaf)
    assert Certificate(root.der) in resolution.found
    assert resolution.diagnosis.status is Status.UNTRUSTED
    assert resolution.diagnosis.path is None


def test_a_namesake_does_not_hide_the_issuer(lab: Lab) -> None:
    issuing = lab.hierarchy["issuing"]
    namesake = make_pki().root.issue_ca("Lab Issuing CA G2")
    urls = (lab.publish("/resolve/namesake", namesake.der), lab.publish("/resolve/true", issuing.der))
    resolution = resolve(lab_store(lab), pointing_at(issuing, *urls))
    assert found_a_path(resolution)
    assert [tried.ok for tried in resolution.tries] == [False, True]


def test_loopback_is_refused_to_a_host_that_was_reached_elsewhere(lab: Lab) -> None:
    """DataDog/integrations-core#24154: AIA that points inside."""
    before = lab.aia_log
    root, leaf = ladder(lab, 1)
    for address in ("8.8.8.8", "10.0.0.1", None):
        resolution = resolve(store_of(root), leaf, address=address)
        assert resolution.diagnosis.status is Status.INCOMPLETE
        (tried,) = resolution.tries
        assert "is a loopback address; it is asked only with your consent" in tried.outcome
    assert lab.aia_log == before


def found_a_path(resolution: Resolution) -> bool:
    """Whether a sound path to an anchor was found; the status stays that of the chain as served."""
    path = resolution.diagnosis.path
    return path is not None and path.good and resolution.diagnosis.status is Status.INCOMPLETE


def test_all_fetches_together_have_a_bound(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aia, "TOTAL_SECONDS", 2.0)
    issuing = lab.hierarchy["issuing"]
    found = pointing_at(
        issuing, lab.publish("/bound/gone", AiaAnswer(b"", 404)), lab.publish("/bound", AiaAnswer(delay=3600))
    )
    resolution = resolve(lab_store(lab), found)
    assert [tried.outcome for tried in resolution.tries] == ["HTTP status 404", "stopped after 2 s in all"]
    assert resolution.tries[-1].milliseconds > 0
    assert resolution.diagnosis.status is Status.INCOMPLETE


class SlowAnswers:
    """Addresses that answer nothing of use, each after so many seconds of a clock that goes by them alone."""

    def __init__(self, seconds: float) -> None:
        self.clock, self.seconds = Clock(), seconds

    async def __call__(self, url: str, *, allowed: Permission) -> NoReturn:  # noqa: ARG002
        self.clock.advance(self.seconds)
        raise FetchRefusedError("nothing")


def with_clock(clock: Clock, consent: Consent | None = None) -> Callable[[ServedChain], HostFetches]:
    """The fetches of a host whose time goes by a clock."""
    return lambda served: HostFetches(permission(served.address), "", consent, FetchBudget(clock=clock))


@pytest.mark.parametrize(("seconds", "answered"), [(1.0, 5), (10.0, 3), (12.5, 2), (25.0, 1), (24.9, 2)])
def test_the_bound_is_one_for_all_fetches_of_a_host(seconds: float, answered: int) -> None:
    """25 seconds in all, however they are shared out; each fetch has what the ones before it left."""
    slow = SlowAnswers(seconds)
    leaf = pointing_at(make_pki().root, *(f"http://a.test/{number}" for number in range(MAX_URLS)))
    served = ServedChain(Target("localhost"), views(leaf), utc_now(), "127.0.0.1")
    diagnoser = Diagnoser(store_of())
    resolver = Resolver(diagnoser, served.at, answers=lambda: AIACache(fetcher=slow), fetches=with_clock(slow.clock))
    resolution = asyncio.run(resolver.resolve(served, diagnoser.diagnose(served, at=served.at)))
    outcomes = ["nothing"] * answered + ["stopped after 25 s in all"] * (answered < MAX_URLS)
    assert [tried.outcome for tried in resolution.tries] == outcomes
    if answered < MAX_URLS:
        assert resolution.tries[-1].milliseconds == 25_000
        assert resolution.tries[-1].wanted_by == Certificate(leaf.der).sha256


def test_a_signer_that_is_of_no_use_lets_the_next_url_be_asked(lab: Lab) -> None:
    issuing = lab.hierarchy["issuing"]
    expired = lab.hierarchy["root"].cross_sign(issuing, Template(validity=days(-90, -1)))
    urls = (lab.publish("/of-no-use", expired.der), lab.publish("/of-use", issuing.der))
    resolution = resolve(lab_store(lab), pointing_at(issuing, *urls))
    assert resolution.diagnosis.path is not None
    assert resolution.diagnosis.path.good
    assert [tried.ok for tried in resolution.tries if tried.where in urls] == [True, True]


def test_a_certificate_without_an_address_is_tried_once() -> None:
    leaf = make_pki().leaf
    resolution = resolve(store_of(), leaf)
    assert [(one.where, one.outcome) for one in resolution.tries] == [
        ("(none)", "the certificate names no AIA address")
    ]


def test_a_fetch_after_consent_has_the_time_that_is_left() -> None:
    """A yes opens the way to an address that then never answers."""
    slow = SlowAnswers(26.0)
    leaf = pointing_at(make_pki().root, "http://inside.test/a", "http://inside.test/b")
    served = ServedChain(Target("localhost"), views(leaf), utc_now(), "8.8.8.8")

    async def fetched(url: str, *, allowed: Permission) -> NoReturn:
        if not allowed.allows("10.0.0.1", 80):
            raise ConsentNeededError(SocketAddress("10.0.0.1", 80), Reach.PRIVATE)
        await slow(url, allowed=allowed)

    async def consent(_: ConsentRequest) -> bool:
        slow.clock.advance(3600)
        return True

    diagnoser = Diagnoser(store_of())
    resolver = Resolver(
        diagnoser,
        served.at,
        answers=lambda: AIACache(fetcher=fetched),
        fetches=with_clock(slow.clock, consent),
    )
    resolution = asyncio.run(resolver.resolve(served, diagnoser.diagnose(served, at=served.at)))
    assert [tried.outcome for tried in resolution.tries] == ["nothing", "stopped after 25 s in all"]


def test_nothing_is_fetched_when_the_time_is_over() -> None:
    clock = Clock()
    budget = FetchBudget(25.0, clock)
    started = []

    async def fetched(seconds: float) -> float:
        started.append(seconds)
        clock.advance(seconds)
        await asyncio.sleep(0)
        return budget.left

    async def run() -> None:
        assert await budget.within(fetched(20)) == 25
        assert await budget.within(fetched(30)) == 5
        assert budget.left == 0
        with pytest.raises(TimeoutError):
            await budget.within(fetched(1))

    asyncio.run(run())


def test_a_slow_url_gives_way_to_the_next(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "URL_SECONDS", 2.0)
    issuing = lab.hierarchy["issuing"]
    urls = (lab.publish("/slow/a", AiaAnswer(delay=3600)), lab.publish("/slow/b", issuing.der))
    resolution = resolve(lab_store(lab), pointing_at(issuing, *urls))
    assert resolution.tries[0].outcome == "no answer within 2 s"
    assert found_a_path(resolution)


def test_what_the_user_has_in_files_comes_first(lab: Lab) -> None:
    before = lab.aia_log
    pool = FileCertificates(tuple((one, "file pool.pem") for one in views(lab.hierarchy["issuing"])))
    leaf = pointing_at(lab.hierarchy["issuing"], lab.publish("/not-asked", b""))
    resolution = resolve(lab_store(lab), leaf, pool=pool)
    assert found_a_path(resolution)
    assert lab.aia_log == before
    assert resolution.sources[Certificate(lab.hierarchy["issuing"].der).sha256] == "file pool.pem"


def test_a_complete_chain_asks_nobody(lab: Lab) -> None:
    resolution = resolve(lab_store(lab), lab.hierarchy["issuing"].issue_leaf(), lab.hierarchy["issuing"])
    assert (resolution.tries, resolution.found) == ((), ())


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20, None])
def test_a_search_that_is_cancelled_leaves_nothing_behind(lab: Lab, turns: int | None) -> None:
    """After so many turns of the loop, or (None) when the server has the question."""
    path = f"/cancelled/{turns}"
    leaf = pointing_at(lab.hierarchy["issuing"], lab.publish(path, AiaAnswer(delay=3600)))
    served = ServedChain(Target("localhost"), views(leaf), utc_now(), "127.0.0.1")

    async def run() -> None:
        diagnoser = Diagnoser(lab_store(lab))
        diagnosis = diagnoser.diagnose(served, at=served.at)
        task = asyncio.create_task(Resolver(diagnoser, served.at).resolve(served, diagnosis))
        for _ in count() if turns is None else range(turns):
            await asyncio.sleep(0)
            if path in lab.aia_log:
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    gc.collect()  # a socket that was left open warns here, and a warning is an error
