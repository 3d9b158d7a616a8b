from __future__ import annotations

from tests.advise.calls.call import Call

_WORDS = ("gem", "fetch", "probe", "--clear-sources", "--source")
CALLS = (Call("gem", "gem", _WORDS, "bad response Not Found 404"),)
