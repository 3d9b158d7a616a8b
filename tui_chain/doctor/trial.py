"""A host as the libraries of one interpreter judge it: as it is, with the bundle, and with the one change that works.

A change is proven first: the script runs again in that interpreter with the change made in its environment.
"""

from __future__ import annotations

import shlex
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui_chain.clients.client import SettingForm, Takes
from tui_chain.clients.engines.openssl.handshake import flight, uses_rsa
from tui_chain.clients.registry import clients
from tui_chain.core.command import MAX_WORD
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.doctor.environment_report import EnvironmentReport, LibraryContext
from tui_chain.doctor.interpreter import run_script_in_thread
from tui_chain.doctor.precedence import client_settings
from tui_chain.doctor.probe_script import ServedFlight, probe_script
from tui_chain.doctor.problems.problem import TrustProblem
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.probe.served import ServedChain
from tui_chain.repair.output import make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore

BUNDLE_NAME = "ca.pem"
"""The file that the commands of a change name."""
MAX_UNSET = 6
"""Variables whose removal is tried."""
_OF_NAMES = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
_OF_ROOTS = ("certifi-missing", "certifi-edited", "certifi-old", "no-system-store", "no-roots")
"""Problems whose change brings the public roots of today."""


@dataclass(frozen=True)
class ProvenChange:
    """A change after which the script ran again: libraries that accept the host with it, and that still refuse."""

    steps: tuple[str, ...]
    accepted: tuple[str, ...]
    refused: tuple[str, ...]

    def is_better(self, than: ProvenChange | None) -> bool:
        """Whether more libraries accept with it."""
        return than is None or len(self.accepted) > len(than.accepted)


@dataclass(frozen=True)
class HostTrial:
    """What came of a host: as it is, with the bundle that `fix` makes (None where there is none), and the change."""

    state: HostState
    before: tuple[LibraryContext, ...]
    with_bundle: tuple[LibraryContext, ...] | None
    change: ProvenChange | None


@dataclass(frozen=True)
class _CandidateChange:
    """A change that may help, as steps for a person, and what it does to the environment."""

    steps: tuple[str, ...]
    unset: tuple[str, ...] = ()
    put: Mapping[str, str] = field(default_factory=dict)
    is_bundle: bool = False

    def environment(self, old: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in old.items() if name not in self.unset} | dict(self.put)


@dataclass(frozen=True)
class Trial:
    """Tries a host in an interpreter; `environment` is the user's."""

    journey: Journey
    interpreter: Path
    environment: Mapping[str, str]
    seconds: float

    async def report(self, served: ServedChain) -> EnvironmentReport | Failure:
        """Everything of the environment, with the verdicts on a served chain."""
        return await self._run(self._script(served), self.environment)

    async def host(
        self, state: HostState, served: ServedChain, report: EnvironmentReport, problems: tuple[TrustProblem, ...]
    ) -> HostTrial | Failure:
        """Find out what makes the libraries accept the host that refuse it."""
        if not any(map(_may_change, report.libraries)):
            return HostTrial(state, report.libraries, None, None)
        fixed = await self.journey.fix(state)
        try:
            return await self._changed(fixed, served, report, problems)
        except OSError as error:  # a system that is read alone, or an interpreter that took the folder away
            message = f"Changes cannot be tried: a temporary folder is not written ({error.strerror or error})."
            return Failure("python", message, "Set TMPDIR to a folder that can be written.")

    async def _changed(
        self, fixed: HostState, served: ServedChain, report: EnvironmentReport, problems: tuple[TrustProblem, ...]
    ) -> HostTrial:
        """Try one change after another; OSError where their files cannot be written."""
        script, before = self._script(served), {one.name for one in report.libraries if one.accepts}
        with_bundle: tuple[LibraryContext, ...] | None = None
        best: ProvenChange | None = None
        with tempfile.TemporaryDirectory(prefix="tlschain-", ignore_cleanup_errors=True) as folder:
            for candidate in self._candidates(fixed, served, report.refusing, report, problems, Path(folder)):
                found = await self._libraries(script, candidate)
                with_bundle = found if candidate.is_bundle else with_bundle
                proven = _proven(candidate, found, before)
                best = proven if proven is not None and proven.is_better(best) else best
                if best is not None and not best.refused:
                    break
        return HostTrial(fixed, report.libraries, with_bundle, best)

    def _script(self, served: ServedChain) -> str:
        return probe_script(served_flight(served, self.journey.timeout), self.seconds)

    async def _run(self, script: str, environment: Mapping[str, str]) -> EnvironmentReport | Failure:
        return await run_script_in_thread(self.interpreter, script, environment)

    async def _libraries(self, script: str, candidate: _CandidateChange) -> tuple[LibraryContext, ...]:
        report = await self._run(script, candidate.environment(self.environment))
        return () if isinstance(report, Failure) else report.libraries

    def _write_bundle(self, state: HostState, served: ServedChain, file: Path) -> bool:
        """Write the file that `fix` makes for clients whose trust store it replaces, where a bundle is proven."""
        repair = state.proven
        if repair is None or repair.losses:
            return False
        at = self.journey.clock()
        made = make_output(OutputKind.CLIENT_STORE, [(served, repair)], self.journey.trust, at=at)
        if isinstance(made, Failure):
            return False
        file.write_bytes(made.data)
        return True

    def _candidates(
        self,
        state: HostState,
        served: ServedChain,
        refused: tuple[str, ...],
        report: EnvironmentReport,
        problems: tuple[TrustProblem, ...],
        folder: Path,
    ) -> Iterator[_CandidateChange]:
        """Changes that may help, the likeliest first: where the server's chain is repaired, the bundle."""
        variables = deciding_variables(report, refused)
        bundle = folder / BUNDLE_NAME
        if self._write_bundle(state, served, bundle):
            put = dict.fromkeys(variables, str(bundle))
            yield _CandidateChange(self._steps(state, variables), put=put, is_bundle=True)
        names = _set_variables(report, problems)
        yield from (_CandidateChange((f"unset {name}",), (name,)) for name in names)
        if len(names) > 1:
            yield _CandidateChange((f"unset {' '.join(names)}",), names)
        system = _system_file(report)
        if system is not None:
            yield _CandidateChange(_exported(variables, system), put=dict.fromkeys(variables, system))
        roots, store = folder / "roots.pem", load_trust_store("certifi")
        if isinstance(store, TrustStore):
            roots.write_bytes(store.file)
            put = dict.fromkeys(variables, str(roots))
            yield _CandidateChange(_roots_steps(report, problems, variables), put=put)
        chosen = self.journey.trust.path
        if chosen is not None:
            yield _CandidateChange(_exported(variables, str(chosen)), put=dict.fromkeys(variables, str(chosen)))

    def _steps(self, state: HostState, variables: tuple[str, ...]) -> tuple[str, ...]:
        """The commands that make the bundle and let the libraries use it."""
        made = self.journey.context.options.command(
            "fix", "--as", str(OutputKind.CLIENT_STORE), "-o", BUNDLE_NAME, host=state.target, label=state.label
        )
        return (made, *(f'export {name}="$PWD/{BUNDLE_NAME}"' for name in variables))


def served_flight(served: ServedChain, timeout: float) -> ServedFlight:
    """What the script needs of a server; a real handshake is had where TLS begins with the first byte.

    None is had where the connection was an unusual one, which an interpreter's libraries would not make.
    """
    target, ders = served.target, [certificate.der for certificate in served.certificates]
    alike = served.address and target.starttls is None and target.connection.is_for_programs
    real = (served.address, target.port) if served.address and alike else None
    return ServedFlight(target.verified_name, target.port, flight(ders, rsa=uses_rsa(ders[0])), real, timeout)


def _may_change(library: LibraryContext) -> bool:
    """Whether another store or setting may make a library accept: not where the name or the handshake is wrong."""
    verdict = library.verdict
    if library.accepts or (verdict is not None and verdict.ok):
        return False
    return verdict is None or verdict.code not in _OF_NAMES


def _system_file(report: EnvironmentReport) -> str | None:
    """OpenSSL's default file, where it has certificates: what the owner of the machine trusts."""
    store = report.store(report.openssl.file) if report.openssl is not None else None
    return store.path if store is not None and store.certificates else None


def _exported(variables: tuple[str, ...], file: str) -> tuple[str, ...]:
    return tuple(f"export {name}={shlex.quote(safe_text(file, MAX_WORD))}" for name in variables)


def _proven(candidate: _CandidateChange, found: tuple[LibraryContext, ...], before: set[str]) -> ProvenChange | None:
    """What a change comes to; None where it helps nobody, or takes from one what it had."""
    accepted = tuple(library.name for library in found if library.accepts)
    if not set(accepted) > before:
        return None
    return ProvenChange(candidate.steps, accepted, tuple(one.name for one in found if one.name not in accepted))


def _set_variables(report: EnvironmentReport, problems: tuple[TrustProblem, ...]) -> tuple[str, ...]:
    """The variables of trust that are set and count in the libraries, those first that are wrong."""
    here = {one.name for one in report.libraries}
    counting = [one for one in client_settings(report) if one.wins and one.client in here and not one.found.client]
    names = dict.fromkeys(one.found.name for one in counting)
    wrong = [name for problem in problems for name in problem.variables if name in names]
    return tuple(dict.fromkeys((*wrong, *names)))[:MAX_UNSET]


def deciding_variables(report: EnvironmentReport, refused: tuple[str, ...]) -> tuple[str, ...]:
    """The fewest variables by which these libraries use one file: each counts beside what is set already."""
    choices = {name: _choices(name, report) for name in refused}
    found: list[str] = []
    while rest := [names for names in choices.values() if names and not set(names) & set(found)]:
        counts = Counter(name for names in rest for name in names)
        found.append(max(counts, key=lambda name: (counts[name], -_place(name, rest))))
    return tuple(found)


def _place(name: str, choices: list[tuple[str, ...]]) -> int:
    """How far behind the preferred ones a variable stands."""
    return sum(names.index(name) for names in choices if name in names)


def _choices(library: str, report: EnvironmentReport) -> tuple[str, ...]:
    """The variables that name a file to a library and that nothing set beats, the preferred one first."""
    client = next((one for one in clients() if one.name == library and one.library is not None), None)
    if client is None or client.library is None:
        return ()
    made = {one.found.name for one in client_settings(report) if one.client == library}
    beaten = {name for setting in client.settings if setting.name in made for name in setting.wins_over}
    files = [
        one.name for one in client.settings if one.form is SettingForm.VARIABLE and one.takes is not Takes.FOLDER
    ]
    return tuple(dict.fromkeys(name for name in (client.library.variable, *files) if name and name not in beaten))


def _roots_steps(
    report: EnvironmentReport, problems: tuple[TrustProblem, ...], variables: tuple[str, ...]
) -> tuple[str, ...]:
    """The commands that bring the public roots of today: what a problem has for it, or certifi by variables."""
    known = next((problem for problem in problems if problem.code in _OF_ROOTS), None)
    if known is not None:
        return (known.change,)
    interpreter = shlex.quote(report.executable)
    file = f'"$({interpreter} -m certifi)"'
    return (f"{interpreter} -m pip install --upgrade certifi", *(f"export {name}={file}" for name in variables))
