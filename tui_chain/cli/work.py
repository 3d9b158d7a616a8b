"""The work of a command as a value that another process can be given: its options, and how it shares their limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from tui_chain.cli.options import CommandOptions
from tui_chain.core.failure import Failure
from tui_chain.fleet.scheduling import AT_ONCE
from tui_chain.fleet.work import WorkerFacts, worker_facts

W = TypeVar("W", bound="OptionsWork")


@dataclass(frozen=True, eq=False)
class OptionsWork:
    """What work of every command has in common."""

    options: CommandOptions

    @property
    def at_once(self) -> int:
        """Hosts that a process works on at once."""
        return self.options.jobs or AT_ONCE

    def shared_by(self: W, count: int) -> W:
        """The work as each of so many processes does it, so that they keep the limits together."""
        return replace(self, options=replace(self.options, jobs=self.at_once)).spread_over(count)

    def spread_over(self: W, threads: int) -> W:
        """The work as each of so many threads of a cluster does it: they keep the limits that were set together."""
        jobs, rate = self.options.jobs, self.options.rate
        shared_jobs = None if jobs is None else -(-jobs // threads)
        shared_rate = None if rate is None else rate / threads
        return replace(self, options=replace(self.options, jobs=shared_jobs, rate=shared_rate))

    def facts(self) -> WorkerFacts:
        """What this process is."""
        return worker_facts(self.options.trust)


def refused_cluster(options: CommandOptions) -> Failure | None:
    """Why what the options name is not worked on by a cluster, or None; also where none is wanted."""
    if options.dask is None:
        return None
    if options.demo:
        return Failure("usage", "The lab of --demo is on this machine alone.", "Leave --dask out.")
    if options.has_chain:
        return Failure("usage", "--served is a file of this machine, and --dask is for hosts.", "Leave --dask out.")
    if options.cert is not None or "@" in (options.proxy or ""):
        why = "A private key and the login of a proxy stay on this machine, and --dask gives hosts to others."
        return Failure("usage", why, "Leave --dask out, or have the workers' environment name the proxy.")
    from tui_chain.fleet.dask_cluster import read_cluster

    cluster = read_cluster(options.dask)
    return cluster if isinstance(cluster, Failure) else None
