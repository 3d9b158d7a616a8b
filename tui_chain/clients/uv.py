"""uv and rustls: the roots that are built in, which SSL_CERT_FILE replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, HostKind, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import RUSTLS
from tui_chain.clients.trust_file import Reads
from tui_chain.core.output_kind import OutputKind


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "SSL_CERT_DIR does the same with a folder."
    yield at.export("uv", "SSL_CERT_FILE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


CLIENT = Client(
    "uv",
    place=70,
    families={FamilyId.RUSTLS: "uv"},
    settings=(variable("SSL_CERT_FILE", REPLACES), variable("SSL_CERT_DIR", REPLACES, Takes.FOLDER)),
    files=(
        ConfigFile(
            (
                *("{UV_CONFIG_FILE}", "^/uv.toml", "^/pyproject.toml"),
                *("{XDG_CONFIG_HOME:~/.config}/uv/uv.toml", "{APPDATA}/uv/uv.toml", "/etc/uv/uv.toml"),
            ),
            Syntax.INI,
            {
                f"{section}{key}": key
                for section in ("", "tool.uv.", "pip.", "tool.uv.pip.")
                for key in ("allow-insecure-host", "native-tls", "system-certs")
            },
        ),
    ),
    switches=(Switch("UV_INSECURE_HOST"), Switch("allow-insecure-host", variable=False)),
    reads=(Reads(RUSTLS, "uv, SSL_CERT_FILE"),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.BAD_BUNDLE,
                "No valid certificates found in",
                "Invalid `SSL_CERT_FILE`",
                "Invalid `SSL_CERT_DIR`",
                "No default certificates will be trusted",
                pattern=r"no valid (?:pem )?certificates? found in",
            ),
        ),
        signs=r"\buv(?:-\w+)?(?: pip| sync| add| lock| tool| run|/\d)|\.uv\b|Using (?:C?Python"
        r"|Python) \S+ (?:environment|interpreter)? ?at:"
        r"|`--(?:native-tls|system-certs)`|\bUV_\w+",
        version=r"\buv[ /](\d+\.\d+\.\d+)",
        trust_command="env | grep SSL_CERT",
        cause_signs=(
            # uv proposes the system's store where it read its own roots
            CauseSign(
                ISSUER_KINDS,
                r"--system-certs|--native-tls",
                (Code.UNTRUSTED_ROOT, Code.INTERCEPTION_LIKELY, Code.OTHER_STORE),
                host=HostKind.PRIVATE,
            ),
        ),
    ),
)
