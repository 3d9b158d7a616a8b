"""Whom OpenSSL takes for an issuer before it checks a signature, against what it does where it has the choice."""

from __future__ import annotations

import pytest
from cryptography import x509

from tests.paths.graphs import AKI, HOST, NOW, SKI, ca, leaf, naming, root
from tui_chain.clients.engines.openssl.verifier import OpenSSLVerifier, Settings
from tui_chain.paths.issuing import key_id_misfit, may_have_issued, seems_self_signed
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
KEY_ID = bytes.fromhex(str(ISSUING.key_id))
SERIAL = 77
NUMBERED = ca("Issuing", "Root", serial=SERIAL)
FITS = {
    "plain": (LEAF, ISSUING, None),
    "no authority key identifier": (leaf("Issuing", without=frozenset({AKI})), ISSUING, None),
    "issuer without a key identifier": (naming(b"another"), ca("Issuing", "Root", without=frozenset({SKI})), None),
    "another key identifier": (naming(b"another"), ISSUING, "key identifier"),
    "serial number and issuer": (naming(KEY_ID, "Root", SERIAL), NUMBERED, None),
    "another serial number": (naming(KEY_ID, "Root", SERIAL + 1), NUMBERED, "serial number"),
    "another issuer's name": (naming(KEY_ID, "Other", SERIAL), NUMBERED, "name of the issuer's own issuer"),
}


def refused(child: Certificate, issuer: Certificate) -> int:
    """OpenSSL's code where `issuer` is the only one at hand: 20 where it does not take it for one."""
    served = (child.der, issuer.der)
    return int(OpenSSLVerifier(pem_of([ROOT])).verify(served, HOST, NOW, Settings()).code or 0)


@pytest.mark.parametrize("name", FITS)
def test_a_key_identifier_that_does_not_fit_is_openssls_refusal(name: str) -> None:
    child, issuer, misfit = FITS[name]
    assert key_id_misfit(child, issuer) == misfit
    assert may_have_issued(issuer, child) == (misfit is None)
    assert refused(child, issuer) == (0 if misfit is None else 20)


def test_another_name_is_no_issuer() -> None:
    assert not may_have_issued(ca("Other", "Root", key="Issuing"), LEAF)
    assert not may_have_issued(ISSUING, Certificate(b"junk"))


def test_the_kind_of_key_counts() -> None:
    """An RSA signature cannot come from an EC key: OpenSSL passes on to the next of that name."""
    anonymous = frozenset({SKI})
    signed_by_rsa = leaf("Issuing", signer="rsa2048", without=frozenset({AKI}))
    elliptic, right = (
        ca("Issuing", "Root", without=anonymous),
        ca("Issuing", "Root", key="rsa2048", without=anonymous),
    )
    assert not may_have_issued(elliptic, signed_by_rsa)
    assert may_have_issued(right, signed_by_rsa)
    served = (signed_by_rsa.der, elliptic.der, right.der)
    assert OpenSSLVerifier(pem_of([ROOT])).verify(served, HOST, NOW, Settings()).ok


def test_the_signature_is_not_looked_at() -> None:
    namesake = ca("Issuing", "Root", key="other", without=frozenset({SKI}))
    assert may_have_issued(namesake, LEAF)
    assert refused(LEAF, namesake) not in {0, 20}


def test_who_seems_to_have_signed_itself() -> None:
    assert seems_self_signed(ROOT)
    assert not seems_self_signed(ISSUING)
    other = x509.AuthorityKeyIdentifier(b"another", None, None)
    assert not seems_self_signed(root(extra=((other, False),)))
