from __future__ import annotations

import sys

from tests.advise.calls.call import PYTHON, Call, CodeCall

_CODE = "import sys, requests; print(requests.get(sys.argv[1]).status_code)"
CALLS = (
    Call("requests", "requests, every host", (sys.executable, "-c", _CODE)),
    CodeCall("requests", PYTHON, name="requests"),
    CodeCall("requests with a context", PYTHON),
)
