"""What both forms of a report say: whose fault it is, what to do next, what the verdict rests on, instructions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui_chain import __version__
from tui_chain.advise.instructions import Advice, FileCommands, Wanted, client_advice, lenient_advice
from tui_chain.advise.letter import file_base
from tui_chain.advise.situation import Situation, situation
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute
from tui_chain.core.status import Blame, Status
from tui_chain.core.text import plural
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState
from tui_chain.repair.output_kinds import SUFFIXES, OutputKind
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

_FAULTS: Mapping[Blame, str] = {
    Blame.SERVER: "The server: its administrator can fix it",
    Blame.CLIENT_STORE: "The client's trust store",
    Blame.CLIENT: "The client: its own TLS settings",
    Blame.SERVER_OR_STORE: "The server or the client's trust store: it cannot be known from here",
    Blame.INTERCEPTION: "A program or proxy that intercepts TLS, between client and server",
    Blame.NETWORK: "The network",
    Blame.NOBODY: "Nobody",
}

LEFT_OUT = (
    "The bundle is left out: with it a limit is lost (constraints-lost), and nobody has agreed to that. "
    f"With --accept-lost-constraints {hinted('fix')} writes it."
)
"""Stands where a bundle would that loses a limit."""
NOBODY_TO_ASK = "The leaf's issuer is not at hand, so that no answer could be verified."
"""Stands where answers on revocation would."""


def fault(state: HostState) -> str:
    """Whose fault it is, as a sentence without its full stop; empty for a host that was not probed."""
    return _FAULTS[state.verdict.blame] if state.verdict is not None else ""


def next_steps(
    state: HostState, options: Options | None = None, lacking: Certificate | None = None
) -> tuple[str, ...]:
    """What to do, the first step first; each can be followed as it stands, with the `options` of the run.

    `lacking` is a root that clients do not have by themselves, of a host that is accepted as it is served.
    """
    return tuple(dict.fromkeys(_steps(state, options or Options(), lacking)))


def _steps(state: HostState, options: Options, lacking: Certificate | None) -> Iterator[str]:
    verdict = state.verdict
    if verdict is None:
        return
    if lacking is not None:
        root = f"the root {lacking.label}, which they do not have by themselves"
        yield f"Give clients {root}: the instructions have it for each of them."
    if state.status is Status.COMPLETE and not verdict.fatal:
        yield from () if lacking is not None else ("Nothing has to be done.",)
    elif state.proven is not None:
        if verdict.not_sent:
            count = plural(len(verdict.not_sent), "certificate")
            yield f"Send the message to the server's administrator: the server's chain file lacks {count}."
        until = "Until that is done, give" if verdict.not_sent else "Give"
        yield f"{until} clients the bundle: the instructions have it for each of them."
    else:
        yield from _hints(state, options)


def _hints(state: HostState, options: Options) -> Iterator[str]:
    """The hints of the worst findings, and why there is no repair where one was looked for."""
    verdict = state.verdict
    fatal = [found for found in verdict.findings if found.severity.value == "fatal"] if verdict is not None else []
    yield from (
        options.completed(found.hint, state.target, state.label)
        for found in (fatal or (verdict.findings[:1] if verdict is not None else ()))[:2]
        if found.hint
    )
    if isinstance(state.repair, Failure) and state.repair.kind != "nothing-to-do" and state.repair.hint:
        yield options.completed(state.repair.hint, state.target, state.label)


def basis(state: HostState, now: datetime) -> tuple[tuple[str, str], ...]:
    """What was asked when, and who judged: names and values, those without a value left out."""
    served, verdict = state.reached, state.verdict
    pairs = [("Target", str(state.target)), ("Label", state.label)]
    if served is not None:
        pairs += [("Address", served.origin.removeprefix("from ")), ("Probed", f"{served.at:%Y-%m-%d %H:%M:%S} UTC")]
        pairs += [("TLS", " · ".join(filter(None, (served.tls_version, served.cipher, served.tls.group))))]
    if verdict is not None and verdict.store:
        pairs.append(("Trust store", verdict.store))
    if served is not None and verdict is not None and verdict.verdicts:
        pairs.append(("Judged by", judges()))
    pairs.append(("Written", f"{now:%Y-%m-%d %H:%M} UTC by tlschain-tui {__version__}"))
    return tuple((name, value) for name, value in pairs if value)


def shows_bundle(state: HostState, written: Path | None) -> bool:
    """Whether the bundle may stand in a report: one that loses a limit only where somebody agreed and wrote it."""
    return state.proven is not None and (not state.proven.losses or written is not None)


def judges() -> str:
    """Who judged, each once: the libraries with their versions, then the models."""
    names = dict.fromkeys(engine_name(family) for family in FAMILIES if family.engine is Engine.OPENSSL)
    models = dict.fromkeys(engine_name(family).removeprefix("model of ") for family in FAMILIES if family.model)
    return f"{', '.join(names)}; models of {', '.join(models)}"


# the instructions


@dataclass(frozen=True)
class ReportInstructions:
    """The instructions for a host's clients, and the commands that make the files they need.

    `make` is the command that makes the file for clients; empty where none is needed, or it is the user's own.
    `lacking` is a root that clients do not have by themselves, of a host that is accepted as it is served.
    """

    advice: tuple[Advice, ...]
    commands: FileCommands
    make: str = ""
    lacking: Certificate | None = None


def report_instructions(
    state: HostState, now: datetime, written: Path | None, options: Options, trust: TrustStore | None
) -> ReportInstructions:
    """Return what the clients of a host need, with full paths.

    `written` is where the bundle for clients stands; None takes the name that it would be given in the folder one is
    in. `trust` is the store in force; without it nothing is known of roots that clients do not have by themselves.
    """
    found = situation(state, trust, now) if trust is not None else None
    lacking = found.root if found is not None else None
    root_alone = lacking is not None
    own = _own_file(trust)
    named = _named_files(state)
    file = written or (named[OutputKind.CLIENT] if not root_alone else own or named[OutputKind.LINKS])
    lost = state.proven is not None and bool(state.proven.losses)
    commands = FileCommands(options, state.target, file, state.label, lost=lost, root_alone=root_alone)
    needs_file = state.proven is not None or root_alone
    others: dict[OutputKind, Path] = {}
    if root_alone:
        others = {kind: path for kind, path in named.items() if kind != OutputKind.CLIENT}
    advice = client_advice(state.target, file, others, wanted=_reached_by(found)) if needs_file else ()
    beside = file if needs_file and file != own else None
    make = commands.client if beside is not None else ""
    return ReportInstructions((*advice, *_lenient(state, beside, own)), commands, make, lacking)


def _lenient(state: HostState, beside: Path | None, own: Path | None) -> tuple[Advice, ...]:
    """How clients that are stricter than any file helps reach the host: with a store of their own, or the user's."""
    verdict = state.verdict
    public = verdict is not None and verdict.store in {"certifi", "system"}
    if not state.fails_strict_checks or not (public or own is not None or beside is not None):
        return ()
    return lenient_advice(state.target, beside, None if own is None else str(own))


def _reached_by(found: Situation | None) -> Wanted:
    return (lambda _: True) if found is None else found.reaches


def _own_file(trust: TrustStore | None) -> Path | None:
    """The trust file of the user's own, where that is the store in force."""
    path = trust.path if trust is not None else None
    return None if path is None else _full(path)


def _named_files(state: HostState) -> dict[OutputKind, Path]:
    """The files of each kind as they would be named in the folder one is in."""
    base = file_base(state.target)
    return {kind: _full(Path(f"{base}{SUFFIXES[kind]}")) for kind in OutputKind}


def _full(path: Path) -> Path:
    full = absolute(path)
    return full if isinstance(full, Path) else path
