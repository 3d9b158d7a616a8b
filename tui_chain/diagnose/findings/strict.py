"""What only Python from 3.13 on refuses: OpenSSL's X509_V_FLAG_X509_STRICT."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.core.command import HOST, hinted
from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import RISK, SERVER, Finding, FindingKind
from tui_chain.paths.codes import meaning
from tui_chain.paths.strict import strict_fault

_WITHOUT_STRICT = f"{hinted('advise', HOST)} has a Python context without VERIFY_X509_STRICT."

STRICT_AKI = FindingKind(
    FindingCode.STRICT_AKI,
    RISK,
    SERVER,
    "It does not say which key signed it (authorityKeyIdentifier), which Python from 3.13 on demands.",
    "Have it issued anew with the extension; until then " + _WITHOUT_STRICT,
    "RFC 5280 section 4.2.1.1; OpenSSL code 85 with X509_STRICT; Python ≥ 3.13",
)
STRICT_SKI = FindingKind(
    FindingCode.STRICT_SKI,
    RISK,
    SERVER,
    "This CA certificate does not say which key it has (subjectKeyIdentifier); Python from 3.13 on demands it.",
    "Its authority has to issue it anew; until then " + _WITHOUT_STRICT,
    "RFC 5280 section 4.2.1.2; OpenSSL code 86 with X509_STRICT; Python ≥ 3.13",
)
STRICT_CRITICALITY = FindingKind(
    FindingCode.STRICT_CRITICALITY,
    RISK,
    SERVER,
    "An extension of it is not marked critical as Python from 3.13 on demands, or is and must not be.",
    "Have it issued anew as RFC 5280 says; until then " + _WITHOUT_STRICT,
    "RFC 5280 sections 4.2.1.1 to 4.2.1.9; OpenSSL codes 88 to 91 with X509_STRICT; Python ≥ 3.13",
)
STRICT_KEY_USAGE = FindingKind(
    FindingCode.STRICT_KEY_USAGE,
    RISK,
    SERVER,
    "Its keyUsage is missing or does not fit its role, which Python from 3.13 on refuses.",
    "Have it issued anew with the right keyUsage; until then " + _WITHOUT_STRICT,
    "RFC 5280 section 4.2.1.3; OpenSSL codes 81, 82 and 92 with X509_STRICT; Python ≥ 3.13",
)
STRICT_FORM = FindingKind(
    FindingCode.STRICT_FORM,
    RISK,
    SERVER,
    "It breaks a rule of form that Python from 3.13 on insists on.",
    "Have it issued anew as RFC 5280 says; until then " + _WITHOUT_STRICT,
    "RFC 5280 section 4.1; OpenSSL codes 78 to 93 with X509_STRICT; Python ≥ 3.13",
)

KINDS = (
    STRICT_AKI,
    STRICT_SKI,
    STRICT_CRITICALITY,
    STRICT_KEY_USAGE,
    STRICT_FORM,
)
"""What only Python from 3.13 on refuses: OpenSSL's X509_V_FLAG_X509_STRICT."""


_BY_CODE = {
    85: STRICT_AKI,
    86: STRICT_SKI,
    88: STRICT_CRITICALITY,
    89: STRICT_CRITICALITY,
    90: STRICT_CRITICALITY,
    91: STRICT_CRITICALITY,
    81: STRICT_KEY_USAGE,
    82: STRICT_KEY_USAGE,
    92: STRICT_KEY_USAGE,
}


def strict_findings(case: Case, depth: int) -> Iterator[Finding]:
    """Say what X509_V_FLAG_X509_STRICT refuses in the certificate at `depth`; Python itself names the first only."""
    if case.trail[depth].unreadable_extensions:
        return  # what is missing may stand in the part that cannot be read
    code = strict_fault(case.trail, depth)
    if code is not None and meaning(code).strict:
        detail = f"OpenSSL says: {meaning(code).error} (code {code})."
        yield _BY_CODE.get(code, STRICT_FORM).finding(case.trail[depth].sha256, detail)
