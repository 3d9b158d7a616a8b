from __future__ import annotations

from tests.advise.calls.call import NODE_PROGRAMS, Call

_PNPM = str(NODE_PROGRAMS / "pnpm" / "bin" / "pnpm.cjs")
_SCRIPT = f"""cd "$HOME"; echo '{{}}' > package.json
node {_PNPM} add --lockfile-only --fetch-retries=0 probe --registry "$1\""""
_VARIABLES = {"npm_config_globalconfig": "/dev/null"}
_TOLD = "(reading 'integrity')"
"""It has read the metadata, which name no file."""
CALLS = (Call("pnpm", "pnpm", ("bash", "-c", _SCRIPT, "bash"), _TOLD, _VARIABLES, needs=_PNPM),)
