"""Poetry: certifi's roots, which the certificate of a source replaces."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled


def _advice(at: Deployment) -> Iterator[Advice]:
    source = re.sub(r"[^a-z0-9]+", "-", at.endpoint.host).strip("-")
    note = (
        f"For the source that pyproject.toml calls {source}: put the name that it has there in its place. "
        "It wins over REQUESTS_CA_BUNDLE, which serves every source. Of a refused certificate Poetry says only "
        "that all attempts to connect failed."
    )
    name = f"certificates.{source}.cert"
    undo = f"poetry config --unset {name}"
    yield at.command("Poetry", f"poetry config {name} {at.shell()}", note, REPLACES, undo=undo)


CLIENT = Client(
    "Poetry",
    place=87,
    settings=(
        variable(
            "POETRY_CERTIFICATES_<SOURCE>_CERT",
            REPLACES,
            wins_over=("certificates.<source>.cert", "REQUESTS_CA_BUNDLE"),
        ),
        Setting(
            "certificates.<source>.cert",
            SettingForm.CONFIG,
            REPLACES,
            wins_over=("REQUESTS_CA_BUNDLE",),
            words=("true", "false"),
        ),
        variable("REQUESTS_CA_BUNDLE", REPLACES, Takes.EITHER),
    ),
    files=(
        ConfigFile(
            (
                *(
                    "^/poetry.toml",
                    "{POETRY_CONFIG_DIR}/config.toml",
                    "{XDG_CONFIG_HOME:~/.config}/pypoetry/config.toml",
                ),
                *("~/Library/Application Support/pypoetry/config.toml", "{APPDATA}/pypoetry/config.toml"),
            ),
            Syntax.INI,
            {"certificates.*.cert": "certificates.<source>.cert"},
        ),
    ),
    switches=(Switch("certificates.<source>.cert", ("false",), variable=False),),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.VAGUE, "All attempts to connect to"),),
        signs=r"\bpoetry\b|All attempts to connect to",
        version=r"Poetry \(?version (\d+\.\d+(?:\.\d+)?)",
        trust_command="poetry config --list | grep cert; env | grep -E 'POETRY_CERT|CA_BUNDLE'",
    ),
)
