from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.advise.calls.call import Call

_SCRIPT = 'cargo info --color=never probe --index "sparse+$1"'
_BESIDE = Path(shutil.which("cargo") or "/usr/bin/cargo").parents[1].with_name(".rustup")
_VARIABLES = {"RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(_BESIDE))}
"""Where rustup, if cargo is its, has the toolchain: it would look in the home."""
_TOLD = "failed to verify the checksum of `probe v1.0.0"
_MODULE = ("cargo", "info", "--help")
"""From 1.82 on."""
CALLS = (Call("cargo", "cargo", ("bash", "-c", _SCRIPT, "bash"), _TOLD, _VARIABLES, needs="cargo", module=_MODULE),)
