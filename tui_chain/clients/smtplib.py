"""Python's smtplib: no check at all, unless it is given a context."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, speaks
from tui_chain.clients.errors import CauseSign, ErrorOutput, Layer
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.python_code import TRUST_COMMAND, with_mail_context

_STARTTLS = """import smtplib
with smtplib.SMTP({host!r}, {port}) as client:
    client.starttls(context=context)
    print(client.noop()[0])"""
_TLS = """import smtplib
with smtplib.SMTP_SSL({host!r}, {port}, context=context) as client:
    print(client.noop()[0])"""


def _advice(at: Deployment) -> Iterator[Advice]:
    yield with_mail_context(at, "smtplib", _TLS if at.endpoint.starttls is None else _STARTTLS)


CLIENT = Client(
    "smtplib",
    place=380,
    settings=(Setting("context=", SettingForm.ARGUMENT, ADDS),),
    advice=_advice,
    reaches=speaks("smtp", 465),
    errors=ErrorOutput(
        signs=r"\bsmtplib\b",
        trust_command=TRUST_COMMAND,
        layer=Layer.LIBRARY,
        cause_signs=(CauseSign(frozenset({Kind.NOT_TLS}), r"smtplib|SMTP", (Code.STARTTLS_PORT,)),),
    ),
)
