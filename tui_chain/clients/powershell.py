"""PowerShell: Invoke-WebRequest and Invoke-RestMethod are .NET's HttpClient, and take no file of certificates."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, variable
from tui_chain.clients.errors import ErrorOutput

_NOTE = (
    "On Linux, before pwsh starts: $env:SSL_CERT_FILE set inside does not reach OpenSSL. On Windows and macOS "
    "install the file in the system store. Invoke-WebRequest has no option for a trust file."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("PowerShell", "SSL_CERT_FILE", _NOTE, ADDS)


CLIENT = Client(
    "PowerShell",
    place=480,
    settings=(variable("SSL_CERT_FILE", ADDS),),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"Invoke-(?:WebRequest|RestMethod)|\biwr\b|\birm\b|Install-Module"
        r"|\bPS [A-Z]:\\|FullyQualifiedErrorId|\bpwsh\b",
        version=r"PowerShell[ /](\d+\.\d+(?:\.\d+)?)",
        trust_command="Get-ChildItem Cert:\\LocalMachine\\Root",
    ),
)
