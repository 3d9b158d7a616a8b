"""What counts as a failure: how bad a host is, for exit codes, dashboards and monitoring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from tui_chain.core.expiry import CA_SOON, Threshold, notice
from tui_chain.core.status import Severity, Status
from tui_chain.core.text import plural, whole_days
from tui_chain.results.joint import JointFinding
from tui_chain.results.values import CertificateResult, HostResult
from tui_chain.x509.certificate import Certificate


class Level(StrEnum):
    """How bad a host is; the value is the word in every form."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


WORST_FIRST = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN, Level.OK)
"""The order of monitoring plugins: what is known to be wrong stands before what is not known (`max_state_alt`)."""
_SEVERITIES = tuple(Severity)


def worst_level(levels: Iterable[Level]) -> Level:
    """Return the worst of some levels; of none it is not known."""
    return min(levels, key=WORST_FIRST.index, default=Level.UNKNOWN)


@dataclass(frozen=True)
class DatedCertificate:
    """A certificate of a host with the end of its validity, and whether it is the server's own."""

    certificate: CertificateResult
    end: datetime
    leaf: bool

    @cached_property
    def begin(self) -> datetime | None:
        """When its validity begins; None where that cannot be read."""
        return Certificate(self.certificate.der).not_before

    @property
    def label(self) -> str:
        """Its shortest name, as safe text."""
        return Certificate(self.certificate.der).label


def dated_path(result: HostResult) -> tuple[DatedCertificate, ...]:
    """The certificates of the path, of a host without one its leaf; those whose dates cannot be read are left out."""
    path = result.path or result.served[:1]
    return tuple(
        DatedCertificate(one, one.not_after, leaf=place == 0)
        for place, one in enumerate(path)
        if one.not_after is not None
    )


def first_to_expire(result: HostResult) -> DatedCertificate | None:
    """The certificate that ends the path, be it an issuer; of several that end together the one nearest the leaf."""
    return min(dated_path(result), key=lambda one: one.end, default=None)


@dataclass(frozen=True)
class Policy:
    """The user's rule: from which severity on a finding fails a host, and how long before its path ends.

    It only makes stricter: what no client accepts fails under every policy. `warn_days` None stands for the usual
    notice of 14 days, 30 for CA certificates; `critical_days` None for the end itself.
    """

    fail_on: Severity = Severity.FATAL
    warn_days: Threshold | None = None
    critical_days: Threshold | None = None

    def level_of(self, result: HostResult, now: datetime | None = None) -> Level:
        """Return how bad a host is at `now` (aware), by default at the time of its probe."""
        if result.status == Status.UNREACHABLE:
            return Level.UNKNOWN
        if any(self._failures(result, now or result.time)):
            return Level.CRITICAL
        risky = any(found.severity != Severity.COSMETIC for found in result.findings)
        return Level.WARNING if risky or self._ends_soon(result, now or result.time) else Level.OK

    def level_of_expiry(self, result: HostResult, now: datetime) -> Level:
        """Return how bad it is by the dates of the path alone."""
        if any(self._failing_dates(result, now)):
            return Level.CRITICAL
        return Level.WARNING if self._ends_soon(result, now) else Level.OK

    def fails(self, result: HostResult, now: datetime | None = None) -> bool:
        """Whether a command ends with exit code 1 for the host."""
        return self.level_of(result, now) is Level.CRITICAL

    def level_of_joint(self, finding: JointFinding) -> Level:
        """Return how bad a joint finding is."""
        if self.is_failure(finding.severity):
            return Level.CRITICAL
        return Level.OK if finding.severity == Severity.COSMETIC else Level.WARNING

    def is_failure(self, severity: str) -> bool:
        """Whether a finding of this severity fails a host."""
        return severity in _SEVERITIES[: _SEVERITIES.index(self.fail_on) + 1]

    def stricter_reasons(self, result: HostResult, now: datetime) -> tuple[str, ...]:
        """Why a host fails by this policy that would not by the usual one, in sentences."""
        if result.status == Status.UNREACHABLE or Policy().fails(result, now):
            return ()
        return tuple(self._failures(result, now))

    def reasons_beside_repair(self, result: HostResult, now: datetime) -> tuple[str, ...]:
        """Why a host fails, in sentences; where its repair is proven, that and what the repair mends are none."""
        if result.status == Status.UNREACHABLE:
            return ()
        if result.status != Status.REPAIRABLE:
            return tuple(self._failures(result, now))
        # the usual policy fails it for what the repair mends; a stricter one was asked for
        findings = () if self.fail_on is Severity.FATAL else self._failing_findings(result)
        return (*findings, *self._failing_dates(result, now))

    def warning(self, result: HostResult, one: DatedCertificate) -> timedelta:
        """How long before its end a certificate of the host is warned of."""
        return notice(one.begin, one.end, self._wanted(result), leaf=one.leaf)

    def _wanted(self, result: HostResult) -> timedelta | None:
        return None if self.warn_days is None else _of_leaf(self.warn_days, result)

    def critical(self, result: HostResult) -> timedelta:
        """How long before its end a certificate of the host fails it."""
        return timedelta() if self.critical_days is None else _of_leaf(self.critical_days, result)

    def _failures(self, result: HostResult, now: datetime) -> Iterator[str]:
        if result.status != Status.COMPLETE:
            yield f"It is {result.status}."
        yield from self._failing_findings(result)
        yield from self._failing_dates(result, now)

    def _failing_findings(self, result: HostResult) -> Iterator[str]:
        failing = [found.code for found in result.findings if self.is_failure(found.severity)]
        if failing:
            yield f"It has {plural(len(failing), 'finding')} of --fail-on {self.fail_on}: {', '.join(failing[:3])}."

    def _failing_dates(self, result: HostResult, now: datetime) -> Iterator[str]:
        first = first_to_expire(result)
        if first is not None and first.end - now <= self.critical(result):
            yield f"{first.label} {_ends(first.end, now)}; --critical-days is {self.critical_days or 0}."

    def _ends_soon(self, result: HostResult, now: datetime) -> bool:
        # a certificate is parsed for its beginning where that can matter: few are so near their end
        most = max(CA_SOON, self._wanted(result) or timedelta())
        near = (one for one in dated_path(result) if one.end - now <= most)
        return any(one.end - now <= self.warning(result, one) for one in near)


def _ends(end: datetime, now: datetime) -> str:
    days = whole_days(end, now)
    return f"expired on {end:%Y-%m-%d}" if end < now else f"expires in {plural(days, 'day')}, {end:%Y-%m-%d}"


def _of_leaf(threshold: Threshold, result: HostResult) -> timedelta:
    """The time that a threshold is for the host's own certificate, as in `Case.wanted_notice`."""
    leaf = result.path[0] if result.path else next(iter(result.served), None)
    if not threshold.percent or leaf is None:
        return threshold.of_life(None, None)
    return threshold.of_life(Certificate(leaf.der).not_before, leaf.not_after)
