from __future__ import annotations

from tests.advise.calls.call import Call

_SCRIPT = """mkdir -p "$HOME/project"; cd "$HOME/project"; printf "source '%s'\\ngem 'probe'\\n" "$1" > Gemfile
bundle lock"""
_TOLD = "Could not find gem 'probe'"
CALLS = (Call("Bundler", "Bundler", ("bash", "-c", _SCRIPT, "bash"), _TOLD, {"BUNDLE_RETRY": "0"}, needs="bundle"),)
