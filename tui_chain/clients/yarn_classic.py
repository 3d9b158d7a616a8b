"""yarn 1: Node's roots, which cafile replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorOutput
from tui_chain.clients.npm import NPM_PLACES
from tui_chain.core.output_kind import OutputKind


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "The cafile of .npmrc counts for yarn 1 too. NODE_EXTRA_CA_CERTS, which adds, counts only where no cafile is "
        "set. `yarn info` calls a refused certificate `Received invalid response from npm`."
    )
    yield at.export("yarn 1", "YARN_CAFILE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


CLIENT = Client(
    "yarn 1",
    place=213,
    settings=(
        variable("YARN_CAFILE", REPLACES, wins_over=("cafile", "npm_config_cafile", "NODE_EXTRA_CA_CERTS")),
        Setting("cafile", SettingForm.CONFIG, REPLACES, wins_over=("npm_config_cafile", "NODE_EXTRA_CA_CERTS")),
        variable("npm_config_cafile", REPLACES, wins_over=("NODE_EXTRA_CA_CERTS",)),
        variable("NODE_EXTRA_CA_CERTS", ADDS),
    ),
    files=(
        ConfigFile(("^/.yarnrc", "~/.yarnrc"), Syntax.WORDS, {"cafile": "cafile", "strict-ssl": "strict-ssl"}),
        ConfigFile(NPM_PLACES, Syntax.LINES, {"cafile": "cafile", "strict-ssl": "strict-ssl"}),
    ),
    switches=(Switch("YARN_STRICT_SSL", ("false",)), Switch("strict-ssl", ("false",), variable=False)),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"\byarn (?:install|add|v?1\.)|yarn-error\.log|yarnpkg\.com|^error An unexpected error occurred:",
        version=r"\byarn (?:install |add )?v?(1\.\d+\.\d+)",
        help_hosts=("yarnpkg.com", "classic.yarnpkg.com"),
        trust_command="yarn config get cafile; env | grep NODE_EXTRA_CA_CERTS",
    ),
)
