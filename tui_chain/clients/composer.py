"""Composer: the store that it finds on the system, to which cafile adds where PHP has curl."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import CauseSign, ErrorOutput, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.core.output_kind import OutputKind


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "With PHP's curl on Debian; elsewhere, and where PHP has no curl, it replaces the roots: take the kind "
        "client+store there."
    )
    if "{$" in str(at.path(OutputKind.CLIENT)):
        note += " Composer takes {$…} in a path for a setting of its own: give the file another name."
    code, undo = f"composer config --global cafile {at.shell()}", "composer config --global --unset cafile"
    yield at.command("Composer", code, note, ADDS, undo=undo)


CLIENT = Client(
    "Composer",
    place=254,
    settings=(
        variable("COMPOSER_CAFILE", ADDS, wins_over=("cafile", "SSL_CERT_FILE", "openssl.cafile")),
        Setting("cafile", SettingForm.CONFIG, ADDS, wins_over=("SSL_CERT_FILE", "openssl.cafile")),
        variable("SSL_CERT_FILE", ADDS, wins_over=("openssl.cafile",)),
        Setting("openssl.cafile", SettingForm.CONFIG, ADDS),
    ),
    files=(
        ConfigFile(
            ("{COMPOSER_HOME:~/.config/composer}/config.json", "~/.composer/config.json"),
            Syntax.YAML,
            {"cafile": "cafile", "disable-tls": "disable-tls"},
        ),
        ConfigFile(("/etc/php/*/cli/php.ini",), Syntax.LINES, {"openssl.cafile": "openssl.cafile"}),
    ),
    switches=(Switch("disable-tls", ("true",), variable=False),),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.PROXY_LOGIN, pattern=r"connect tunnel failed, ?response 407"),),
        signs=r"\bcomposer (?:install|update|require|create-project|diagnose)\b|Composer\\|CurlDownloader\.php"
        r"|create-project \[|\bpackagist\b"
        r"|repo\.packagist\.org",
        version=r"\bComposer (?:version )?(\d+\.\d+\.\d+)",
        help_hosts=("getcomposer.org",),
        trust_command="composer config --global cafile; php -i | grep openssl.cafile",
        cause_signs=(
            CauseSign(
                frozenset({Kind.GENERAL, Kind.VAGUE}),
                r"getcomposer\.org|packagist|indicates a problem with the Certificate Authority",
                (Code.NO_CA_STORE, Code.CA_FILE),
            ),
        ),
    ),
)
