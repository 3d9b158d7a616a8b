"""pnpm: Node's roots up to version 11, the system's from 12 on; NODE_EXTRA_CA_CERTS adds to both."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.clients.npm import NPM_PLACES


def _advice(at: Deployment) -> Iterator[Advice]:
    # measured with pnpm 9.15, 10.34 and 12.21
    note = (
        "pnpm 9 and 10 ignore it beside a cafile of ~/.npmrc or the project's .npmrc, which replaces all roots; and "
        "they do not use the cafile that `pnpm config set cafile` writes. pnpm 12 adds the file in any case."
    )
    yield at.export("pnpm", "NODE_EXTRA_CA_CERTS", note, ADDS)


CLIENT = Client(
    "pnpm",
    place=214,
    settings=(
        Setting("cafile of .npmrc", SettingForm.CONFIG, REPLACES, wins_over=("NODE_EXTRA_CA_CERTS",)),
        variable("NODE_EXTRA_CA_CERTS", ADDS),
    ),
    files=(ConfigFile(NPM_PLACES, Syntax.LINES, {"cafile": "cafile of .npmrc", "strict-ssl": "strict-ssl"}),),
    switches=(Switch("strict-ssl", ("false",), variable=False),),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.PROXY_REFUSES, "ERR_PNPM_FETCH_403", "ERR_PNPM_FETCH_502", "ERR_PNPM_FETCH_503"),),
        signs=r"\bpnpm\b|ERR_PNPM_",
        version=r"\bpnpm[@/ ]v?(\d+\.\d+\.\d+)",
        trust_command="pnpm config get cafile; env | grep NODE_EXTRA_CA_CERTS",
    ),
)
