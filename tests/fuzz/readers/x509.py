"""Certificates, CRLs, OCSP responses and the files that hold certificates."""

from __future__ import annotations

from tests.fuzz.mutations import BYTES, DER, PEM
from tests.fuzz.reader import Reader
from tests.fuzz.readers.pki import EMPTY_STORE, ISSUING, LEAF, NOW, PASSWORD, STORE
from tests.support.crls import look_up
from tests.x509.touching import touch
from tui_chain.clients.engines.usual_certificate import is_usual
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.engine.journey import HostState
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.results.host import host_result
from tui_chain.results.values import HostResult
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, crl_to_pem, crls_of, find_crls
from tui_chain.x509.der import DERError, element
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import MAX_CERTIFICATES, read_certificates, unread_certificates
from tui_chain.x509.formats.reading import MAX_PROBLEMS
from tui_chain.x509.ocsp import read_response, request_url
from tui_chain.x509.revocation import Means, Revocation

_LONGEST_CHAIN = 8


def certificate(data: bytes) -> object:
    """Everything that can be asked of a certificate, which is always a value."""
    one = Certificate(data)
    touch(one, ISSUING)
    assert is_usual(data, one.parsed) in {True, False}
    return one.subject, one.issuer, one.key_text, one.signature_text, one.faults, one.extension_table


def served_chain(data: bytes) -> object:
    """A chain as a server sends it, diagnosed in full; the JSON of the result reads back as it was written."""
    chain = tuple(_elements(data))
    served = ServedChain(Target("host.test"), chain, NOW)
    found: list[Diagnosis] = []
    for store in (STORE, EMPTY_STORE):
        diagnoser = Diagnoser(store)
        diagnosis = diagnoser.diagnose(served, at=NOW)
        state = HostState(served.target).with_served(served, diagnosis)
        result = host_result(state, NOW)
        assert HostResult.from_json(result.to_json()) == result
        assert diagnoser.diagnose(served, at=NOW) == diagnosis, "the same chain gives the same diagnosis"
        found.append(diagnosis)
    return found


def _elements(data: bytes) -> list[Certificate]:
    """DER elements one after the other, the rest as the last; a server may send anything as a certificate."""
    found: list[Certificate] = []
    at = 0
    while at < len(data) and len(found) < _LONGEST_CHAIN - 1:
        try:
            one = element(data, at)
        except DERError:
            break
        found.append(Certificate(one.raw))
        at = one.after
    rest = data[at:] or (b"" if found else b"\0")
    return [*found, Certificate(rest)] if rest else found


def crl(data: bytes) -> object:
    """A CRL, read and judged; only one that the issuer signed says anything, and it is saved as it was."""
    found = find_crls(data)
    asked = [_about(one) for _, one in found[:4]]
    for _, one in found[:4]:
        assert crls_of(crl_to_pem(one).encode()) == (one,)
    answer = look_up(data, LEAF, ISSUING, at=NOW)
    original = _seeds("crl")
    assert answer.status is Revocation.UNKNOWN or found[0][1].parsed is not None
    assert answer.status is not Revocation.GOOD or found[0][1].der in original, "a list that nobody signed counts"
    return asked, answer


def _about(one: RevocationList) -> object:
    return (
        one.label,
        one.issuer,
        one.this_update,
        one.next_update,
        one.number,
        one.in_force(NOW),
        one.scope_flaw,
        one.out_of_scope(LEAF),
    )


_ORIGINALS: dict[str, frozenset[bytes]] = {}


def _seeds(name: str) -> frozenset[bytes]:
    """The DER of the lists or responses of the corpus, which were signed by its issuer."""
    if name not in _ORIGINALS:
        data = [file for title, file in _BY_NAME[name].corpus().items() if title.startswith("seed-")]
        pieces = (one.der for file in data for _, one in find_crls(file)) if name == "crl" else iter(data)
        _ORIGINALS[name] = frozenset(pieces)
    return _ORIGINALS[name]


def ocsp(data: bytes) -> object:
    """An OCSP response; only one that the issuer signed says anything."""
    answer = read_response(data, LEAF, ISSUING, at=NOW, means=Means.OCSP)
    return answer, request_url("http://ocsp.test/", LEAF, ISSUING)


def certificates(data: bytes) -> object:
    """A file of certificates in any form, with and without a password; what came of it is within the bounds."""
    readings = [
        read_certificates(data),
        read_certificates(data, password=PASSWORD),
        read_certificates(data, foreign=True),
    ]
    for one in readings:
        assert len(one.certificates) <= MAX_CERTIFICATES
        assert len(one.problems) <= MAX_PROBLEMS + 3
        # a keystore may have no entries
        assert one.certificates or one.problems or one.format in {"JKS", "JCEKS"}, "no reason why there is nothing"
        assert set(one.trusted) <= set(one.certificates)
        assert all(place < len(one.certificates) for chain in one.chains for place in chain)
        saved = "".join(to_pem(certificate) for certificate in one.certificates).encode()
        assert read_certificates(saved).certificates == one.certificates
    quick = unread_certificates(data)
    assert quick is None or set(readings[0].certificates) <= set(quick)
    return [(one.format, one.problems) for one in readings]


READERS = (
    Reader("certificate", certificate, DER),
    Reader("served-chain", served_chain, DER, line_base=150_000, count=40),
    Reader("crl", crl, (*DER, *PEM)),
    Reader("ocsp", ocsp, DER),
    Reader("pem", certificates, PEM, line_share=150),
    Reader("pkcs7", certificates, (*DER, *PEM), line_share=150),
    Reader("pkcs12", certificates, DER, line_share=150),
    Reader("jks", certificates, BYTES, line_share=150),
)
_BY_NAME = {reader.name: reader for reader in READERS}
