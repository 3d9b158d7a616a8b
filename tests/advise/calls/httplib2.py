from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

_BARE = "import httplib2; print(httplib2.Http().request('{url}')[0].status)"
CALLS = (CodeCall("httplib2", PYTHON, bare=_BARE),)
