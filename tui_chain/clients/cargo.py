"""cargo: libcurl with an OpenSSL of its own, and the system's store, to which a file adds on Debian."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.clients.families import FamilyId


def _advice(at: Deployment) -> Iterator[Advice]:
    note = f"{FOLDER_ON_DEBIAN} http.cainfo in ~/.cargo/config.toml is the same setting."
    yield at.export("cargo", "CARGO_HTTP_CAINFO", note, ADDS)


CLIENT = Client(
    "cargo",
    place=280,
    families={FamilyId.CURL: "cargo"},
    settings=(
        Setting("--config http.cainfo", SettingForm.OPTION, ADDS, wins_over=("CARGO_HTTP_CAINFO", "http.cainfo")),
        variable("CARGO_HTTP_CAINFO", ADDS, wins_over=("http.cainfo", "SSL_CERT_FILE")),
        Setting("http.cainfo", SettingForm.CONFIG, ADDS, wins_over=("SSL_CERT_FILE",)),
        variable("SSL_CERT_FILE", ADDS),
    ),
    files=(
        ConfigFile(
            ("^/.cargo/config.toml", "^/.cargo/config", "{CARGO_HOME:~/.cargo}/config.toml"),
            Syntax.INI,
            {"http.cainfo": "http.cainfo"},
        ),
    ),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.GENERAL, "SSL peer certificate"),),
        signs=r"\bcargo\b|\bcrates\.io\b|download of config\.json failed|spurious network error|\brustup\b",
        version=r"\bcargo (\d+\.\d+\.\d+)",
        trust_command="env | grep -E 'CARGO_HTTP_CAINFO|SSL_CERT'; grep -A9 http ~/.cargo/config.toml",
    ),
)
