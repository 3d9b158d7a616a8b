"""npm: Node's roots, which cafile replaces."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.core.output_kind import OutputKind

_VARIABLE = re.compile(r"\$\{[^${}?]+\??\}")
"""What npm replaces by a variable's value when it reads its file, unless a backslash stands before it."""
_MISREADS = re.compile(r"\\[\\;#]|\\\$\{|\s$")
"""What .npmrc loses: a backslash before another, a comment sign or a variable, and white space at the end."""

NPM_PLACES = (
    "^/.npmrc",
    "{npm_config_userconfig:~/.npmrc}",
    *("{npm_config_globalconfig}", "{npm_config_prefix}/etc/npmrc", "/usr/local/etc/npmrc", "/usr/etc/npmrc"),
    "/etc/npmrc",
)
"""The project's file, the user's, and those of every user."""


def _advice(at: Deployment) -> Iterator[Advice]:
    file = str(at.path(OutputKind.CLIENT_STORE))
    path = _VARIABLE.sub(r"\\\g<0>", file)
    note = "cafile replaces the file of NODE_EXTRA_CA_CERTS."
    if _MISREADS.search(file):
        note += " npm does not read this path back as it was written: give the file another name."
    code, undo = f"npm config set cafile {shlex.quote(path)}", "npm config delete cafile"
    yield at.command("npm", code, note, REPLACES, kind=OutputKind.CLIENT_STORE, undo=undo)


CLIENT = Client(
    "npm",
    place=210,
    families={FamilyId.PYTHON: "npm"},
    settings=(Setting("cafile", SettingForm.CONFIG, REPLACES),),
    files=(ConfigFile(NPM_PLACES, Syntax.LINES, {"cafile": "cafile", "strict-ssl": "strict-ssl"}),),
    switches=(Switch("npm_config_strict_ssl", ("", "false")), Switch("strict-ssl", ("false",), variable=False)),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.PROXY_REFUSES, pattern=r"npm err(?:or|!) (?:403|502|503) .{1,40} get https"),),
        signs=r"^npm (?:ERR!|error|WARN|warn|http|verb)|\bnpm (?:install|ci|i|run|audit|view)\b|\bnpm@\d",
        version=r"\bnpm[@/ ]v?(\d+\.\d+\.\d+)",
        help_hosts=("docs.npmjs.com",),
        trust_command="npm config get cafile; npm config get ca; env | grep NODE_EXTRA_CA_CERTS",
    ),
)
