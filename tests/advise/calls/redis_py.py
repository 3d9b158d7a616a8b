from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

CALLS = (CodeCall("redis-py", PYTHON, "True\n", protocol="redis"),)
