"""The rules that turn a served chain and its paths into findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.signatures import SignatureProver
from tui_chain.certs.store import TrustStore
from tui_chain.certs.text import plural
from tui_chain.diagnose.catalogue import CATALOGUE, Finding, finding
from tui_chain.diagnose.words import Status
from tui_chain.paths.checks import path_problems
from tui_chain.paths.profiles import Verdict
from tui_chain.paths.search import MissingIssuer, Path, Search
from tui_chain.probe.served import ServedChain


def uses_only_served(path: Path, served: ServedChain) -> bool:
    """Whether a path needs nothing but what was served and its trust anchor."""
    return all(certificate in served.certificates for certificate in path.certificates[:-1])


def path_findings(served: ServedChain, search: Search, path: Path | None, at: datetime) -> Iterator[Finding]:
    """What is wrong along the path; where there is none, along the longest trail, and why it ends."""
    trail = path.certificates if path is not None else _longest_trail(search, served)
    for problem in path.problems if path is not None else path_problems(trail, host=served.host, at=at):
        code = problem.code if problem.code in CATALOGUE else "unreadable"
        yield finding(code, problem.certificate.sha256, f"{problem.detail[:1].upper()}{problem.detail[1:]}.")
    if path is None:
        yield from _ends(search)
    for certificate in dict.fromkeys((*served.certificates, *trail)):
        for fault in certificate.faults[:3]:
            yield finding("unreadable", certificate.sha256, f"{fault.field}: {fault.reason}.")
    if search.cut:
        yield finding("search-cut", served.certificates[0].sha256, f"It stopped {search.cut}.")


def _longest_trail(search: Search, served: ServedChain) -> tuple[Certificate, ...]:
    trails = [missing.trail for missing in search.missing] + list(search.untrusted)
    return max(trails, key=len, default=served.certificates[:1])


def _ends(search: Search) -> Iterator[Finding]:
    """Why no path reached a trust anchor: a missing issuer, an untrusted root, or a self-signed leaf."""
    for missing in search.missing:
        yield _missing_issuer(missing)
    for trail in search.untrusted:
        root = trail[-1]
        if len(trail) == 1:
            yield finding("self-signed", root.sha256)
        elif not search.missing:
            yield finding("untrusted-root", root.sha256, f"It is {root.subject}.")


def _missing_issuer(missing: MissingIssuer) -> Finding:
    code = "missing-issuer" if len(missing.trail) == 1 else "issuer-unknown"
    key = f", key id {missing.key_id}" if missing.key_id else ""
    decoys = (
        f" {plural(len(missing.namesakes), 'certificate')} of that name did not sign it." if missing.namesakes else ""
    )
    return finding(code, missing.wanted_by.sha256, f"Its issuer is {missing.subject}{key}.{decoys}")


def chain_findings(
    served: ServedChain, search: Search, path: Path | None, trust: TrustStore, prover: SignatureProver
) -> Iterator[Finding]:
    """What is wrong with the list of served certificates itself: order, copies, strangers, roots."""
    reached = _reached(search, served)
    leaf_waits = any(len(missing.trail) == 1 for missing in search.missing)
    yield from _leaf_place(served)
    for certificate, copies in _copies(served).items():
        if copies > 1:
            yield finding("duplicate", certificate.sha256, f"It is there {copies} times.")
        is_root = certificate.self_issued and prover.signed(certificate, certificate)
        if certificate is served.certificates[0]:
            continue
        if certificate not in reached:
            yield finding(
                "root-in-place-of-intermediate" if is_root and leaf_waits else "stranger", certificate.sha256
            )
        elif is_root and certificate in trust:
            yield finding("root-served", certificate.sha256)
    yield from _order(served, path.certificates if path else _longest_trail(search, served))


def _reached(search: Search, served: ServedChain) -> set[Certificate]:
    trails = [path.certificates for path in search.paths]
    trails += [missing.trail for missing in search.missing]
    return {served.certificates[0]}.union(*trails, *search.untrusted)


def _copies(served: ServedChain) -> dict[Certificate, int]:
    copies: dict[Certificate, int] = defaultdict(int)
    for certificate in served.certificates:
        copies[certificate] += 1
    return copies


def _leaf_place(served: ServedChain) -> Iterator[Finding]:
    first, *others = served.certificates
    if not first.is_ca or first.alternative_names.covers(served.host):
        return
    for certificate in others:
        if not certificate.is_ca and certificate.alternative_names.covers(served.host):
            yield finding("leaf-not-first", first.sha256)
            return


def _order(served: ServedChain, trail: tuple[Certificate, ...]) -> Iterator[Finding]:
    """RFC 8446 section 4.4.2: each certificate should directly certify the one before it."""
    places = [(served.certificates.index(c), c) for c in trail if c in served.certificates]
    for (before, _), (after, certificate) in pairwise(places):
        if after < before:
            yield finding("wrong-order", certificate.sha256)
            return


def profile_findings(verdicts: Mapping[str, Verdict], served: ServedChain, status: Status) -> Iterator[Finding]:
    """Clients that refuse a chain whose path is good: each refusal on its certificate."""
    if status is not Status.COMPLETE:
        return
    for name, verdict in verdicts.items():
        if not verdict.ok:
            code = f" (code {verdict.code})" if verdict.code is not None else ""
            where = verdict.at or served.certificates[0].sha256
            yield finding("profile-refuses", where, f"{name}: {verdict.error}{code}.")
