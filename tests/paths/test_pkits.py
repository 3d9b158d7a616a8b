"""NIST's path validation suite: the search runs through all of its CAs at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.paths import pkits
from tui_chain.core.finding_codes import FindingCode
from tui_chain.paths.search import Search, find_paths
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

AT = datetime(2012, 1, 1, tzinfo=UTC)
APPLIED = sorted(pkits.end_entities().keys() - pkits.NOT_APPLICABLE.keys())
DIAGNOSES = {
    "InvalidCASignatureTest2": None,
    "InvalidEESignatureTest3": None,
    "InvalidDSASignatureTest6": None,
    "InvalidNameChaining": None,
    "notBeforeDate": "not-yet-valid",
    "notAfterDate": "expired",
    "nameConstraints": "name-constraints",
    "pathLen": "path-length",
    "basicConstraints": "not-a-ca",
    "cAFalse": "not-a-ca",
    "keyCertSignFalse": "not-a-ca",
    "CRLSigningKeyTest8": "not-a-ca",
    "UnknownCritical": "critical-extension",
}
"""What has to be said of an invalid path, by a part of the test's name; None where there is no path at all."""


@pytest.fixture(scope="module")
def pool() -> list[Certificate]:
    return pkits.authorities()


@pytest.fixture(scope="module")
def prover() -> SignatureProver:
    return SignatureProver()


def search(name: str, pool: list[Certificate], prover: SignatureProver) -> Search:
    anchors = TrustStore("PKITS", (pkits.anchor(),))
    return find_paths(pkits.end_entities()[name], pool, anchors, host="any.test", at=AT, prover=prover)


def codes(result: Search) -> list[set[FindingCode]]:
    """The problems of each path; the suite's certificates are for no host."""
    return [{problem.code for problem in path.problems} - {FindingCode.HOST_MISMATCH} for path in result.paths]


@pytest.mark.parametrize("name", APPLIED)
def test_pkits(name: str, pool: list[Certificate], prover: SignatureProver) -> None:
    found = codes(search(name, pool, prover))
    assert (set() in found) == pkits.expected(name)
    if not pkits.expected(name):
        (diagnosis,) = {code for part, code in DIAGNOSES.items() if part in name}
        assert found == ([] if diagnosis is None else [{diagnosis}])


@pytest.mark.parametrize("name", sorted(pkits.NOT_APPLICABLE))
def test_what_does_not_apply_would_stand_but_for_that(
    name: str, pool: list[Certificate], prover: SignatureProver
) -> None:
    """Were it wrong for another reason too, it would apply."""
    result = search(name, pool, prover)
    if pkits.NOT_APPLICABLE[name] != pkits.DSA:
        assert codes(result) == [set()]
    elif name == "ValidDSASignaturesTest4":
        assert codes(result) == [{"weak-key", "weak-signature"}]
    else:
        assert not result.paths
        assert [bool(missing.undecided) for missing in result.missing] == [True]


def test_the_table_is_whole() -> None:
    assert pkits.NOT_APPLICABLE.keys() <= pkits.end_entities().keys()
    assert (len(pkits.end_entities()), len(APPLIED), len(pkits.NOT_APPLICABLE)) == (223, 132, 91)
