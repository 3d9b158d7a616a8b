"""A random walk over keys on hosts of the lab: no proven bundle is lost, nothing breaks, and esc always leads back.

`TLSCHAIN_WALK_SECONDS` makes it longer, `TLSCHAIN_WALK_SEED` another one; a walk that fails prints its seed and keys.
"""

from __future__ import annotations

import os
import random
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened, screen_text, until
from tests.tui.conftest import AppOn
from tui_chain.net.target import Target
from tui_chain.tui.actions import ACTIONS
from tui_chain.tui.app import ChainApp

SECONDS = float(os.environ.get("TLSCHAIN_WALK_SECONDS", "60"))
SEED = int(os.environ.get("TLSCHAIN_WALK_SEED", "14"))
STEPS = int(SECONDS * 5)
"""What counts is the steps; the time ends a walk on a machine that is busy with other things."""
MOST_ESCAPES = 6
MOST_UNDOINGS = 8
STAYS = 5
"""Steps after the answer to a question within which what it allowed happens."""
HOSTS = (
    "leaf-only",
    "two-links-missing",
    "complete",
    "unknown-root",
    "expired-leaf",
    "no-tls",
    "two-links-one-served",
)
MOVES = ("j", "k", "g", "G", "h", "l", "tab", "enter", "pagedown", "pageup", "up", "down", "left", "right")
LEFT_OUT = {"ctrl+z"}
"""A process that stops itself stops the test."""
SELDOM = {"T", "D", "A", "R", "W", "ctrl+x", "ctrl+q", "q"}
"""Keys that start much, stop all or end it."""
OFTEN = {"f": 8, "j": 6, "k": 4, "d": 5, "r": 4, "u": 3, "w": 5, "space": 4, "F": 3, "asterisk": 2, "t": 2, "1": 4}
IN_DIALOGS = (
    "enter",
    "enter",
    "escape",
    "tab",
    "y",
    "n",
    "j",
    "k",
    "w",
    "r",
    "b",
    "i",
    "q",
    "f2",
    "f3",
    "f4",
    "f5",
    "/",
)
TYPED = ("localhost:1", "127.0.0.1:9", ".", "leaf", "x", "complete", "error 20", "bundle")
"""Texts for the fields of dialogs; files stay in the current folder."""
NAMING = re.compile(r"unwritten|not\s+(?:been\s+)?written")
QUITTING = ("q", "ctrl+q")


def table() -> dict[str, float]:
    """The keys of the main screen, each with how often it is pressed."""
    keys = {key for action in ACTIONS for key in action.keys.split(",")} | set(MOVES)
    return {key: OFTEN.get(key, 0.3 if key in SELDOM else 1) for key in sorted(keys - LEFT_OUT)}


@dataclass
class Model:
    """The hosts whose bundle is proven and not written, and what a question that was answered yes lets go."""

    kept: dict[Target, object] = field(default_factory=dict)
    allowed: dict[Target, int] = field(default_factory=dict)
    proven: int = 0
    written: int = 0
    removed: int = 0

    def observe(self, app: ChainApp) -> set[Target]:
        """Take what the rows show; return the hosts whose bundle is gone though nobody agreed to that."""
        rows = {row.target: row for row in app.rows}
        lost = set()
        for target in list(self.kept):
            row = rows.get(target)
            if row is not None and row.written is not None:
                del self.kept[target]
                self.written += 1
            elif row is None or row.state.proven is None:
                lost.add(target)
        for target, row in rows.items():
            if row.unwritten:
                self.proven += self.kept.get(target) is not row.state.proven
                self.kept[target] = row.state.proven
        return self._not_allowed(lost)

    def _not_allowed(self, lost: set[Target]) -> set[Target]:
        for target in lost & self.allowed.keys():
            self.removed += 1
            del self.kept[target], self.allowed[target]
        self.allowed = {target: left - 1 for target, left in self.allowed.items() if left > 1}
        return {target for target in lost if target in self.kept}

    def agreed(self, shown: str) -> None:
        """A question was answered yes: what it names may go."""
        text = re.sub(r"\s", "", shown)
        more = re.search(r"and\d+more|…", text)
        named = {target for target in self.kept if str(target) in text or more}
        self.allowed |= dict.fromkeys(named, STAYS)


@dataclass
class Walk:
    """One walk: the dice, the keys so far, and the model."""

    dice: random.Random
    keys: list[str] = field(default_factory=list)
    model: Model = field(default_factory=Model)

    async def through(self, pilot: Pilot[None], app: ChainApp, going_on: Callable[[], bool]) -> None:
        """Press keys until the app is left, or it is enough."""
        while going_on() and not app._exit:
            await self._step(pilot, app)

    async def _step(self, pilot: Pilot[None], app: ChainApp) -> None:
        shown = screen_text(pilot)
        asked = app.screen.is_modal and bool(NAMING.search(shown))
        if self.dice.random() < 0.08:
            await self._leads_back(pilot, app)
            return
        for key in self._next(app):
            self.keys.append(key)
            if asked and key not in {"escape", "n"}:
                self.model.agreed(_dialog(shown))
            await pilot.press(key)
        if app._exit:
            self._left(app)
            return
        if self.dice.random() < 0.5:
            with suppress(AssertionError):
                await until(pilot, _idle(app, 3.0))
        await self._keeps(pilot, app)

    def _next(self, app: ChainApp) -> list[str]:
        if isinstance(app.focused, Input | TextArea):
            kind = self.dice.choices(("type", "enter", "escape", "other"), (4, 3, 3, 2))[0]
            if kind == "type":
                return [_named(character) for character in self.dice.choice(TYPED)]
            return [self.dice.choice(("tab", "down", "up", "f2", "f3"))] if kind == "other" else [kind]
        if app.screen is not app.main:
            return [_named(self.dice.choice(IN_DIALOGS))]
        keys = table()
        return self.dice.choices(list(keys), list(keys.values()))

    async def _keeps(self, pilot: Pilot[None], app: ChainApp) -> None:
        assert app._exception is None, app._exception
        faults = [row.error for row in app.rows if row.error and "fault of tlschain-tui" in str(row.error)]
        assert not faults, faults
        lost = self.model.observe(app)
        if lost:
            await self._comes_back(pilot, app, lost)

    async def _comes_back(self, pilot: Pilot[None], app: ChainApp, lost: set[Target]) -> None:
        """What is gone without a question is brought back by `u`."""
        await self._leads_back(pilot, app)
        for _ in range(MOST_UNDOINGS):
            lost = self.model.observe(app)
            if not lost:
                return
            self.keys.append("u")
            await pilot.press("u")
            with suppress(AssertionError):
                await until(pilot, _idle(app, 3.0))
        raise AssertionError(f"lost without a question: {sorted(map(str, lost))}\n{screen_text(pilot)}")

    async def _leads_back(self, pilot: Pilot[None], app: ChainApp) -> None:
        for _ in range(MOST_ESCAPES):
            if _at_main(app):
                return
            self.keys.append("escape")
            await pilot.press("escape")
            await pilot.pause()
        assert _at_main(app), f"esc does not lead back\n{screen_text(pilot)}"

    def _left(self, app: ChainApp) -> None:
        """The app was quit: what was not written had been named."""
        assert app.return_code in {0, None}, app.return_code
        unnamed = self.model.kept.keys() - self.model.allowed.keys()
        assert not unnamed, f"quit without a question: {sorted(map(str, unnamed))}"
        self.model.kept.clear()
        self.model.allowed.clear()


def _at_main(app: ChainApp) -> bool:
    return app.screen is app.main and not isinstance(app.focused, Input | TextArea)


def _dialog(shown: str) -> str:
    """The text of the frame in the middle, without what shows through beside it."""
    return "\n".join("".join(re.findall(r"│([^│]*)│", line)[:1]) or line for line in shown.splitlines())


def _idle(app: ChainApp, seconds: float) -> Callable[[], bool]:
    """Whether no work is under way, or so many seconds have passed."""
    end = time.monotonic() + seconds
    return lambda: all(worker.is_finished for worker in app.workers) or time.monotonic() > end


def _named(character: str) -> str:
    return {" ": "space", "/": "slash", ".": "full_stop", ":": "colon"}.get(character, character)


@pytest.fixture
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name but those of loopback is looked up, and no program opens a text."""
    look_up = socket.getaddrinfo

    def here(host: str | None, *given: Any, **named: Any) -> Any:
        if host in {"localhost", "::1", None} or str(host).startswith("127."):
            return look_up(host, *given, **named)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", here)
    for name in ("PAGER", "EDITOR", "VISUAL"):
        monkeypatch.setenv(name, "true")


@pytest.mark.anyio
@pytest.mark.usefixtures("only_loopback")
async def test_no_proven_bundle_is_lost_and_no_key_leads_astray(
    app_on: AppOn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    walk = Walk(random.Random(SEED))  # noqa: S311 - a walk that can be had again is what is wanted
    end = time.monotonic() + 2 * SECONDS
    try:
        while _goes_on(walk, end):
            app = app_on(*HOSTS, timeout=2.0)
            async with opened(app, walk.dice.choice((SMALL, MEDIUM))) as pilot:
                await walk.through(pilot, app, lambda: _goes_on(walk, end))
    except BaseException as error:
        keys = " ".join(walk.keys[-400:])
        raise AssertionError(f"seed {SEED}, after {len(walk.keys)} keys: {keys}\n{error}") from error
    model = walk.model
    counts = f"{model.proven} proven, {model.written} written, {model.removed} given up"
    print(f"seed {SEED}: {len(walk.keys)} keys, {counts}")  # noqa: T201
    assert model.proven, "nothing was at stake"


def _goes_on(walk: Walk, end: float) -> bool:
    return len(walk.keys) < STEPS and time.monotonic() < end
