"""certifi: missing, changed by hand, old, or leading elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from tui_chain.core.status import Severity
from tui_chain.core.text import plural
from tui_chain.doctor.environment_report import CertifiFacts, StoreFacts
from tui_chain.doctor.problems.problem import Evidence, TrustProblem, release, users_of

OLD = timedelta(days=548)
"""The age of certifi's roots, by its version, from which public hosts begin to fail: a year and a half."""
_SHOWN = 3


def certifi_problems(evidence: Evidence) -> Iterator[TrustProblem]:
    """The first thing that is wrong with certifi's own file, its age, and where it leads."""
    certifi = evidence.report.certifi
    if certifi is None:
        return
    yield from filter(None, (_missing(certifi, evidence) or _edited(certifi, evidence), _old(certifi, evidence)))
    yield from _redirected(certifi, evidence)


def _missing(certifi: CertifiFacts, evidence: Evidence) -> TrustProblem | None:
    store = evidence.report.store(certifi.where)
    if store is not None and store.kind == "file" and store.certificates:
        return None
    what = "does not exist" if store is None or store.kind == "missing" else "has no certificates"
    message = f"certifi's file {certifi.where} {what}."
    change = evidence.installer("install", "--force-reinstall", f"certifi=={certifi.version}")
    if evidence.report.interpreter.get("frozen"):
        message = f"The frozen application was built without certifi's file: {certifi.where} {what}."
        change = "pyinstaller --collect-data certifi"
    return TrustProblem("certifi-missing", Severity.FATAL, message, change, users_of("certifi"))


def _edited(certifi: CertifiFacts, evidence: Evidence) -> TrustProblem | None:
    store = evidence.report.store(certifi.own)
    if not certifi.changed or store is None:
        return None
    appended, removed = edits(store, evidence, certifi)
    found = [_counted(appended, "appended"), _counted(removed, "removed")]
    details = "; ".join(filter(None, found)) or "the certificates are the same, other bytes are not"
    keep = " Keep what you need of it in a file of its own first." if appended else ""
    message = (
        f"certifi's file {certifi.own} was changed by hand: {details}. The next upgrade of certifi undoes it.{keep}"
    )
    change = evidence.installer("install", "--upgrade", "--force-reinstall", "--no-deps", "certifi")
    severity = Severity.FATAL if removed else Severity.RISK
    return TrustProblem("certifi-edited", severity, message, change, users_of("certifi"))


def edits(
    store: StoreFacts, evidence: Evidence, certifi: CertifiFacts
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The certificates that were appended to certifi's file, and those removed: SHA-256 with subject, or empty.

    Each of certifi's own has a comment with its SHA-256. Of this program's version of certifi all are known; of
    another those count as removed whose comment was left behind.
    """
    same = certifi.version == evidence.roots_version
    own = store.labelled | (evidence.roots.keys() if same else frozenset())
    appended = {sha256: name for sha256, name in store.roots.items() if sha256 not in own}
    expected = {sha256: evidence.roots.get(sha256, "") for sha256 in sorted(own)}
    return appended, {sha256: name for sha256, name in expected.items() if sha256 not in store.roots}


def _counted(certificates: Mapping[str, str], verb: str) -> str:
    if not certificates:
        return ""
    shown = [f"{name or 'a certificate'} (SHA-256 {sha256})" for sha256, name in list(certificates.items())[:_SHOWN]]
    more = f" and {len(certificates) - _SHOWN} more" if len(certificates) > _SHOWN else ""
    return f"{plural(len(certificates), 'certificate')} {verb}: {', '.join(shown)}{more}"


def _old(certifi: CertifiFacts, evidence: Evidence) -> TrustProblem | None:
    released = release(certifi.version)
    if released is None or evidence.now - released < OLD:
        return None
    days = (evidence.now - released).days
    store = evidence.report.store(certifi.own)
    lacking = len(evidence.roots.keys() - store.roots.keys()) if store is not None else 0
    lacks = f", and lacks {plural(lacking, 'root')} of certifi {evidence.roots_version}" if lacking else ""
    message = f"certifi {certifi.version} is {days} days old{lacks}."
    return TrustProblem(
        "certifi-old",
        Severity.RISK,
        message,
        evidence.installer("install", "--upgrade", "certifi"),
        users_of("certifi"),
    )


def _redirected(certifi: CertifiFacts, evidence: Evidence) -> Iterator[TrustProblem]:
    if certifi.where == certifi.own or certifi.where.startswith(
        str(evidence.report.interpreter.get("frozen") or "\0")
    ):
        return
    message = (
        f"certifi names {certifi.where} in place of its own file: a package, or the system's builder, changed it."
    )
    change = evidence.installer("install", "--force-reinstall", "--no-deps", "certifi")
    yield TrustProblem("certifi-redirected", Severity.COSMETIC, message, change, users_of("certifi"))


RULES = (certifi_problems,)
