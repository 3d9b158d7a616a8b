"""Every test runs without the user's environment: no colours, keys or folders of theirs."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_chain.lab.internet import Lab, open_lab

FOREIGN = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TEXTUAL", "SSH_", "SSL_CERT_", "COVERAGE_PROCESS")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
collect_ignore = ["repair/test_write_processes.py"] if sys.platform == "win32" else []
"""Rights, limits and signals of processes, as POSIX has them."""
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def pytest_addoption(parser: pytest.Parser) -> None:
    words = "run the files in an order that SEED decides, and the tests in each of them"
    parser.addoption("--shuffle", type=int, metavar="SEED", help=words)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.getoption("--shuffle")
    if seed is not None:
        rng = random.Random(seed)  # noqa: S311 - an order that can be had again is what is wanted
        places = {path: rng.random() for path in dict.fromkeys(item.path for item in items)}
        rng.shuffle(items)
        items.sort(key=lambda item: places[item.path])


@pytest.fixture(scope="session", autouse=True)
def hangups_end_children() -> None:
    """Programs that are started inherit what is ignored, and under nohup that is a hangup."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None:
        signal.signal(hangup, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def quick_collections() -> None:
    """Tests collect garbage to see sockets that were left open; what was loaded before them is none."""
    gc.freeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith((*FOREIGN, *BUNDLES)) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm-256color")
    home: Path = tmp_path_factory.mktemp("home")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab() as opened:
        yield opened
