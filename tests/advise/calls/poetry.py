from __future__ import annotations

from tests.advise.calls.call import Call, apart, with_path

_POETRY = apart("poetry", "poetry")
_CODE = """import os, sys, time
time.sleep = lambda seconds: None  # Poetry tries five times and waits longer each time
os.makedirs('poetry', exist_ok=True)
os.chdir('poetry')
project = '[project]\\nname = "uses-probe"\\nversion = "1.0"\\nrequires-python = ">=3.11"\\n'
source = f'[[tool.poetry.source]]\\nname = "localhost"\\nurl = "{sys.argv[1]}"\\n'
open('pyproject.toml', 'w').write(project + source)
from poetry.console.application import main
sys.argv = ['poetry', 'add', '--no-interaction', '--dry-run', 'probe']
sys.exit(main())"""
_VARIABLES = {
    "PATH": with_path(_POETRY),
    "POETRY_VIRTUALENVS_CREATE": "false",
}
CALLS = (Call("Poetry", "Poetry", (apart("poetry"), "-c", _CODE), "Using version ^1.0 for probe", _VARIABLES),)
