"""urllib3: a context of its own, which follows Python's defaults from 2.4 on."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_code import FROM_3_13, NO_ADDRESS, with_context, with_crl_context


def _call(at: Deployment) -> str:
    return f"import urllib3\nprint(urllib3.PoolManager(ssl_context=context).request('GET', {at.url!r}).status)"


def _advice(at: Deployment) -> Iterator[Advice]:
    address = f"{NO_ADDRESS}: give PoolManager ca_certs= a file instead. " if at.endpoint.is_ip else ""
    note = f"{address}urllib3 has its own context, which follows Python's from urllib3 2.4 on. {FROM_3_13}"
    yield with_context(at, "urllib3", _call(at), note)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, "urllib3", _call(at))


CLIENT = Client(
    "urllib3",
    place=50,
    families={FamilyId.REQUESTS: "urllib3 ≥ 2", FamilyId.REQUESTS_313: "urllib3 ≥ 2"},
    settings=(Setting("ssl_context=", SettingForm.ARGUMENT, ADDS),),
    advice=_advice,
    crl_advice=_crl_advice,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.TUNNEL, r"ProxyError\("),
            ErrorText(ErrorKind.NO_SAN, r"Common Name.{0,40}subjectAltName"),
            ErrorText(ErrorKind.HOST, r"doesn't match"),
            ErrorText(ErrorKind.NAME, r"NameResolutionError"),
            ErrorText(ErrorKind.ENDED, r"Connection aborted"),
        ),
        help_hosts=("urllib3.readthedocs.io",),
        layer=Layer.LIBRARY,
    ),
)
