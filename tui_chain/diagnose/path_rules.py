"""What is wrong along the path: each broken rule as the finding that names it best."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.engines.openssl.hostnames import curl_covers
from tui_chain.clients.families import family_names
from tui_chain.core.text import safe_text
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.catalogue import CATALOGUE, Finding, finding
from tui_chain.paths.checks import PathProblem, path_problems
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import parse_ip

MAX_FAULTS = 3
"""Unreadable fields of one certificate that are told."""
MAX_NAMES = 200
"""Names of a leaf that are compared with the host."""


def path_findings(case: Case) -> Iterator[Finding]:
    """What is wrong along the path; where there is none, along the longest trail."""
    problems = (
        case.path.problems if case.path is not None else path_problems(case.trail, host=case.served.host, at=case.at)
    )
    for problem in problems:
        # of a CA certificate in the leaf's place only the place is wrong
        if case.misplaced_leaf is None or problem.certificate != case.leaf:
            yield _found(case, problem)
    for certificate in dict.fromkeys((*case.served.certificates, *case.trail)):
        for fault in certificate.faults[:MAX_FAULTS]:
            yield finding("unreadable", certificate.sha256, f"{fault.field}: {fault.reason}.")
    if case.search.cut:
        yield finding("search-cut", case.leaf.sha256, f"It stopped {case.search.cut}.")


def _found(case: Case, problem: PathProblem) -> Finding:
    detail = f"{problem.detail[:1].upper()}{problem.detail[1:]}."
    at = problem.certificate.sha256
    if problem.code == "host-mismatch":
        return _host(case, detail)
    if problem.code in {"expired", "not-yet-valid"}:
        detail = f"{_whose(case, problem.certificate)}{detail.removeprefix('It')}"
    code = _code(case, problem)
    return finding(code if code in CATALOGUE else "unreadable", at, detail)


def _whose(case: Case, certificate: Certificate) -> str:
    return "The server's own certificate" if certificate == case.leaf else f"The CA certificate {certificate.label}"


def _code(case: Case, problem: PathProblem) -> str:
    certificate = problem.certificate
    if problem.code == "not-a-ca":
        return _not_a_ca(certificate)
    if problem.code == "expired" and certificate == case.anchor:
        return "anchor-expired"
    return problem.code


def _not_a_ca(certificate: Certificate) -> str:
    if certificate.is_ca:
        return "no-cert-sign"
    return "leaf-as-issuer" if certificate.alternative_names else "not-a-ca"


def _host(case: Case, detail: str) -> Finding:
    """RFC 9525 section 6: why the leaf does not cover the host, and what it covers instead."""
    leaf, host = case.leaf, case.served.host
    names = leaf.alternative_names
    address = parse_ip(host)
    if address is not None and any(parse_ip(name) == address for name in names.dns):
        return finding("ip-as-dns-name", leaf.sha256, f"{host} is one of its DNS names.")
    if not names and curl_covers(leaf, host):
        return finding("no-san", leaf.sha256, _common_name_words(case))
    if not names:
        common = f"; its common name is {leaf.common_name}" if leaf.common_name else ""
        return finding("host-mismatch", leaf.sha256, f"It has no subjectAltName{common}.", NO_SAN_ADVICE)
    nearest = nearest_name(host, leaf)
    near = f" The nearest to {host} is {nearest}." if nearest else ""
    return finding("host-mismatch", leaf.sha256, f"{detail}{near}", _host_advice(host, nearest))


NO_SAN_ADVICE = "Have it issued anew with the host in subjectAltName."


def _common_name_words(case: Case) -> str:
    """What the common name is, which families read it, and which do not."""
    name = case.leaf.common_name
    words = f"Its common name is {name}." if name else "It has no common name either."
    refusing = [identity for identity, verdict in case.verdicts.items() if not verdict.ok]
    accepting = [identity for identity, verdict in case.verdicts.items() if verdict.ok]
    if not accepting or not refusing:
        return words
    return f"{words} Accepted by {family_names(accepting)}; refused by {family_names(refusing)}."


def nearest_name(host: str, leaf: Certificate) -> str | None:
    """The name of a leaf that looks most like `host`, safe for a terminal, or None where none does."""
    from difflib import get_close_matches  # only a wrong name is worth loading it

    names = [safe_text(name.lower(), 253) for name in leaf.alternative_names.dns[:MAX_NAMES]]
    return next(iter(get_close_matches(host.lower(), names, n=1, cutoff=0.6)), None)


def _host_advice(host: str, nearest: str | None) -> str:
    if nearest is None:
        return ""
    if nearest.startswith("*.") and host.endswith(nearest[1:]):
        return "A wildcard stands for one label only; have the name itself added to the certificate."
    if nearest.startswith("*.") and host == nearest[2:]:
        return "A wildcard does not cover the domain itself; have that name added to the certificate."
    if f"www.{host}" == nearest or f"www.{nearest}" == host:
        return f"Use {nearest}, or have the name with and without www in the certificate."
    return f"Use {nearest} if that is the host you mean, or have the name added to the certificate."
