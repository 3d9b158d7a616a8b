"""Servers that limit their TLS: old versions and ciphers, client certificates, groups and keys of tomorrow."""

from __future__ import annotations

import ssl
import warnings
from base64 import encodebytes
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from tui_chain.lab.authority import PrivateKey, Template, ec_key, key_usage, rsa_key
from tui_chain.lab.hierarchy import DEFAULT_LEAF, Leaf
from tui_chain.lab.servers.bare_tls import bare_handler
from tui_chain.lab.servers.pyopenssl import pyopenssl_handler, server_context
from tui_chain.lab.servers.services import LEAF, LOCALHOST, Ground, Served, Tls, UnsupportedError
from tui_chain.lab.servers.tls import Credentials, TlsOptions
from tui_chain.x509.der import INTEGER, SEQUENCE, encode

if TYPE_CHECKING:
    from OpenSSL import SSL

VERSION = ssl.TLSVersion
_PRIME = bytes.fromhex(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF"
)
"""The 1024-bit prime of RFC 2409 section 6.2; its generator is 2."""

RSA_LEAF = Leaf(
    template=Template(new_key=rsa_key, extensions=((key_usage("digital_signature", "key_encipherment"), True),))
)
"""An RSA certificate whose key may also be encrypted to, as RSA key exchange needs it."""


@dataclass(frozen=True)
class LimitedTls:
    """A server of one TLS version and of some cipher suites (an OpenSSL cipher list), of an RSA or EC key.

    `small_dh` makes its finite-field exchange one of 1024 bits.
    """

    version: VERSION
    ciphers: str = "ALL"
    rsa: bool = False
    small_dh: bool = False

    def open(self, ground: Ground, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        options = TlsOptions(configure=partial(self._limit, ground.folder))
        leaf = RSA_LEAF if self.rsa else DEFAULT_LEAF
        return Tls((LEAF, "issuing"), leaf, options).open(ground, scenario)

    def _limit(self, folder: Path, context: ssl.SSLContext) -> None:
        context.set_ciphers(f"{self.ciphers}:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what these servers are for
            context.minimum_version = context.maximum_version = self.version
        if self.small_dh:
            context.load_dh_params(str(_small_dh(folder)))


def _small_dh(folder: Path) -> Path:
    """Write the prime as a DHParameter (PKCS #3 section 9)."""
    der = encode(SEQUENCE, encode(INTEGER, b"\0" + _PRIME), encode(INTEGER, b"\x02"))
    path = folder / "dh1024.pem"
    path.write_bytes(b"-----BEGIN DH PARAMETERS-----\n" + encodebytes(der) + b"-----END DH PARAMETERS-----\n")
    return path


TLS_1_0, TLS_1_1 = LimitedTls(VERSION.TLSv1), LimitedTls(VERSION.TLSv1_1)
"""Servers that know no version of today."""
RSA_KEY_EXCHANGE = LimitedTls(VERSION.TLSv1_2, "AES128-GCM-SHA256", rsa=True)
"""A server without forward secrecy."""
CBC_SHA1_ONLY = LimitedTls(VERSION.TLSv1_2, "ECDHE-ECDSA-AES128-SHA")
"""A server whose only cipher suite is AES-CBC with HMAC-SHA-1."""
SMALL_DH = LimitedTls(VERSION.TLSv1_2, "DHE-RSA-AES128-GCM-SHA256", rsa=True, small_dh=True)
"""A server whose only key exchange is finite-field Diffie-Hellman of 1024 bits."""


@dataclass(frozen=True)
class NoSecureRenegotiation:
    """A server of TLS 1.2 that does not know RFC 5746, with ECDHE and AES-GCM."""

    def open(self, ground: Ground, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        made = _issue(ground, scenario, ec_key)
        return ground.listen(bare_handler(made), addresses=LOCALHOST), tuple(made.chain)


@dataclass(frozen=True)
class WithPyOpenSSL:
    """A server of pyOpenSSL: `configure` changes its context, `new_key` makes the leaf's key."""

    configure: Callable[[Ground, SSL.Context], None]
    new_key: Callable[[], PrivateKey] = ec_key

    def open(self, ground: Ground, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        made = _issue(ground, scenario, self.new_key)
        context = server_context(made)
        self.configure(ground, context)
        return ground.listen(pyopenssl_handler(context), addresses=LOCALHOST), tuple(made.chain)


def client_certificate(version: VERSION, *, required: bool) -> WithPyOpenSSL:
    """A server of TLS 1.2 or 1.3 that requests or requires a client certificate, and names the lab's roots."""
    return WithPyOpenSSL(partial(_ask_for_certificate, version, required))


def only_group(name: str) -> WithPyOpenSSL:
    """A server of one group, such as `X25519MLKEM768`; needs an OpenSSL that knows it (see `knows_group`)."""
    return WithPyOpenSSL(partial(_limit_groups, name))


def ml_dsa_key() -> PrivateKey:
    """Make an ML-DSA-65 key; raises UnsupportedError where cryptography or its OpenSSL does not know it."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        return mldsa.MLDSA65PrivateKey.generate()
    except (ImportError, UnsupportedAlgorithm):
        raise UnsupportedError("cryptography does not know ML-DSA-65") from None


ML_DSA_LEAF = WithPyOpenSSL(lambda _ground, _context: None, ml_dsa_key)
"""A server whose key is ML-DSA-65 (FIPS 204)."""


def knows_group(name: str) -> bool:
    """Whether the OpenSSL of pyOpenSSL has this group."""
    from OpenSSL import SSL

    return _set_groups(SSL.Context(SSL.TLS_SERVER_METHOD), name)


def _issue(ground: Ground, scenario: str, new_key: Callable[[], PrivateKey]) -> Credentials:
    leaf = ground.hierarchy.issue_leaf(Leaf(template=Template(new_key=new_key)), scenario)
    return Credentials((leaf.der, ground.hierarchy["issuing"].der), leaf.key)


def _ask_for_certificate(version: VERSION, required: bool, ground: Ground, context: SSL.Context) -> None:
    from OpenSSL import SSL

    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    context.set_session_id(b"tlschain lab")  # OpenSSL resumes no session of a verifying server without one
    context.set_verify(SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if required else 0), None)
    for root in x509.load_pem_x509_certificates(ground.hierarchy.trust_pem):
        context.add_client_ca(root)


def _limit_groups(name: str, _ground: Ground, context: SSL.Context) -> None:
    if not _set_groups(context, name):
        raise UnsupportedError(f"pyOpenSSL does not know the group {name}")


def _set_groups(context: SSL.Context, names: str) -> bool:
    from OpenSSL._util import lib

    # pyOpenSSL has no public call for it
    known = lib.SSL_CTX_set1_curves_list(context._context, names.encode()) == 1  # noqa: SLF001
    lib.ERR_clear_error()
    return bool(known)
