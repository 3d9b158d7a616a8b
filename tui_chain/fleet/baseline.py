"""What changed since an earlier run, host by host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tui_chain.core.status import Status
from tui_chain.core.text import first_few, plural, safe_text
from tui_chain.engine.host_changes import host_changes
from tui_chain.fleet.formats.writer import CHANGES
from tui_chain.fleet.policy import Policy
from tui_chain.fleet.result_files import HostKey, ResultIndex, key_of, keys_for, sought_key
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.target import Target
from tui_chain.results.saved import SavedResult, read_line, saved_result, state_as_stated
from tui_chain.results.values import FindingResult, HostResult

NEW = "The baseline does not have this host."
"""What is said of a host that was not there before."""


@dataclass(eq=False)
class Baseline:
    """Compares results with those of an earlier run; `usual` are the options of every connection of this one.

    By `policy` a host may have become worse or better though nothing but the date has changed.
    """

    index: ResultIndex
    usual: ConnectionOptions
    policy: Policy = Policy()  # noqa: RUF009 - frozen
    _unseen: set[HostKey] = field(default_factory=set)
    _found: dict[HostKey, HostKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._unseen = set(self.index.places)
        # where STARTTLS is to be found out, the file has the protocol that was found
        found = ((sought_key(key), key) for key in self.index.places)
        self._found = {sought: key for sought, key in found if sought is not None}

    def changed(self, target: Target, result: HostResult) -> HostResult | None:
        """Return the result with a sentence for each thing that changed, or None where nothing did."""
        return self._changed((key_of(target), key_of(target.over(self.usual))), result)

    def changed_line(self, line: HostKey, result: HostResult) -> HostResult | None:
        """Return the same of a result in a line that this run did not make, but goes on from."""
        return self._changed(tuple(keys_for(line)), result)

    def _changed(self, keys: tuple[HostKey, ...], result: HostResult) -> HostResult | None:
        before = self._before(keys)
        changes = (NEW,) if before is None else (*differences(before, result), *self._level(before.result, result))
        return replace(result, more={**result.more, CHANGES: list(changes)}) if changes else None

    def _before(self, keys: tuple[HostKey, ...]) -> SavedResult | None:
        """The newest line of a host that has one of these keys."""
        known = dict.fromkeys(one for key in keys for one in (key, self._found.get(key)) if one in self.index.places)
        self._unseen.difference_update(known)
        newest = max(known, key=lambda one: self.index.places[one], default=None)
        line = None if newest is None else self.index.line(newest)
        read = None if line is None else read_line(1, line)
        return read if isinstance(read, SavedResult) else None

    def _level(self, before: HostResult, after: HostResult) -> Iterator[str]:
        """Yield that another level is another one, where the status does not say so."""
        if before.status != after.status:
            return
        old, new = self.policy.level_of(before), self.policy.level_of(after)
        if old is not new:
            yield f"The level changed from {old} to {new}."

    @property
    def missing(self) -> str:
        """What is said of hosts that the baseline has and this run had not; empty where there are none."""
        if not self._unseen:
            return ""
        names = first_few([safe_text(key.target, 80) for key in sorted(self._unseen)], 4)
        was = "was" if len(self._unseen) == 1 else "were"
        return f"{plural(len(self._unseen), 'host')} of the baseline {was} not in this run: {names}."


def differences(before: SavedResult, after: HostResult) -> Iterator[str]:
    """Yield a sentence for each thing that differs in two results of a host; times and durations do not count."""
    now = saved_result(1, after)
    old, new = state_as_stated(before), None if not isinstance(now, SavedResult) else state_as_stated(now)
    if old is not None and new is not None:
        yield from host_changes(old, new)
    elif before.result.status != after.status:
        yield f"The status changed from {before.result.status} to {after.status}."
    yield from _findings(before.result.findings, after.findings, reached=after.status != Status.UNREACHABLE)


def _findings(before: tuple[FindingResult, ...], after: tuple[FindingResult, ...], *, reached: bool) -> Iterator[str]:
    """Yield which findings are new, and of a host that was `reached` which are gone."""
    old, new = (Counter(one.code for one in findings) for findings in (before, after))
    come, gone = sorted((new - old).elements()), sorted((old - new).elements())
    if come:
        yield f"New {'finding' if len(come) == 1 else 'findings'}: {', '.join(come)}."
    if gone and reached:
        yield f"Findings that are gone: {', '.join(gone)}."
