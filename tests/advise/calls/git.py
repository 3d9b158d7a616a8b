from __future__ import annotations

from tests.advise.calls.call import Call

CALLS = (Call("git", "git", ("git", "ls-remote"), "not valid: is this a git repository"),)
