"""What RFC 5280 and RFC 9525 ask of one certification path, each rule on its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tui_chain.certs.certificate import Certificate


@dataclass(frozen=True)
class PathProblem:
    """A rule that a path breaks: the finding's code, the certificate it sits on, and the detail in words."""

    code: str
    certificate: Certificate
    detail: str


def path_problems(path: tuple[Certificate, ...], *, host: str, at: datetime) -> tuple[PathProblem, ...]:
    """Check a path of proven signatures, leaf first and anchor last, for `host` (ASCII) at `at` (aware).

    Signatures are not looked at again. An anchor's dates are checked too, as OpenSSL does. Empty means good.
    """
    if not path:
        return ()
    return (
        *_dates(path, at),
        *_host(path[0], host),
        *_purpose(path),
        *_authorities(path),
        *_lengths(path),
    )


def _dates(path: tuple[Certificate, ...], at: datetime) -> Iterator[PathProblem]:
    """RFC 5280 section 6.1.3 (a)(2)."""
    for certificate in path:
        yield from date_problem(certificate, at)


def date_problem(certificate: Certificate, at: datetime) -> Iterator[PathProblem]:
    """Say that `certificate` is expired, not yet valid, or has dates that cannot be read."""
    start, end = certificate.not_before, certificate.not_after
    if start is None or end is None:
        yield PathProblem("unreadable", certificate, "its dates cannot be read")
    elif at > end:
        yield PathProblem("expired", certificate, f"it expired on {end:%Y-%m-%d %H:%M} UTC")
    elif at < start:
        yield PathProblem("not-yet-valid", certificate, f"it is valid from {start:%Y-%m-%d %H:%M} UTC")


def _host(leaf: Certificate, host: str) -> Iterator[PathProblem]:
    """RFC 9525 section 6: only the subjectAltName counts."""
    names = leaf.alternative_names
    if leaf.parsed is None or names.covers(host):
        return
    if not names:
        yield PathProblem("host-mismatch", leaf, "it names no host at all (no subjectAltName)")
        return
    shown = ", ".join(names.texts()[:4]) + (", …" if len(names.texts()) > 4 else "")
    yield PathProblem("host-mismatch", leaf, f"it is for {shown}")


def _purpose(path: tuple[Certificate, ...]) -> Iterator[PathProblem]:
    """RFC 5280 section 4.2.1.12, also on CA certificates below the anchor, as OpenSSL and browsers read it."""
    for depth, certificate in enumerate(path):
        if (depth == 0 or depth < len(path) - 1) and not certificate.for_servers:
            yield PathProblem("purpose", certificate, "its extended key usage does not allow TLS servers")


def _authorities(path: tuple[Certificate, ...]) -> Iterator[PathProblem]:
    """RFC 5280 section 6.1.4 (k) and (n)."""
    for certificate in path[1:]:
        if not certificate.is_ca:
            yield PathProblem("not-a-ca", certificate, "it signed a certificate but is no CA (basicConstraints)")
        elif certificate.key_usage is not None and not certificate.key_usage.key_cert_sign:
            yield PathProblem("not-a-ca", certificate, "its keyUsage does not allow it to sign certificates")


def _lengths(path: tuple[Certificate, ...]) -> Iterator[PathProblem]:
    """RFC 5280 section 4.2.1.9: CA certificates below it, self-issued ones not counted."""
    for depth, certificate in enumerate(path[1:], start=1):
        limit = certificate.basic_constraints.path_length if certificate.basic_constraints else None
        below = sum(not lower.self_issued for lower in path[1:depth])
        if limit is not None and below > limit:
            yield PathProblem(
                "path-length", certificate, f"it allows {limit} CA certificates below it, there are {below}"
            )
