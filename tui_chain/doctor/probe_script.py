"""The script for another interpreter as one text: its pieces, the table of settings from the clients, the request."""

from __future__ import annotations

import base64
import pprint
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from tui_chain.clients.client import SettingForm, Takes
from tui_chain.clients.registry import clients
from tui_chain.core.command import hinted

PIECES = ("stores", "settings", "contexts", "main")
"""The modules of the script in their order; each uses only those before it."""
SECONDS = 20.0
"""Seconds after which the script ends with what it has."""
_HEAD = f"""# Everything that decides about trust in this interpreter, as one JSON object: `python - < this`.
#
# Made by {hinted("doctor", "--print-script")}. It writes nothing, sends nothing, and uses the standard library alone;
# {hinted("doctor", "--from", "FILE")} reads what it prints.

\'\'\':'
echo 'This is for Python, and not for a shell.' >&2; exit 2
\'\'\'

from __future__ import annotations

import sys

sys.dont_write_bytecode = True
# modules of the folder that this runs in are not the interpreter's own
sys.path[:] = [each for each in sys.path if each]
"""
_IMPORTS = re.compile(r"^from (?:__future__|tui_chain)\b.*\n", re.MULTILINE)
_PLACEHOLDER = re.compile(r"<[^>]*>")
_OWN_VARIABLES = ("OPENSSL_CONF",)
"""Variables that decide and are no client's setting."""


@dataclass(frozen=True)
class ServedFlight:
    """What the script needs of a server: its first flight, and where a real handshake can be had or None."""

    host: str
    port: int
    records: bytes
    address: tuple[str, int] | None = None
    timeout: float = 5.0


def probe_script(served: ServedFlight | None = None, seconds: float = SECONDS) -> str:
    """Return the script, which judges a served chain where one is given."""
    request: dict[str, Any] = {"seconds": seconds, "url": "https://localhost/", "table": settings_table()}
    if served is not None:
        request |= {
            "url": f"https://{f'[{served.host}]' if ':' in served.host else served.host}:{served.port}/",
            "host": served.host,
            "flight": base64.b64encode(served.records).decode("ascii"),
            "address": served.address,
            "timeout": served.timeout,
        }
    pieces = files("tui_chain.doctor.script")
    texts = [_IMPORTS.sub("", pieces.joinpath(f"{name}.py").read_text(encoding="utf-8")) for name in PIECES]
    return "\n".join((_HEAD, *texts, f"\nREQUEST = {pprint.pformat(request, width=118)}\n\nrun(REQUEST)\n"))


def settings_table() -> dict[str, Any]:
    """What decides about trust by the clients: variables, configuration files, libraries of Python."""
    settings = [setting for client in clients() for setting in client.settings]
    variables = [setting.name for setting in settings if setting.form is SettingForm.VARIABLE]
    switches = [switch.name for client in clients() for switch in client.switches if switch.variable]
    packages = [name for client in clients() if client.library for name in client.library.distributions]
    return {
        "variables": sorted({_PLACEHOLDER.sub("*", name) for name in (*variables, *switches, *_OWN_VARIABLES)}),
        "folders": sorted({one.name for one in settings if one.takes in {Takes.FOLDER, Takes.ALL_FILES}}),
        "named": sorted({one.name for one in settings}),
        "words": sorted({word for setting in settings for word in setting.words}),
        "files": [
            {"client": client.name, "places": list(file.places), "syntax": str(file.syntax), "keys": dict(file.keys)}
            for client in clients()
            for file in client.files
        ],
        "packages": list(dict.fromkeys(packages)),
        "libraries": [
            {"name": client.name, "package": next(iter(client.library.distributions), ""), "connect": connect}
            for client in clients()
            if client.library and (connect := client.library.connect)
        ],
    }
