"""From an error text, as a program printed it, to its causes, each with the key that decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option

from tui_chain.core.failure import Failure
from tui_chain.core.text import elide_middle, safe_text
from tui_chain.diagnose.explain.causes import Cause
from tui_chain.diagnose.explain.explanation import SPEAKERS, Explanation, explain, explain_code
from tui_chain.diagnose.explain.places import starttls_of
from tui_chain.diagnose.explain.reading import MAX_LINE, MAX_READ, readable_lines
from tui_chain.diagnose.findings.finding import FindingKind
from tui_chain.net.target import Target
from tui_chain.tui.background import in_background
from tui_chain.tui.cause_steps import CauseStep, StepKind, step_of
from tui_chain.tui.host_rows import BAD, DIM, OK
from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.render import fact, lines, with_keys
from tui_chain.tui.screens.dialog import ChoiceList, Dialog

TITLE = "Explain an error text"
HELP = "Paste what the program printed: a traceback, a log, a verify code such as 20, or the code of a finding."
MAX_LINE_SHOWN = 66
"""Characters of a fact, so that it takes one line: the text itself stands in the box."""
MAX_HOST = 22
"""Characters of the host in the border, where the other keys stand too."""
Answer = Explanation | FindingKind | Failure | None
"""What a text means; None where there is none."""


class ErrorTextArea(TextArea):
    """The box for the text; what is pasted is made safe for a terminal, and of a long log it has what is read."""

    class Shortened(Message):
        """A text was pasted of which only the lines about errors are shown."""

        def __init__(self, pasted: int, shown: int) -> None:
            self.pasted, self.shown = pasted, shown
            super().__init__()

    def on_paste(self, event: events.Paste) -> None:
        """Take a text in place of Textual, which lays megabytes out on the event loop."""
        event.prevent_default()
        event.stop()
        if len(event.text) <= MAX_READ:
            self._take(_safe_lines(event.text.splitlines()))
        else:
            self._shorten(event.text)

    @work(group="paste", exclusive=True, exit_on_error=False)
    async def _shorten(self, text: str) -> None:
        shown = await in_background(lambda: _safe_lines(readable_lines(text)), "paste")
        if isinstance(shown, str):
            self._take(shown)
            self.post_message(self.Shortened(len(text), len(shown)))

    def _take(self, text: str) -> None:
        self.replace(text, *self.selection, maintain_selection_offset=False)


def _safe_lines(given: list[str] | tuple[str, ...]) -> str:
    return "\n".join(safe_text(line.expandtabs(4), MAX_LINE) for line in given)


class ExplainScreen(Dialog[CauseStep]):
    """Takes a pasted error text and answers while it changes; enter on a cause does what decides about it.

    Its result is the step to take on the main screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add the host"),
        Binding("y", "copy", "Copy the command"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._answered = ""
        self._causes: tuple[Cause, ...] = ()
        self._target: Target | None = None

    def compose(self) -> ComposeResult:
        """The text, below it what it means, and the causes."""
        with Vertical(classes="frame -tall", id="explain") as frame:
            frame.border_title = TITLE
            yield Static(Content.styled(HELP, DIM), id="explain-help", markup=False)
            yield ErrorTextArea(id="explain-text", compact=True)
            yield Static(id="explain-answer", classes="fit gap-above", markup=False)
            yield ChoiceList(id="explain-causes", classes="list rest gap-above")

    def on_mount(self) -> None:
        """Begin in the text."""
        self._show(None)
        self.query_one(ErrorTextArea).focus()

    # the text

    @on(TextArea.Changed)
    def _changed(self) -> None:
        waiting, self._text = self._text != self._answered, self.query_one(ErrorTextArea).text
        if not waiting:
            self._explain()

    @work(group="explain", exclusive=True, exit_on_error=False)
    async def _explain(self) -> None:
        """Explain what stands in the box until it changes no more: one text at a time."""
        while self._text != self._answered:
            text = self._text
            found = await in_background(lambda: _answer(text), "explain")  # noqa: B023 - it is waited for
            self._answered = text
            if self._text == text:
                self._show(found)

    @on(ErrorTextArea.Shortened)
    def _shortened(self, event: ErrorTextArea.Shortened) -> None:
        pasted, shown = (f"{size / 1024:,.0f} KB" for size in (event.pasted, event.shown))
        note = (f"  {pasted} were pasted; the {shown} that tell of errors are shown", DIM)
        self.query_one("#explain").border_title = Content.assemble(TITLE, note)

    # the answer

    def _show(self, found: Answer) -> None:
        causes = found.causes if isinstance(found, Explanation) else ()
        self._causes, steps = causes, [step_of(cause) for cause in causes]
        self._target = _target(found)
        self.query_one("#explain-answer", Static).update(lines(_head(found)))
        choices = self.query_one(ChoiceList)
        choices.clear_options().add_options(
            Option(_choice(*one)) for one in enumerate(zip(causes, steps, strict=True), 1)
        )
        choices.action_first()
        choices.display = bool(causes)
        frame = self.query_one("#explain")
        frame.set_class(found is not None, "-answered")
        if found is None:
            frame.border_title = TITLE
        self._name_keys()

    @on(events.DescendantFocus)
    def _name_keys(self) -> None:
        here = self.query_one(ChoiceList)
        if isinstance(self.focused, ChoiceList):
            target = self._target
            host = "the host" if target is None or self.is_tight else elide_middle(target.display, MAX_HOST)
            keys = ["enter does it", *([f"a adds {host}"] if target is not None else []), "y copies"]
        else:
            keys = ["tab goes to the causes"] if here.display else ["paste it"]
        self.query_one("#explain").border_subtitle = Content(" · ".join((*keys, "esc close")))

    # what is done

    @property
    def _cause(self) -> Cause | None:
        """The cause under the cursor, or None."""
        place = self.query_one(ChoiceList).highlighted
        return None if place is None else self._causes[place]

    @on(OptionList.OptionSelected)
    def _entered(self) -> None:
        cause = self._cause
        step = None if cause is None else step_of(cause)
        if step is not None and step.kind is StepKind.SHELL:
            self.action_copy()
        elif step is not None:
            self.dismiss(step)

    def action_add(self) -> None:
        """Add the host of the text and probe it."""
        if self._target is not None:
            self.dismiss(CauseStep(StepKind.PROBE, "", self._target))

    def action_copy(self) -> None:
        """Copy the command of the cause under the cursor."""
        if self._cause is not None:
            self.post_message(CopyRequested(step_of(self._cause).command, f"the command of {self._cause.code}"))


def _answer(text: str) -> Answer:
    return (explain_code(text) or explain(text)) if text.strip() else None


def _target(found: Answer) -> Target | None:
    """The host of the text, with STARTTLS where its port begins in clear text."""
    if not isinstance(found, Explanation) or found.host is None or found.port is None:
        return None
    return Target(found.host, found.port, starttls_of(found.port))


def _choice(number: int, cause: tuple[Cause, CauseStep]) -> Content:
    one, step = cause
    return Content.assemble((f"{number} {one.code}", "bold"), f"  {one.message}\n   ", (step.text, OK))


def _head(found: Answer) -> Iterator[Content]:
    """What a text says, above its causes."""
    if isinstance(found, Explanation):
        yield from _explained(found)
    elif isinstance(found, FindingKind):
        yield Content.assemble((found.code, "bold"), f"  {found.severity.value} · fault: {found.blame.value}")
        yield from (Content(found.message), Content.styled(with_keys(found.hint), DIM))
        yield from [fact("source", found.source)] if found.source else ()
    elif found is not None:
        yield Content.styled(found.message, BAD)
        if found.kind == "unknown-text":
            yield Content.styled(
                "Paste the lines with the error itself, or close this and press a to add the host.", DIM
            )
        else:
            yield Content.styled(with_keys(found.hint), DIM)


def _explained(found: Explanation) -> Iterator[Content]:
    yield Content.styled(found.symptom.message, "bold")
    client = f"{found.client} {found.version or ''}".strip() if found.client is not None else ""
    code = f"verify code {found.openssl_code}" if found.openssl_code is not None else ""
    yield fact("from", " · ".join(filter(None, (client, SPEAKERS[found.symptom.speaker], code))))
    host = str(_target(found) or "")
    for name, text in (("host", host), ("url", found.url or ""), ("file", found.trust_file or "")):
        if text:
            yield fact(name, elide_middle(text, MAX_LINE_SHOWN))
    yield fact("line", (elide_middle(found.line, MAX_LINE_SHOWN), DIM))
    if found.symptom.fact and len(found.causes) > 1:
        yield Content(f"The text leaves it open. {found.symptom.fact}")
