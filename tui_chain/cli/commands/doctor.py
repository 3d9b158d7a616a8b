"""`tlschain doctor`: what decides about trust in an environment, what is wrong there, and the one change."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_chain.cli.output import FOUND, OK, UNREACHED, emit, fail, note, wrapped
from tui_chain.core.command import command_line
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, read_stdin
from tui_chain.core.status import Severity
from tui_chain.core.text import safe_text
from tui_chain.doctor.comparison import Comparison, compare
from tui_chain.doctor.environment_report import EnvironmentReport, read_report
from tui_chain.doctor.examination import Examination, examine, examine_host, examine_report
from tui_chain.doctor.facts import COUNTING, counting_settings, facts, verdict_text
from tui_chain.doctor.interpreter import find_interpreter
from tui_chain.doctor.probe_script import probe_script
from tui_chain.engine.host_state import utc_now
from tui_chain.results.doctor import comparison_result, doctor_result

if TYPE_CHECKING:
    from tui_chain.cli.options import CommandOptions

_GLYPHS = {Severity.FATAL: ("✗", "red"), Severity.RISK: ("!", "yellow"), Severity.COSMETIC: ("·", "bright_black")}


def print_probe_script(options: CommandOptions) -> int:
    """Print the script for another machine or a container; with a host its chain is in it, to be judged there."""
    if not options.targets and not options.demo:
        emit(probe_script().rstrip("\n"))
        return OK
    from tui_chain.cli.options import opened
    from tui_chain.doctor.trial import served_flight

    with opened(options) as run:
        probed = asyncio.run(run.journey.probe(run.hosts[0]))
    if isinstance(probed.served, Failure):
        fail(probed.served)
        return UNREACHED
    served = served_flight(probed.served, options.timeout) if probed.served is not None else None
    emit(probe_script(served).rstrip("\n"))
    return OK


def run_doctor(named: str | None, *, as_json: bool) -> int:
    """Look at an interpreter and its environment."""
    interpreter = find_interpreter(named, os.environ)
    if isinstance(interpreter, Failure):
        return fail(interpreter)
    found = examine(interpreter.path, os.environ, utc_now())
    return fail(found) if isinstance(found, Failure) else _show(found, interpreter.why, as_json=as_json)


def run_doctor_with_host(options: CommandOptions, named: str | None) -> int:
    """Look at an interpreter, and at a host as its libraries judge it."""
    interpreter = find_interpreter(named, os.environ)
    if isinstance(interpreter, Failure):
        return fail(interpreter)
    from tui_chain.cli.options import opened  # the whole engine, which an environment alone does not need

    with opened(options, every_source=True) as run:
        found = asyncio.run(examine_host(run.journey, run.hosts[0], interpreter.path, os.environ))
    if not isinstance(found, Failure):
        return _show(found, interpreter.why, as_json=options.as_json)
    code = fail(found)
    return code if found.kind in {"python", "report"} else UNREACHED


def run_from(file: str, *, as_json: bool) -> int:
    """Say what is wrong by a report that the script printed elsewhere."""
    report = _report(file)
    if isinstance(report, Failure):
        return fail(report)
    return _show(examine_report(report, utc_now()), f"from {safe_text(file)}", as_json=as_json)


def run_compare(a: str, b: str, *, as_json: bool) -> int:
    """Say how two reports differ."""
    reports = [_report(file) for file in (a, b)]
    left, right = reports
    if isinstance(left, Failure) or isinstance(right, Failure):
        return fail(left if isinstance(left, Failure) else right)  # type: ignore[arg-type]
    found = compare(left, right)
    names = safe_text(a), safe_text(b)
    emit(comparison_result(found, *names).to_json() if as_json else "\n".join(_comparison_lines(found, *names)))
    return FOUND if found.differences else OK


def _report(file: str) -> EnvironmentReport | Failure:
    data = read_stdin("report") if file == "-" else read_file(Path(file), "report")
    return data if isinstance(data, Failure) else read_report(data, file)


def _show(found: Examination, why: str, *, as_json: bool) -> int:
    emit(doctor_result(found).to_json() if as_json else "\n".join(_lines(found, why)))
    return OK if found.is_well else FOUND


def _lines(found: Examination, why: str) -> Iterator[str]:
    report = found.report
    yield f"{click.style(report.executable, bold=True)}  Python {report.version} ({why})"
    yield from _host_lines(found)
    for problem in found.problems:
        glyph, colour = _GLYPHS[problem.severity]
        yield click.style(f"{glyph} {problem.code}", fg=colour)
        yield from wrapped(problem.message, "  ")
        yield from _change(problem.change)
    if not found.problems:
        yield "Nothing is wrong with this environment by itself."
    yield from _setting_lines(found)
    yield from _fact_lines(report)


def _change(change: str) -> Iterator[str]:
    """A command as it is, to be copied; a sentence wrapped."""
    if change[:1].isupper() and change.endswith("."):
        yield from wrapped(change, "    ")
    else:
        yield f"    {click.style(change, fg='cyan')}"


def _host_lines(found: Examination) -> Iterator[str]:
    """First what the libraries say of the host, and the one change that makes them accept it."""
    trial, report = found.trial, found.report
    if not report.host:
        return
    yield from wrapped(report.host if trial is None else f"{trial.state.target}  {trial.state.headline}", "")
    bundled = {one.name: one for one in (trial.with_bundle if trial is not None else None) or ()}
    for library in report.libraries:
        glyph, colour = ("✓", "green") if library.accepts else ("✗", "red")
        after = bundled.get(library.name)
        more = "" if after is None else f"; with the bundle: {'accepted' if after.accepts else 'refused'}"
        first, *others = wrapped(f"{glyph} {library.name:<12} {verdict_text(library)}{more}", "  ", 15)
        yield first.replace(glyph, click.style(glyph, fg=colour), 1)
        yield from others
    if trial is None or not report.refusing:
        return
    if trial.change is None:
        text = "No change of this environment makes more of them accept it. This says whose fault it is:"
        yield from wrapped(text, "  ")
        yield from _change(command_line("check", trial.state.target))
        return
    rest = f"; {', '.join(trial.change.refused)} still refuse it" if trial.change.refused else ""
    text = f"Proven in this interpreter: {', '.join(trial.change.accepted)} accept it with this change{rest}:"
    yield from wrapped(text, "  ")
    for step in trial.change.steps:
        yield from _change(step)


def _setting_lines(found: Examination) -> Iterator[str]:
    """Which settings count, each with the clients in which it does."""
    counting = counting_settings(found)
    if counting:
        yield COUNTING
    for text, effects in counting:
        yield f"  {text}"
        for effect, clients in effects:
            yield from wrapped(f"{effect.value}: {', '.join(clients)}", "    ")


def _fact_lines(report: EnvironmentReport) -> Iterator[str]:
    yield "Facts:"
    for name, text in facts(report):
        yield from wrapped(f"{name:<14} {text}", "  ", 15)


def _comparison_lines(found: Comparison, a: str, b: str) -> Iterator[str]:
    yield click.style(f"A: {a}", bold=True)
    yield click.style(f"B: {b}", bold=True)
    if not found.differences:
        yield "They do not differ."
    for one in found.differences:
        mark = click.style("→ ", fg="yellow") if one.explains else "  "
        yield f"{mark}{one.what}"
        yield from wrapped(f"A: {one.a}", "    ")
        yield from wrapped(f"B: {one.b}", "    ")
    if any(one.explains for one in found.differences):
        note("→ explains why a verdict differs")
