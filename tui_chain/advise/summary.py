"""What a report begins with: whose fault it is, what to do next, and what the verdict rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tui_chain import __version__
from tui_chain.advise.instructions import Advice, lenient_advice
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.clients.judge import engine_name
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.status import Blame, Status
from tui_chain.core.text import plural
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState

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


def next_steps(state: HostState) -> tuple[str, ...]:
    """What to do, the first step first; each can be followed as it stands."""
    return tuple(dict.fromkeys(_steps(state)))


def _steps(state: HostState) -> Iterator[str]:
    verdict = state.verdict
    if verdict is None:
        return
    if state.status is Status.COMPLETE and not verdict.fatal:
        yield "Nothing has to be done."
    elif state.proven is not None:
        if verdict.not_sent:
            lacking = plural(len(verdict.not_sent), "certificate")
            yield f"Send the message to the server's administrator: the server's chain file lacks {lacking}."
        until = "Until that is done, give" if verdict.not_sent else "Give"
        yield f"{until} clients the bundle: the instructions have it for each of them."
    else:
        yield from _hints(state)


def _hints(state: HostState) -> Iterator[str]:
    """The hints of the worst findings, and why there is no repair where one was looked for."""
    verdict = state.verdict
    fatal = [found for found in verdict.findings if found.severity.value == "fatal"] if verdict is not None else []
    yield from (
        Options().completed(found.hint, state.target)
        for found in (fatal or (verdict.findings[:1] if verdict is not None else ()))[:2]
        if found.hint
    )
    if isinstance(state.repair, Failure) and state.repair.kind != "nothing-to-do" and state.repair.hint:
        yield state.repair.hint


def basis(state: HostState, now: datetime) -> tuple[tuple[str, str], ...]:
    """What was asked when, and who judged: names and values, those without a value left out."""
    served, verdict = state.reached, state.verdict
    pairs = [("Target", str(state.target)), ("Label", state.label)]
    if served is not None:
        pairs += [("Address", served.address or ""), ("Probed", f"{served.at:%Y-%m-%d %H:%M:%S} UTC")]
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


def advice_without_bundle(state: HostState) -> tuple[Advice, ...]:
    """How clients reach a host that no bundle helps since it breaks a rule of form, with a store of their own."""
    verdict = state.verdict
    own = verdict is not None and verdict.store in {"certifi", "system"}
    return lenient_advice(state.target, None) if own and state.fails_strict_checks else ()


def judges() -> str:
    """Who judged, each once: the libraries with their versions, then the models."""
    names = dict.fromkeys(engine_name(family) for family in FAMILIES if family.engine is Engine.OPENSSL)
    models = dict.fromkeys(engine_name(family).removeprefix("model of ") for family in FAMILIES if family.model)
    return f"{', '.join(names)}; models of {', '.join(models)}"
