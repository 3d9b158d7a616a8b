"""Debian's Chromium without a screen, spoken to by its DevTools protocol over two pipes: no port, no driver."""

from __future__ import annotations

import base64
import itertools
import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from tests.support.programs import require_program

SECONDS = 60.0
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
"""A browser that asks nobody for anything; as root it has no sandbox of its own."""
Values = dict[str, Any]


class BrowserError(AssertionError):
    """The browser refused a command, or did not answer."""


@dataclass(eq=False)
class Browser:
    """One browser with one page. `events` are all that it reported since the page was opened."""

    reading: int
    writing: int
    session: str = ""
    events: list[Values] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: bytes = b""

    def ask(self, method: str, **values: Any) -> Values:
        """Send a command and return its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": values}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        for answer in self._messages():
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return dict(answer["result"])
            self.events.append(answer)
        raise BrowserError(f"{method}: no answer")

    def wait(self, event: str) -> Values:
        """Return the parameters of the first event of this name, which may still come."""
        known = (one for one in self.events if one.get("method") == event)
        found = next(known, None)
        for message in self._messages() if found is None else ():
            self.events.append(message)
            if message.get("method") == event:
                found = message
                break
        if found is None:
            raise BrowserError(f"{event}: it did not come")
        return dict(found["params"])

    def _messages(self) -> Iterator[Values]:
        deadline = time.monotonic() + SECONDS
        with DefaultSelector() as selector:
            selector.register(self.reading, EVENT_READ)
            while True:
                whole, sign, rest = self._waiting.partition(b"\0")
                if sign:
                    self._waiting = rest
                    yield json.loads(whole)
                elif not selector.select(max(0.0, deadline - time.monotonic())):
                    return
                else:
                    self._waiting += os.read(self.reading, 1 << 20) or self._ended()

    def _ended(self) -> bytes:
        raise BrowserError("the browser ended")

    def open(self, file: Path) -> None:
        """Load a file, and wait until it is there with all that it loads."""
        self.events.clear()
        self.ask("Page.navigate", url=file.absolute().as_uri())
        self.wait("Page.loadEventFired")

    def accessible(self, name: str) -> list[Values]:
        """Return what a screen reader is told, once `name` is in it: the browser makes it behind the page."""
        deadline = time.monotonic() + SECONDS
        while True:
            tree = [one for one in self.ask("Accessibility.getFullAXTree")["nodes"] if not one["ignored"]]
            if any(one.get("name", {}).get("value") == name for one in tree) or time.monotonic() > deadline:
                return tree

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page, as JSON has it; a promise is awaited."""
        found = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in found:
            raise BrowserError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def look(self, width: int, *, dark: bool = False, height: int = 900) -> None:
        """Give the page a window so wide, and a taste."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, height: int | None = None) -> bytes:
        """Return the page as PNG: whole, or as much of its head as `height` says, in CSS pixels."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"], "scale": 1}
        shot = self.ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def printed(self) -> bytes:
        """Return the page as PDF on A4."""
        return base64.b64decode(self.ask("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])

    def reported(self, *names: str) -> list[Mapping[str, Any]]:
        """The parameters of all events of these names."""
        return [one["params"] for one in self.events if one.get("method") in names]


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start Chromium with a new profile in `folder`, which exists; it ends with the context."""
    program = require_program("chromium")
    to_browser, writing = os.pipe()
    reading, from_browser = os.pipe()
    # the browser reads commands on 3 and answers on 4
    script = f'exec "$@" 3<&{to_browser} 4>&{from_browser} 2>/dev/null'
    words = (str(program), *FLAGS, f"--user-data-dir={folder}", "about:blank")
    environment = os.environ | {"HOME": str(folder), "NO_PROXY": "*"}
    process = subprocess.Popen(
        ("bash", "-c", script, "bash", *words), pass_fds=(to_browser, from_browser), env=environment
    )
    os.close(to_browser)
    os.close(from_browser)
    found = Browser(reading, writing)
    try:
        _attach(found)
        yield found
        found.session = ""
        found.ask("Browser.close")
    finally:
        os.close(writing)
        os.close(reading)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _attach(found: Browser) -> None:
    pages = found.ask("Target.getTargets")["targetInfos"]
    found.ask("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    target = next(one["targetId"] for one in pages if one["type"] == "page")
    found.session = found.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    found.ask("Emulation.setFocusEmulationEnabled", enabled=True)
    for domain in ("Page", "Network", "Log", "Runtime"):
        found.ask(f"{domain}.enable")
