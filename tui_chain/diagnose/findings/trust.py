"""Where a path ends: the root, the store that has it or not, and what the store says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tui_chain.core.command import option
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import colon_hex, plural
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import FATAL, RISK, SERVER, STORE, Finding, FindingKind
from tui_chain.diagnose.findings.interception import interception_findings
from tui_chain.diagnose.findings.leaf import SELF_SIGNED
from tui_chain.diagnose.findings.served_chain import ISSUER_CIRCLE, ISSUER_UNKNOWN, MISSING_ISSUER
from tui_chain.paths.checks import path_problems
from tui_chain.paths.search import MissingIssuer, Path
from tui_chain.trust.store import AnchorStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver

UNTRUSTED_ROOT = FindingKind(
    FindingCode.UNTRUSTED_ROOT,
    FATAL,
    STORE,
    "The path ends at a root that is not in the trust store.",
    "Get the root's fingerprint from the people who run it; only then trust it.",
    "OpenSSL codes 19 and 20",
)
ROOT_ONLY_IN_SYSTEM = FindingKind(
    FindingCode.ROOT_ONLY_IN_SYSTEM,
    RISK,
    STORE,
    "Its root is in the system's trust store but not in certifi.",
    "curl, git and Go accept it; requests and httpx need the file of the system's trust store, or a bundle.",
    "OpenSSL codes 19 and 20",
)
ROOT_ONLY_IN_CERTIFI = FindingKind(
    FindingCode.ROOT_ONLY_IN_CERTIFI,
    RISK,
    STORE,
    "Its root is in certifi but not in the trust store in use.",
    "requests and httpx accept it; update the system's CA certificates for the others.",
    "OpenSSL codes 19 and 20",
)
ANCHOR_EXPIRED = FindingKind(
    FindingCode.ANCHOR_EXPIRED,
    FATAL,
    STORE,
    "The root in the trust store has expired.",
    "Update the trust store (certifi, ca-certificates); the authority has a newer root or a cross-sign.",
    "RFC 5280 section 6.1.1 (d); OpenSSL code 10",
)
NAMESAKE_IN_STORE = FindingKind(
    FindingCode.NAMESAKE_IN_STORE,
    RISK,
    STORE,
    "The trust file holds a CA certificate with the issuer's name and another key.",
    "If it is outdated, remove it from the file: some clients take the first of that name and look no further.",
    "OpenSSL build_chain takes one candidate issuer and does not backtrack",
)
REJECTED = FindingKind(
    FindingCode.REJECTED,
    FATAL,
    STORE,
    "The trust file rejects this certificate.",
    "Leave it so unless you know better: whoever made the file does not want it to be trusted.",
    "X509_CERT_AUX; OpenSSL code 28",
)
ANCHOR_EXPIRES_SOON = FindingKind(
    FindingCode.ANCHOR_EXPIRES_SOON,
    RISK,
    STORE,
    "The root in the trust store expires soon.",
    "Update the trust store, and send the authority's newer intermediate.",
    "RFC 5280 section 6.1.1 (d)",
)
CONSTRAINTS_LOST = FindingKind(
    FindingCode.CONSTRAINTS_LOST,
    RISK,
    SERVER,
    "As a trust anchor in a bundle this intermediate loses a limit that is set above it.",
    "The remedy without loss is that the server sends the intermediate; writing the bundle all the same needs "
    f"your consent {option('--accept-lost-constraints')}.",
    "RFC 5280 sections 4.2.1.9, 4.2.1.10, 4.2.1.12 and 6.1; OpenSSL's X509_V_FLAG_PARTIAL_CHAIN",
)

KINDS = (
    UNTRUSTED_ROOT,
    ROOT_ONLY_IN_SYSTEM,
    ROOT_ONLY_IN_CERTIFI,
    ANCHOR_EXPIRED,
    NAMESAKE_IN_STORE,
    REJECTED,
    ANCHOR_EXPIRES_SOON,
    CONSTRAINTS_LOST,
)
"""What a trust store says of a path's end."""


def trust_findings(case: Case) -> Iterator[Finding]:
    """What is to be said of the end of the path."""
    if case.path is None:
        yield from _ends(case)
        yield from _elsewhere(case)
    else:
        yield from branch_findings(case)
        yield from _namesakes_in_store(case, case.path)
    yield from interception_findings(case)


def _ends(case: Case) -> Iterator[Finding]:
    """Why no path reached a trust anchor: a missing issuer, an untrusted root, a self-signed leaf, a circle."""
    search = case.search
    for missing in search.missing:
        if missing.wanted_by.issuer_name is None:
            continue  # what cannot be read names no issuer, and a finding of its own says so
        rejected = rejected_issuer(case, missing.wanted_by)
        yield _missing_issuer(case, missing) if rejected is None else _rejected(rejected)
    for trail in search.untrusted:
        if trail[-1].der in case.trust.rejected:
            yield _rejected(trail[-1])
        elif len(trail) == 1:
            yield SELF_SIGNED.finding(trail[-1].sha256)
        else:
            root = trail[-1]
            yield UNTRUSTED_ROOT.finding(root.sha256, f"It is {root.subject}.", _staging_advice(root.subject))
    if not search.missing and not search.untrusted:
        for trail in search.circles:
            yield ISSUER_CIRCLE.finding(trail[-1].sha256, f"It is {trail[-1].subject}.")


def _namesakes_in_store(case: Case, path: Path) -> Iterator[Finding]:
    """Anchors with the issuer's name and another key, where some family refuses: it may take one for the issuer."""
    if len(path.certificates) < 2 or all(verdict.ok for verdict in case.verdicts.values()):
        return
    child = path.certificates[-2]
    for one in case.trust.issuers_of(child):
        if not case.prover.signed(child, one):
            detail = f"It is {one.subject}, SHA-256 {colon_hex(one.sha256)}; it did not sign {child.label}."
            yield NAMESAKE_IN_STORE.finding(child.sha256, detail)


def rejected_issuer(case: Case, child: Certificate) -> Certificate | None:
    """The issuer of `child` that the trust file has and its owner rejects, or None."""
    rejected = map(Certificate, sorted(case.trust.rejected))
    named = (one for one in rejected if one.subject_name is not None and one.subject_name == child.issuer_name)
    return next((one for one in named if case.prover.signed(child, one)), None)


def _rejected(certificate: Certificate) -> Finding:
    return REJECTED.finding(certificate.sha256, f"It is {certificate.subject}.")


def branch_findings(case: Case) -> Iterator[Finding]:
    """Where the only whole path breaks a rule: the sound branch that stops below a missing issuer, beside it."""
    for missing in sound_dead_ends(case):
        yield _missing_issuer(case, missing)


def sound_dead_ends(case: Case) -> tuple[MissingIssuer, ...]:
    """The branches that break no rule and stop below a missing issuer, where the best path breaks one."""
    if case.path is None or case.path.good:
        return ()
    return tuple(
        missing
        for missing in case.search.missing
        if not path_problems(missing.trail, host=case.served.host, at=case.at) and missing.wanted_by not in case.trust
    )


def _missing_issuer(case: Case, missing: MissingIssuer) -> Finding:
    kind = MISSING_ISSUER if len(missing.trail) == 1 else ISSUER_UNKNOWN
    key = f", key id {missing.key_id}" if missing.key_id else ""
    detail = f"Its issuer is {missing.subject}{key}.{_namesake_detail(case, missing)}"
    return kind.finding(missing.wanted_by.sha256, detail, _advice(case, missing))


def _namesake_detail(case: Case, missing: MissingIssuer) -> str:
    """That certificates of the issuer's name are there and did not sign, and where."""
    if not missing.namesakes:
        return ""
    own = sum(one in case.trust for one in missing.namesakes)
    where = f", {own} of them in the trust store {case.trust.name}" if own else ""
    return f" {plural(len(missing.namesakes), 'certificate')} of that name did not sign it{where}."


def _advice(case: Case, missing: MissingIssuer) -> str:
    """What to do where the kind's hint does not fit: a staging CA, an outdated trust file, a leaf on its own."""
    staging = _staging_advice(missing.subject)
    if staging:
        return staging
    if any(one in case.trust for one in missing.namesakes):
        return f"Get the issuer's present certificate into {case.trust.name}; the one there has another key."
    if case.leaf_alone:
        return (
            "Either the server does not send an intermediate, or a private root signed the leaf itself and the trust "
            "store lacks it: ask the server's administrator which, or look for the issuer."
        )
    return ""


_STAGING = re.compile(r"\(STAGING\)|\bfake le (?:root|intermediate)\b|\bpretend pear\b", re.IGNORECASE)


def is_staging(name: str) -> bool:
    """Whether an issuer exists for tests alone (letsencrypt.org/docs/staging-environment), by its name."""
    return _STAGING.search(name) is not None


def _staging_advice(name: str) -> str:
    if not is_staging(name):
        return ""
    return (
        "This is a staging CA, made for tests: nobody should trust it. Have the certificate issued by the production "
        "service."
    )


def _elsewhere(case: Case) -> Iterator[Finding]:
    """The public store that has the root which the chosen one lacks."""
    for trail in (*case.search.untrusted, *(missing.trail for missing in case.search.missing)):
        stores = stores_that_trust(trail[-1], case.others(), case.prover) if _may_be_public(trail) else ()
        for store in stores[:1]:
            kind = ROOT_ONLY_IN_SYSTEM if store == "system" else ROOT_ONLY_IN_CERTIFI
            yield kind.finding(trail[-1].sha256, f"The store in use is {case.trust.name}.")


def _may_be_public(trail: tuple[Certificate, ...]) -> bool:
    """Whether the end of a trail is worth a look into other stores: not a leaf that signed itself."""
    return len(trail) > 1 or not trail[0].self_issued


def stores_that_trust(
    certificate: Certificate, stores: Iterable[AnchorStore], prover: SignatureProver
) -> tuple[str, ...]:
    """Name the stores that hold a certificate, its twin by name and key, or a root that signed it."""
    return tuple(store.name for store in stores if _trusted_by(certificate, store, prover))


def _trusted_by(certificate: Certificate, store: AnchorStore, prover: SignatureProver) -> bool:
    if certificate in store:
        return True
    return any(prover.signed(certificate, anchor) for anchor in store.issuers_of(certificate))
