"""NIST's Public Key Interoperability Test Suite (version 1.0.1) as far as TLS clients go, and why the rest does not.

The certificates are those of `cryptography-vectors`. A test's end entity is named after what has to come out:
`ValidX` or `InvalidX`; the names without either are tests of policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import cryptography_vectors

from tui_chain.x509.certificate import Certificate

FOLDER = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / "certs"

REVOCATION = "TLS clients of this kind look at no CRL (sections 4.4, 4.5, 4.7, 4.14 and 4.15)"
POLICIES = "TLS clients ask for no certificate policy (sections 4.8 to 4.12)"
DSA = "TLS 1.3 has no DSA, and its 1024 bits with SHA-1 are too weak (section 4.1)"

_BY_REASON: Mapping[str, str] = {
    REVOCATION: """
        InvalidMissingCRLTest1 InvalidRevokedCATest2 InvalidRevokedEETest3 InvalidBadCRLSignatureTest4
        InvalidBadCRLIssuerNameTest5 InvalidWrongCRLTest6 InvalidUnknownCRLEntryExtensionTest8
        InvalidUnknownCRLExtensionTest9 InvalidUnknownCRLExtensionTest10 InvalidOldCRLnextUpdateTest11
        Invalidpre2000CRLnextUpdateTest12 InvalidNegativeSerialNumberTest15 InvalidLongSerialNumberTest18
        InvalidSeparateCertificateandCRLKeysTest20 InvalidSeparateCertificateandCRLKeysTest21
        InvalidBasicSelfIssuedOldWithNewTest2 InvalidBasicSelfIssuedNewWithOldTest5
        InvalidBasicSelfIssuedCRLSigningKeyTest7
        InvalidkeyUsageCriticalcRLSignFalseTest4 InvalidkeyUsageNotCriticalcRLSignFalseTest5
        InvaliddistributionPointTest2 InvaliddistributionPointTest3 InvaliddistributionPointTest6
        InvaliddistributionPointTest8 InvaliddistributionPointTest9 InvalidonlyContainsUserCertsTest11
        InvalidonlyContainsCACertsTest12 InvalidonlyContainsAttributeCertsTest14 InvalidonlySomeReasonsTest15
        InvalidonlySomeReasonsTest16 InvalidonlySomeReasonsTest17 InvalidonlySomeReasonsTest20
        InvalidonlySomeReasonsTest21 InvalidIDPwithindirectCRLTest23 InvalidIDPwithindirectCRLTest26
        InvalidcRLIssuerTest27 InvalidcRLIssuerTest31 InvalidcRLIssuerTest32 InvalidcRLIssuerTest34
        InvalidcRLIssuerTest35
        InvaliddeltaCRLIndicatorNoBaseTest1 InvaliddeltaCRLTest3 InvaliddeltaCRLTest4 InvaliddeltaCRLTest6
        InvaliddeltaCRLTest9 InvaliddeltaCRLTest10
    """,
    POLICIES: """
        AllCertificatesNoPoliciesTest2 DifferentPoliciesTest3 DifferentPoliciesTest4 DifferentPoliciesTest5
        OverlappingPoliciesTest6 DifferentPoliciesTest7 DifferentPoliciesTest8 DifferentPoliciesTest9
        AllCertificatesSamePoliciesTest10 AllCertificatesanyPolicyTest11 DifferentPoliciesTest12
        AllCertificatesSamePoliciesTest13 AnyPolicyTest14 UserNoticeQualifierTest15 UserNoticeQualifierTest16
        UserNoticeQualifierTest17 UserNoticeQualifierTest18 UserNoticeQualifierTest19 CPSPointerQualifierTest20
        InvalidrequireExplicitPolicyTest3 InvalidrequireExplicitPolicyTest5
        InvalidSelfIssuedrequireExplicitPolicyTest7 InvalidSelfIssuedrequireExplicitPolicyTest8
        InvalidPolicyMappingTest2 InvalidPolicyMappingTest4 InvalidMappingFromanyPolicyTest7
        InvalidMappingToanyPolicyTest8 InvalidPolicyMappingTest10
        InvalidinhibitPolicyMappingTest1 InvalidinhibitPolicyMappingTest3 InvalidinhibitPolicyMappingTest5
        InvalidinhibitPolicyMappingTest6 InvalidSelfIssuedinhibitPolicyMappingTest8
        InvalidSelfIssuedinhibitPolicyMappingTest9 InvalidSelfIssuedinhibitPolicyMappingTest10
        InvalidSelfIssuedinhibitPolicyMappingTest11
        InvalidinhibitAnyPolicyTest1 inhibitAnyPolicyTest3 InvalidinhibitAnyPolicyTest4
        InvalidinhibitAnyPolicyTest5 InvalidinhibitAnyPolicyTest6 InvalidSelfIssuedinhibitAnyPolicyTest8
        InvalidSelfIssuedinhibitAnyPolicyTest10
    """,
    DSA: "ValidDSASignaturesTest4 ValidDSAParameterInheritanceTest5",
}

NOT_APPLICABLE: Mapping[str, str] = {name: reason for reason, names in _BY_REASON.items() for name in names.split()}
"""Why a test says nothing of a TLS client, by its name."""


@cache
def certificates() -> Mapping[str, Certificate]:
    """Every certificate of the suite by the name of its file."""
    return {file.stem: Certificate(file.read_bytes()) for file in sorted(FOLDER.glob("*.crt"))}


def end_entities() -> Mapping[str, Certificate]:
    """The end entity of every test by the test's name."""
    return {name.removesuffix("EE"): one for name, one in certificates().items() if "Test" in name}


def authorities() -> list[Certificate]:
    """Every CA certificate, the trust anchor among them."""
    return [one for name, one in certificates().items() if "Test" not in name]


def anchor() -> Certificate:
    """The suite's only trust anchor."""
    return certificates()["TrustAnchorRootCertificate"]


def expected(name: str) -> bool:
    """Whether the path of a test has to be valid."""
    return not name.startswith("Invalid")
