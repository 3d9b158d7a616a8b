"""The report of one host as one HTML file, to be attached to a ticket: the verdict first, the evidence below."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tui_chain.advise.document import Code, to_text
from tui_chain.advise.html.blocks import block, code, facts, folded, section
from tui_chain.advise.html.certificates_list import certificates_list
from tui_chain.advise.html.clients_table import clients_table
from tui_chain.advise.html.frame import page
from tui_chain.advise.html.icons import SEVERITIES, TONES, icon, worded
from tui_chain.advise.html.instructions_list import instructions_list
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.advise.html.path_drawing import MAX_UNUSED, path_drawing
from tui_chain.advise.html.trace import trace
from tui_chain.advise.html.validity_drawing import validity_drawing
from tui_chain.advise.letter import letter_document
from tui_chain.advise.path_nodes import PathNodes, path_nodes
from tui_chain.advise.summary import (
    LEFT_OUT,
    ReportInstructions,
    basis,
    fault,
    next_steps,
    report_instructions,
    shows_bundle,
)
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.server_chain import ServerChain
from tui_chain.trust.store import TrustStore

Section = tuple[str, str, Content]
"""A section of the page: its id, its title, and what is in it."""


def report_page(
    state: HostState,
    now: datetime,
    chain: ServerChain | None = None,
    written: Path | None = None,
    options: Options | None = None,
    trust: TrustStore | None = None,
) -> str:
    """Return the report of a host that was probed, as one HTML file without anything from outside.

    `now` is aware. `chain` is the server's file for the letter, where there is one, and `written` where the bundle
    for clients stands; None takes the name that it would be given. Commands carry the `options` of the run on.
    `trust` is the store in force, for what clients have by themselves.
    """
    title = f"TLS certificate report: {state.target}"
    found = report_instructions(state, now, written, options or Options(), trust)
    sections = tuple(one for one in _sections(state, now, chain, written, found) if one[2])
    return page(title, _skip(), _header(state, now, found), _contents(sections), _main(sections))


def _skip() -> Markup:
    return tag("a", {"class": "skip", "href": "#main"}, "Skip to the report")


def _main(sections: tuple[Section, ...]) -> Markup:
    return tag("main", {"id": "main", "tabindex": -1}, [section(*one) for one in sections])


def _contents(sections: tuple[Section, ...]) -> Markup:
    links = [tag("li", None, tag("a", {"href": f"#{name}"}, title)) for name, title, _ in sections]
    return tag("nav", {"aria-label": "Sections"}, tag("ul", None, links))


def _sections(
    state: HostState, now: datetime, chain: ServerChain | None, written: Path | None, found: ReportInstructions
) -> Iterator[Section]:
    nodes = path_nodes(state)
    yield "findings", "Findings", _findings(state, found.commands.options)
    yield "path", "Certification path", _drawn(nodes, now)
    yield "validity", "Validity", _validity(nodes, now)
    yield "clients", "What clients say", _clients(state)
    yield "administrator", "For the server's administrator", _letter(state, chain)
    yield "instructions", "Instructions for clients", _instructions(state, written, found)
    yield "trace", "How it was found out", list(trace(state)) if state.verdict is not None else None
    yield "certificates", "Certificates", list(certificates_list(nodes.all, now))


# -- the head


def _header(state: HostState, now: datetime, found: ReportInstructions) -> Markup:
    verdict, status = state.verdict, state.status
    kind = tag("p", {"class": "eyebrow"}, "TLS certificate report")
    heading = tag("h1", None, foreign(str(state.target)))
    if verdict is None or status is None:
        return tag("header", {"class": "head calm"}, kind, heading, tag("p", None, "The host has not been probed."))
    steps = [tag("li", None, foreign(step)) for step in next_steps(state, found.commands.options, found.lacking)]
    key = facts(
        (
            ("Fault", fault(state)),
            (
                "Next step",
                tag("ol", {"class": "next"}, steps) if len(steps) > 1 else tag("ul", {"class": "next"}, steps),
            ),
        )
    )
    line = tag("p", {"class": "status"}, icon(TONES[status]), " ", tag("strong", None, status.value))
    said = tag("p", {"class": "headline"}, foreign(_sentence(state)))
    about = facts((name, foreign(value)) for name, value in basis(state, now))
    return tag(
        "header",
        {"class": f"head {TONES[status]}"},
        tag("div", {"class": "verdict"}, kind, heading, line, said, key),
        tag("div", {"class": "basis"}, about),
    )


def _sentence(state: HostState) -> str:
    """The headline as a sentence; one that begins with the host keeps it as it is."""
    text = state.headline
    head = text[:1] if text.startswith(state.target.host) else text[:1].upper()
    return head + text[1:] + ("" if text.endswith(".") else ".")


# -- the sections


def _findings(state: HostState, options: Options) -> Content:
    found = state.verdict.findings if state.verdict is not None else ()
    items = [
        tag(
            "li",
            {"class": SEVERITIES[one.severity]},
            tag("div", None, worded(SEVERITIES[one.severity], one.severity.value), tag("code", None, one.code)),
            tag("p", None, _about(state, one), foreign(one.message)),
            tag("p", {"class": "hint"}, foreign(options.completed(one.hint, state.target, state.label)))
            if one.hint
            else None,
        )
        for one in found
    ]
    return tag("ul", {"class": "findings"}, items) if items else None


def _about(state: HostState, found: Finding) -> Content:
    """The certificate that a finding sits on; one on the host speaks for itself."""
    return (tag("strong", None, foreign(state.label_of(found))), ": ") if found.at is not None else None


def _drawn(nodes: PathNodes, now: datetime) -> Content:
    return path_drawing(nodes, now) if nodes.path else None


def _validity(nodes: PathNodes, now: datetime) -> Content:
    drawn = validity_drawing((*nodes.path, *nodes.unused[:MAX_UNUSED]), now)
    text = "Days near the time of the report have more room than years far from it."
    return (tag("p", {"class": "muted"}, text), drawn) if drawn else None


def _clients(state: HostState) -> Content:
    verdict, proven = state.verdict, state.proven
    if verdict is None or not verdict.verdicts:
        return None
    labels = {one.sha256: one.label for one in state.known_certificates}
    found = clients_table(verdict.verdicts, proven.verdicts if proven is not None else None, labels)
    failed = state.repair if isinstance(state.repair, Failure) and state.repair.kind != "nothing-to-do" else None
    return found, tag("p", None, foreign(str(failed))) if failed is not None else None


def _letter(state: HostState, chain: ServerChain | None) -> Content:
    served, verdict = state.reached, state.verdict
    document = letter_document(served, verdict, chain) if served is not None and verdict is not None else None
    if document is None:
        return None
    formatted = [block(part, 1) for part in document.parts]
    plain = folded("The message as plain text", block(Code(to_text(document))), **{"class": "plain-text"})
    return tag("p", None, foreign(document.title)), folded("The message", *formatted, **{"class": "letter"}), plain


def _about_bundle(bundle: Bundle) -> str:
    """What is in a bundle, and until when it holds."""
    count, ends = plural(len(bundle.certificates), "CA certificate"), bundle.expiry
    first = f"; the first certificate to expire is {ends.name}, on {ends.at:%Y-%m-%d}" if ends is not None else ""
    other = "root" if bundle.header.root_alone else "intermediate"
    return f"The bundle has {count}. It holds until the server changes to another {other}{first}."


def _bundle(pem: bytes, *, agreed: bool) -> Markup:
    return folded("The bundle as PEM", code(pem.decode("ascii"))) if agreed else tag("p", None, LEFT_OUT)


def _instructions(state: HostState, written: Path | None, found: ReportInstructions) -> Content:
    bundle = state.bundle
    about = _about_bundle(bundle) if bundle is not None else "The file for clients adds the root that they lack."
    return (
        (
            (tag("p", None, foreign(about), " This makes it:"), code(found.make)) if found.make else None,
            _bundle(bundle.pem, agreed=shows_bundle(state, written)) if bundle is not None else None,
            instructions_list(found.advice, found.commands.of),
        )
        if found.advice
        else None
    )
