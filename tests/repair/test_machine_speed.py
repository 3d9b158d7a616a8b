"""Law 8: the same input gives the same verdict, trace and bundle, however fast the machine is."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import NoReturn

import pytest

from tests.support.chains import HOST, NOW, make_pki, served_by, store_of, views
from tests.support.clock import Clock
from tui_chain.core.failure import Failure
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.lab.authority import Authority, Identity, Template, days
from tui_chain.net.addresses import FetchRefusedError, Permission
from tui_chain.paths import budget
from tui_chain.repair.alternatives import alternatives
from tui_chain.repair.repair import Repair, build_repair
from tui_chain.resolve import aia, sources
from tui_chain.resolve.aia_cache import AIACache
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import Resolution
from tui_chain.resolve.resolver import Resolver

PKI = make_pki()
OTHER = Authority.root("Other Root", now=NOW)
FOUND = (
    PKI.issuing,
    OTHER.cross_sign(PKI.issuing),
    PKI.root.cross_sign(PKI.issuing, Template(validity=days(-90, -1))),
)
LEAF = PKI.issuing.issue_leaf([HOST], Template(urls=("http://a.test/1", "http://a.test/2")))
Outcome = tuple[Diagnosis, list[tuple[str, str]], Repair | Failure, list[str]]


class CrawlingClock(Clock):
    """Every look at it takes a while, as on a machine that has twenty other things to do."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.each = seconds

    def __call__(self) -> float:
        self.advance(self.each)
        return super().__call__()


async def refused(url: str, *, allowed: Permission) -> NoReturn:  # noqa: ARG001
    raise FetchRefusedError("nothing")


def outcome(found: tuple[Identity, ...]) -> Outcome:
    """All that the stages say of a host whose issuers are in files, or nowhere."""
    served = served_by(LEAF, address="127.0.0.1")
    diagnoser = Diagnoser(store_of(PKI.root, OTHER))
    files = FileCertificates(tuple((one, "file a.pem") for one in views(*found)))
    resolver = Resolver(diagnoser, NOW, files, answers=lambda: AIACache(fetcher=refused))
    resolution: Resolution = asyncio.run(resolver.resolve(served, diagnoser.diagnose(served, at=NOW)))
    trace = [(tried.where, tried.outcome) for tried in resolution.tries]
    paths = [each.why for each in alternatives(served, resolution, at=NOW)]
    return resolution.diagnosis, trace, build_repair(served, resolution, at=NOW), paths


@pytest.mark.parametrize("found", [FOUND, FOUND[1:], ()], ids=["three", "two", "none"])
@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.1], ids=["frozen", "slow", "crawling"])
def test_the_clock_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, found: tuple[Identity, ...], seconds: float
) -> None:
    usual = outcome(found)
    clock = CrawlingClock(seconds)
    for module in (budget, aia, sources):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock, perf_counter=clock, thread_time=clock))
    assert outcome(found) == usual
