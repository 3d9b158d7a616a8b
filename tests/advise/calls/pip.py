from __future__ import annotations

import sys

from tests.advise.calls.call import Call

_WORDS = (sys.executable, "-m", "pip", "--retries=0", "index", "versions", "probe", "--index-url")
CALLS = (Call("pip", "pip", _WORDS, "Available versions: 1.0"),)
