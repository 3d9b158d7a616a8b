"""What finding and checking paths costs at start: pyOpenSSL is not loaded for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PURE = ("search", "checks", "index", "codes", "strict", "issuing", "constraints")


@pytest.mark.parametrize("module", PURE)
def test_pure_modules_load_no_verifier(module: str) -> None:
    code = (
        f"import sys, tui_chain.paths.{module}\n"
        "print(*sorted({'OpenSSL', 'ssl', 'tui_chain.clients'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("\n", "")
