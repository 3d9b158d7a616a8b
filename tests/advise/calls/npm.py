from __future__ import annotations

from tests.advise.calls.call import Call

CALLS = (Call("npm", "npm", ("npm", "--fetch-retries=0", "ping", "--registry"), "PONG"),)
