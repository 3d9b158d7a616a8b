from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

CALLS = (CodeCall("websockets", PYTHON, "101\n", protocol="websocket"),)
