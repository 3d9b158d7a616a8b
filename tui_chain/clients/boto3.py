"""boto3: botocore's roots, which AWS_CA_BUNDLE replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.core.output_kind import OutputKind

_CONNECT = """import botocore
import botocore.config
import botocore.session

settings = botocore.config.Config(
    signature_version=botocore.UNSIGNED, retries={"max_attempts": 0}, connect_timeout=5, read_timeout=5
)
session = botocore.session.get_session()
session.create_client("sts", "us-east-1", endpoint_url=url, config=settings).get_caller_identity()"""


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "verify= of a client wins over it, and it wins over REQUESTS_CA_BUNDLE."
    yield at.export("boto3", "AWS_CA_BUNDLE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


CLIENT = Client(
    "boto3",
    place=80,
    families={FamilyId.REQUESTS: "boto3", FamilyId.REQUESTS_313: "boto3"},
    settings=(
        Setting(
            "verify=", SettingForm.ARGUMENT, REPLACES, wins_over=("AWS_CA_BUNDLE", "ca_bundle", "REQUESTS_CA_BUNDLE")
        ),
        variable("AWS_CA_BUNDLE", REPLACES, wins_over=("ca_bundle", "REQUESTS_CA_BUNDLE")),
        Setting("ca_bundle", SettingForm.CONFIG, REPLACES, wins_over=("REQUESTS_CA_BUNDLE",)),
        variable("REQUESTS_CA_BUNDLE", REPLACES),
    ),
    files=(ConfigFile(("{AWS_CONFIG_FILE:~/.aws/config}",), Syntax.INI, {"*.ca_bundle": "ca_bundle"}),),
    library=PythonLibrary(("boto3", "botocore", "certifi"), _CONNECT, "AWS_CA_BUNDLE"),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.ENDED, "Connection was closed before we received a valid response"),
            spelled(Kind.PROXY_SCHEME, 'Failed to connect to proxy URL: "https'),
            spelled(Kind.PROXY_REFUSES, "Failed to connect to proxy URL"),
            spelled(Kind.REFUSED, "Could not connect to the endpoint URL"),
            spelled(Kind.GENERAL, pattern=r"could not connect to the endpoint url.{0,80}ssl"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"ssl validation failed for .{1,253}? ?"
                r"(?:file ?not ?found ?error|permission ?error|\[errno 2\] no such file)",
            ),
            spelled(Kind.VAGUE, "SSL validation failed for"),
        ),
        signs=r"\bbotocore\b|\bboto3\b|SSL validation failed for|Could not connect to the endpoint URL"
        r"|Failed to connect to proxy URL",
        version=r"\b[Bb]oto(?:3|core)[/ ]v?(\d+\.\d+(?:\.\d+)?)",
        trust_command="env | grep -E 'AWS_CA_BUNDLE|REQUESTS_CA_BUNDLE'; grep ca_bundle ~/.aws/config",
        layer=Layer.FRAMEWORK,
    ),
)
