"""What the doctor found in an environment, and how two differ, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui_chain.results.json_reader import SCHEMA, JSONReader, json_line, read_line

if TYPE_CHECKING:  # the values alone are in the Python API
    from tui_chain.doctor.comparison import Comparison
    from tui_chain.doctor.environment_report import Judgement, LibraryContext
    from tui_chain.doctor.examination import Examination


@dataclass(frozen=True)
class TrustProblemResult:
    """One thing that is wrong: `change` is the one change that repairs it, `clients` are those that it concerns."""

    code: str
    severity: str
    message: str
    change: str
    clients: tuple[str, ...]


@dataclass(frozen=True)
class SettingResult:
    """A setting as it counts in one client; `beaten_by` is where the stronger one is, or None where it counts."""

    client: str
    setting: str
    value: str
    where: str
    effect: str
    beaten_by: str | None


@dataclass(frozen=True)
class JudgementResult:
    """What a library's context says of a host; `ok` is None where nothing is verified, or the network failed."""

    ok: bool | None
    code: int | None
    text: str


@dataclass(frozen=True)
class LibraryResult:
    """A library of the interpreter with the context that it makes by itself, and its verdicts on the host.

    `error` is why it makes none, or empty; the rest is None then. The verdicts are None where no host was named.
    """

    name: str
    version: str | None
    error: str
    loaded: tuple[str, ...]
    verifies: bool | None
    flags: int | None
    security_level: int | None
    roots: int | None
    verdict: JudgementResult | None = None
    handshake: JudgementResult | None = None
    with_bundle: JudgementResult | None = None


@dataclass(frozen=True)
class HostTrialResult:
    """A host in that interpreter: its status, who refuses it, and who accepts it with the change."""

    target: str
    status: str
    blame: str
    headline: str
    refused: tuple[str, ...]
    accepted_with_change: tuple[str, ...]


@dataclass(frozen=True)
class DoctorResult:
    """An environment: what is wrong, the worst first, and the facts.

    `change` are the steps of the one change to make first. `environment` is the report of the script.
    """

    interpreter: str
    version: str
    well: bool
    problems: tuple[TrustProblemResult, ...]
    change: tuple[str, ...]
    settings: tuple[SettingResult, ...]
    libraries: tuple[LibraryResult, ...]
    host: HostTrialResult | None
    environment: Mapping[str, Any] = field(repr=False, hash=False)
    schema: int = SCHEMA

    def to_json(self) -> str:
        """One line of JSON, ASCII only."""
        return json_line(self)

    @classmethod
    def from_json(cls, text: str) -> DoctorResult:
        """Read what `to_json` wrote; raises ValueError for anything else."""
        return read_line(text, "a doctor's report", _doctor)


def _doctor(given: JSONReader) -> DoctorResult:
    host = given.maybe("host", JSONReader.object)
    return DoctorResult(
        interpreter=given.text("interpreter"),
        version=given.text("version"),
        well=given.flag("well"),
        problems=tuple(map(_problem, given.objects("problems"))),
        change=given.texts("change"),
        settings=tuple(map(_setting, given.objects("settings"))),
        libraries=tuple(map(_read_library, given.objects("libraries"))),
        host=None if host is None else _read_host(host),
        environment=given.free("environment"),
    )


def _problem(given: JSONReader) -> TrustProblemResult:
    return TrustProblemResult(
        given.text("code"),
        given.text("severity"),
        given.text("message"),
        given.text("change"),
        given.texts("clients"),
    )


def _setting(given: JSONReader) -> SettingResult:
    return SettingResult(
        given.text("client"),
        given.text("setting"),
        given.text("value"),
        given.text("where"),
        given.text("effect"),
        given.maybe("beaten_by", JSONReader.text),
    )


def _read_library(given: JSONReader) -> LibraryResult:
    return LibraryResult(
        name=given.text("name"),
        version=given.maybe("version", JSONReader.text),
        error=given.text("error"),
        loaded=given.texts("loaded"),
        verifies=given.maybe("verifies", JSONReader.flag),
        flags=given.maybe("flags", JSONReader.whole),
        security_level=given.maybe("security_level", JSONReader.whole),
        roots=given.maybe("roots", JSONReader.whole),
        verdict=given.maybe("verdict", _read_judgement),
        handshake=given.maybe("handshake", _read_judgement),
        with_bundle=given.maybe("with_bundle", _read_judgement),
    )


def _read_judgement(library: JSONReader, name: str) -> JudgementResult:
    given = library.object(name)
    ok, code = given.maybe("ok", JSONReader.flag), given.maybe("code", JSONReader.whole)
    return JudgementResult(ok, code, given.text("text"))


def _read_host(given: JSONReader) -> HostTrialResult:
    return HostTrialResult(
        given.text("target"),
        given.text("status"),
        given.text("blame"),
        given.text("headline"),
        given.texts("refused"),
        given.texts("accepted_with_change"),
    )


@dataclass(frozen=True)
class DifferenceResult:
    """What differs between two environments; `explains` says that it is why a verdict differs."""

    what: str
    a: str
    b: str
    explains: bool


@dataclass(frozen=True)
class ComparisonResult:
    """Two environments by the names of their files, and what differs, first what explains a verdict."""

    a: str
    b: str
    differences: tuple[DifferenceResult, ...]
    schema: int = SCHEMA

    def to_json(self) -> str:
        """One line of JSON, ASCII only."""
        return json_line(self)


def doctor_result(found: Examination) -> DoctorResult:
    """The values of an examination."""
    report, trial = found.report, found.trial
    bundled = {one.name: one for one in (trial.with_bundle if trial is not None else None) or ()}
    return DoctorResult(
        interpreter=report.executable,
        version=report.version,
        well=found.is_well,
        problems=tuple(
            TrustProblemResult(str(one.code), one.severity.value, one.message, one.change, one.clients)
            for one in found.problems
        ),
        change=found.first_change,
        settings=tuple(
            SettingResult(
                each.client,
                each.found.name,
                each.found.value,
                each.found.where,
                each.effect.value,
                each.beaten_by.where if each.beaten_by is not None else None,
            )
            for each in found.settings
        ),
        libraries=tuple(
            _library(one, report.packages.get(one.name), bundled.get(one.name)) for one in report.libraries
        ),
        host=_host(found),
        environment=report.raw,
    )


def _library(library: LibraryContext, version: str | None, bundled: LibraryContext | None) -> LibraryResult:
    return LibraryResult(
        library.name,
        version,
        library.error,
        library.loaded,
        library.verifies,
        library.flags,
        library.security_level,
        library.roots,
        _judgement(library.verdict),
        _judgement(library.handshake),
        _judgement(bundled.verdict) if bundled is not None else None,
    )


def _judgement(found: Judgement | None) -> JudgementResult | None:
    return None if found is None else JudgementResult(found.ok, found.code, found.text)


def _host(found: Examination) -> HostTrialResult | None:
    trial = found.trial
    if trial is None or trial.state.verdict is None or trial.state.status is None:
        return None
    return HostTrialResult(
        str(trial.state.target),
        trial.state.status.value,
        trial.state.verdict.blame.value,
        trial.state.headline,
        found.report.refusing,
        trial.change.accepted if trial.change is not None else (),
    )


def comparison_result(found: Comparison, a: str, b: str) -> ComparisonResult:
    """The values of a comparison; `a` and `b` name the files."""
    return ComparisonResult(
        a, b, tuple(DifferenceResult(one.what, one.a, one.b, one.explains) for one in found.differences)
    )
