"""pip: the system's store since 24.2, to which a file adds."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_library import PythonLibrary

_FILE = "cert of pip.conf"
_PLACES = (
    "{PIP_CONFIG_FILE}",
    *("{prefix}/pip.conf", "{prefix}/pip.ini"),
    *("{XDG_CONFIG_HOME:~/.config}/pip/pip.conf", "~/.pip/pip.conf", "~/Library/Application Support/pip/pip.conf"),
    *("{APPDATA}/pip/pip.ini", "~/pip/pip.ini"),
    *("/etc/pip.conf", "/etc/xdg/pip/pip.conf", "/Library/Application Support/pip/pip.conf"),
    "{PROGRAMDATA}/pip/pip.ini",
)
_CONNECT = """from pip._internal.commands import create_command

command = create_command("download")
options, _ = command.parse_args([])
command._build_session(options, retries=0, timeout=5).get(url)"""
"""A session as the command has it, with what its configuration and variables say; nothing is downloaded."""


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "pip since 24.2 uses the system's store and this file; --cert FILE does the same for one call. "
        "REQUESTS_CA_BUNDLE wins over both."
    )
    yield at.export("pip", "PIP_CERT", note, ADDS)


CLIENT = Client(
    "pip",
    place=60,
    families={FamilyId.REQUESTS: "pip", FamilyId.REQUESTS_313: "pip"},
    settings=(
        variable("REQUESTS_CA_BUNDLE", ADDS, wins_over=("--cert", "PIP_CERT", _FILE)),
        Setting("--cert", SettingForm.OPTION, ADDS, wins_over=("PIP_CERT", _FILE)),
        variable("PIP_CERT", ADDS, wins_over=(_FILE,)),
        Setting(_FILE, SettingForm.CONFIG, ADDS),
    ),
    files=(ConfigFile(_PLACES, Syntax.INI, {"*.cert": _FILE, "*.trusted-host": "trusted-host"}),),
    switches=(Switch("PIP_TRUSTED_HOST"), Switch("trusted-host", variable=False)),
    library=PythonLibrary(("pip", "truststore"), _CONNECT, "PIP_CERT"),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.NO_SSL_MODULE,
                "pip is configured with locations that require TLS/SSL, however the ssl module in Python is not "
                "available",
            ),
            spelled(Kind.VAGUE, "There was a problem confirming the ssl certificate"),
        ),
        signs=r"\bpip(?:3|\d?\.\d+)?(?::| install|/_|\._| config| is configured|\.conf\b|-\d)|Could not fetch URL"
        r"|Retrying \(Retry\(total|confirming the ssl certificate|No matching distribution found for"
        r"|Could not find a version that satisfies|Looking in indexes",
        version=r"\bpip[ /]v?(\d+(?:\.\d+){1,2})",
        help_hosts=("pip.pypa.io",),
        trust_command="python -m pip config list; env | grep -E 'PIP_CERT|REQUESTS_CA_BUNDLE|SSL_CERT'",
    ),
)
