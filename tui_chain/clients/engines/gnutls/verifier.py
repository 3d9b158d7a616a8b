"""Model of GnuTLS 3.7.9 (Debian 12) as git and wget use it: what it says of a served chain and a trust file.

git: libcurl-gnutls 7.88.1 `gtls.c`; wget: 1.21.3 `gnutls.c`. Both shake hands at priority NORMAL (profile LOW),
call gnutls_certificate_verify_peers2 and check the host and the leaf's dates themselves; neither checks the purpose.
wget differs: it takes a leaf whose keyUsage lacks digitalSignature, drops final dots of the host, goes on with an
empty store where the trust file cannot be loaded, and ends validity one second earlier.

The codes are GnuTLS's flags and errors without their prefixes GNUTLS_CERT_ and GNUTLS_E_ (`FLAGS`), and the names
of the errors with which it cannot read a certificate (`der.GnuTLSUnreadable`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

from tui_chain.clients.engines.gnutls.alternative_names import DNS, IP, SRV, URI
from tui_chain.clients.engines.gnutls.certificate import DIGITAL_SIGNATURE, GnuTLSCertificate, read
from tui_chain.clients.engines.gnutls.chain import ChainFault, chain_fault
from tui_chain.clients.engines.gnutls.der import GnuTLSUnreadable
from tui_chain.clients.engines.gnutls.names import COMMON_NAME, host_address, host_matches, is_printable, values
from tui_chain.clients.engines.gnutls.signatures import key_of
from tui_chain.clients.engines.gnutls.trust_file import TrustList
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused
from tui_chain.x509.algorithms import Scheme
from tui_chain.x509.der import DERError

_MAX_SERVED = 16
_MAX_MESSAGE = 128 * 1024
_MAX_NAME = 255
_STATUS_REQUEST = 5
_TLS_CURVES = frozenset({256, 384, 528})
_TLS_KEYS = frozenset({Scheme.RSA, Scheme.PSS, Scheme.ECDSA, Scheme.ED25519, Scheme.ED448})


class GnuTLSVerifier:
    """What GnuTLS says with the certificates of one trust file as its only anchors."""

    def __init__(self, trust: bytes, program: Literal["git", "wget"] = "git") -> None:
        self._trust, self._wget = trust, program == "wget"

    @cached_property
    def _store(self) -> TrustList | None:
        """The anchors, or None where GnuTLS refuses the file."""
        try:
            return TrustList(self._trust)
        except DERError:
            return None

    def verify(self, served: Sequence[bytes], host: str, at: datetime, *, stapled: bool = False) -> Verdict:
        """Say what the program says: `served` are DERs, leaf first; `host` is an ASCII name or an IP address.

        `stapled` says that the server staples a good OCSP response for the leaf.
        """
        store = self._store
        if store is None and not self._wget:
            return refused("CA_FILE", "a certificate of the trust file cannot be read, so git stops")
        if len(served) > _MAX_SERVED:
            return refused("CONSTRAINT_ERROR", f"more than {_MAX_SERVED} certificates are served")
        if not served or sum(map(len, served)) + 5 * len(served) > _MAX_MESSAGE:
            return refused("HANDSHAKE_TOO_LARGE", "the certificates are too large for one message, or there are none")
        chain = _read(served)
        if isinstance(chain, Verdict):
            return chain
        wanting = chain[1:] if stapled else chain
        return _verdict(self._fault(chain, wanting, store or TrustList(b""), host, int(at.timestamp())))

    def _fault(
        self,
        chain: list[GnuTLSCertificate],
        unstapled: list[GnuTLSCertificate],
        store: TrustList,
        host: str,
        now: int,
    ) -> ChainFault | None:
        leaf = chain[0]
        return (
            _handshake_fault(leaf, strict=not self._wget)
            or _staple_fault(unstapled)
            or chain_fault(chain, store, now)
            or _host_fault(leaf, host.rstrip(".") if self._wget else host)
            or (ChainFault("EXPIRED", leaf) if self._wget and now >= leaf.not_after else None)
        )


def _read(served: Sequence[bytes]) -> list[GnuTLSCertificate] | Verdict:
    chain = []
    for one in served:
        try:
            chain.append(read(one))
        except DERError as error:
            code = error.code if isinstance(error, GnuTLSUnreadable) else "ASN1_DER_ERROR"
            reason = "it cannot be read" + (f": {error}" if isinstance(error, GnuTLSUnreadable) else "")
            return refused(code, reason, hashlib.sha256(one).hexdigest())
    return chain


def _verdict(fault: ChainFault | None) -> Verdict:
    if fault is None:
        return ACCEPTED
    return refused(fault.code, fault.reason or FLAGS[fault.code], fault.certificate.sha256)


def _handshake_fault(leaf: GnuTLSCertificate, *, strict: bool) -> ChainFault | None:
    """Check what the handshake needs of the leaf: a key that TLS can use, and leave to sign with it.

    Source: `tls-sig.c`, _gnutls_check_key_usage_for_sig; `tls13-sig.c`, _gnutls13_handshake_verify_data.
    """
    key = key_of(leaf.spki)
    usable = key is not None and key.public is not None and key.scheme in _TLS_KEYS
    if key is None or not usable or (key.scheme is Scheme.ECDSA and key.bits not in _TLS_CURVES):
        return ChainFault("UNSUPPORTED_KEY", leaf)
    if strict and leaf.key_usage and not leaf.key_usage & DIGITAL_SIGNATURE:
        return ChainFault("KEY_USAGE_VIOLATION", leaf)
    return None


def _staple_fault(unstapled: list[GnuTLSCertificate]) -> ChainFault | None:
    """Refuse any served certificate that wants an OCSP response and has none stapled (RFC 7633).

    Source: `cert-session.c`, _gnutls_ocsp_verify_mandatory_stapling.
    """
    wanting = (one for one in unstapled if one.features and _STATUS_REQUEST in one.features)
    return next((ChainFault("MISSING_OCSP_STATUS", one) for one in wanting), None)


def _host_fault(leaf: GnuTLSCertificate, host: str) -> ChainFault | None:
    """Check the host (`hostname-verify.c`, gnutls_x509_crt_check_hostname2)."""
    address = host_address(host)
    if address is not None:
        good = any(one.kind == IP and one.value == address for one in leaf.names)
    else:
        good = host_matches(_host_names(leaf), host)
    return None if good else ChainFault("UNEXPECTED_OWNER", leaf)


def _host_names(leaf: GnuTLSCertificate) -> list[bytes]:
    """Return the DNS names, and the only common name where no name of the host's kinds is there and it is a server's.

    Names longer than 255 octets are not compared, and keep the common name from being used.
    """
    names = [one.value for one in leaf.names if one.kind == DNS and len(one.value) <= _MAX_NAME]
    if any(one.kind in (DNS, IP, URI, SRV) or len(one.value) > _MAX_NAME for one in leaf.names):
        return names
    common = values(leaf.subject, COMMON_NAME) if leaf.server_purpose else []
    return [name for name in common if len(common) == 1 and len(name) <= _MAX_NAME and is_printable(name)]


FLAGS = {
    "UNSUPPORTED_KEY": "no TLS handshake can use its key",
    "KEY_USAGE_VIOLATION": "its key usage lacks digitalSignature",
    "MISSING_OCSP_STATUS": "it demands a stapled OCSP response, and none is sent",
    "SIGNER_NOT_FOUND": "its issuer is not known",
    "SIGNER_NOT_CA": "its issuer is not a CA",
    "SIGNATURE_FAILURE": "its signature was not made with its issuer's key",
    "SIGNER_CONSTRAINTS_FAILURE": "a limit that its issuer sets or has is not kept",
    "UNKNOWN_CRIT_EXTENSIONS": "it has a critical extension that GnuTLS does not know",
    "INSECURE_ALGORITHM": "its signature or a key is too weak",
    "NOT_ACTIVATED": "it is not valid yet",
    "EXPIRED": "it has expired",
    "INVALID": "its signature cannot be checked",
    "UNEXPECTED_OWNER": "it does not name the host",
}
"""Every code with its meaning, beside `CA_FILE`, `CONSTRAINT_ERROR`, `HANDSHAKE_TOO_LARGE` and the reading errors."""
