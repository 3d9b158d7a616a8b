from __future__ import annotations

import sys

from tests.advise.calls.call import Call, installed

_OPTIONS = ("--dry-run", "--no-cache", "--no-config", "--python", sys.executable, "--target", "none")
_WORDS = (installed("uv"), "pip", "install", *_OPTIONS, "probe", "--index-url")
CALLS = (Call("uv", "uv", _WORDS, "+ probe==1.0"),)
