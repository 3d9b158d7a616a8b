"""The screen in a browser: `textual serve` starts it, and a web socket is its terminal."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect

SECONDS = 60.0
NEEDED = importlib.util.find_spec("textual_serve"), importlib.util.find_spec("textual_dev")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(
        None in NEEDED and not os.environ.get("CI"), reason="textual-dev and textual-serve are not installed"
    ),
    pytest.mark.skipif(sys.platform == "win32", reason="the server is ended by a signal"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[int]:
    """The demo, served; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    demo = shlex.join([sys.executable, "-m", "tui_chain.tui.start", "--demo"])
    place = ("--host", "127.0.0.1", "--port", str(port))
    command = [sys.executable, "-m", "textual_dev", "serve", "--command", *place, demo]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"TMPDIR": str(tmp_path)})
    try:
        _wait_until_it_listens(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def _wait_until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while process.poll() is None:
        assert time.monotonic() < deadline, "it does not listen"
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("it has ended")


async def painted(browser: ClientConnection, *wanted: bytes) -> bytes:
    """Take what is painted until everything wanted is among it."""
    seen = b""
    async with asyncio.timeout(SECONDS):
        while not all(text in seen for text in wanted):
            message = await browser.recv()
            seen += message if isinstance(message, bytes) else b""
    return seen


async def test_the_demo_is_served_and_takes_keys(server: int) -> None:
    address = f"ws://127.0.0.1:{server}/ws?width=120&height=40"
    async with connect(address, proxy=None, max_size=None) as browser:
        await painted(browser, b"1 Hosts", b"leaf-only")
        await browser.send(json.dumps(["stdin", "?"]))
        await painted(browser, b"All keys")
        await browser.send(json.dumps(["resize", {"width": 60, "height": 20}]))
        await painted(browser, b"All keys")
        await browser.send(json.dumps(["stdin", "q"]))
        await painted(browser, b"1 Hosts")
        await browser.send(json.dumps(["stdin", "\x1a"]))
        await painted(browser, b"There is no shell here")
