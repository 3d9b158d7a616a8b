"""What the user asked for on the command line, and the hosts and trust store that it means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.cli.hints import command_name
from tui_chain.cli.output import say
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, read_stdin
from tui_chain.core.text import safe_text
from tui_chain.engine.journey import Clock, HostState, Journey, utc_now
from tui_chain.net.host_list import Host, parse_arguments, read_host_file
from tui_chain.net.lookup import NameLookup, lookup, lookup_with
from tui_chain.net.target import Target, parse_target
from tui_chain.pool.database import default_path
from tui_chain.pool.pool import Pool
from tui_chain.resolve.files import FileCertificates, read_pool
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import CrlScope

if TYPE_CHECKING:
    from tui_chain.engine.roots import ConfirmedRoot
    from tui_chain.lab.internet import Lab

DEMO_HOST = "leaf-only"
CRL_DEMO_HOST = "crl-chain"
"""The lab hosts that a demo repairs where none is named, without CRLs and with them."""
_EARLIEST, _LATEST = datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
"""Times that certificates have (RFC 5280 section 4.1.2.5)."""


@dataclass(frozen=True, eq=False)
class Options:
    """The arguments of `check` and `fix` as given; `keeps_pool` is for commands that use the user's pool."""

    targets: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    as_json: bool = False
    timeout: float = 5.0
    hosts_file: Path | None = None
    demo: bool = False
    output: Path | None = None
    replace: bool = False
    merge: bool = False
    backup: bool = False
    kind: str = "client"
    served: str | None = None
    host: str | None = None
    pool: tuple[Path, ...] = ()
    at: str | None = None
    offline: bool = False
    allow_private_aia: bool = False
    trust_root: tuple[str, ...] = ()
    no_pool: bool = False
    no_learn: bool = False
    keeps_pool: bool = False
    all_addresses: bool = False
    key_types: bool = False
    no_sni: bool = False
    repeat: int = 1
    revocation: bool = False
    crl: str | None = None
    accept_lost_constraints: bool = False

    @property
    def crl_scope(self) -> CrlScope | None:
        """Which certificates are to be looked up in CRLs, where that was asked for."""
        return None if self.crl is None else CrlScope(self.crl)


@dataclass(frozen=True, eq=False)
class Work:
    """A journey and the hosts that go on it; a host whose chain is at hand is not probed.

    `problems` are the parts of the user's files that could not be read, in words.
    """

    journey: Journey
    hosts: tuple[HostState, ...]
    problems: tuple[str, ...] = ()


@contextmanager
def prepared(options: Options, *, demo_all: bool) -> Iterator[Work | Failure]:
    """Turn options into work, with the lab running meanwhile where the demo asks for it."""
    if not options.demo:
        yield _real(options)
        return
    from tui_chain.lab.internet import open_lab
    from tui_chain.lab.scenarios.catalogue import NoSuchHost

    if options.served is not None or options.host is not None or options.hosts_file is not None:
        yield Failure("usage", "--demo takes names of the lab's hosts only.", "`tlschain lab --list` tells them.")
        return
    usual = DEMO_HOST if options.crl is None else CRL_DEMO_HOST
    names = options.targets or (None if demo_all else (usual,))
    with ExitStack() as stack:
        try:
            lab = stack.enter_context(open_lab(names))
        except NoSuchHost as error:
            yield Failure("usage", error.message, error.hint)
        else:
            yield _demo(options, lab)


def _demo(options: Options, lab: Lab) -> Work | Failure:
    store = load_trust_store(*(options.trust or (str(lab.trust_file),)))
    if isinstance(store, Failure):
        return store
    if not options.trust:
        store = replace(store, name="lab")
    journey = _journey(options, store, lookup_with(lab.names))
    given = {name: place for place, name in reversed(list(enumerate(options.targets)))}
    in_order = sorted(lab.hosts, key=lambda host: given.get(host.name, 0))
    named = ((parse_target(host.target), host.name) for host in in_order)
    hosts = tuple(HostState(target, name) for target, name in named if isinstance(target, Target))
    return journey if isinstance(journey, Failure) else Work(journey, hosts)


def _real(options: Options) -> Work | Failure:
    store = load_trust_store(*(options.trust or ("certifi",)))
    journey = store if isinstance(store, Failure) else _journey(options, store)
    if isinstance(journey, Failure):
        return journey
    if options.served is not None or options.host is not None:
        return _offline(options, journey)
    hosts = _hosts(options)
    if isinstance(hosts, Failure):
        return hosts
    return Work(journey, tuple(HostState(host.target, host.label) for host in hosts))


def _journey(options: Options, store: TrustStore, name_lookup: NameLookup = lookup) -> Journey | Failure:
    pool = read_pool(options.pool) if options.pool else FileCertificates()
    if isinstance(pool, Failure):
        return pool
    clock = utc_now if options.at is None else _frozen_clock(options.at)
    if isinstance(clock, Failure):
        return clock
    roots = _confirmed(options.trust_root)
    if isinstance(roots, Failure):
        return roots
    journey = Journey(
        store, clock, options.timeout, pool, options.allow_private_aia, options.offline, name_lookup=name_lookup
    )
    journey.trust_roots(roots)
    for notice in store.notices:
        say(f"tlschain: {notice}")
    if options.keeps_pool:
        journey.all_sources = True
        # the lab's certificates are of this run alone: the user's pool is not for them
        journey.certificate_pool = None if options.no_pool or options.demo else _users_pool(options)
    return journey


def _confirmed(fingerprints: tuple[str, ...]) -> tuple[ConfirmedRoot, ...] | Failure:
    if not fingerprints:
        return ()
    from tui_chain.engine.roots import confirm_fingerprint

    found = []
    for text in fingerprints:
        root = confirm_fingerprint(text)
        if isinstance(root, Failure):
            return root
        found.append(root)
    return tuple(found)


def _users_pool(options: Options) -> Pool:
    return Pool(default_path(), learning=not options.no_learn)


def _frozen_clock(text: str) -> Clock | Failure:
    moment = read_time(text)
    return moment if isinstance(moment, Failure) else lambda: moment


def read_time(text: str) -> datetime | Failure:
    """Read a time as a person writes it; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = _EARLIEST
    if not _EARLIEST < moment < _LATEST:
        return Failure(
            "usage", f"{safe_text(text, 40)!r} is no time.", "Write it as 2026-11-23 or 2026-11-23T12:00:00Z."
        )
    return moment


def _hosts(options: Options) -> tuple[Host, ...] | Failure:
    named = parse_arguments(options.targets)
    bad = [f"argument {line.number}: {line.failure}" for line in named.bad]
    hosts = {host.target: host for host in named.hosts}
    if options.hosts_file is not None:
        listed = read_host_file(options.hosts_file)
        if isinstance(listed, Failure):
            return listed
        bad += [f"{safe_text(str(options.hosts_file))}, {line}" for line in listed.bad]
        hosts |= {host.target: host for host in listed.hosts}
    if bad:
        return Failure("usage", "\n".join(bad))
    if not hosts:
        hint = f"Name one, as in `tlschain {command_name()} example.org`."
        return Failure("usage", "There is no host to look at.", hint)
    return tuple(hosts.values())


def _offline(options: Options, journey: Journey) -> Work | Failure:
    """`--served FILE --host NAME`: the chain is at hand, nothing is probed."""
    if options.served is None or options.host is None or options.targets:
        return Failure(
            "usage", "--served and --host go together and take the place of TARGET.", "See `tlschain fix --help`."
        )
    target = parse_target(options.host)
    if isinstance(target, Failure):
        return target
    from tui_chain.probe.pasted import GivenChain, served_chain

    piped = options.served == "-"
    data = read_stdin("served chain") if piped else read_file(Path(options.served), "served chain")
    if isinstance(data, Failure):
        return data
    brought = GivenChain(target, data, "standard input" if piped else safe_text(options.served))
    served = served_chain(brought, at=journey.clock())
    if isinstance(served, Failure):
        return served
    problems = tuple(f"{brought.source}, {problem}" for problem in brought.problems)
    return Work(journey, (journey.diagnose(HostState(target), served),), problems)
