"""The pictures of the HTML reports: a host of the scenes, and a fleet of such hosts, in a real browser."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.scenes.world import HOSTS, NOW, scene_journey
from tests.support.browser import Browser, browser
from tui_chain.advise.report import server_file
from tui_chain.advise.report_page import report_page
from tui_chain.core.expiry import Threshold
from tui_chain.engine.host_state import HostState
from tui_chain.fleet.formats.html_page import HTMLWriter
from tui_chain.fleet.policy import Policy
from tui_chain.results.host import host_result
from tui_chain.results.values import HostResult
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

PICTURES = (("report-light", 1180, False, 1960), ("report-dark-360", 360, True, 1900))
"""Names, widths, dark or not, and heights."""
FLEET_PICTURES = (("fleet-light", 1180, False, 1820), ("fleet-dark-360", 360, True, 1900))
FLEET = 400
"""Hosts of the fleet: those of the scenes, the first of which most are like."""


async def draw_reports(folder: Path) -> None:
    """Write every picture as PNG into a folder that exists."""
    state = await _reported()
    written = Path("/srv/ca") / f"{state.target.host}.pem"
    page = report_page(state, NOW, server_file(state, scene_journey().trust, NOW), written)
    with TemporaryDirectory() as place, browser(Path(place)) as found:
        file = Path(place) / "report.html"
        file.write_text(page, encoding="utf-8")
        _draw(found, file, PICTURES, folder)
        file.write_text(await _fleet_page(), encoding="utf-8")
        _draw(found, file, FLEET_PICTURES, folder)


def _draw(found: Browser, page: Path, pictures: Iterable[tuple[str, int, bool, int]], folder: Path) -> None:
    found.open(page)
    for name, width, dark, height in pictures:
        # the window is as high as the picture: what is below it is laid out when it is scrolled to
        found.look(width, dark=dark, height=height)
        (folder / f"{name}.png").write_bytes(found.picture(height))


async def _fleet_page() -> str:
    """The page of a fleet at the scenes' time."""
    journey, results = scene_journey(), []
    for host in HOSTS:
        state = await journey.fix(await journey.probe(HostState(host.target, host.label)))
        results.append(host_result(state, NOW))
    complete = next(one for one in results if one.status == "complete")
    rng = random.Random(17)  # noqa: S311 - a picture that can be had again is what is wanted
    writer = HTMLWriter(Policy(warn_days=Threshold(14), critical_days=Threshold(3)), NOW)
    pieces = list(writer.begin())
    for place in range(FLEET):
        one = results[place // 40] if place % 40 == 3 else _renewed(complete, place, rng)
        pieces += writer.add(one)
    return "".join((*pieces, *writer.end()))


def _renewed(result: HostResult, place: int, rng: random.Random) -> HostResult:
    """A complete host of another name, whose leaf ends at another time."""
    service, region = rng.choice(("api", "auth", "cache", "db", "mail", "www")), rng.choice(("", "eu-west", "legacy"))
    days = rng.choice((rng.uniform(20, 88), rng.uniform(20, 88), rng.uniform(1, 30), rng.uniform(60, 390)))
    leaf, *others = result.path
    leaf = replace(leaf, not_after=NOW + timedelta(days=days))
    return replace(result, target=f"{service}-{place:03}.example.test:443", label=region, path=(leaf, *others))


async def _reported() -> HostState:
    """The host whose server sends its leaf alone: repaired, tested, and asked about revocation."""
    journey = scene_journey()
    host = HOSTS[0]
    state = await journey.test(await journey.fix(await journey.probe(HostState(host.target))))
    good = RevocationAnswer(Means.OCSP, Revocation.GOOD, "good until 2026-11-27", "http://ocsp.example.test/")
    leaf = state.reached.certificates[0] if state.reached is not None else None
    assert leaf is not None
    return replace(state, revocation=(RevocationCheck(leaf.sha256, leaf.label, (good,)),))
