"""The Python API: what the commands do, as functions that return frozen values.

Every function has an `async` twin whose name begins with `a`. Keywords are the names of the commands' options. Input
that means nothing raises ValueError with a sentence that says what to do; whatever a server does is a result.

    from tui_chain import api

    result = api.fix("api.example.org")
    print(result.headline, result.bundle)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TypedDict, TypeVar, Unpack

from tui_chain.clients.families import FAMILIES, Family
from tui_chain.clients.judge import Judge, engine_name
from tui_chain.clients.verdict import Verdict
from tui_chain.core.command import ALL
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import Arguments, Options, read_roots
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.startup import start
from tui_chain.net.addresses import read_consent
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.connection_text import read_connection
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.pasted import served_ders
from tui_chain.probe.served import ServedChain
from tui_chain.results.audit import AuditResult, audit_result
from tui_chain.results.doctor import DoctorResult, doctor_result
from tui_chain.results.explanation import ExplainResult, explain_result
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

__all__ = [
    "FAMILIES",
    "AuditResult",
    "CertificateResult",
    "CheckOptions",
    "ClientResult",
    "DoctorResult",
    "ExplainResult",
    "Family",
    "FindingResult",
    "FixOptions",
    "HostResult",
    "MissingResult",
    "TLSResult",
    "Verdict",
    "aaudit",
    "acheck",
    "adoctor",
    "aexplain",
    "afix",
    "audit",
    "averify",
    "check",
    "doctor",
    "engine_name",
    "explain",
    "fix",
    "verify",
]

Trust = str | Sequence[str]
"""`certifi`, `system` or the name of a file; several are used together."""
T = TypeVar("T")
Files = Iterable[str | PathLike[str]]


class ConnectionKeywords(TypedDict, total=False):
    """The keywords of a connection, each with the meaning of the command's option.

    `sni` and `verify_name` are names, `connect_to` is `HOST` or `HOST:PORT`. `proxy` is a URL, with its login where
    it wants one; `no_proxy` takes none, where otherwise the environment's is used. `cert`, `key` and
    `cert_password_file` name files of a client certificate. `ip_version` is "4" or "6", `bind` a local IP address,
    `ehlo` a name for mail servers, `tls` "1.2" or "1.3". A host that is not reached is tried `retries` times more.
    """

    sni: str
    connect_to: str
    verify_name: str
    proxy: str
    no_proxy: bool
    cert: str | PathLike[str]
    key: str | PathLike[str]
    cert_password_file: str | PathLike[str]
    ip_version: str
    bind: str
    ehlo: str
    tls: str
    retries: int


class CheckOptions(ConnectionKeywords, total=False):
    """The keywords of `check`: `timeout` in seconds for each step, `at` an aware time to judge at."""

    trust: Trust
    timeout: float
    at: datetime | None


def check(target: str, **options: Unpack[CheckOptions]) -> HostResult:
    """Probe a target and say what each client family makes of it; nothing is fetched.

    `target` is what the commands take.
    """
    return asyncio.run(acheck(target, **options))


async def acheck(target: str, **options: Unpack[CheckOptions]) -> HostResult:
    """`check` for a running event loop."""
    _known(options, CheckOptions, "check")
    given = _run_options(**options)
    connection = _connection(given)
    parsed = _target(target).over(connection.of_host)
    arguments = Arguments((), _clock(options.get("at")), (), connection=connection)
    with ExitStack() as opened:
        run = _good(await asyncio.to_thread(opened.enter_context, start(given, arguments)))
        return host_result(await run.journey.probe(HostState(parsed)), run.journey.clock(), options=given)


def _known(options: Mapping[str, object], keywords: type, function: str) -> None:
    unknown = options.keys() - keywords.__annotations__.keys()
    if unknown:
        raise TypeError(f"{function}() got an unexpected keyword argument {min(unknown)!r}")


def _connection(given: Options) -> ConnectionOptions:
    return _good(read_connection(given.connection))


class FixOptions(ConnectionKeywords, total=False):
    """The keywords of `fix`, each with the meaning of the command's option.

    `trust`, `timeout` (seconds of each step) and `at` (aware) are those of `check`. `pool` are files and folders to
    look in first, `trust_root` full SHA-256 fingerprints of private roots, got from their owners. `allow_private_aia`
    is True for every private address that certificates name, or has those that may be asked as `ADDRESS:PORT`.
    `no_pool` and `no_learn` leave the pool of earlier runs alone. A bundle in which an intermediate loses a limit of
    the CA above it is left out without `accept_lost_constraints`; the finding `constraints-lost` says so.
    """

    trust: Trust
    timeout: float
    at: datetime | None
    pool: Files
    trust_root: Iterable[str]
    offline: bool
    allow_private_aia: bool | Iterable[str]
    no_pool: bool
    no_learn: bool
    accept_lost_constraints: bool


def fix(target: str, **options: Unpack[FixOptions]) -> HostResult:
    """Find what a target does not send and prove a bundle; `bundle` of the result is its PEM, or None.

    Nothing is written but the pool of earlier runs, unless `no_pool` or `no_learn` is given.
    """
    return asyncio.run(afix(target, **options))


async def afix(target: str, **options: Unpack[FixOptions]) -> HostResult:
    """`fix` for a running event loop."""
    _known(options, FixOptions, "fix")
    given = _run_options(**options)
    connection = _connection(given)
    state = HostState(_target(target).over(connection.of_host))
    private = _good(read_consent(given.allow_private_aia))
    roots = _good(read_roots(given.trust_root))
    arguments = Arguments((), _clock(options.get("at")), roots, private=private, connection=connection)
    with ExitStack() as opened:
        run = _good(await asyncio.to_thread(opened.enter_context, start(given, arguments, every_source=True)))
        fixed = await run.journey.fix(await run.journey.probe(state))
        accepted = options.get("accept_lost_constraints", False)
        return host_result(fixed, run.journey.clock(), None, given, accept_lost_constraints=accepted)


def _run_options(**given: Unpack[FixOptions]) -> Options:
    """The options that a run starts with."""
    stores = _stores(given.get("trust", "certifi"))
    return Options(
        trust=() if stores == ("certifi",) else stores,
        trust_root=tuple(given.get("trust_root", ())),
        timeout=given.get("timeout", 5.0),
        pool=tuple(map(Path, given.get("pool", ()))),
        offline=given.get("offline", False),
        allow_private_aia=_private(given.get("allow_private_aia", False)),
        no_pool=given.get("no_pool", False),
        no_learn=given.get("no_learn", False),
        retries=given.get("retries", 0),
        sni=given.get("sni"),
        connect_to=given.get("connect_to"),
        verify_name=given.get("verify_name"),
        proxy=given.get("proxy"),
        no_proxy=given.get("no_proxy", False),
        cert=_path(given.get("cert")),
        key=_path(given.get("key")),
        cert_password_file=_path(given.get("cert_password_file")),
        ip_version=given.get("ip_version"),
        bind=given.get("bind"),
        ehlo=given.get("ehlo"),
        tls=given.get("tls"),
    )


def _path(given: str | PathLike[str] | None) -> Path | None:
    return None if given is None else Path(given)


def _private(given: bool | Iterable[str]) -> tuple[str, ...]:
    return ((ALL,) if given else ()) if isinstance(given, bool) else tuple(given)


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
    journey = Journey(Context(_store(trust), lambda: at))
    state = journey.diagnose(HostState(served.target), served)
    result = host_result(state, at, options=_run_options(trust=trust))
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


def doctor(
    target: str | None = None,
    *,
    python: str | None = None,
    environment: Mapping[str, str] | None = None,
    trust: Trust = "certifi",
    timeout: float = 5.0,
) -> DoctorResult:
    """Look at what decides about trust in an interpreter's environment; with a target also whether it is accepted.

    `python` names the interpreter or the folder of its environment, by default that which a shell would start.
    `environment` are the variables that it runs with, by default those of this process. Of a target the chain is
    probed, missing certificates are fetched, and a change that helps is proven in that interpreter. Raises ValueError
    where there is no such interpreter, or the target is not reached.
    """
    return asyncio.run(adoctor(target, python=python, environment=environment, trust=trust, timeout=timeout))


async def adoctor(
    target: str | None = None,
    *,
    python: str | None = None,
    environment: Mapping[str, str] | None = None,
    trust: Trust = "certifi",
    timeout: float = 5.0,  # noqa: ASYNC109 - of each step, as the command has it
) -> DoctorResult:
    """`doctor` for a running event loop."""
    from tui_chain.doctor.examination import examine, examine_host  # every client comes along
    from tui_chain.doctor.interpreter import find_interpreter

    variables = os.environ if environment is None else environment
    found = _good(find_interpreter(python, variables))
    if target is None:
        return doctor_result(_good(await asyncio.to_thread(examine, found.path, variables, utc_now())))
    options = _run_options(trust=trust, timeout=timeout)
    state = HostState(_target(target))
    with ExitStack() as opened:
        arguments = Arguments((), utc_now, ())
        run = _good(await asyncio.to_thread(opened.enter_context, start(options, arguments, every_source=True)))
        return doctor_result(_good(await examine_host(run.journey, state, found.path, variables)))


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
    return _good(load_trust_store(*_stores(trust)))


def _stores(trust: Trust) -> tuple[str, ...]:
    names = (trust,) if isinstance(trust, str) else tuple(trust)
    if not names:
        raise ValueError("No trust store is named. Give certifi, system, or the name of a file.")
    return names


def _clock(at: datetime | None) -> Clock:
    if at is None:
        return utc_now
    if at.tzinfo is None:
        raise ValueError("The time has no time zone. Give an aware one, as in datetime.now(UTC).")
    moment = at.astimezone(UTC)
    return lambda: moment
