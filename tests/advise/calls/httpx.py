from __future__ import annotations

import sys

from tests.advise.calls.call import PYTHON, Call, CodeCall

_CODE = "import sys, httpx; print(httpx.get(sys.argv[1]).status_code)"
CALLS = (Call("httpx", "httpx, every host", (sys.executable, "-c", _CODE)), CodeCall("httpx", PYTHON))
