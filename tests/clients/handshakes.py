"""Real TLS handshakes of the ssl module, in memory: what a client with these settings says of a served chain."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from tui_chain.lab.authority import PrivateKey
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

NO_FLAGS = ssl.VerifyFlags(0)
PARTIAL = ssl.VERIFY_X509_PARTIAL_CHAIN
STRICT = ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT


@dataclass(frozen=True)
class Client:
    """How a client of the ssl module is set; `common_name` off is urllib3's setting."""

    flags: ssl.VerifyFlags = NO_FLAGS
    common_name: bool = True


CLIENTS = {
    "requests": Client(NO_FLAGS, common_name=False),
    "requests-3.13": Client(STRICT, common_name=False),
    "python": Client(NO_FLAGS),
    "python-3.13": Client(STRICT),
}
"""The families that are the ssl module itself, by id: what `create_default_context` and urllib3 set."""


def server_context(served: Sequence[Certificate], key: PrivateKey, folder: Path) -> ssl.SSLContext:
    """A server that sends exactly these certificates, weak ones too."""
    chain, secret = folder / "served.pem", folder / "served.key"
    chain.write_bytes(pem_of(served))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(chain, secret)
    return context


def client_context(trust: Path, client: Client) -> ssl.SSLContext:
    """A client that trusts what OpenSSL reads in the file `trust`, and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = client.common_name
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | client.flags
    context.load_verify_locations(cafile=str(trust))
    return context


def verify_code(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> int:
    """Shake hands in memory; 0 where the client is content, its verify code where not."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(down, up, server_hostname=host)
    there = server.wrap_bio(up, down, server_side=True)
    for _ in range(10):
        try:
            here.do_handshake()
        except ssl.SSLWantReadError:
            with suppress(ssl.SSLWantReadError):
                there.do_handshake()
        except ssl.SSLCertVerificationError as error:
            return error.verify_code
        else:
            return 0
    raise AssertionError("the handshake does not end")
