from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui_chain.lab.internet import Lab, open_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab() as opened:
        yield opened
