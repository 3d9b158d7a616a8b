"""Everything public that can be asked of a certificate, asked."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property

from tests.support.unsafe import unsafe_in
from tui_chain.trust.store import TrustStore, by_subject
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, SignatureProver, signature_proof

PROPERTIES = sorted(
    name
    for part in Certificate.__mro__
    for name, value in vars(part).items()
    if not name.startswith("_") and isinstance(value, (property, cached_property))
)
RAW = {"der", "issuer_urls", "ocsp_urls", "crl_urls", "alternative_names", "subject_name", "issuer_name", "anatomy"}
RAW |= {"authority_issuer", "parsed", "basic_constraints", "key_usage", "name_constraints", "extended_key_usage"}
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def touch(certificate: Certificate, other: Certificate) -> None:
    """Ask everything of `certificate`; what is shown has to be safe text."""
    for name in PROPERTIES:
        value = getattr(certificate, name)
        if name not in RAW:
            assert not unsafe_in(repr(value)), name
    assert hash(certificate) == hash(Certificate(certificate.der))
    assert not unsafe_in(repr(certificate))
    assert certificate.valid_at(NOW) in {True, False}
    _touch_names(certificate)
    _touch_proofs(certificate, other)
    _touch_files(certificate)


def _touch_names(certificate: Certificate) -> None:
    names = certificate.alternative_names
    for host in ("a.test", "", "*.test", "..", "127.0.0.1", "::1", *names.dns[:9]):
        assert names.covers(host) in {True, False}
    assert not any(map(unsafe_in, (*names.texts(), *names.others)))
    constraints = certificate.name_constraints
    if constraints is not None:
        assert not any(map(unsafe_in, constraints.texts))


def _touch_proofs(certificate: Certificate, other: Certificate) -> None:
    prover = SignatureProver()
    for child, issuer in ((certificate, certificate), (certificate, other), (other, certificate)):
        proof = signature_proof(child, issuer)
        assert proof in set(Proof)
        assert prover.proof(child, issuer) is proof
        assert prover.knows(child, issuer)


def _touch_files(certificate: Certificate) -> None:
    store = TrustStore("test", (certificate,))
    assert certificate in store
    assert store.issuers_of(certificate) == ((certificate,) if certificate.self_issued else ())
    assert len(by_subject([certificate])) == (certificate.subject_name is not None)
    reading = read_certificates(to_pem(certificate).encode())
    if certificate.parseable:
        assert [found.der for found in reading.certificates] == [certificate.der]
        assert not reading.problems
    else:
        assert certificate not in reading.certificates
        assert reading.problems or reading.certificates, "white space and zeros before a certificate are passed over"
