"""The app on the scenes' hosts, driven by keys, and what it looks like."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rich.cells import cell_len
from textual._context import visible_screen_stack
from textual.app import App
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from tests.scenes.world import HOSTS, NOW, scene_journey
from tui_chain.net.host_list import Host
from tui_chain.tui.app import ChainApp
from tui_chain.tui.panes.hosts import HostPane

DEADLINE = 20.0
Size = tuple[int, int]


async def until(pilot: Pilot[None], condition: Callable[[], bool], what: str = "") -> None:
    """Let the app run until a condition holds; fail after 20 s, showing the screen."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain {what}\n{screen_text(pilot)}")
        await pilot.pause()
        await asyncio.sleep(0)


def screen_text(pilot: Pilot[None]) -> str:
    """Everything that is on the screen now, line by line."""
    # what is painted here first is kept for the next picture: a dialog needs the screens that show through it
    visible_screen_stack.set(pilot.app._background_screens)
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def shows(pilot: Pilot[None], words: str) -> None:
    """Wait until words stand on the screen; fail after 20 s, showing it."""
    await until(pilot, lambda: words in screen_text(pilot), f"for “{words}”")


@asynccontextmanager
async def opened(app: ChainApp, size: Size = (120, 40)) -> AsyncIterator[Pilot[None]]:
    """Run an app without a terminal, toasts and tooltips on."""
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await until(pilot, lambda: app.ready, "for the start")
        yield pilot


@asynccontextmanager
async def stage(size: Size, hosts: tuple[Host, ...] = HOSTS) -> AsyncIterator[Pilot[None]]:
    """Open the app on the scenes' hosts, all probed."""
    app = ChainApp(lambda: (scene_journey(), ()), hosts, clock=lambda: NOW)
    async with opened(app, size) as pilot:
        await until(
            pilot, lambda: len(app.rows) == len(hosts) and all(row.status for row in app.rows), "for the probes"
        )
        await until(
            pilot, lambda: not app.main.hosts.jobs and app.main.jobs.progress is None, "for the end of the run"
        )
        await settled(pilot)
        yield pilot


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, and after each wait for the work that it started and for the screen to stand still."""
    for key in keys:
        await pilot.press(key)
        await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers), f"for the work of {key}")
        await settled(pilot)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the host list has shown what came, nothing waits, and two looks at the screen see the same."""
    app = pilot.app
    if isinstance(app, ChainApp) and app.main.filled:
        pane = app.main.query_one(HostPane)
        await until(pilot, lambda: pane._timer is None, "for the counts")
    seen = [""]

    def same() -> bool:
        before, seen[0] = seen[0], screen_text(pilot)
        return before == seen[0] and is_at_rest(app)

    await until(pilot, same, "for the screen to stand still")


def is_at_rest(app: App[None]) -> bool:
    """Whether no key, message, layout or painting waits: Textual takes a process that is held up for an idle one."""
    if not app.is_running:
        return True
    keys = isinstance(app, ChainApp) and app._keys.waiting
    nodes = [app, *app.screen.walk_children(with_self=True)]
    unpainted = app.screen._dirty_widgets or app.screen._callbacks
    return not (keys or unpainted or any(map(_has_work, nodes)))


def _has_work(node: DOMNode) -> bool:
    wanted = ("layout", "repaint", "scroll", "recompose", "refresh_styles") if isinstance(node, Widget) else ()
    waiting = bool(node._next_callbacks) or not node._message_queue.empty()
    return waiting or any(getattr(node, f"_{want}_required") for want in wanted)


async def standing_cursor(pilot: Pilot[None]) -> None:
    """Show the cursors of all inputs for good; they blink by the clock, and a picture is of no moment of it."""
    for box in pilot.app.screen.query(Input):
        box.cursor_blink = False
        box._restart_blink()  # it is left invisible otherwise
    await pilot.pause()


CELL = 12.2
"""Width of a cell in the SVG that Rich makes."""
_TEXT = re.compile(r'x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+" (clip-path="[^"]+")>((?:&#160;)*)([^<]*)</text>')


def svg(pilot: Pilot[None]) -> str:
    """The screen as SVG that every renderer draws alike: no outside font, no random names, no outer blanks."""
    text = pilot.app.export_screenshot(title="tlschain-tui")
    text = re.sub(r"@font-face\s*{.*?}|<!--.*?-->", "", text, flags=re.DOTALL)
    text = _TEXT.sub(_without_outer_blanks, text)
    return re.sub(r"terminal-\d+", "terminal", text)


def _without_outer_blanks(match: re.Match[str]) -> str:
    """Some renderers drop blanks at the ends of a text and draw the rest at the wrong place."""
    x, y, clip, blanks, rest = match.groups()
    words = re.sub(r"(&#160;)+$", "", rest)
    cells = cell_len(html.unescape(words))
    left = float(x) + CELL * blanks.count("&#160;")
    return f'x="{left:g}" y="{y}" textLength="{CELL * cells:g}" {clip}>{words}</text>'
