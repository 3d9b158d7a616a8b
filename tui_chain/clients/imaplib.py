"""Python's imaplib: no check at all, unless it is given a context."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks
from tui_chain.clients.errors import ErrorOutput, Layer
from tui_chain.clients.python_code import TRUST_COMMAND, with_mail_context

_STARTTLS = """import imaplib
with imaplib.IMAP4({host!r}, {port}) as client:
    client.starttls(ssl_context=context)
    print(client.noop()[0])"""
_TLS = """import imaplib
with imaplib.IMAP4_SSL({host!r}, {port}, ssl_context=context) as client:
    print(client.noop()[0])"""


def _advice(at: Deployment) -> Iterator[Advice]:
    yield with_mail_context(at, "imaplib", _TLS if at.endpoint.starttls is None else _STARTTLS)


CLIENT = Client(
    "imaplib",
    place=382,
    settings=(Setting("ssl_context=", SettingForm.ARGUMENT, ADDS),),
    advice=_advice,
    reaches=speaks("imap", 993),
    errors=ErrorOutput(signs=r"\bimaplib\b", trust_command=TRUST_COMMAND, layer=Layer.LIBRARY),
)
