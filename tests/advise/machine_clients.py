"""Clients run on a machine of a test's own, to see which of them take what was installed there."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from tests.advise.calls import CALLS, write_sources
from tests.advise.calls.call import Call
from tests.advise.conftest import Site
from tests.support.own_machine import OwnMachine
from tests.support.programs import require_program

_SSL = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)"
_URLLIB3 = "import sys, urllib3; print(urllib3.request('GET', sys.argv[1]).status)"
_AIOHTTP = """import asyncio, sys, aiohttp
async def main():
    async with aiohttp.ClientSession() as session, session.get(sys.argv[1]) as answer: print(answer.status)
asyncio.run(main())"""
_PLAIN = (
    Call("curl", "", ("curl", "-sS"), "probe-1.0"),
    Call("wget", "", ("wget", "-q", "-O", "-"), "probe-1.0"),
    Call("ssl", "", (sys.executable, "-c", _SSL)),
    Call("urllib3", "", (sys.executable, "-c", _URLLIB3)),
    Call("aiohttp", "", (sys.executable, "-c", _AIOHTTP)),
)
_PLAIN_NPM = {"npm_config_globalconfig": "/nonexistent"}
"""npm without the settings of this machine, which may name the system's file."""
_BY_NAME = {call.name: call for call in (*CALLS, *_PLAIN)}
SYSTEM = ("curl", "git", "wget", "Go", "Ruby", "Java", "ssl", "aiohttp", "urllib3", "pip")
"""Those that use the system's store, as the advice has it."""
OTHERS = ("requests", "httpx", "boto3", "aws", "uv", "Node", "npm")
"""Those that do not, unless variables lead them there."""


def accepts(machine: OwnMachine, site: Site, name: str, env: Mapping[str, str] | None = None) -> bool:
    """Whether a client gets through TLS to the site on this machine."""
    call = _BY_NAME[name]
    require_program(call.program)
    write_sources(site.folder)
    home = machine.folder / "home"
    given = _PLAIN_NPM | call.environment(home, site.folder) | dict(env or {})
    code = 'cd "$0" && "$@"'
    done = machine.run("sh", "-c", code, str(site.folder), *call.words, site.url, env=given)
    return call.told in done.stdout + done.stderr


each_system_client = pytest.mark.parametrize("name", SYSTEM)
each_other_client = pytest.mark.parametrize("name", OTHERS)
