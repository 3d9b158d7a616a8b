"""Why a path reaches no trust anchor, which other store has its root, and what clients say of a good path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tui_chain.core.text import colon_hex, plural
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import Finding, finding
from tui_chain.diagnose.interception import interception_findings
from tui_chain.paths.checks import path_problems
from tui_chain.paths.search import MissingIssuer, Path
from tui_chain.trust.store import Anchors
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import SignatureProver


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
            yield finding("self-signed", trail[-1].sha256)
        else:
            root = trail[-1]
            yield finding("untrusted-root", root.sha256, f"It is {root.subject}.", _staging_advice(root.subject))
    if not search.missing and not search.untrusted:
        for trail in search.circles:
            yield finding("issuer-circle", trail[-1].sha256, f"It is {trail[-1].subject}.")


def _namesakes_in_store(case: Case, path: Path) -> Iterator[Finding]:
    """Anchors with the issuer's name and another key, where some family refuses: it may take one for the issuer."""
    if len(path.certificates) < 2 or all(verdict.ok for verdict in case.verdicts.values()):
        return
    child = path.certificates[-2]
    for one in case.trust.issuers_of(child):
        if not case.prover.signed(child, one):
            words = f"It is {one.subject}, SHA-256 {colon_hex(one.sha256)}; it did not sign {child.label}."
            yield finding("namesake-in-store", child.sha256, words)


def rejected_issuer(case: Case, child: Certificate) -> Certificate | None:
    """The issuer of `child` that the trust file has and its owner rejects, or None."""
    rejected = map(Certificate, sorted(case.trust.rejected))
    named = (one for one in rejected if one.subject_name is not None and one.subject_name == child.issuer_name)
    return next((one for one in named if case.prover.signed(child, one)), None)


def _rejected(certificate: Certificate) -> Finding:
    return finding("rejected", certificate.sha256, f"It is {certificate.subject}.")


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
    code = "missing-issuer" if len(missing.trail) == 1 else "issuer-unknown"
    key = f", key id {missing.key_id}" if missing.key_id else ""
    words = f"Its issuer is {missing.subject}{key}.{_namesake_words(case, missing)}"
    return finding(code, missing.wanted_by.sha256, words, _advice(case, missing))


def _namesake_words(case: Case, missing: MissingIssuer) -> str:
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
            code = "root-only-in-system" if store == "system" else "root-only-in-certifi"
            yield finding(code, trail[-1].sha256, f"The store in use is {case.trust.name}.")


def _may_be_public(trail: tuple[Certificate, ...]) -> bool:
    """Whether the end of a trail is worth a look into other stores: not a leaf that signed itself."""
    return len(trail) > 1 or not trail[0].self_issued


def stores_that_trust(
    certificate: Certificate, stores: Iterable[Anchors], prover: SignatureProver
) -> tuple[str, ...]:
    """Name the stores that hold a certificate, its twin by name and key, or a root that signed it."""
    return tuple(store.name for store in stores if _trusted_by(certificate, store, prover))


def _trusted_by(certificate: Certificate, store: Anchors, prover: SignatureProver) -> bool:
    if certificate in store:
        return True
    return any(prover.signed(certificate, anchor) for anchor in store.issuers_of(certificate))
