"""Real TLS handshakes of the ssl module, in memory: what a client with these flags says of a served chain."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.paths.graphs import Key, key_pem, pem
from tui_chain.certs.certificate import Certificate

NO_FLAGS = ssl.VerifyFlags(0)
PARTIAL = ssl.VERIFY_X509_PARTIAL_CHAIN
STRICT = ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT


def server_context(served: Sequence[Certificate], key: Key, folder: Path) -> ssl.SSLContext:
    """A server that sends exactly these certificates, weak ones too."""
    chain, secret = folder / "served.pem", folder / "served.key"
    chain.write_text(pem(served))
    secret.write_text(key_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(chain, secret)
    return context


def client_context(anchors: Iterable[Certificate], flags: ssl.VerifyFlags) -> ssl.SSLContext:
    """Python's client with these flags; the common name does not count, as in urllib3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | flags
    context.load_verify_locations(cadata=pem(anchors))
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
