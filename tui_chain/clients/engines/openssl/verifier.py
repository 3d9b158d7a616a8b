"""OpenSSL's own verdict on a served chain: libssl verifies it in a handshake over memory, as in any client.

A client `SSLObject` is fed a ServerHello and the served Certificate message. libssl then verifies before it looks at
any signature of the server's (tls_process_server_certificate in ssl/statem/statem_clnt.c), so that no key is needed.
The library is the one of the Python that runs this; `library()` names it.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_chain.clients.engines.openssl.handshake import flight, uses_rsa
from tui_chain.clients.engines.openssl.hostnames import (
    ADDRESS_MISMATCH,
    HOSTNAME_MISMATCH,
    alternative_names,
    curl_refusal,
)
from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused
from tui_chain.core.text import safe_text
from tui_chain.paths.codes import is_strict
from tui_chain.paths.strict import strict_fault
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import parse_ip

if TYPE_CHECKING:
    from tui_chain.clients.engines.openssl.pyopenssl import Locator

PARTIAL_CHAIN = int(ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN)
STRICT = int(ssl.VerifyFlags.VERIFY_X509_STRICT)
TRUSTED_FIRST = int(ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST)
CRL_CHECK_LEAF = int(ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF)
CRL_CHECK_CHAIN = int(ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN)
NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME (include/openssl/x509_vfy.h); `ssl` passes it on without a name for it."""

MAX_ANSWERS = 256
"""Handshakes that one store remembers, for families that ask alike at the same time."""
NOW = 60.0
"""Seconds by which a time may differ from the clock and still be now: libssl's verdict of now is then the answer."""

_AFTER_TIME = frozenset({4, 7, 8, 23, 36, 43, 47, 48, 49, 51, 52, 53})
"""Codes that OpenSSL meets with or after dates: those of a CRL (check_crl: 8, cert_crl: 23, 36), or of certificates
(internal_verify, check_name_constraints, check_policy)."""
_OF_NAMES = frozenset({HOSTNAME_MISMATCH, ADDRESS_MISMATCH})
_DATES = frozenset({9, 10, 11, 12, 13, 14, 15, 16})
"""Codes for the dates of certificates and CRLs."""
_WITHOUT_ISSUER = frozenset({18, 20})
"""X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY."""


@dataclass(frozen=True)
class Settings:
    """How a client family uses OpenSSL: verify flags, cipher string (it decides the security level), names.

    `common_name` lets a certificate without a dNSName be known by its common name, as `ssl` does by default.
    `own_host_check` is curl's: OpenSSL checks no name, and lib/vtls/openssl.c compares afterwards. `drops_dot` takes
    the dots at its end off the host, as urllib3 does. `ciphers` None is the list that Python sets by itself.
    """

    flags: int = 0
    common_name: bool = True
    own_host_check: bool = False
    drops_dot: bool = False
    ciphers: str | None = None


def is_now(at: datetime) -> bool:
    """Whether a time is that of the clock, within a minute."""
    return abs((datetime.now(at.tzinfo) - at).total_seconds()) <= NOW


def library() -> str:
    """Return the name and version of the OpenSSL in use, such as `OpenSSL 3.0.19`."""
    return " ".join(ssl.OPENSSL_VERSION.split()[:2])


class _HandshakeInputs(NamedTuple):
    """All that a handshake over memory depends on, beside the store; `at` is None where no dates are looked at."""

    served: tuple[bytes, ...]
    host: str
    flags: int
    common_name: bool
    check_host: bool
    level: int
    at: datetime | None


@lru_cache(maxsize=8)
def _level(ciphers: str | None) -> int:
    """The security level that a cipher string brings about here, where the machine's openssl.cnf has its say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ciphers is not None:
        context.set_ciphers(ciphers)
    return context.security_level


def _reads_common_name(leaf: bytes, host: str) -> bool:
    """Whether OpenSSL looks at the common name: for a name, where there is no dNSName (X509_check_host)."""
    return parse_ip(host) is None and not alternative_names(leaf)[0]


@dataclass(eq=False)
class OpenSSLVerifier:
    """Judges chains with one trust file as the only store; `trust` are its bytes, CRLs in it used if asked for.

    The store is loaded once, by file: only so are the trust settings of TRUSTED CERTIFICATE blocks honoured.
    """

    trust: bytes = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _answers: dict[_HandshakeInputs, Verdict] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _context(self) -> ssl.SSLContext | str:
        """The context that holds the store, or why OpenSSL reads nothing from the file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        try:
            with as_path(self.trust) as path:
                context.load_verify_locations(cafile=path)
        except (ssl.SSLError, OSError) as error:
            return safe_text(str(getattr(error, "reason", "") or error))
        return context

    @cached_property
    def _locator(self) -> Locator:
        from tui_chain.clients.engines.openssl.pyopenssl import Locator  # refusals alone need the second library

        return Locator(self.trust)

    @cached_property
    def _timeless(self) -> Locator:
        """The same for what it says without a look at dates; either keeps the contexts of one time."""
        from tui_chain.clients.engines.openssl.pyopenssl import Locator

        return Locator(self.trust)

    def forget(self) -> None:
        """Forget the handshakes that were done; the store stays loaded."""
        self._answers.clear()

    def verify(
        self, served: Sequence[bytes], host: str, at: datetime, settings: Settings, *, locate: bool = True
    ) -> Verdict:
        """Judge `served` (DER, leaf first) for `host` (ASCII name or IP literal) at `at` (aware).

        Without `locate` a refusal does not name its certificate, which is left to a second library.
        """
        if not served:
            return refused(None, "the server sent no certificate")
        context = self._context
        if isinstance(context, str):
            return refused("ca-file", f"OpenSSL cannot read the trust file ({context})")
        name = host.rstrip(".") if settings.drops_dot else host
        now = is_now(at)
        verdict = self._ask(context, served, name, settings, at if now else None)
        if not now:
            verdict = self._dated(verdict, served, at, settings)
        if locate:
            verdict = self._located(verdict, served, None if now else at, settings)
        if not settings.own_host_check or not verdict.ok:
            return verdict
        return curl_refusal(Certificate(served[0]), name) or verdict

    def _ask(
        self, context: ssl.SSLContext, served: Sequence[bytes], host: str, settings: Settings, at: datetime | None
    ) -> Verdict:
        """Do the handshake, or remember the one that the family before asked for alike."""
        flags = TRUSTED_FIRST | settings.flags | (NO_CHECK_TIME if at is None else 0)
        common_name = settings.common_name or not _reads_common_name(served[0], host)
        inputs = _HandshakeInputs(
            tuple(served), host, flags, common_name, not settings.own_host_check, _level(settings.ciphers), at
        )
        with self._lock:
            known = self._answers.get(inputs)
            if known is None:
                if len(self._answers) >= MAX_ANSWERS:
                    self._answers.clear()
                known = self._answers[inputs] = self._shake(context, inputs)
            return known

    def _shake(self, context: ssl.SSLContext, inputs: _HandshakeInputs) -> Verdict:
        context.check_hostname = inputs.check_host
        context.hostname_checks_common_name = inputs.common_name
        context.verify_flags = ssl.VerifyFlags(inputs.flags)
        if context.security_level != inputs.level:
            context.set_ciphers(f"DEFAULT:@SECLEVEL={inputs.level}")
        return _handshake(context, inputs.served, inputs.host if inputs.check_host else None)

    def _dated(self, verdict: Verdict, served: Sequence[bytes], at: datetime, settings: Settings) -> Verdict:
        """The verdict at another time than now, which `ssl` cannot set: pyOpenSSL's, where the time changes that.

        Dates decide more than codes of their own: of two issuers of one name OpenSSL takes the one that is valid.
        """
        then = self._locator.locate(served, settings.flags, at)
        if isinstance(verdict.code, str) or verdict.code == (then and then.code):
            return verdict
        timeless = self._timeless.locate(served, settings.flags | NO_CHECK_TIME, None)
        if (then and then.code) == (timeless and timeless.code):
            return verdict
        if verdict.code in _OF_NAMES and (then is None or then.code in _AFTER_TIME | _DATES):
            return verdict
        if verdict.code not in {None, timeless and timeless.code} | _OF_NAMES | _AFTER_TIME:
            return verdict  # this library minds what the newer one does not, and before it looks at dates
        return ACCEPTED if then is None else refused(then.code, then.error, then.certificate)

    def _located(self, verdict: Verdict, served: Sequence[bytes], at: datetime | None, settings: Settings) -> Verdict:
        """Name the certificate of a refusal: the leaf for names, else what pyOpenSSL says where its code agrees."""
        if verdict.ok or verdict.certificate is not None or not isinstance(verdict.code, int):
            return verdict
        # of a leaf on its own, what has no issuer or signed itself is the leaf
        alone = len(served) == 1 and verdict.code in _WITHOUT_ISSUER
        if alone or verdict.code in _OF_NAMES:
            return Verdict(False, verdict.code, verdict.error, Certificate(served[0]).sha256)
        found = self._locator.locate(served, settings.flags, at, verdict.code)
        certificate = self._strict(verdict.code, served, settings, at) if found is None else found.certificate
        return Verdict(False, verdict.code, verdict.error, certificate)

    def _strict(self, code: int, served: Sequence[bytes], settings: Settings, at: datetime | None) -> str | None:
        """Which certificate a strict check is about that newer OpenSSL dropped: the first of the chain it fits."""
        if not is_strict(code):
            return None
        chain = tuple(map(Certificate, self._locator.chain(served, settings.flags & ~STRICT, at)))
        return next((one.sha256 for depth, one in enumerate(chain) if strict_fault(chain, depth) == code), None)


def _handshake(context: ssl.SSLContext, served: Sequence[bytes], host: str | None) -> Verdict:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        client = context.wrap_bio(incoming, outgoing, server_hostname=host)
    except ValueError:  # UnicodeError is one: an empty label, one of more than 63 octets
        return refused(HOSTNAME_MISMATCH, "Python cannot look for a host of this name", Certificate(served[0]).sha256)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        incoming.write(flight(served, rsa=uses_rsa(served[0])))
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return _usable(served[0])
    except ssl.SSLCertVerificationError as error:
        return refused(error.verify_code, safe_text(error.verify_message))
    except ssl.SSLError as error:
        return refused("unreadable", _unreadable(error))
    return ACCEPTED


def _unreadable(error: ssl.SSLError) -> str:
    why = f" ({safe_text(error.reason).replace('_', ' ').lower()})" if error.reason else ""
    return f"OpenSSL cannot read what the server sent{why}"


_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})


def _usable(leaf: bytes) -> Verdict:
    """A key on a curve that no client offers signs no handshake (RFC 8422 section 5.1.1), whatever its chain."""
    from cryptography.hazmat.primitives.asymmetric import ec

    certificate = Certificate(leaf)
    key = certificate.public_key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in _CURVES:
        text = f"no handshake can be had with a key on the curve {key.curve.name}"
        return refused("unsupported-algorithm", text, certificate.sha256)
    return ACCEPTED
