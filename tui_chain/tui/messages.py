"""What panes and screens tell the screen above them: each message says what the user did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from tui_chain.engine.host_state import HostState
    from tui_chain.net.target import Target
    from tui_chain.repair.candidates import Candidate, Gap
    from tui_chain.tui.answers import Answer, TextPage
    from tui_chain.x509.certificate import Certificate


class Noted(Message):
    """Something was done or shown in passing: a sentence, the command that does the same, the file written."""

    def __init__(self, text: str, command: str = "", path: Path | None = None) -> None:
        self.text = text
        self.command = command
        self.path = path
        super().__init__()


class HostHighlighted(Message):
    """The cursor came to another host, or to none."""

    def can_replace(self, message: Message) -> bool:
        """Of several that wait one is enough."""
        return isinstance(message, HostHighlighted)


class HostOpened(Message):
    """Enter was pressed on a host."""


class HostMarked(Message):
    """A host was marked, or its mark taken away."""

    def __init__(self, target: Target) -> None:
        self.target = target
        super().__init__()


class RunEnded(Message):
    """The last job of a run over the list has ended."""


class CandidateChosen(Message):
    """A certificate was chosen for a gap of the state that was shown."""

    def __init__(self, state: HostState, gap: Gap, candidate: Candidate) -> None:
        self.state = state
        self.gap = gap
        self.candidate = candidate
        super().__init__()


class PathStepped(Message):
    """In the state that was shown, the path after the selected one was asked for, or with -1 the one before it."""

    def __init__(self, state: HostState, step: int) -> None:
        self.state = state
        self.step = step
        super().__init__()


class CertificateOpened(Message):
    """The details of a certificate of the state that was shown were asked for."""

    def __init__(self, state: HostState, certificate: Certificate) -> None:
        self.state = state
        self.certificate = certificate
        super().__init__()


class HostRequested(Message):
    """A host is to come onto the list and be probed: that of a redirect that failed, or of an error text."""

    def __init__(self, target: Target) -> None:
        self.target = target
        super().__init__()


class DetailOpened(Message):
    """An answer not yet read about a host, or a page about it, is to be opened."""

    def __init__(self, target: Target, detail: Answer | TextPage) -> None:
        self.target = target
        self.detail = detail
        super().__init__()


class CopyRequested(Message):
    """A text is to be copied; `subject` names it in the sentence that says what came of that."""

    def __init__(self, text: str, subject: str) -> None:
        self.text = text
        self.subject = subject
        super().__init__()
