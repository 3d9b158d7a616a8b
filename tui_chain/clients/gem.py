"""gem, Ruby's package manager: OpenSSL's default store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled


def _advice(at: Deployment) -> Iterator[Advice]:
    note = f"{FOLDER_ON_DEBIAN} A line `:ssl_ca_cert: FILE` in ~/.gemrc adds too, and stays."
    yield at.export("gem", "SSL_CERT_FILE", note, ADDS)


CLIENT = Client(
    "gem",
    place=244,
    settings=(variable("SSL_CERT_FILE", ADDS),),
    files=(ConfigFile(("~/.gemrc", "/etc/gemrc"), Syntax.YAML, {":ssl_verify_mode": ":ssl_verify_mode"}),),
    switches=(Switch(":ssl_verify_mode", ("0",), variable=False),),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.PROXY_REFUSES, pattern=r"net::httpserverexception\) 403|net::httpfatalerror\) 50\d"),),
        signs=r"\bgem (?:install|update|push|sources)\b|Gem::RemoteFetcher|Unable to download data from"
        r"|While executing gem|\brubygems\b",
        version=r"\b[Rr]uby[Gg]ems[ /](\d+\.\d+\.\d+)",
        trust_command="gem environment; env | grep SSL_CERT; grep ssl_ca_cert ~/.gemrc",
    ),
)
