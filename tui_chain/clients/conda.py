"""conda: certifi's roots, which variables and ssl_verify replace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.core.output_kind import OutputKind

_EXPANDED = re.compile(r"\$\w|\$\{")
"""What conda replaces in every value of its own by a variable's (os.path.expandvars), without an escape."""

_OFF = ("false", "no", "off")
_WORDS = ("truststore", "true", "false", "True", "False")


def _advice(at: Deployment) -> Iterator[Advice]:
    kind = OutputKind.CLIENT_STORE
    if _EXPANDED.search(str(at.path(kind))):
        note = "For every channel. conda's own ssl_verify cannot name a file with $ in its path."
        yield at.export("conda", "REQUESTS_CA_BUNDLE", note, REPLACES, kind=kind)
        return
    note = (
        "For every channel, in ~/.condarc. The word truststore in place of a file is the system's store. "
        "REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE win over it."
    )
    code, undo = f"conda config --set ssl_verify {at.shell(kind)}", "conda config --remove-key ssl_verify"
    yield at.command("conda", code, note, REPLACES, kind=kind, undo=undo)


CLIENT = Client(
    "conda",
    place=89,
    settings=(
        variable(
            "REQUESTS_CA_BUNDLE",
            REPLACES,
            Takes.EITHER,
            wins_over=("CURL_CA_BUNDLE", "CONDA_SSL_VERIFY", "ssl_verify"),
        ),
        variable("CURL_CA_BUNDLE", REPLACES, Takes.EITHER, wins_over=("CONDA_SSL_VERIFY", "ssl_verify")),
        variable(
            "CONDA_SSL_VERIFY",
            REPLACES,
            Takes.EITHER,
            wins_over=("ssl_verify",),
            words=_WORDS,
        ),
        Setting("ssl_verify", SettingForm.CONFIG, REPLACES, Takes.EITHER, words=_WORDS),
    ),
    files=(
        ConfigFile(
            (
                *("{CONDARC}", "{CONDA_PREFIX}/.condarc", "~/.condarc", "~/.conda/.condarc"),
                *("{XDG_CONFIG_HOME:~/.config}/conda/.condarc", "{CONDA_ROOT}/.condarc", "{base_prefix}/.condarc"),
                *("/etc/conda/.condarc", "/var/lib/conda/.condarc"),
            ),
            Syntax.YAML,
            {"ssl_verify": "ssl_verify"},
        ),
    ),
    switches=(Switch("CONDA_SSL_VERIFY", _OFF), Switch("ssl_verify", _OFF, variable=False)),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.VAGUE, "CondaSSLError", "Encountered an SSL error. Most likely a certificate verification issue"
            ),
            spelled(
                Kind.NO_SSL_MODULE,
                "OpenSSL appears to be unavailable on this machine",
                "HTTPS URLs because the SSL module is not available",
            ),
        ),
        signs=r"\bconda (?:install|create|update|search|env|config)\b|\bconda/\d|CondaSSLError|CondaHTTPError"
        r"|\bmamba\b"
        r"|Collecting package metadata|repo\.anaconda\.com|conda\.anaconda\.org",
        version=r"\bconda[ /](?:version ?: ?)?(\d+\.\d+(?:\.\d+)?)",
        trust_command="conda config --show ssl_verify; env | grep -E 'CONDA_SSL_VERIFY|CA_BUNDLE'",
    ),
)
