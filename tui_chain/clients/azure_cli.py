"""az, the command line of Azure, which blames an intercepting proxy for every error."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "az",
    88,
    errors=ErrorOutput(
        (
            spelled(
                Kind.VAGUE,
                "Certificate verification failed. This typically happens when using Azure CLI behind a proxy "
                "that intercepts traffic with a "
                "self-signed "
                "certificate",
            ),
            spelled(Kind.BAD_BUNDLE, pattern=r"azure cli.{0,900}permissionerror"),
        ),
        signs=r"Azure CLI|\baz (?:login|account|aks|group)\b",
        help_hosts=("docs.microsoft.com", "learn.microsoft.com", "aka.ms"),
        trust_command="env | grep REQUESTS_CA_BUNDLE",
    ),
)
