"""The pictures of the HTML report: a host of the scenes, at their time, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.scenes.world import HOSTS, NOW, scene_journey
from tests.support.browser import browser
from tui_chain.advise.report import server_file
from tui_chain.advise.report_page import report_page
from tui_chain.engine.host_state import HostState
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

PICTURES = (("report-light", 1180, False, 1960), ("report-dark-360", 360, True, 1900))
"""Names, widths, dark or not, and heights."""


async def draw_reports(folder: Path) -> None:
    """Write every picture as PNG into a folder that exists."""
    state = await _reported()
    written = Path("/srv/ca") / f"{state.target.host}.pem"
    page = report_page(state, NOW, server_file(state, scene_journey().trust, NOW), written)
    with TemporaryDirectory() as place, browser(Path(place)) as found:
        file = Path(place) / "report.html"
        file.write_text(page, encoding="utf-8")
        found.open(file)
        for name, width, dark, height in PICTURES:
            found.look(width, dark=dark)
            (folder / f"{name}.png").write_bytes(found.picture(height))


async def _reported() -> HostState:
    """The host whose server sends its leaf alone: repaired, tested, and asked about revocation."""
    journey = scene_journey()
    host = HOSTS[0]
    state = await journey.test(await journey.fix(await journey.probe(HostState(host.target))))
    good = RevocationAnswer(Means.OCSP, Revocation.GOOD, "good until 2026-11-27", "http://ocsp.example.test/")
    leaf = state.reached.certificates[0] if state.reached is not None else None
    assert leaf is not None
    return replace(state, revocation=(RevocationCheck(leaf.sha256, leaf.label, (good,)),))
