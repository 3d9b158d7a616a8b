from __future__ import annotations

from tests.advise.calls.call import SHELL, CodeCall

_BARE = "redis-cli --tls -h {host} -p {port} PING"
CALLS = (CodeCall("redis-cli", SHELL, "PONG\n", "redis-cli", bare=_BARE, protocol="redis"),)
