"""Chains, trust files and error texts that are at hand: `verify`, `audit`, `explain`; no network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui_chain.api.calls import good
from tui_chain.api.keywords import Trust
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.results.audit import AuditResult, audit_result
from tui_chain.results.explanation import ExplainResult, explain_result
from tui_chain.results.values import HostResult

if TYPE_CHECKING:  # the stages are loaded by the first call
    from tui_chain.net.target import Target


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
    from tui_chain.api.runs import clock_of, run_options, store_names
    from tui_chain.clients.judge import Judge
    from tui_chain.engine.journey import Context, HostState, Journey
    from tui_chain.probe.pasted import served_ders
    from tui_chain.probe.served import ServedChain
    from tui_chain.results.host import host_result
    from tui_chain.trust.loading import load_trust_store
    from tui_chain.x509.certificate import Certificate

    at = clock_of(at)()
    served = ServedChain(_named(host), tuple(map(Certificate, served_ders(chain))), at)
    journey = Journey(Context(good(load_trust_store(*store_names(trust))), lambda: at))
    state = journey.diagnose(HostState(served.target), served)
    result = host_result(state, at, options=run_options({"trust": trust}))
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
    return good(explain_result(text))


async def aexplain(text: str) -> ExplainResult:
    """`explain` for a running event loop."""
    return await asyncio.to_thread(explain, text)


def audit(data: bytes, *, at: datetime | None = None) -> AuditResult:
    """Read the bytes of a trust file as each client does, and say what each would load."""
    from tui_chain.api.runs import clock_of
    from tui_chain.trust.loading import load_trust_store

    public = good(load_trust_store("certifi"))
    return audit_result(data, public, clock_of(at)())


async def aaudit(data: bytes, *, at: datetime | None = None) -> AuditResult:
    """`audit` for a running event loop."""
    return await asyncio.to_thread(audit, data, at=at)


def _named(host: str) -> Target:
    """The host as it is typed: clients differ in what they make of a dot at its end."""
    from tui_chain.net.target import Target, parse_target

    if not isinstance(host, str):
        raise ValueError(  # noqa: TRY004 - as any text that is none
            f"{safe_text(repr(host), 80)} is not a host name. Write it as api.example.org."
        )
    target, name = parse_target(host), host.strip()
    if not isinstance(target, Failure):
        return Target(f"{target.host}." if name.endswith(".") else target.host)
    if not name or not name.isascii() or not name.isprintable() or " " in name:
        raise ValueError(f"{safe_text(name, 80)!r} is not a host name. Write it as api.example.org.")
    return Target(name)
