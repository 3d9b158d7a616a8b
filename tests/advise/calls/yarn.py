from __future__ import annotations

from tests.advise.calls.call import NODE_PROGRAMS, Call

_YARN = str(NODE_PROGRAMS / "@yarnpkg" / "cli-dist" / "bin" / "yarn.js")
_SCRIPT = f"""cd "$HOME"; echo '{{}}' > package.json; touch yarn.lock
YARN_NPM_REGISTRY_SERVER="$1" node {_YARN} npm info probe --json"""
_VARIABLES = {"YARN_ENABLE_TELEMETRY": "0", "YARN_HTTP_RETRY": "0"}
CALLS = (Call("yarn", "yarn", ("bash", "-c", _SCRIPT, "bash"), '"version":"1.0.0"', _VARIABLES, needs=_YARN),)
