"""What is repaired while things fail: a lab of one host, and its bundle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import tlschain
from tui_chain.lab.internet import Lab, open_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["leaf-only"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def bundle(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "bundle.pem"
    done = tlschain("fix", lab.host("leaf-only").target, "--trust", lab.trust_file, "--no-pool", "-o", file)
    assert done.code == 0, done.err
    return file
