"""The one start of both front ends: from options to a journey and its hosts, and to the end of what it opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.command import ENVIRONMENT
from tui_chain.core.failure import Failure
from tui_chain.engine.arguments import Arguments, Options
from tui_chain.engine.journey import Context, HostState, Journey
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.host_list import Host
from tui_chain.net.lookup import lookup, lookup_with
from tui_chain.net.route import Proxies
from tui_chain.net.target import Target, parse_target
from tui_chain.pool.database import default_path
from tui_chain.pool.pool import Pool
from tui_chain.resolve.files import FileCertificates, read_pool
from tui_chain.trust.loading import load_trust_store, trust_store_of
from tui_chain.trust.store import TrustStore

if TYPE_CHECKING:
    from tui_chain.lab.internet import Lab
    from tui_chain.net.host_stream import HostStream
    from tui_chain.net.kubeconfig import Cluster


@dataclass(frozen=True, eq=False)
class Run:
    """A journey and the hosts that go on it; a host whose chain is at hand is not probed.

    `problems` are the pieces of the user's files that could not be read, a sentence each. `lab_trust` is the trust
    file of a demo, as long as it runs. `listed` is the list from which more hosts come while the first are worked on;
    `own` are the options of connections to those of them that have no own.
    """

    journey: Journey
    hosts: tuple[HostState, ...]
    problems: tuple[str, ...] = ()
    lab_trust: Path | None = None
    listed: HostStream | None = None
    own: ConnectionOptions = USUAL_CONNECTION


@contextmanager
def start(
    options: Options,
    arguments: Arguments,
    *,
    lab_hosts: tuple[str, ...] | None = None,
    every_source: bool = False,
) -> Iterator[Run | Failure]:
    """Load what the options name, and open the lab for a demo; what was opened is closed at the end.

    A demo without targets opens `lab_hosts`, or all for None. With `every_source` the search uses the pool of
    earlier runs, the served chain itself and the public trust stores as well.
    """
    with ExitStack() as opened:
        lab = opened_lab(opened, options.targets or lab_hosts) if options.demo else None
        journey = lab if isinstance(lab, Failure) else _journey(options, arguments, lab)
        if isinstance(journey, Failure):
            yield journey
            return
        if every_source:
            journey.all_sources = True
            journey.certificate_pool = _users_pool(opened, options)
        demo = None if isinstance(lab, Failure) else lab
        listed = arguments.hosts if demo is None else _lab_hosts(demo, options.targets)
        own = USUAL_CONNECTION if demo is None else arguments.connection.of_host
        hosts = tuple(HostState(host.target.over(own), host.label) for host in listed)
        trust_file = None if demo is None else demo.trust_file
        yield Run(journey, hosts, journey.context.files.problems, trust_file, own=arguments.connection.of_host)


def opened_lab(opened: ExitStack, names: tuple[str, ...] | None) -> Lab | Failure:
    """Open the lab with the hosts of these names, or with all for None; it is closed with `opened`."""
    from tui_chain.lab.internet import open_lab
    from tui_chain.lab.scenarios.catalogue import NoSuchHost

    try:
        return opened.enter_context(open_lab(names or None))
    except NoSuchHost as error:
        return Failure("usage", error.message, error.hint)
    except OSError as error:  # a system that is read alone
        message = f"The lab cannot be opened: {error.strerror or error}."
        return Failure("file", message, "Set TMPDIR to a folder that can be written.")


def _lab_hosts(lab: Lab, names: tuple[str, ...]) -> tuple[Host, ...]:
    """The lab's hosts, in the order in which they were named."""
    order = {name: place for place, name in reversed(list(enumerate(names)))}
    in_order = sorted(lab.hosts, key=lambda host: order.get(host.name, 0))
    named = ((parse_target(host.target), host.name) for host in in_order)
    return tuple(Host(target, name) for target, name in named if isinstance(target, Target))


def _journey(options: Options, arguments: Arguments, lab: Lab | None) -> Journey | Failure:
    store = _trust_store(options, lab) if arguments.cluster is None else _cluster_store(options, arguments.cluster)
    if isinstance(store, Failure):
        return store
    files = read_pool(options.pool) if options.pool else FileCertificates()
    if isinstance(files, Failure):
        return files
    context = Context(
        store,
        arguments.clock,
        options.timeout,
        files,
        arguments.private,
        options.offline,
        name_lookup=lookup if lab is None else lookup_with(lab.names),
        pinned=frozenset(root.sha256 for root in arguments.roots),
        options=options,
        connection=arguments.connection.of_run,
        proxies=_proxies(options, lab),
    )
    return Journey(context)


def _proxies(options: Options, lab: Lab | None) -> Proxies:
    if lab is not None:  # it is on this machine
        return Proxies()
    return Proxies(os.environ, options.proxy == ENVIRONMENT, options.usual_proxy)


def _trust_store(options: Options, lab: Lab | None) -> TrustStore | Failure:
    if lab is None or options.trust:
        return load_trust_store(*(options.trust or ("certifi",)))
    store = load_trust_store(str(lab.trust_file))
    return store if isinstance(store, Failure) else replace(store, name="lab")


def _cluster_store(options: Options, cluster: Cluster) -> TrustStore | Failure:
    """What the clients of a cluster trust, as kubectl has it: what the command line names, its own, the system's."""
    authority = cluster.authority
    if options.trust or authority is None:
        store = load_trust_store(*(options.trust or ("system",)))
    elif isinstance(authority, Path):
        store = load_trust_store(str(authority))
    else:
        store = trust_store_of(authority, f"cluster {cluster.name} of {cluster.file}")
    return store if isinstance(store, Failure) else replace(store, notices=(*cluster.notices, *store.notices))


def _users_pool(opened: ExitStack, options: Options) -> Pool | None:
    # the lab's certificates are of this run alone: the user's pool is not for them
    if options.no_pool or options.demo:
        return None
    pool = Pool(default_path(), learning=not options.no_learn)
    opened.callback(pool.close)
    return pool
