"""gRPC for Python: roots of its own in the package, which a variable and an argument replace."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.python_code import python
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.core.endpoint import bracketed
from tui_chain.core.output_kind import OutputKind

_CALL = """import grpc
with open({file}, 'rb') as file:
    credentials = grpc.ssl_channel_credentials(root_certificates=file.read())
with grpc.secure_channel({address!r}, credentials) as channel:
    grpc.channel_ready_future(channel).result(timeout=5)
    print('ready')"""


def _advice(at: Deployment) -> Iterator[Advice]:
    address = f"{bracketed(at.endpoint.host)}:{at.endpoint.port}"
    note = "gRPC has roots of its own, neither the system's nor certifi's, and does not read SSL_CERT_FILE."
    yield python(at, "gRPC", _CALL.format(file=at.python(), address=address), note, REPLACES)
    note = "For every server of a program that gives no root_certificates=."
    variable_name, kind = "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", OutputKind.CLIENT_STORE
    yield at.export("gRPC, every host", variable_name, note, REPLACES, kind=kind)


CLIENT = Client(
    "gRPC",
    place=98,
    settings=(
        Setting(
            "root_certificates=",
            SettingForm.ARGUMENT,
            REPLACES,
            wins_over=("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",),
        ),
        variable("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", REPLACES),
    ),
    library=PythonLibrary(("grpcio",), variable="GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.ENDED, "Handshake read failed (Socket closed)"),
            spelled(Kind.HOST, "Cannot check peer"),
            spelled(Kind.IP, pattern=r"ipv4:[\d.]+:\d+: cannot check peer"),
            spelled(Kind.NAME, "address lookup failed for", "DNS resolution failed"),
            spelled(Kind.HOST, "Hostname Verification Check failed"),
            spelled(Kind.BAD_BUNDLE, "Could not load any root certificate", "assertion failed: pem_root_certs"),
            spelled(Kind.VAGUE, "TSI_PROTOCOL_FAILURE", "Ssl handshake failed"),
            spelled(
                Kind.NOT_TLS,
                "OPENSSL_internal:WRONG_VERSION_NUMBER",
                pattern=r"wrong version number: invalid certificate v",
            ),
        ),
        signs=r"\bgrpc(?:io)?[./_]|StatusCode\.UNAVAILABLE|ssl_transport_security|Tls handshake failed|TSI_PROTOCOL",
        version=r"grpc-python/(\d+\.\d+\.\d+)",
        trust_command="env | grep GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        layer=Layer.FRAMEWORK,
    ),
)
