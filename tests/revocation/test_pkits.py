"""NIST's path validation suite with its CRLs: no certificate that it calls invalid gets a list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.paths import pkits
from tests.support.aia import fetches_to
from tui_chain.clients.engines.openssl.verifier import CRL_CHECK_CHAIN, OpenSSLVerifier, Settings
from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.paths.search import Path, find_paths
from tui_chain.revocation.collect import CrlCollector
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope, CrlSet, RevocationList
from tui_chain.x509.signatures import SignatureProver

AT = datetime(2012, 1, 1, tzinfo=UTC)
APPLIED = sorted(
    name
    for name in pkits.end_entities()
    if name not in pkits.NOT_APPLICABLE or pkits.NOT_APPLICABLE[name] == pkits.REVOCATION
)
CHECKING = Settings(CRL_CHECK_CHAIN, own_host_check=True, ciphers="DEFAULT@SECLEVEL=0")
"""OpenSSL with the CRLs of the chain, at any strength of key; the host is looked at when all else is good."""
HOST_MISMATCH = 62
OTHER_KEY = "its signature is not the issuer's"
INDIRECT = "it is for other certificates than this one"
ELSEWHERE = "for certificates that name another place"
WITHOUT: Mapping[str, str] = {
    # the list is signed with a key that has a self-issued certificate of its own, which no client needs to follow
    "ValidBasicSelfIssuedCRLSigningKeyTest6": OTHER_KEY,
    "ValidBasicSelfIssuedNewWithOldTest4": OTHER_KEY,
    "ValidBasicSelfIssuedOldWithNewTest1": OTHER_KEY,
    "ValidDNnameConstraintsTest19": OTHER_KEY,
    "ValidSelfIssuedinhibitAnyPolicyTest7": OTHER_KEY,
    "ValidSelfIssuedinhibitAnyPolicyTest9": OTHER_KEY,
    "ValidSelfIssuedinhibitPolicyMappingTest7": OTHER_KEY,
    "ValidSelfIssuedpathLenConstraintTest15": OTHER_KEY,
    "ValidSelfIssuedpathLenConstraintTest17": OTHER_KEY,
    "ValidSelfIssuedrequireExplicitPolicyTest6": OTHER_KEY,
    "ValidSeparateCertificateandCRLKeysTest19": "its issuer's keyUsage does not let it sign CRLs",
    # a list of somebody else's, or in parts by reason
    "ValidIDPwithindirectCRLTest22": INDIRECT,
    "ValidIDPwithindirectCRLTest24": "names no CRL",
    "ValidIDPwithindirectCRLTest25": "names no CRL",
    "ValidcRLIssuerTest28": ELSEWHERE,
    "ValidcRLIssuerTest29": ELSEWHERE,
    "ValidcRLIssuerTest30": "names no CRL",
    "ValidcRLIssuerTest33": "names no CRL",
    "ValidonlySomeReasonsTest18": INDIRECT,
    "ValidonlySomeReasonsTest19": INDIRECT,
    # the delta takes back what the list has on hold
    "ValiddeltaCRLTest5": "was revoked on 2010-01-01 (certificateHold)",
}
"""Valid paths for which no list is taken, and what is said of them: to be careful is allowed."""
BY_DELTA = {"InvaliddeltaCRLTest4"}
"""Revoked by a delta list alone, which a client need not ask for (RFC 5280 section 6.3.1), and OpenSSL does not."""


@pytest.fixture(scope="module")
def collector() -> CrlCollector:
    files = sorted((pkits.FOLDER.parent / "crls").glob("*.crl"))
    own = tuple((RevocationList(file.read_bytes()), file.stem) for file in files)
    assert len(own) == 173
    assert all(crl.this_update is not None for crl, _ in own)
    return CrlCollector(AT, fetches_to(frozenset()), CrlScope.CHAIN, offline=True, own=own)


@pytest.fixture(scope="module")
def ground() -> tuple[list[Certificate], SignatureProver]:
    return pkits.authorities(), SignatureProver()


def good_paths(name: str, ground: tuple[list[Certificate], SignatureProver]) -> list[Path]:
    pool, prover = ground
    anchors = TrustStore("PKITS", (pkits.anchor(),))
    found = find_paths(pkits.end_entities()[name], pool, anchors, host="any.test", at=AT, prover=prover)
    return [path for path in found.paths if not {one.code for one in path.problems} - {"host-mismatch"}]


@pytest.mark.parametrize("name", APPLIED)
def test_pkits(name: str, collector: CrlCollector, ground: tuple[list[Certificate], SignatureProver]) -> None:
    for path in good_paths(name, ground):
        found = asyncio.run(collector.collect(path.certificates))
        wanted = (pkits.expected(name) and name not in WITHOUT) or name in BY_DELTA
        assert isinstance(found, CrlSet) == wanted, found
        if isinstance(found, CrlSet):
            leaf, *anchors = path.certificates
            trust = Judge.of(anchors, found.crls).trust
            verdict = OpenSSLVerifier(trust).verify((leaf.der,), "any.test", AT, CHECKING)
            assert verdict.code in {None, HOST_MISMATCH}, verdict
        elif name in WITHOUT:
            assert isinstance(found, Failure)
            assert WITHOUT[name] in found.message


def test_the_table_is_whole() -> None:
    assert {*WITHOUT, *BY_DELTA} <= set(APPLIED)
    assert len(APPLIED) == 178
