"""Bundler: Ruby's store, which ssl_ca_cert replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.core.output_kind import OutputKind

_LOCAL, _VARIABLE, _GLOBAL = ".bundle/config", "BUNDLE_SSL_CA_CERT", "~/.bundle/config"
_GEMRC = ":ssl_ca_cert in ~/.gemrc"

_KEY = {"bundle_ssl_verify_mode": "ssl_verify_mode"}


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "`bundle config set ssl_ca_cert FILE` writes the same setting, for every project with --global."
    yield at.export("Bundler", _VARIABLE, note, REPLACES, kind=OutputKind.CLIENT_STORE)


CLIENT = Client(
    "Bundler",
    place=246,
    settings=(
        Setting(_LOCAL, SettingForm.CONFIG, REPLACES, wins_over=(_VARIABLE, _GLOBAL, _GEMRC, "SSL_CERT_FILE")),
        variable(_VARIABLE, REPLACES, wins_over=(_GLOBAL, _GEMRC, "SSL_CERT_FILE")),
        Setting(_GLOBAL, SettingForm.CONFIG, REPLACES, wins_over=(_GEMRC, "SSL_CERT_FILE")),
        Setting(_GEMRC, SettingForm.CONFIG, REPLACES, wins_over=("SSL_CERT_FILE",)),
        variable("SSL_CERT_FILE", ADDS),
    ),
    files=(
        ConfigFile((".bundle/config",), Syntax.YAML, _KEY | {"bundle_ssl_ca_cert": _LOCAL}),
        ConfigFile(("{BUNDLE_USER_CONFIG:~/.bundle/config}",), Syntax.YAML, _KEY | {"bundle_ssl_ca_cert": _GLOBAL}),
        ConfigFile(("~/.gemrc", "/etc/gemrc"), Syntax.YAML, {":ssl_ca_cert": _GEMRC}),
    ),
    switches=(
        Switch("BUNDLE_SSL_VERIFY_MODE", ("0", "none")),
        Switch("ssl_verify_mode", ("0", "none"), variable=False),
    ),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.NAME, "Could not reach host"),),
        signs=r"\bbundle (?:install|update|exec)\b|\b[Bb]undler(?:::|/| )|Could not verify the SSL certificate for",
        version=r"\b[Bb]undler[ /](?:version )?(\d+\.\d+\.\d+)",
        help_hosts=("railsapps.github.io", "bit.ly"),
        trust_command="bundle config get ssl_ca_cert; env | grep SSL_CERT",
    ),
)
