from __future__ import annotations

from tests.advise.calls.call import CodeCall, apart

_PYTHON = apart("niquests")
_BARE = "import niquests; print(niquests.get('{url}').status_code)"
CALLS = (CodeCall("niquests", (_PYTHON, "-W", "error", "-c"), program=_PYTHON, bare=_BARE),)
