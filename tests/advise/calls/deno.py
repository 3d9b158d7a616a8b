from __future__ import annotations

from tests.advise.calls.call import NODE_PROGRAMS, Call

_DENO = str(next(NODE_PROGRAMS.glob("@deno/*/deno"), NODE_PROGRAMS / "deno" / "deno"))
_CODE = "console.log((await fetch(Deno.args[0])).status)"
_VARIABLES = {"DENO_NO_UPDATE_CHECK": "1"}
_WORDS = (_DENO, "run", "--quiet", "--no-lock", "--allow-net", "fetch.js")
CALLS = (Call("Deno", "Deno", _WORDS, variables=_VARIABLES, sources={"fetch.js": _CODE}),)
