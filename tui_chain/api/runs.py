"""From keywords to a run: the options as the commands have them, checked, and the journey that they start.

It loads the stages. The functions load it when they are called, in a thread where an event loop is running.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any

from tui_chain.api.calls import good
from tui_chain.api.keywords import Trust
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES
from tui_chain.core.command import ALL
from tui_chain.core.expiry import MAX_DAYS, Threshold, read_threshold
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import Arguments, Options, read_roots
from tui_chain.engine.host_probe import ProbePlan, probe_host
from tui_chain.engine.host_state import Clock, HostState, utc_now
from tui_chain.engine.journey import Journey
from tui_chain.engine.option_entry import OptionEntry, is_protocol
from tui_chain.engine.options import CRL, CRL_LEAF, JOBS, RATE, REPEAT, RETRIES, TIMEOUT
from tui_chain.engine.startup import start
from tui_chain.net.addresses import read_consent
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.connection_text import read_connection
from tui_chain.net.target import parse_target
from tui_chain.probe.variants import Wanted
from tui_chain.results.host import host_result
from tui_chain.results.json_reader import in_utc
from tui_chain.results.values import HostResult
from tui_chain.x509.crl import CrlScope

BOUNDED = (TIMEOUT, JOBS, RATE, RETRIES, REPEAT)
"""The options that are numbers."""
A_TEXT, A_FILE = "a text, or a list of texts", "the name of a file"
A_FOLDER = f"{A_FILE} or folder, or a list of these"
A_STORE = f"certifi, system, or {A_FILE}, or a list of these"
"""What keywords may be, as it is said where they are something else."""
SCOPES = (CRL.stores, CRL_LEAF.stores)
"""What `crl` may be."""


@dataclass(frozen=True, eq=False)
class APIRun:
    """A journey with the options that it was started by; `given` are the keywords."""

    journey: Journey
    options: Options
    connection: ConnectionOptions
    given: Mapping[str, Any]

    def host(self, target: str) -> HostState:
        """Return a host before its probe; raises ValueError where the text names none."""
        if not isinstance(target, str):
            raise ValueError(  # noqa: TRY004 - as a text that is no target
                f"The target is {_shown(target)}. Give a text, as in 'example.org:443'."
            )
        parsed = good(parse_target(target, self.options.starttls))
        return HostState(parsed.over(self.connection.of_host))

    async def check(self, state: HostState) -> HostResult:
        """Probe a host and judge it."""
        return host_result(await self._probed(state), self.journey.clock(), options=self.options)

    async def fix(self, state: HostState) -> HostResult:
        """Probe a host, find what it does not send, prove a bundle, and gather its CRLs where they are wanted."""
        fixed = await self.journey.fix(await self._probed(state))
        if "crl" in self.given:
            from tui_chain.engine.revocation import gather_crls  # few want them

            fixed = await gather_crls(self.journey, fixed, CrlScope(self.given["crl"]))
        accepted = self.given.get("accept_lost_constraints", False)
        return host_result(fixed, self.journey.clock(), None, self.options, accept_lost_constraints=accepted)

    async def _probed(self, state: HostState) -> HostState:
        given = self.given
        wanted = Wanted(
            given.get("all_addresses", False),
            given.get("key_types", False),
            given.get("no_sni", False),
            given.get("repeat", 1),
        )
        return await probe_host(self.journey, state, ProbePlan(wanted, given.get("revocation", False)))

    def load(self) -> None:
        """Ask every client family about an anchor, so that it has read the trust store, and can be named."""
        judge, at = self.journey.diagnoser.judge, self.journey.clock()
        anchor, *_ = next(iter(self.journey.trust.index.values()))  # by name, as a search of paths begins
        for family in FAMILIES:
            judge.unlocated_verdict(family, (anchor.der,), host="localhost", at=at)
            engine_name(family)


@contextmanager
def open_run(given: Mapping[str, Any], *, every_source: bool = False) -> Iterator[APIRun]:
    """Start what the keywords name; raises ValueError where one of them means nothing.

    With `every_source` missing certificates are searched for wherever there may be some.
    """
    _refuse_wrong(given)
    options = run_options(given)
    connection = good(read_connection(options.connection))
    roots, private = good(read_roots(options.trust_root)), good(read_consent(options.allow_private_aia))
    arguments = Arguments((), clock_of(given.get("at")), roots, private=private, connection=connection)
    with start(options, arguments, every_source=every_source) as run:
        yield APIRun(good(run).journey, options, connection, given)


def _refuse_wrong(given: Mapping[str, Any]) -> None:
    """Raise ValueError for a value that the command line takes no more than we do."""
    for entry in BOUNDED:
        # without a rate hosts are begun as fast as can be; the other numbers have to be there
        if entry.name in given and (entry, given[entry.name]) != (RATE, None):
            _refuse_out_of_range(entry, given[entry.name])
    if given.get("no_proxy") and given.get("proxy") is not None:
        raise ValueError("The keywords proxy and no_proxy exclude each other. Give one of them.")
    _threshold(given.get("warn_days"))
    problem = is_protocol(given.get("starttls"))
    if problem is not None:
        raise ValueError(f"{safe_text(str(given['starttls']), 40)!r} is no protocol with STARTTLS: {problem}")
    if given.get("crl", CrlScope.CHAIN) not in SCOPES:
        raise ValueError(f"{safe_text(str(given['crl']), 40)!r} is no kind of check with CRLs. Give chain or leaf.")


def _refuse_out_of_range(entry: OptionEntry, value: object) -> None:
    number = int if entry.value == "count" else int | float
    if isinstance(value, number) and not isinstance(value, bool) and _is_within(entry, value):
        return
    kind = "a whole number" if entry.value == "count" else "a number"
    raise _wrong(entry.name, value, f"{kind} from {entry.least:g} to {entry.most:g}")


def _wrong(name: str, value: object, wanted: str) -> ValueError:
    """Return the error that says what a keyword is, and what it may be."""
    return ValueError(f"{name} is {_shown(value)}. Give {wanted}.")


def _shown(value: object) -> str:
    return safe_text(repr(value), 40)


def _threshold(value: object) -> Threshold | None:
    """How long before its end a certificate expires soon, as days or as `33%`."""
    if value is None or isinstance(value, Threshold):
        return value
    read = None if isinstance(value, bool) else read_threshold(str(value))
    if read is None:
        raise _wrong("warn_days", value, f"a whole number from 0 to {MAX_DAYS}, or per cent as '33%'")
    return read


def _is_within(entry: OptionEntry, value: float) -> bool:
    return entry.least <= value <= entry.most


def run_options(given: Mapping[str, Any]) -> Options:
    """Return the options that a run starts with, of which hints name what holds for the host."""
    stores = store_names(given.get("trust", "certifi"))
    ours: dict[str, object] = {
        "trust": () if stores == ("certifi",) else stores,
        "warn_days": _threshold(given.get("warn_days")),
        "trust_root": _several("trust_root", given.get("trust_root", ()), A_TEXT),
        "pool": tuple(map(Path, _several("pool", given.get("pool", ()), A_FOLDER))),
        "allow_private_aia": _private(given.get("allow_private_aia", False)),
    }
    files = {name: _path(name, given[name]) for name in ("cert", "key", "cert_password_file") if name in given}
    plain = {name: given[name] for name in PLAIN if name in given}
    return Options(**ours, **files, **plain)  # type: ignore[arg-type]  # each is of the type that its keyword has


PLAIN = (
    *("starttls", "sni", "connect_to", "verify_name", "proxy", "no_proxy", "ip_version", "bind", "ehlo", "tls"),
    *("timeout", "retries", "rate", "jobs", "offline", "no_pool", "no_learn"),
)
"""The keywords that options have as they are given."""


def _path(name: str, given: object) -> Path | None:
    if not isinstance(given, str | PathLike | None):
        raise _wrong(name, given, A_FILE)
    return None if given is None else Path(given)


def _private(given: bool | str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, bool):
        return (ALL,) if given else ()
    return _several("allow_private_aia", given, A_TEXT)


def _several(name: str, given: object, wanted: str) -> tuple[str, ...]:
    """Names as texts; one alone stands for itself, not for its characters. Raises ValueError for anything else."""
    ones = (given,) if isinstance(given, str | PathLike) else given
    found = tuple(ones) if isinstance(ones, Iterable) else (None,)
    if not all(isinstance(one, str | PathLike) for one in found):
        raise _wrong(name, given, wanted)
    return tuple(map(os.fspath, found))


def store_names(trust: Trust) -> tuple[str, ...]:
    """Return the names of trust stores; raises ValueError where there is none."""
    names = _several("trust", trust, A_STORE)
    if not names:
        raise ValueError("No trust store is named. Give certifi, system, or the name of a file.")
    return names


def clock_of(at: datetime | None) -> Clock:
    """Return a clock that stands at `at`, or the clock on the wall; raises ValueError for what is no time in UTC."""
    if at is None:
        return utc_now
    if not isinstance(at, datetime):
        raise _wrong("at", at, "an aware datetime, as in datetime.now(UTC)")
    if at.tzinfo is None:
        raise ValueError("The time has no time zone. Give an aware one, as in datetime.now(UTC).")
    try:
        moment = in_utc(at)
    except ValueError as error:
        raise ValueError(f"at is {at}. Give a time that is in the years 1 to 9999 in UTC.") from error
    return lambda: moment
