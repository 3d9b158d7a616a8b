"""Perl's LWP: the system's store, which PERL_LWP_SSL_CA_FILE replaces."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import Switch
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.core.output_kind import OutputKind


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "Debian's LWP does not read SSL_CERT_FILE. HTTPS_CA_FILE names a file too, but while it is set LWP does not "
        "verify the host name: unset it."
    )
    yield at.export("Perl LWP", "PERL_LWP_SSL_CA_FILE", note, REPLACES, kind=OutputKind.CLIENT_STORE)


CLIENT = Client(
    "Perl LWP",
    place=262,
    settings=(
        Setting("SSL_ca_file", SettingForm.ARGUMENT, REPLACES, wins_over=("PERL_LWP_SSL_CA_FILE", "HTTPS_CA_FILE")),
        variable("PERL_LWP_SSL_CA_FILE", REPLACES, wins_over=("HTTPS_CA_FILE",)),
        variable("HTTPS_CA_FILE", REPLACES),
    ),
    switches=(Switch("PERL_LWP_SSL_VERIFY_HOSTNAME", ("0",)),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.PROXY_REFUSES, "establishing SSL tunnel failed"),
            spelled(Kind.PROXY_LOGIN, "establishing SSL tunnel failed: 407"),
            spelled(Kind.ENDED_AFTER, "Server closed connection without sending any data back"),
        ),
        signs=r"\bLWP[/:]|libwww-perl|^500 Can't connect to|Client-Warning: Internal response",
        version=r"libwww-perl/(\d+\.\d+)",
        trust_command="env | grep -E 'PERL_LWP_SSL_CA|HTTPS_CA'",
        layer=Layer.LIBRARY,
    ),
)
