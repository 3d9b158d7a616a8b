"""The AWS command line: botocore's roots, which AWS_CA_BUNDLE replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import ErrorOutput
from tui_chain.core.output_kind import OutputKind


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "--ca-bundle wins over it, and it wins over REQUESTS_CA_BUNDLE."
    yield at.export("aws", "AWS_CA_BUNDLE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


CLIENT = Client(
    "aws",
    place=85,
    settings=(
        Setting(
            "--ca-bundle",
            SettingForm.OPTION,
            REPLACES,
            wins_over=("AWS_CA_BUNDLE", "ca_bundle", "REQUESTS_CA_BUNDLE"),
        ),
        variable("AWS_CA_BUNDLE", REPLACES, wins_over=("ca_bundle", "REQUESTS_CA_BUNDLE")),
        Setting("ca_bundle", SettingForm.CONFIG, REPLACES, wins_over=("REQUESTS_CA_BUNDLE",)),
        variable("REQUESTS_CA_BUNDLE", REPLACES),
    ),
    files=(ConfigFile(("{AWS_CONFIG_FILE:~/.aws/config}",), Syntax.INI, {"*.ca_bundle": "ca_bundle"}),),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"\baws-cli/|\bawscli\b|^fatal error: SSL validation|\baws (?:s3|sts|ec2|configure)\b",
        version=r"aws-cli/(\d+\.\d+(?:\.\d+)?)",
        trust_command="env | grep -E 'AWS_CA_BUNDLE|REQUESTS_CA_BUNDLE'; grep ca_bundle ~/.aws/config",
    ),
)
