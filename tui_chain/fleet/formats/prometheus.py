"""Prometheus' text format, for the textfile collector of node_exporter: gauges on every host.

Source: Prometheus, Exposition formats, "Text-based format"; names and units by its "Metric and label naming".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from tui_chain.core.status import Severity, Status
from tui_chain.fleet.formats.writer import severities
from tui_chain.fleet.policy import Level, Policy, dated_path
from tui_chain.results.joint import JointFinding
from tui_chain.results.json_reader import uncut
from tui_chain.results.values import STEPS, HostResult

Sample = tuple[Mapping[str, str], float]
"""The labels of a sample, and its value."""
T = TypeVar("T", bound=Hashable)


class HostSamples(NamedTuple):
    """A host as it is kept until the end; times are seconds since 1970 and of steps seconds, None where unknown.

    `families` are ids, `accepts` whether each of them does, and `accepts_with_bundle` the same, None where unknown.
    """

    target: str
    label: str
    status: str
    level: Level
    time: float
    chain_end: float | None
    leaf_end: float | None
    families: tuple[str, ...]
    accepts: tuple[bool, ...]
    accepts_with_bundle: tuple[bool | None, ...]
    findings: tuple[int, ...]
    steps: tuple[float | None, ...]


@dataclass(eq=False)
class PrometheusWriter:
    """Keeps a row for each host until the end, since all samples of a metric stand together; `now` is aware."""

    policy: Policy
    now: datetime
    _rows: list[HostSamples] = field(default_factory=list)
    _joint: list[JointFinding] = field(default_factory=list)
    _seen: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _shared: dict[Hashable, Hashable] = field(default_factory=dict)

    def begin(self) -> Iterator[str]:
        """Yield nothing."""
        return iter(())

    def add(self, result: HostResult) -> Iterator[str]:
        """Keep the host's row."""
        self._rows.append(self._row(result, self._own(result.label, result.target)))
        return iter(())

    def joint(self, finding: JointFinding) -> Iterator[str]:
        """Keep the finding."""
        # roots of one name that were not served differ by their key ids alone, which no label has
        known = (finding.kind, finding.code, finding.severity, finding.sha256 or "")
        self._joint.append(replace(finding, subject=self._own(finding.subject, *known)))
        return iter(())

    def end(self) -> Iterator[str]:
        """Yield every metric that has a sample, a sample at a time."""
        for name, help_text, samples in _METRICS:
            yield from _metric(name, help_text, (one for row in self._rows for one in samples(row)))
        statuses = dict.fromkeys(map(str, Status), 0) | Counter(row.status for row in self._rows)
        levels = dict.fromkeys(map(str, Level), 0) | Counter(str(row.level) for row in self._rows)
        yield from _metric("tlschain_hosts", "Hosts with this status.", _counted("status", statuses))
        yield from _metric("tlschain_hosts_by_level", "Hosts that are so bad.", _counted("level", levels))
        yield from _metric("tlschain_joint_finding_hosts", _JOINT_HELP, map(_joint_sample, self._joint))

    def _own(self, text: str, *others: str) -> str:
        """A label's value, with a number where it came before beside the same `others`: no series comes twice."""
        own = text
        while (own, *others) in self._seen:
            self._seen[text, *others] += 1
            own = f"{text} #{self._seen[text, *others]}".lstrip()
        self._seen[own, *others] = 1
        return own

    def _once(self, value: T) -> T:
        """The value, kept once for all hosts that have an equal one."""
        return self._shared.setdefault(value, value)  # type: ignore[return-value]

    def _row(self, result: HostResult, label: str) -> HostSamples:
        ends = [one.end.timestamp() for one in dated_path(result)]
        leaf = next(iter((*result.path, *result.served)), None)
        # a line that somebody else wrote may have a family twice
        clients = tuple({one.id: one for one in result.clients}.values())
        counts = severities(result)
        return HostSamples(
            result.target,
            label,
            self._once(result.status),
            self.policy.level_of(result, self.now),
            result.time.timestamp(),
            min(ends) if ends and result.path else None,
            leaf.not_after.timestamp() if leaf is not None and leaf.not_after is not None else None,
            self._once(tuple(one.id for one in clients)),
            self._once(tuple(one.as_served.ok for one in clients)),
            self._once(tuple(None if one.with_bundle is None else one.with_bundle.ok for one in clients)),
            self._once(tuple(counts.get(severity, 0) for severity in Severity)),
            tuple(_seconds(result.timings.get(step)) for step in STEPS),
        )


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


# the metrics of a host


def _of_host(row: HostSamples, **more: str) -> Mapping[str, str]:
    return {"target": row.target, "label": row.label, **more}


def _single(value: Callable[[HostSamples], float | None]) -> Callable[[HostSamples], Iterator[Sample]]:
    """One sample of a host, where it has a value."""

    def samples(row: HostSamples) -> Iterator[Sample]:
        found = value(row)
        if found is not None:
            yield _of_host(row), found

    return samples


def _status(row: HostSamples) -> Iterator[Sample]:
    """A state set, with a sample for every status: a series that is there in every scrape can be averaged over time.

    With the present status alone a change would end one series and begin another, and `avg_over_time` and `changes`
    would say nothing.
    """
    return ((_of_host(row, status=status), float(row.status == status)) for status in Status)


def _accepts(row: HostSamples) -> Iterator[Sample]:
    pairs = zip(row.families, row.accepts, strict=True)
    return ((_of_host(row, family=family), float(ok)) for family, ok in pairs)


def _accepts_with_bundle(row: HostSamples) -> Iterator[Sample]:
    # of a host without a bundle there is none, of one with it there is one for each family
    pairs = zip(row.families, row.accepts_with_bundle, strict=True)
    return ((_of_host(row, family=family), float(ok)) for family, ok in pairs if ok is not None)


def _findings(row: HostSamples) -> Iterator[Sample]:
    pairs = zip(Severity, row.findings, strict=True)
    return ((_of_host(row, severity=severity), float(count)) for severity, count in pairs)


def _steps(row: HostSamples) -> Iterator[Sample]:
    for step, seconds in zip(STEPS, row.steps, strict=True):
        if seconds is not None:
            yield _of_host(row, step=step), seconds


_METRICS: tuple[tuple[str, str, Callable[[HostSamples], Iterator[Sample]]], ...] = (
    (
        "tlschain_chain_not_after_seconds",
        "When the first certificate of the certification path expires, issuers regarded, as Unix time.",
        _single(lambda row: row.chain_end),
    ),
    (
        "tlschain_leaf_not_after_seconds",
        "When the server's own certificate expires, as Unix time.",
        _single(lambda row: row.leaf_end),
    ),
    ("tlschain_family_accepts", "Whether the client family accepts the chain as served.", _accepts),
    (
        "tlschain_family_accepts_with_bundle",
        "Whether the client family accepts the host with the proven CA bundle as its trust store.",
        _accepts_with_bundle,
    ),
    ("tlschain_status", "1 for the status that the host has, 0 for every other.", _status),
    (
        "tlschain_fails",
        "Whether the host fails: its status, --fail-on or --critical-days; one that was not reached does not.",
        _single(lambda row: float(row.level is Level.CRITICAL)),
    ),
    ("tlschain_findings", "Findings of this severity on the host.", _findings),
    ("tlschain_probe_duration_seconds", "How long the step of the probe took.", _steps),
    ("tlschain_probe_time_seconds", "When the host was probed, as Unix time.", _single(lambda row: row.time)),
)
_JOINT_HELP = "Hosts that a joint finding is about."


def _counted(name: str, counts: Mapping[str, int]) -> Iterator[Sample]:
    return (({name: word}, float(count)) for word, count in counts.items())


def _joint_sample(finding: JointFinding) -> Sample:
    known = {"kind": finding.kind, "code": finding.code, "severity": finding.severity, "subject": finding.subject}
    return {**known, "sha256": finding.sha256 or ""}, float(finding.count)


def _metric(name: str, help_text: str, samples: Iterator[Sample]) -> Iterator[str]:
    for place, (labels, value) in enumerate(samples):
        if place == 0:
            yield f"# HELP {name} {help_text}\n# TYPE {name} gauge\n"
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{inner}}} {_number(value)}\n"


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.6f}"


def _escaped(text: str) -> str:
    """A label's value: backslash, quotation mark and line feed are escaped, other controls shown as escapes."""
    return uncut(text).replace("\\", "\\\\").replace('"', '\\"')
