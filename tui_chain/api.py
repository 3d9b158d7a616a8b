"""The Python API: what the commands do, as functions that return frozen values.

Every function has an `async` twin whose name begins with `a`. Keywords are the names of the commands' options. Input
that means nothing raises ValueError with a sentence that says what to do; whatever a server does is a result.

    from tui_chain import api

    result = api.fix("api.example.org")
    print(result.headline, result.bundle)
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TypeVar

from tui_chain.clients.families import FAMILIES, Family
from tui_chain.clients.judge import Judge, engine_name
from tui_chain.clients.verdict import Verdict
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.engine.journey import Journey
from tui_chain.net.target import Target, parse_target
from tui_chain.pool.database import default_path
from tui_chain.pool.pool import Pool
from tui_chain.probe.served import ServedChain
from tui_chain.resolve.files import read_pool
from tui_chain.results.audit import AuditResult, audit_result
from tui_chain.results.explained import ExplainResult, explain_result
from tui_chain.results.host import host_result
from tui_chain.results.values import (
    CertificateResult,
    ClientResult,
    FindingResult,
    HostResult,
    MissingResult,
    TLSResult,
)
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import blocks, decoded
from tui_chain.x509.formats.readers import read_certificates

__all__ = [
    "FAMILIES",
    "AuditResult",
    "CertificateResult",
    "ClientResult",
    "ExplainResult",
    "Family",
    "FindingResult",
    "HostResult",
    "MissingResult",
    "TLSResult",
    "Verdict",
    "aaudit",
    "acheck",
    "aexplain",
    "afix",
    "audit",
    "averify",
    "check",
    "engine_name",
    "explain",
    "fix",
    "verify",
]

Trust = str | Sequence[str]
"""`certifi`, `system` or the name of a file; several are used together."""
T = TypeVar("T")
Files = Iterable[str | PathLike[str]]


def check(target: str, *, trust: Trust = "certifi", timeout: float = 5.0, at: datetime | None = None) -> HostResult:
    """Probe a target and say what each client family makes of it; nothing is fetched.

    `target` is what the commands take, `timeout` in seconds for each step, `at` an aware time to judge at.
    """
    return asyncio.run(acheck(target, trust=trust, timeout=timeout, at=at))


async def acheck(
    target: str,
    *,
    trust: Trust = "certifi",
    timeout: float = 5.0,  # noqa: ASYNC109 - of each step, as the command has it
    at: datetime | None = None,
) -> HostResult:
    """`check` for a running event loop."""
    parsed = _target(target)
    journey = Journey(await asyncio.to_thread(_store, trust), _clock(at), timeout)
    return host_result(await journey.probe(HostState(parsed)), journey.clock())


def fix(
    target: str,
    *,
    trust: Trust = "certifi",
    timeout: float = 5.0,
    at: datetime | None = None,
    pool: Files = (),
    trust_root: Iterable[str] = (),
    offline: bool = False,
    allow_private_aia: bool = False,
    no_pool: bool = False,
    no_learn: bool = False,
    accept_lost_constraints: bool = False,
) -> HostResult:
    """Find what a target does not send and prove a bundle; `bundle` of the result is its PEM, or None.

    `pool` are files and folders to look in first, `trust_root` full SHA-256 fingerprints of private roots, got from
    their owners. Nothing is written but the pool of earlier runs, unless `no_pool` or `no_learn`. A bundle in which
    an intermediate loses a limit of the CA above it is left out without `accept_lost_constraints`; the finding
    `constraints-lost` says so.
    """
    return asyncio.run(
        afix(
            target,
            trust=trust,
            timeout=timeout,
            at=at,
            pool=pool,
            trust_root=trust_root,
            offline=offline,
            allow_private_aia=allow_private_aia,
            no_pool=no_pool,
            no_learn=no_learn,
            accept_lost_constraints=accept_lost_constraints,
        )
    )


async def afix(
    target: str,
    *,
    trust: Trust = "certifi",
    timeout: float = 5.0,  # noqa: ASYNC109 - of each step, as the command has it
    at: datetime | None = None,
    pool: Files = (),
    trust_root: Iterable[str] = (),
    offline: bool = False,
    allow_private_aia: bool = False,
    no_pool: bool = False,
    no_learn: bool = False,
    accept_lost_constraints: bool = False,
) -> HostResult:
    """`fix` for a running event loop."""
    from tui_chain.engine.roots import confirm_fingerprint

    parsed = _target(target)
    files = read_pool(tuple(map(Path, pool)))
    roots = [_good(confirm_fingerprint(text)) for text in trust_root]
    store = await asyncio.to_thread(_store, trust)
    journey = Journey(store, _clock(at), timeout, _good(files), allow_private_aia, offline)
    journey.trust_roots(roots)
    journey.all_sources = True
    kept = None if no_pool else Pool(default_path(), learning=not no_learn)
    journey.certificate_pool = kept
    try:
        state = await journey.fix(await journey.probe(HostState(parsed)))
        return host_result(state, journey.clock(), accept_lost_constraints=accept_lost_constraints)
    finally:
        if kept is not None:
            kept.close()


def verify(
    chain: Sequence[bytes] | bytes,
    *,
    host: str,
    bundle: bytes | None = None,
    trust: Trust = "certifi",
    at: datetime | None = None,
) -> HostResult:
    """Say what each client family makes of a chain for `host`, without a network.

    `chain` is what a server sends, leaf first: DER certificates, or the bytes of one PEM, DER or PKCS#7 file. With
    `bundle`, the bytes of a trust file as it is, `with_bundle` of every client is its verdict with that file as the
    only trust store; `as_served` is the one with `trust`.
    """
    at = _clock(at)()
    served = ServedChain(_named(host), tuple(map(Certificate, served_ders(chain))), at)
    journey = Journey(_store(trust), lambda: at)
    state = journey.diagnose(HostState(served.target), served)
    result = host_result(state, at)
    if bundle is None:
        return result
    ders = tuple(certificate.der for certificate in served.certificates)
    return result.with_bundle(bundle, Judge(bundle).verdicts(ders, host=served.host, at=at))


async def averify(
    chain: Sequence[bytes] | bytes,
    *,
    host: str,
    bundle: bytes | None = None,
    trust: Trust = "certifi",
    at: datetime | None = None,
) -> HostResult:
    """`verify` for a running event loop."""
    return await asyncio.to_thread(verify, chain, host=host, bundle=bundle, trust=trust, at=at)


def explain(text: str) -> ExplainResult:
    """Say what an error text of any client, a finding's code or an OpenSSL verify code means.

    Raises ValueError where it is none of these.
    """
    return _good(explain_result(text))


async def aexplain(text: str) -> ExplainResult:
    """`explain` for a running event loop."""
    return await asyncio.to_thread(explain, text)


def audit(data: bytes, *, at: datetime | None = None) -> AuditResult:
    """Read the bytes of a trust file as each client does, and say what each would load."""
    public = _good(load_trust_store("certifi"))
    return audit_result(data, public, _clock(at)())


async def aaudit(data: bytes, *, at: datetime | None = None) -> AuditResult:
    """`audit` for a running event loop."""
    return await asyncio.to_thread(audit, data, at=at)


def served_ders(chain: Sequence[bytes] | bytes) -> tuple[bytes, ...]:
    """The DER certificates of a chain, in their order; raises ValueError where there is none.

    A PEM block that is base64 counts whatever it holds: each client is asked what it makes of that.
    """
    if not isinstance(chain, (bytes, bytearray)):
        ders = tuple(map(bytes, chain))
    else:
        found = (decoded(block.body) for block in blocks(bytes(chain)) if block.label == "CERTIFICATE")
        ders = tuple(der for der in found if isinstance(der, bytes) and der)
        ders = ders or tuple(one.der for one in read_certificates(bytes(chain)).certificates)
    if not ders:
        raise ValueError("There is no certificate in the chain. Give DER certificates, or a PEM, DER or PKCS#7 file.")
    return ders


def _good(value: T | Failure) -> T:
    if isinstance(value, Failure):
        raise ValueError(str(value))  # noqa: TRY004 - a failure is of the input, not of its type
    return value


def _target(text: str) -> Target:
    return _good(parse_target(text))


def _named(host: str) -> Target:
    """The host as it is typed: clients differ in what they make of a dot at its end."""
    target, name = parse_target(host), host.strip()
    if not isinstance(target, Failure):
        return Target(f"{target.host}." if name.endswith(".") else target.host)
    if not name or not name.isascii() or not name.isprintable() or " " in name:
        raise ValueError(f"{safe_text(name, 80)!r} is not a host name. Write it as api.example.org.")
    return Target(name)


def _store(trust: Trust) -> TrustStore:
    return _good(load_trust_store(*((trust,) if isinstance(trust, str) else tuple(trust))))


def _clock(at: datetime | None) -> Clock:
    if at is None:
        return utc_now
    if at.tzinfo is None:
        raise ValueError("The time has no time zone. Give an aware one, as in datetime.now(UTC).")
    moment = at.astimezone(UTC)
    return lambda: moment
