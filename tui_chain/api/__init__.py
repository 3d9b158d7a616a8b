"""The Python API: what the commands do, as functions that return frozen values.

Every function has an `async` twin whose name begins with `a`. Keywords are named as the commands' options are. Input
that means nothing raises ValueError with a sentence that says what to do; whatever a server does is a result.

    from tui_chain import api

    result = api.fix("api.example.org")
    print(result.headline, result.bundle)

docs/api.md has a page of examples.
"""

from tui_chain.api.environments import adoctor, doctor
from tui_chain.api.hosts import Checker, acheck, acheck_many, afix, check, check_many, fix
from tui_chain.api.keywords import CheckManyOptions, CheckOptions, DoctorOptions, FixOptions
from tui_chain.api.offline import aaudit, aexplain, audit, averify, explain, verify
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES, Family
from tui_chain.clients.verdict import Verdict
from tui_chain.results.audit import AuditFindingResult, AuditResult, LeftOutResult, LoadedResult
from tui_chain.results.doctor import (
    DoctorResult,
    HostTrialResult,
    JudgementResult,
    LibraryResult,
    SettingResult,
    TrustProblemResult,
)
from tui_chain.results.explanation import CauseResult, ExplainResult
from tui_chain.results.values import (
    CertificateResult,
    ClientResult,
    FindingResult,
    HostResult,
    MissingResult,
    ProbeResult,
    TLSResult,
)

__all__ = [
    "FAMILIES",
    "AuditFindingResult",
    "AuditResult",
    "CauseResult",
    "CertificateResult",
    "CheckManyOptions",
    "CheckOptions",
    "Checker",
    "ClientResult",
    "DoctorOptions",
    "DoctorResult",
    "ExplainResult",
    "Family",
    "FindingResult",
    "FixOptions",
    "HostResult",
    "HostTrialResult",
    "JudgementResult",
    "LeftOutResult",
    "LibraryResult",
    "LoadedResult",
    "MissingResult",
    "ProbeResult",
    "SettingResult",
    "TLSResult",
    "TrustProblemResult",
    "Verdict",
    "aaudit",
    "acheck",
    "acheck_many",
    "adoctor",
    "aexplain",
    "afix",
    "audit",
    "averify",
    "check",
    "check_many",
    "doctor",
    "engine_name",
    "explain",
    "fix",
    "verify",
]
