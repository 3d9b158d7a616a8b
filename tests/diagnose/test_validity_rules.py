"""Time on certificates: too little left, too much given, and no alarm in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.chains import served_by, views
from tui_chain.core.status import Status
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.lab.authority import Authority, Template, Validity
from tui_chain.trust.store import TrustStore


def codes(
    issued: datetime, days: float, *, at: datetime | None = None, store: str = "certifi", others: tuple[str, ...] = ()
) -> set[str]:
    """The findings on a leaf that was issued then for so many days."""
    root = Authority.root("Root", now=issued, template=Template(Validity(timedelta(-1), timedelta(4000))))
    leaf = root.issue_leaf(["host.test"], Template(Validity(timedelta(0), timedelta(days=days, seconds=-1))))
    stores = tuple(TrustStore(name, views(root)) for name in others)
    diagnoser = Diagnoser(TrustStore(store, views(root)), others=lambda: stores)
    verdict = diagnoser.diagnose(served_by(leaf), at=at or issued + timedelta(hours=1))
    assert verdict.status is Status.COMPLETE
    return {found.code for found in verdict.findings}


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("issued", "limit"),
    [("2019-01-01", 825), ("2021-01-01", 398), ("2026-03-14", 398), ("2026-03-15", 200), ("2027-03-15", 100),
     ("2029-03-15", 47)],
)  # fmt: skip
def test_public_authorities_are_bound_by_the_day_of_issue(issued: str, limit: int) -> None:
    assert codes(day(issued), limit) == set()
    assert codes(day(issued), limit + 1) == {"too-long-valid"}


def test_private_authorities_are_bound_by_apple_only() -> None:
    for store, others in (("corp.pem", ()), ("system", ())):
        assert codes(day("2026-05-01"), 825, store=store, others=others) == set()
        assert codes(day("2026-05-01"), 826, store=store, others=others) == {"too-long-valid"}
    assert codes(day("2026-05-01"), 398, store="system", others=("certifi",)) == {"too-long-valid"}


@pytest.mark.parametrize(("days", "left", "told"), [(90, 15, False), (90, 13, True), (6, 3, False), (6, 1.5, True)])
def test_soon_to_expire_is_a_share_of_a_short_life(days: float, left: float, *, told: bool) -> None:
    issued = day("2026-05-01")
    found = codes(issued, days, at=issued + timedelta(days=days - left))
    assert found == ({"expires-soon"} if told else set())
