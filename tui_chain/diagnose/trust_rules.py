"""Why a path reaches no trust anchor, which other store has its root, and what clients say of a good path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.certs.store import Anchors
from tui_chain.certs.text import plural
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import Finding, finding
from tui_chain.diagnose.interception import interception_findings
from tui_chain.diagnose.words import Status
from tui_chain.paths.search import MissingIssuer

EXPLAINS = frozenset(
    {
        "strict-aki", "strict-ski", "strict-criticality", "strict-key-usage", "strict-form",
        "ca-as-leaf", "odd-serial", "unreadable",
    }
)  # fmt: skip
"""Findings that say why some client refuses a good path, so that the refusal need not be told again."""


def trust_findings(case: Case) -> Iterator[Finding]:
    """What is to be said of the end of the path."""
    if case.path is None:
        yield from _ends(case)
        yield from _elsewhere(case)
    yield from interception_findings(case)


def _ends(case: Case) -> Iterator[Finding]:
    """Why no path reached a trust anchor: a missing issuer, an untrusted root, a self-signed leaf, a circle."""
    search = case.search
    for missing in search.missing:
        yield _missing_issuer(missing)
    for trail in search.untrusted:
        if len(trail) == 1:
            yield finding("self-signed", trail[-1].sha256)
        elif not search.missing:
            yield finding("untrusted-root", trail[-1].sha256, f"It is {trail[-1].subject}.")
    if not search.missing and not search.untrusted:
        for trail in search.circles:
            yield finding("issuer-circle", trail[-1].sha256, f"It is {trail[-1].subject}.")


def _missing_issuer(missing: MissingIssuer) -> Finding:
    code = "missing-issuer" if len(missing.trail) == 1 else "issuer-unknown"
    key = f", key id {missing.key_id}" if missing.key_id else ""
    decoys = (
        f" {plural(len(missing.namesakes), 'certificate')} of that name did not sign it." if missing.namesakes else ""
    )
    return finding(code, missing.wanted_by.sha256, f"Its issuer is {missing.subject}{key}.{decoys}")


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


def _all_refuse(case: Case) -> bool:
    """Whether no client takes what was served, though a good path is in it: none looks as far as we do."""
    served = set(case.served.certificates)
    whole = case.path is not None and all(one in served for one in case.path.certificates[:-1])
    return whole and not any(verdict.ok for verdict in case.verdicts.values())


def profile_findings(case: Case, told: Iterable[Finding]) -> Iterator[Finding]:
    """Clients that refuse a chain whose path is good, each on its certificate, unless `told` says why already."""
    if case.path is not None and case.path.good and case.path.anchor in case.trust and _all_refuse(case):
        first = next(iter(case.verdicts.values()))
        yield finding("clients-refuse", first.at or case.leaf.sha256, f"OpenSSL says: {first.error}.")
        return
    if case.status is not Status.COMPLETE:
        return
    explained = {found.at for found in told if found.code in EXPLAINS}
    for name, verdict in case.verdicts.items():
        if verdict.ok or verdict.at in explained or (verdict.at is None and explained):
            continue
        code = f" (code {verdict.code})" if verdict.code is not None else ""
        yield finding("profile-refuses", verdict.at or case.leaf.sha256, f"{name}: {verdict.error}{code}.")
