"""One host as text, whole or in a line, coloured where a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

import click

from tui_chain.cli.output import wrapped
from tui_chain.clients.families import FAMILIES, family_names
from tui_chain.clients.verdict import Verdicts, reason
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Severity, Status
from tui_chain.core.text import cell_width, days_text, elide_end, elide_middle, plural
from tui_chain.engine.host_state import HostState
from tui_chain.fleet.policy import Level, Policy, first_to_expire
from tui_chain.probe.key_types import KeyType
from tui_chain.probe.served import ServedChain
from tui_chain.results.json_reader import uncut
from tui_chain.x509.certificate import Certificate

if TYPE_CHECKING:
    from tui_chain.diagnose.findings.endpoints import EndpointResult, Servers
    from tui_chain.engine.arguments import Options
    from tui_chain.resolve.resolution import IssuerLookup
    from tui_chain.results.joint import JointFinding
    from tui_chain.results.values import HostResult
    from tui_chain.x509.revocation import RevocationCheck

GLYPHS = {
    Status.COMPLETE: ("✓", "green"),
    Status.REPAIRABLE: ("✚", "cyan"),
    Status.PARTIAL: ("◐", "yellow"),
    Status.INCOMPLETE: ("✗", "red"),
    Status.UNTRUSTED: ("✗", "red"),
    Status.INVALID: ("✗", "red"),
    Status.REFUSED: ("⊘", "red"),
    Status.UNREACHABLE: ("⊘", "red"),
}
_SEVERITY = {
    Severity.FATAL: ("✗", "red"),
    Severity.RISK: ("!", "yellow"),
    Severity.COSMETIC: ("·", "bright_black"),
}


STATUS, DAYS, NAME = 13, 7, 36
"""Cells of the columns: a glyph and the longest status, the days that are left, and what most names fit into."""
GAP = "  "
LEAST_SAID = 18
"""Cells that a label leaves to what is said of a host."""
_LEVELS = {Level.WARNING: ("!", "yellow"), Level.CRITICAL: ("✗", "red")}
"""The glyphs of hosts that clients accept, and the colours of days that are few."""


def host_text(state: HostState, now: datetime, options: Options) -> str:
    """All that is known of a host, a line for each fact; its commands go on with `options`."""
    return "\n".join(_lines(state, now, options))


def joint_text(joint: JointFinding) -> str:
    """What several hosts have in common, a line for each fact."""
    glyph, colour = _SEVERITY[Severity(joint.severity)]
    hosts = ", ".join(joint.hosts) + (
        f" and {joint.count - len(joint.hosts)} more" if joint.count > len(joint.hosts) else ""
    )
    return "\n".join(
        [
            f"{click.style(f'{glyph} {joint.code}', fg=colour)}  {joint.message}",
            *wrapped(f"hosts     {hosts}", "  ", 10),
            f"      {joint.hint}",
        ]
    )


def host_line(result: HostResult, policy: Policy, now: datetime, width: int | None = None) -> str:
    """How bad it is, status, days until the path ends, host, headline, in one line; `width` None is no limit.

    Why a host fails that clients accept stands before its headline. What does not fit into so many cells is cut: of
    a name its label, of the headline its end.
    """
    glyph, colour = GLYPHS[Status(result.status)]
    if result.status == Status.COMPLETE:
        glyph, colour = _LEVELS.get(policy.level_of(result, now), (glyph, colour))
    first = first_to_expire(result)
    days = "" if first is None else days_text(first.end, now)
    _, expiry_colour = _LEVELS.get(policy.level_of_expiry(result, now), ("", None))
    blame = "" if result.blame == Blame.NOBODY else f" · fault: {result.blame}"
    place = STATUS + DAYS + 2 * len(GAP)
    name = _name(result, None if width is None else max(width - place, 0))
    reasons = (one.rstrip(".") for one in policy.stricter_reasons(result, now))
    said = " · ".join((*reasons, f"{result.headline}{blame}"))
    parts = (
        click.style(f"{glyph} {result.status}".ljust(STATUS), fg=colour),
        click.style(days.rjust(DAYS), fg=expiry_colour),
        name,
        _cut(uncut(said), width, place + cell_width(name) + len(GAP)),
    )
    return GAP.join(parts).rstrip()


def joint_line(joint: JointFinding, width: int | None = None) -> str:
    """What several hosts have in common, in so many cells."""
    glyph, colour = _SEVERITY[Severity(joint.severity)]
    code = f"{glyph} {joint.code}"
    said = uncut(f"{plural(joint.count, 'host')}: {joint.subject}: {joint.message}")
    return f"{click.style(code, fg=colour)}{GAP}{_cut(said, width, cell_width(code) + len(GAP))}".rstrip()


def _name(result: HostResult, room: int | None) -> str:
    """The target with its label, in a column that most fit into; on a narrow terminal that is narrower."""
    target, label = uncut(result.target), uncut(result.label)
    if room is None:
        return _padded(f"{target} ({label})" if label else target, NAME)
    target = elide_middle(target, room)
    left = room - cell_width(target) - len(" ()") - LEAST_SAID
    name = f"{target} ({elide_end(label, left)})" if label and left > 1 else target
    return _padded(name, min(NAME, room // 2))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_width(text))


def _cut(text: str, width: int | None, used: int) -> str:
    return text if width is None else elide_end(text, max(width - used, 0))


def _lines(state: HostState, now: datetime, options: Options) -> Iterator[str]:
    verdict, status = state.verdict, state.status
    if verdict is None or status is None:
        return
    glyph, colour = GLYPHS[status]
    blame = "" if verdict.blame is Blame.NOBODY else f" · fault: {verdict.blame.value}"
    yield click.style(f"{state.target}", bold=True) + (f"  {state.label}" if state.label else "")
    yield f"{click.style(f'{glyph} {status.value}', fg=colour)} · {state.headline}{blame}"
    if isinstance(state.served, ServedChain):
        yield from _served(state.served)
    yield from _path(state, now)
    yield from _findings(state, options)
    yield from _server_lines(state.servers)
    yield from _revocation_lines(state.revocation)
    yield from _tries(state)
    yield from _outcome(state, options)
    yield from _crl_lines(state, options)


def _served(served: ServedChain) -> Iterator[str]:
    facts = [plural(len(served.certificates), "certificate")]
    if served.tls_version:
        facts.append(f"over {served.tls_version}")
    if served.origin:
        facts.append(served.origin)
    yield f"  served    {' '.join(facts)}{f' ({served.note})' if served.note else ''}"


def _path(state: HostState, now: datetime) -> Iterator[str]:
    verdict = state.verdict
    if verdict is None or not isinstance(state.served, ServedChain):
        return
    path = state.proven.path if state.proven is not None else verdict.path
    chain = path.certificates if path is not None else state.served.certificates
    for place, certificate in enumerate(chain):
        title = ("path" if path is not None else "sent") if place == 0 else ""
        yield f"  {title:<10}{'  ' * place if path is not None else ''}{_certificate(state, certificate, now)}"
    for link in verdict.missing:
        key = f" (key id {link.key_id})" if link.key_id else ""
        yield f"  {click.style('missing', fg='red')}   {link.subject}{key}, the issuer of {link.wanted_by.label}"


def _certificate(state: HostState, certificate: Certificate, now: datetime) -> str:
    expires = f"expires {certificate.not_after:%Y-%m-%d}" if certificate.not_after else "dates unreadable"
    alive = "" if certificate.valid_at(now) else click.style(" not valid now", fg="red")
    return f"{certificate.subject}  {expires}{alive}  [{state.source_of(certificate)}]"


def _findings(state: HostState, options: Options) -> Iterator[str]:
    """Each finding, and below those of one kind what to do about them."""
    findings = state.verdict.findings if state.verdict is not None else ()
    for (code, hint), alike in groupby(findings, lambda found: (found.code, found.hint)):
        for found in alike:
            glyph, colour = _SEVERITY[found.severity]
            yield f"  {click.style(f'{glyph} {code}', fg=colour)}  {state.label_of(found)}: {found.message}"
        yield f"      {options.completed(hint, state.target, state.label)}"


def _tries(state: HostState) -> Iterator[str]:
    for tried in state.resolution.tries if state.resolution is not None else ():
        glyph, colour = _outcome_of(tried)
        where = f"{tried.source} {tried.where}"
        yield f"  tried     {click.style(glyph, fg=colour)} {where}: {tried.outcome} ({tried.milliseconds:.0f} ms)"
        if tried.hint:
            yield f"              {tried.hint}"


def _outcome_of(tried: IssuerLookup) -> tuple[str, str]:
    """The glyph and colour of an attempt: a look-up at hand that finds nothing is no failure."""
    if tried.ok:
        return "✓", "green"
    empty = tried.source != "AIA" and not tried.certificates and not tried.hint
    return ("·", "bright_black") if empty else ("✗", "yellow")


def _outcome(state: HostState, options: Options) -> Iterator[str]:
    if state.proven is not None:
        size = plural(len(state.proven.bundle.certificates), "CA certificate")
        passed, total = state.proven.passed, len(state.proven.verdicts)
        who = f"all {total}" if state.proven.whole else f"{passed} of {total}"
        yield f"  bundle    {size}; with nothing else, {who} client families accept the host:"
        yield from family_lines(state.proven.verdicts, _labels(state))
        yield from (f"            {line}" for line in state.proven.expiry_lines)
    elif isinstance(state.repair, Failure) and state.repair.kind == "nothing-to-do":
        yield f"  nothing to do: {state.repair.message[:1].lower()}{state.repair.message[1:]}"
    elif isinstance(state.repair, Failure):
        yield from _private_root(state, options)
        yield f"  no repair {state.repair.message}"
        if state.repair.hint and state.verdict and state.repair.hint not in {f.hint for f in state.verdict.findings}:
            yield f"            {state.repair.hint}"
    elif state.status is Status.INCOMPLETE:
        command = options.command("fix", *_several(state), host=state.target, label=state.label)
        yield f"  next      `{command}` looks for what is missing"
    if state.proven is None and state.status is not Status.COMPLETE and state.verdict and state.verdict.verdicts:
        yield "  clients   as served:"
        yield from family_lines(state.verdict.verdicts, _labels(state))


def _several(state: HostState) -> tuple[object, ...]:
    """How fix finds the one server of several that is broken; probed as usual it may meet a good one."""
    broken = state.servers.broken if state.servers is not None else None
    if broken is None:
        return ()
    variant = broken.variant
    if variant.turn > 1:
        return "--repeat", variant.turn
    return ("--all-addresses",) if variant.key_type is KeyType.ANY else ("--key-types",)


def _private_root(state: HostState, options: Options) -> Iterator[str]:
    """A root that the trust store lacks; the dots keep the screen from being the source of its fingerprint."""
    from tui_chain.engine.private_root import ask_about, private_root

    root = private_root(state.verdict) if state.verdict is not None else None
    if root is None or state.verdict is None:
        return
    question = ask_about(root, state.verdict)
    yield f"  root      {root.subject} is in no trust store that was chosen; its SHA-256 is"
    yield f"            {question.shown}"
    if question.warning is not None:
        yield click.style(f"            {question.warning.message}", fg="red")
        yield f"            {question.warning.hint}"
    yield f"            {question.meaning} Then, with the whole fingerprint:"
    command = options.command("fix", "--trust-root", "SHA256", host=state.target, label=state.label)
    yield f"            {command}"


def _labels(state: HostState) -> dict[str, str]:
    return {one.sha256: one.label for one in state.known_certificates}


def family_lines(verdicts: Verdicts, labels: Mapping[str, str] | None = None) -> Iterator[str]:
    """One line for each client family; `labels` name by SHA-256 the certificates that are refused."""
    for family in FAMILIES:
        verdict = verdicts.get(family.id)
        if verdict is None:
            continue
        model = " (model)" if family.model else ""
        if verdict.ok:
            yield f"            {click.style('✓', fg='green')} {family.name}{model}"
        else:
            refused = (labels or {}).get(verdict.certificate or "")
            at = f", on {refused}" if refused else ""
            yield f"            {click.style('✗', fg='red')} {family.name}{model}: {reason(verdict)}{at}"


def _server_lines(servers: Servers | None) -> Iterator[str]:
    """A table of the answers, equal ones in one line; where all agree, one line says so."""
    if servers is None or not servers.rows:
        return
    if not servers.differing:
        yield f"  servers   all {len(servers.rows)} answers agree"
        return
    groups: dict[tuple[str, str], list[EndpointResult]] = {}
    for row in servers.rows:
        groups.setdefault((row.variant.description, row.summary), []).append(row)
    width = max(len(variant) for variant, _ in groups)
    for number, ((variant, answer), rows) in enumerate(groups.items()):
        times = f" ({len(rows)} times)" if len(rows) > 1 else ""
        sent = f"{len(rows[0].chain)} sent, " if rows[0].chain else ""
        line = f"{variant:<{width}}  {sent}{answer}{times}"
        fine = rows[0].good or rows[0].not_offered or not rows[0].variant.sni
        glyph = click.style("✓", fg="green") if fine else click.style("✗", fg="red")
        yield f"  {'servers' if number == 0 else '':<10}{glyph} {line}"


_REVOCATION = {
    "good": ("✓", "green"),
    "revoked": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "unreachable": ("⊘", "yellow"),
}


def _revocation_lines(checks: tuple[RevocationCheck, ...] | None) -> Iterator[str]:
    """A line for each answer about each certificate."""
    for number, check in enumerate(checks or ()):
        for place, answer in enumerate(check.answers):
            glyph, colour = _REVOCATION[answer.status]
            title = "revoked?" if number == place == 0 else ""
            where = " ".join(part for part in (answer.means.value, answer.url) if part and part != "none")
            status = f"{where}: {answer.text}" if where else answer.text
            yield f"  {title:<10}{click.style(glyph, fg=colour)} {check.label}  {status}"
    if checks is not None and not checks:
        yield f"  {'revoked?':<10}the leaf's issuer is not at hand, so that no answer could be verified"


def _crl_lines(state: HostState, options: Options) -> Iterator[str]:
    """Each list, until when it holds and where it came from, or why there is none."""
    found = state.crls
    if isinstance(found, Failure):
        yield f"  no CRLs   {found.message}"
        yield f"            {options.completed(found.hint, state.target, state.label)}"
    elif found is not None:
        tick = click.style("✓", fg="green")
        for number, one in enumerate(found.lists):
            until = f"{one.crl.next_update:%Y-%m-%d %H:%M} UTC"
            yield f"  {'CRLs' if number == 0 else '':<10}{tick} {one.crl.issuer}  until {until}  [{one.source}]"
        yield f"            {tick} verified with {found.scope.flag}: {family_names(found.clients)}"
