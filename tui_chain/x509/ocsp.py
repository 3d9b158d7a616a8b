"""OCSP (RFC 6960): the question as a URL, and a response that counts only when it is signed, fresh and fitting."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import element
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.revocation import (
    Means,
    Revocation,
    RevocationAnswer,
    signed_by,
    staleness,
)
from tui_chain.x509.signatures import Proof, signature_proof

_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
_RESPONSE_TEXTS = {
    ocsp.OCSPResponseStatus.MALFORMED_REQUEST: "the responder calls the request malformed",
    ocsp.OCSPResponseStatus.INTERNAL_ERROR: "the responder has an internal error",
    ocsp.OCSPResponseStatus.TRY_LATER: "the responder asks to come back later",
    ocsp.OCSPResponseStatus.SIG_REQUIRED: "the responder wants signed requests",
    ocsp.OCSPResponseStatus.UNAUTHORIZED: "the responder does not answer for this certificate",
}


def request_url(url: str, certificate: Certificate, issuer: Certificate) -> str | None:
    """The URL that asks a responder about `certificate` by GET (RFC 6960 appendix A.1), or None if it is unreadable.

    The certificate is named by SHA-1 hashes, the only ones that all responders know (RFC 5019 section 2.1.1).
    """
    if certificate.parsed is None or issuer.parsed is None:
        return None
    child, parent = certificate.parsed, issuer.parsed
    built = attempt(
        "ocsp",
        lambda: ocsp.OCSPRequestBuilder().add_certificate(child, parent, hashes.SHA1()).build(),  # noqa: S303
    )
    if isinstance(built, Fault):
        return None
    encoded = base64.b64encode(built.public_bytes(Encoding.DER)).decode("ascii")
    return f"{url.rstrip('/')}/{quote(encoded, safe='')}"


def read_response(
    der: bytes, certificate: Certificate, issuer: Certificate, *, at: datetime, means: Means, url: str = ""
) -> RevocationAnswer:
    """Judge an OCSP response about `certificate` at the time `at`; what does not hold is `unknown`, with a reason."""
    answer = attempt("response", lambda: _read(der, certificate, issuer, at, means, url))
    if isinstance(answer, Fault):
        return RevocationAnswer(means, Revocation.UNKNOWN, f"it is no OCSP response: {answer.reason}", url)
    return answer


def _read(
    der: bytes, certificate: Certificate, issuer: Certificate, at: datetime, means: Means, url: str
) -> RevocationAnswer:
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        text = _RESPONSE_TEXTS.get(response.response_status, "the responder gives no answer")
        return RevocationAnswer(means, Revocation.UNKNOWN, text, url)
    single = next((one for one in response.responses if _is_about(one, certificate, issuer)), None)
    if single is None:
        return RevocationAnswer(means, Revocation.UNKNOWN, "the answer is about another certificate", url)
    flaw = _signature_flaw(response, issuer, at)
    flaw = flaw or staleness(single.this_update_utc, single.next_update_utc, at)
    status = _STATUS[single.certificate_status]
    if flaw is not None:
        text = f"it says {status.value}, but does not count: {flaw}"
        return RevocationAnswer(means, Revocation.UNKNOWN, text, url, single.this_update_utc, single.next_update_utc)
    return _answer(single, status, means, url)


def _answer(single: ocsp.OCSPSingleResponse, status: Revocation, means: Means, url: str) -> RevocationAnswer:
    reason = single.revocation_reason.value if single.revocation_reason is not None else None
    when = single.revocation_time_utc
    text = {
        Revocation.GOOD: f"good, by its issuer's answer of {single.this_update_utc:%Y-%m-%d %H:%M} UTC",
        Revocation.REVOKED: "revoked" if when is None else f"revoked on {when:%Y-%m-%d}",
        Revocation.UNKNOWN: "the responder does not know this certificate",
    }[status]
    text += f" ({reason})" if reason else ""
    return RevocationAnswer(means, status, text, url, single.this_update_utc, single.next_update_utc, when, reason)


_STATUS = {
    ocsp.OCSPCertStatus.GOOD: Revocation.GOOD,
    ocsp.OCSPCertStatus.REVOKED: Revocation.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: Revocation.UNKNOWN,
}


def _is_about(single: ocsp.OCSPSingleResponse, certificate: Certificate, issuer: Certificate) -> bool:
    name, key = _name_bytes(certificate), _key_bits(issuer)
    if name is None or key is None or single.serial_number != certificate.serial:
        return False
    algorithm = single.hash_algorithm
    return single.issuer_name_hash == _digest_of(name, algorithm) and single.issuer_key_hash == _digest_of(
        key, algorithm
    )


def _signature_flaw(response: ocsp.OCSPResponse, issuer: Certificate, at: datetime) -> str | None:
    """RFC 6960 section 4.2.2.2: signed by the issuer, or by one whom it empowers for just that."""
    for signer in (issuer, *_delegates(response, issuer, at)):
        if signed_by(
            signer.public_key, response.signature, response.tbs_response_bytes, response.signature_hash_algorithm
        ):
            return None
    return "its signature is neither the issuer's nor that of a responder whom the issuer empowered"


def _delegates(response: ocsp.OCSPResponse, issuer: Certificate, at: datetime) -> Iterator[Certificate]:
    for found in response.certificates[:8]:
        delegate = Certificate(found.public_bytes(Encoding.DER))
        uses = {use.dotted_string for use in delegate.extended_key_usage or ()}
        named = delegate.issuer_name is not None and delegate.issuer_name == issuer.subject_name
        empowered = named and _OCSP_SIGNING in uses and delegate.valid_at(at)
        if empowered and signature_proof(delegate, issuer) is Proof.SIGNED:
            yield delegate


def _name_bytes(certificate: Certificate) -> bytes | None:
    """The DER of its issuer's name, as it stands in the certificate."""
    return None if certificate.anatomy is None else certificate.anatomy.issuer


def _key_bits(certificate: Certificate) -> bytes | None:
    """The bits of its public key without tag and length, which OCSP hashes (RFC 6960 section 4.1.1)."""
    if certificate.anatomy is None:
        return None
    _, bits = element(certificate.anatomy.key).children()
    return bits.content[1:]


def _digest_of(content: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    hasher = hashes.Hash(algorithm)
    hasher.update(content)
    return hasher.finalize()
