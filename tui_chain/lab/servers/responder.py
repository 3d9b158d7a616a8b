"""The lab's OCSP responder and CRL: answers of every kind, good and bad, about one certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from tui_chain.lab.authority import Authority, Identity, Template


class ResponderAnswer(StrEnum):
    """What a responder or a list says; the last four are not to be believed, or not there."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    DELEGATED = "good, by a responder whom the issuer empowered"
    UNEMPOWERED = "good, by a certificate of the issuer that is no responder's"
    STALE = "good, but of last month"
    FORGED = "good, but signed by another"
    OTHER = "good, but of another certificate"
    GARBAGE = "nothing that can be read"
    DEAD = "nothing"


_FRESH, _STALE = timedelta(hours=-2), timedelta(days=-40)


@dataclass(frozen=True)
class Responder:
    """Answers for `issuer` at its time; `unrelated` is a CA that issued none of them."""

    issuer: Authority
    unrelated: Authority

    def ocsp(self, answer: ResponderAnswer, leaf: Identity) -> bytes:
        """Make an OCSP response about `leaf` (RFC 6960 section 4.2)."""
        if answer is ResponderAnswer.GARBAGE:
            return b"\x30\x03\x0a\x01"
        about = self.issuer.issue_leaf() if answer is ResponderAnswer.OTHER else leaf
        begin = self._begin(answer)
        revoked = answer is ResponderAnswer.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=about.certificate,
            issuer=self.issuer.certificate,
            algorithm=hashes.SHA1(),  # noqa: S303 - what RFC 5019 asks for
            cert_status=_STATUS.get(answer, ocsp.OCSPCertStatus.GOOD),
            this_update=begin,
            next_update=begin + timedelta(days=7),
            revocation_time=begin - timedelta(days=1) if revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoked else None,
        )
        signer = self._signer(answer)
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        if signer is not self.issuer:
            builder = builder.certificates([signer.certificate])
        return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def crl(self, answer: ResponderAnswer, leaf: Identity) -> bytes:
        """Make a CRL that lists `leaf`, or does not, with the extensions that RFC 5280 section 5.2 asks for."""
        if answer is ResponderAnswer.GARBAGE:
            return b"\x30\x03\x0a\x01"
        begin = self._begin(answer)
        name = self.unrelated.subject if answer is ResponderAnswer.OTHER else self.issuer.subject
        builder = x509.CertificateRevocationListBuilder(name, begin, begin + timedelta(days=7))
        if answer is ResponderAnswer.REVOKED:
            entry = x509.RevokedCertificateBuilder().serial_number(leaf.certificate.serial_number)
            reason = x509.CRLReason(x509.ReasonFlags.superseded)
            builder = builder.add_revoked_certificate(
                entry.revocation_date(begin).add_extension(reason, critical=False).build()
            )
        key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.issuer.key.public_key())
        number = x509.CRLNumber(int(begin.timestamp()))
        builder = builder.add_extension(key_id, critical=False).add_extension(number, critical=False)
        key = self.unrelated.key if answer is ResponderAnswer.FORGED else self.issuer.key
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _begin(self, answer: ResponderAnswer) -> datetime:
        return self.issuer.now + (_STALE if answer is ResponderAnswer.STALE else _FRESH)

    def _signer(self, answer: ResponderAnswer) -> Identity:
        if answer is ResponderAnswer.FORGED:
            return self.unrelated
        if answer not in {ResponderAnswer.DELEGATED, ResponderAnswer.UNEMPOWERED}:
            return self.issuer
        use = (
            ExtendedKeyUsageOID.OCSP_SIGNING
            if answer is ResponderAnswer.DELEGATED
            else ExtendedKeyUsageOID.SERVER_AUTH
        )
        uses = x509.ExtendedKeyUsage([use])
        return self.issuer.issue_leaf(("responder.lab.test",), Template(extensions=((uses, False),)))


_STATUS = {
    ResponderAnswer.REVOKED: ocsp.OCSPCertStatus.REVOKED,
    ResponderAnswer.UNKNOWN: ocsp.OCSPCertStatus.UNKNOWN,
}
