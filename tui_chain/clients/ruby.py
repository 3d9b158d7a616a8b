"""Ruby: OpenSSL's default store, whose file SSL_CERT_FILE names."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Takes, variable
from tui_chain.clients.errors import CauseSign, ErrorOutput, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export("Ruby", "SSL_CERT_FILE", FOLDER_ON_DEBIAN, ADDS)


CLIENT = Client(
    "Ruby",
    place=240,
    families={FamilyId.PYTHON: "Ruby"},
    settings=(variable("SSL_CERT_FILE", ADDS), variable("SSL_CERT_DIR", ADDS, Takes.FOLDER)),
    reads=(Reads(OPENSSL, "Ruby"),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.TIMEOUT, "Net::OpenTimeout", "Net::ReadTimeout"),
            spelled(Kind.ENDED, "SSL_connect returned=6"),
            spelled(Kind.ENDED, pattern=r"ssl connect syscall returned=5"),
            spelled(Kind.ENDED_AFTER, pattern=r"syswrite.{0,12}': (?:connection reset|broken pipe)"),
            spelled(Kind.HOST, pattern=r"hostname \"[^\"]{1,253}\" does not match the server certificate"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"(?:add file|set default paths|ca file=).{0,80}(?:no such file|system lib|no start line)",
            ),
        ),
        signs=r"OpenSSL::SSL|\.rb:\d+:in|SSL_connect returned=|Errno::E[A-Z]+|Net::OpenTimeout|\bruby[ -/]\d",
        version=r"\bruby[ -/]v?(\d+\.\d+(?:\.\d+)?)",
        trust_command="ruby -ropenssl -e 'puts OpenSSL::X509::DEFAULT_CERT_FILE'; env | grep SSL_CERT",
        layer=Layer.RUNTIME,
        cause_signs=(
            # without a reason it is an old one, whose own roots are old too
            CauseSign(frozenset({Kind.GENERAL}), r"rubygems\.org", (Code.NO_CA_STORE, Code.OLD_STORE)),
        ),
    ),
)
