from __future__ import annotations

from tests.advise.calls.call import NODE_PROGRAMS, Call

_YARN = str(NODE_PROGRAMS / "yarn" / "bin" / "yarn.js")
_VARIABLES = {"PREFIX": "/nonexistent"}
"""The folder above that of npm's global settings, which yarn 1 reads too."""
CALLS = (Call("yarn 1", "yarn 1", (_YARN, "info", "probe", "version", "--registry"), "1.0.0", _VARIABLES),)
