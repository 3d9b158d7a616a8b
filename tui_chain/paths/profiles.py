"""What each kind of client says: the chain as served, one set of trust anchors, the client's own flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from OpenSSL import crypto

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.names import parse_ip
from tui_chain.certs.text import safe_text

STRICT = crypto.X509StoreFlags.X509_STRICT
PARTIAL = crypto.X509StoreFlags.PARTIAL_CHAIN


@dataclass(frozen=True)
class Verdict:
    """What one client profile says: `ok`, or the error in its words, OpenSSL's code, and the certificate."""

    ok: bool
    error: str | None = None
    code: int | None = None
    at: str | None = None


@dataclass(frozen=True)
class Profile:
    """A kind of client: OpenSSL with these flags, or cryptography's verifier where `flags` is None."""

    name: str
    flags: int | None


PROFILES: tuple[Profile, ...] = (
    Profile("python ≤ 3.12", 0),
    Profile("python ≥ 3.13", STRICT | PARTIAL),
    Profile("curl", PARTIAL),
    Profile("web pki", None),
)
"""The client profiles; see `ssl.create_default_context` for the flags of Python, curl's lib/vtls/openssl.c for curl's."""

Verdicts = Mapping[str, Verdict]


class Judge:
    """Asks every client profile about served chains, with one set of anchors as the only trust store."""

    def __init__(self, anchors: Iterable[Certificate]) -> None:
        self._anchors = tuple(anchors)
        self._stores: dict[int, crypto.X509Store] = {}

    def verdicts(self, served: tuple[Certificate, ...], *, host: str, at: datetime) -> Verdicts:
        """Return each profile's verdict by its name, for `host` (ASCII) at `at` (aware)."""
        return {profile.name: self.verdict(profile, served, host=host, at=at) for profile in PROFILES}

    def verdict(self, profile: Profile, served: tuple[Certificate, ...], *, host: str, at: datetime) -> Verdict:
        """Verify `served`, leaf first, the way `profile` does."""
        if not self._anchors:
            return Verdict(False, "there is no trust anchor to verify with")
        if not served:
            return Verdict(False, "the server sent no certificate")
        if profile.flags is None:
            return self._web_pki(served, host, at)
        return self._openssl(profile.flags, served, host, at)

    def _openssl(self, flags: int, served: tuple[Certificate, ...], host: str, at: datetime) -> Verdict:
        """OpenSSL's X509_verify_cert; host and purpose, which pyOpenSSL does not pass on, are ours."""
        loaded = [found for found in map(_openssl_x509, served) if found is not None]
        if len(loaded) != len(served):
            return Verdict(False, "a served certificate cannot be parsed by OpenSSL")
        store = self._store(flags)
        store.set_time(at.astimezone(UTC))
        context = crypto.X509StoreContext(store, loaded[0], loaded[1:])
        try:
            chain = context.get_verified_chain()
        except crypto.X509StoreContextError as error:
            return _refusal(error)
        return _purpose(chain) or _host(served[0], host) or Verdict(True)

    def _store(self, flags: int) -> crypto.X509Store:
        if flags not in self._stores:
            store = crypto.X509Store()
            store.set_flags(flags)
            for anchor in self._openssl_anchors:
                store.add_cert(anchor)
            self._stores[flags] = store
        return self._stores[flags]

    @cached_property
    def _openssl_anchors(self) -> tuple[crypto.X509, ...]:
        return tuple(found for found in map(_openssl_x509, self._anchors) if found is not None)

    @cached_property
    def _web_pki_store(self) -> Store:
        return Store([anchor.parsed for anchor in self._anchors if anchor.parsed is not None])

    def _web_pki(self, served: tuple[Certificate, ...], host: str, at: datetime) -> Verdict:
        leaf, *others = [certificate.parsed for certificate in served]
        if leaf is None:
            return Verdict(False, "the leaf cannot be parsed")
        address = parse_ip(host)
        try:
            subject = x509.DNSName(host) if address is None else x509.IPAddress(address)
            verifier = PolicyBuilder().store(self._web_pki_store).time(at).build_server_verifier(subject)
            verifier.verify(leaf, [other for other in others if other is not None])
        except (
            VerificationError,
            ValueError,
            x509.DuplicateExtension,
            x509.UnsupportedGeneralNameType,
        ) as error:
            return Verdict(False, safe_text(str(error).removeprefix("validation failed: "), 200))
        return Verdict(True)


def _openssl_x509(certificate: Certificate) -> crypto.X509 | None:
    try:
        return crypto.load_certificate(crypto.FILETYPE_ASN1, certificate.der)
    except crypto.Error:
        return None


def _refusal(error: crypto.X509StoreContextError) -> Verdict:
    code = error.errors[0] if error.errors and isinstance(error.errors[0], int) else None
    der = crypto.dump_certificate(crypto.FILETYPE_ASN1, error.certificate)
    return Verdict(False, safe_text(str(error)), code, Certificate(der).sha256)


def _purpose(chain: list[crypto.X509]) -> Verdict | None:
    """OpenSSL's check_chain with the purpose sslserver: every certificate but the anchor."""
    views = [Certificate(crypto.dump_certificate(crypto.FILETYPE_ASN1, one)) for one in chain]
    for view in views[:1] + views[1:-1]:
        if not view.for_servers:
            return Verdict(False, "unsuitable certificate purpose", 26, view.sha256)
    return None


def _host(leaf: Certificate, host: str) -> Verdict | None:
    if leaf.alternative_names.covers(host):
        return None
    if parse_ip(host) is None:
        return Verdict(False, "hostname mismatch", 62, leaf.sha256)
    return Verdict(False, "IP address mismatch", 64, leaf.sha256)
