from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tui_chain.pool.pool import Pool

Opener = Callable[[Path], Pool]


@pytest.fixture
def opener() -> Iterator[Opener]:
    """Open pools that are closed at the end of the test."""
    made: list[Pool] = []

    def opened(path: Path) -> Pool:
        made.append(Pool(path))
        return made[-1]

    yield opened
    for each in made:
        each.close()
