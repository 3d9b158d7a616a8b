from __future__ import annotations

import os
from pathlib import Path

from tests.advise.calls.call import Call

_SCRIPT = 'cargo info --color=never probe --index "sparse+$1"'
_VARIABLES = {"RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup"))}
_TOLD = "failed to verify the checksum of `probe v1.0.0"
CALLS = (Call("cargo", "cargo", ("bash", "-c", _SCRIPT, "bash"), _TOLD, _VARIABLES, needs="cargo"),)
