"""yarn from version 2 on: Node's roots, which httpsCaFilePath replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorOutput
from tui_chain.core.output_kind import OutputKind

_VARIABLE = "YARN_HTTPS_CA_FILE_PATH"


def _advice(at: Deployment) -> Iterator[Advice]:
    file = str(at.path(OutputKind.CLIENT_STORE))
    note = "httpsCaFilePath in .yarnrc.yml is the same setting; NODE_EXTRA_CA_CERTS, which adds, counts without it."
    if "${" in file:
        note += " yarn before 4.13 does not read this path back: give the file another name."
    code = f"export {_VARIABLE}={shlex.quote(file.replace('${', chr(92) + '${'))}"
    kind, undo = OutputKind.CLIENT_STORE, f"unset {_VARIABLE}"
    yield at.command("yarn", code, note, REPLACES, kind=kind, undo=undo)


CLIENT = Client(
    "yarn",
    place=212,
    settings=(
        Setting("networkSettings", SettingForm.CONFIG, REPLACES, wins_over=(_VARIABLE, "httpsCaFilePath")),
        variable(_VARIABLE, REPLACES, wins_over=("httpsCaFilePath", "NODE_EXTRA_CA_CERTS")),
        Setting("httpsCaFilePath", SettingForm.CONFIG, REPLACES, wins_over=("NODE_EXTRA_CA_CERTS",)),
        variable("NODE_EXTRA_CA_CERTS", ADDS),
    ),
    files=(
        ConfigFile(
            ("^/.yarnrc.yml", "~/.yarnrc.yml"),
            Syntax.YAML,
            {"httpscafilepath": "httpsCaFilePath", "enablestrictssl": "enableStrictSsl"},
        ),
    ),
    switches=(
        Switch("YARN_ENABLE_STRICT_SSL", ("0", "false")),
        Switch("enableStrictSsl", ("false",), variable=False),
    ),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"\bYN\d{4}\b|yarn berry",
        version=r"\b[Yy]arn v?([2-9]\.\d+\.\d+)",
        trust_command="yarn config get httpsCaFilePath; env | grep NODE_EXTRA_CA_CERTS",
    ),
)
