"""The matrix of client families: what each makes of the chain as served, with the bundle, and in a real handshake."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.style import Style

from tui_chain.clients.families import FAMILIES, Family, FamilyId
from tui_chain.clients.verdict import Code, Verdict, Verdicts, reason
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Status
from tui_chain.core.text import colon_hex, elide_end
from tui_chain.tui.answers import AnswerKind, FullTest, answer_of
from tui_chain.tui.host_rows import BAD, DIM, OK, HostRow
from tui_chain.tui.render import finding_text

if TYPE_CHECKING:
    from tui_chain.diagnose.findings.finding import Finding
    from tui_chain.engine.host_state import HostState
    from tui_chain.livetest.attempt import Attempt
    from tui_chain.livetest.families import FamilyTest
    from tui_chain.livetest.programs import ProgramTest
    from tui_chain.x509.certificate import Certificate


class Cell(NamedTuple):
    """A text and its style; `short` takes its place where it does not fit."""

    text: str
    style: str
    short: str = ""


NOTHING = Cell("·", DIM)


class Column(IntEnum):
    """What a family is asked for."""

    SERVED = 0
    BUNDLE = 1
    HANDSHAKE = 2


_SHORT = {
    2: "no issuer",
    9: "not valid yet",
    10: "expired",
    18: "self-signed",
    19: "untrusted root",
    20: "no issuer",
    21: "no issuer",
    23: "revoked",
    26: "wrong purpose",
    62: "wrong name",
    64: "wrong address",
    66: "weak key",
    67: "weak CA key",
    68: "weak signature",
}
"""OpenSSL's verify codes (X509_V_ERR_*) in two words, for a column without room for their sentences."""
_SHORT_TEXTS = {
    "its issuer is not known": "no issuer",
    "it has expired": "expired",
    "it is not valid yet": "not valid yet",
    "it has expired or is not valid yet": "not valid now",
    "it is not for this host": "wrong name",
    "it does not name the host": "wrong name",
}
"""The same of sentences of the models."""
PYTHON = FamilyId.PYTHON_313 if sys.version_info >= (3, 13) else FamilyId.PYTHON
"""The family with whose rules a live test is made: that of the interpreter that runs this."""


@dataclass(frozen=True)
class MatrixLayout:
    """Cells of the column of names and of the three columns of verdicts, with what stands above them."""

    names: int
    heads: tuple[str, ...]
    widths: tuple[int, ...]

    @property
    def is_narrow(self) -> bool:
        """Whether the names are the short ones."""
        return self.names == SHORT_NAMES


HEADS = ("as served", "with the bundle", "real handshake")
SHORT_HEADS = ("served", "bundle", "handshake")
NAMES, SHORT_NAMES = 25, 9
"""Cells of the column of names, where there is room and in a narrow matrix."""
MEDIUM, NARROW = 74, 60
"""Cells below which the heads are short, and below which the names are too."""
GAP = 2
"""Cells between columns."""


def layout(width: int, rows: Sequence[Sequence[Cell]]) -> MatrixLayout:
    """Lay rows of cells out in `width` cells: the last two columns take up to a third each, the first the rest."""
    names, heads = NAMES if width >= NARROW else SHORT_NAMES, HEADS if width >= MEDIUM else SHORT_HEADS
    room = max(width - names - GAP * (len(heads) - 1), 3)
    needs = [max((cell_len(row[place].text) for row in rows), default=0) for place in range(len(heads))]
    later = [
        min(max(need, len(head)), max(room // 3, len(head))) for need, head in zip(needs[1:], heads[1:], strict=True)
    ]
    return MatrixLayout(names, heads, (max(room - sum(later), 1), *later))


class Matrix:
    """The matrix of a host; `engines` names what judges for each family, as far as that is known."""

    def __init__(self, row: HostRow, engines: Mapping[str, str]) -> None:
        self._row = row
        self._state = row.state
        self._engines = engines
        self._proven = row.state.proven

    @cached_property
    def served(self) -> Verdicts:
        """What the families say of the chain as served; empty where it is not known."""
        verdict = self._state.verdict
        return {} if verdict is None else verdict.verdicts

    @property
    def bundle(self) -> Verdicts:
        """What they say with the bundle; empty where none is proven."""
        return {} if self._proven is None else self._proven.verdicts

    @cached_property
    def full_test(self) -> FullTest | None:
        """The test with everything, where it was made with what is proven now."""
        answer = answer_of(self._row.answers, AnswerKind.PROGRAMS)
        if answer is None or not isinstance(answer.found, FullTest):
            return None
        pem = None if self._proven is None else self._proven.bundle.pem
        return answer.found if answer.found.pem == pem else None

    def attempt(self, family: Family) -> Attempt | None:
        """The live test, for the family with whose rules it is made."""
        live = self._state.live_test
        return live.last if live is not None and family.id == PYTHON else None

    def tested(self, family: Family) -> FamilyTest | None:
        """The handshake that was made as a family does."""
        return None if self.full_test is None else self.full_test.result.client(family.id)

    def programs(self, family: Family) -> tuple[ProgramTest, ...]:
        """What came of the programs of a family."""
        return () if self.full_test is None else self.full_test.result.programs_of(family.id)

    # in short

    @cached_property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """Three cells for each family."""
        return tuple(
            (
                _verdict_cell(self.served.get(family.id)),
                _verdict_cell(self.bundle.get(family.id)),
                self._handshake(family),
            )
            for family in FAMILIES
        )

    def _handshake(self, family: Family) -> Cell:
        attempt, test, programs = self.attempt(family), self.tested(family), self.programs(family)
        refusing = next((one for one in programs if one.ok is False), None)
        if refusing is not None:
            return Cell(f"✗ {refusing.name}: {refusing.text}", BAD, f"✗ {refusing.name} refuses")
        if attempt is not None:
            return _attempt_cell(attempt)
        if test is not None:
            return _test_cell(family, test, programs)
        return Cell("T runs it", DIM) if self._state.reached is not None else NOTHING

    def lines(self, width: int, at: tuple[int, Column] | None, cursor: Style) -> list[Content]:
        """The heads and a line for each family, in `width` cells; `at` is the place of the cursor, if it has one."""
        shape = layout(width, self.cells)
        heads = (f"{head:<{size + GAP}}" for head, size in zip(shape.heads, shape.widths, strict=True))
        title = "client" if shape.is_narrow else "client family"
        lines = [Content.styled(f"{title:<{shape.names}}{''.join(heads)}"[:width], DIM)]
        for place, (family, cells) in enumerate(zip(FAMILIES, self.cells, strict=True)):
            line, starts = _line(family, cells, shape)
            if at is not None and at[0] == place:
                line = line.stylize("bold", 0, starts[0]).stylize(cursor, *starts[at[1] : at[1] + 2])
            lines.append(line)
        return lines

    def columns(self, width: int) -> tuple[int, ...]:
        """The cell at which each column begins, from 0, in a matrix of this width."""
        shape = layout(width, self.cells)
        return tuple(accumulate((size + GAP for size in shape.widths[:-1]), initial=shape.names))

    # in full

    def explanation(self, family: Family, column: Column) -> str:
        """A cell in a sentence: what was said, at which certificate, and what judged."""
        if column is Column.SERVED:
            return self._of_verdict(family, self.served.get(family.id), "accepts the chain as served")
        if column is Column.HANDSHAKE:
            return self._of_handshake(family)
        if self._proven is None:
            return self._no_bundle()
        return self._of_verdict(family, self.bundle.get(family.id), "accepts with the bundle as its only trust store")

    def _of_verdict(self, family: Family, verdict: Verdict | None, accepted: str) -> str:
        if verdict is None:
            return "not judged"
        at = verdict.certificate
        place = "" if at is None else f"; it stops at {certificate_text(self._state, at)}"
        engine = self._engines.get(family.id) or (
            f"a model of {family.engine}" if family.model else family.engine.value
        )
        return f"{accepted if verdict.ok else f'{reason(verdict)}{place}'} · by {engine}"

    def _no_bundle(self) -> str:
        if self._row.status is Status.COMPLETE:
            return "needs no bundle: every client family accepts the chain as served"
        if self._state.resolution is None:
            return "there is no proven bundle yet; f looks for one"
        failure = self._state.repair
        return failure.message.rstrip(".") if isinstance(failure, Failure) else "there is no proven bundle"

    def _of_handshake(self, family: Family) -> str:
        attempt, test = self.attempt(family), self.tested(family)
        texts = [] if attempt is None else [f"live test with {attempt.trust}: {attempt_text(attempt)}"]
        texts += [] if test is None else [test_text(test)]
        texts += [program_text(one) for one in self.programs(family)]
        return "; ".join(texts) or "no real handshake yet; T makes one and runs the programs of this machine"

    def page(self, family: Family) -> Content:
        """A family in full: its three cells, and the certificates at which it stops."""
        parts = [
            Content.assemble((f"{head[:1].upper()}{head[1:]}\n", "bold"), f"{self.explanation(family, column)}\n")
            for head, column in zip(HEADS, Column, strict=True)
        ]
        refusals = (verdicts.get(family.id) for verdicts in (self.served, self.bundle))
        refused = dict.fromkeys(one.certificate for one in refusals if one is not None and one.certificate)
        return Content("\n").join([*parts, *(_certificate_facts(self._state, sha256) for sha256 in refused)])


# cells


def _refusal(code: Code | None, text: str) -> Cell:
    """The code first where it is a number, since the text may be cut."""
    if not isinstance(code, int):
        return Cell(f"✗ {text}", BAD, f"✗ {_SHORT_TEXTS.get(text, text)}")
    return Cell(f"✗ {code} {text}", BAD, f"✗ {code} {_SHORT.get(code, text)}")


def _verdict_cell(verdict: Verdict | None) -> Cell:
    if verdict is None:
        return NOTHING
    return Cell("✓ accepts", OK) if verdict.ok else _refusal(verdict.code, verdict.error or "refuses")


def _attempt_cell(attempt: Attempt) -> Cell:
    took = attempt.milliseconds if attempt.times.tls is None else attempt.times.tls
    return Cell(f"✓ {took:.0f} ms", OK) if attempt.ok else _refusal(attempt.code, attempt.text)


def _test_cell(family: Family, test: FamilyTest, programs: Sequence[ProgramTest]) -> Cell:
    """Of a model the programs that it stands for come first: they are the real ones."""
    worked = [one for one in programs if one.ok]
    if family.model and worked:
        return Cell(f"✓ {', '.join(one.name for one in worked)}", OK)
    if test.ok is False:
        return _refusal(test.code, test.text.removeprefix("refused: "))
    absent = f", no {programs[0].name}" if family.model and programs else ""
    if test.ok is None:
        return Cell(f"· not emulated{absent}", DIM)
    return Cell(f"✓ {test.times.tls or 0:.0f} ms{absent}", OK)


# lines


def _line(family: Family, cells: Sequence[Cell], shape: MatrixLayout) -> tuple[Content, list[int]]:
    """A family's line, and at which characters its cells start and the last one ends."""
    name = family.short if shape.is_narrow else f"{family.name}{' model' if family.model else ''}"
    parts = [(name.ljust(shape.names), "")]
    starts = [shape.names]
    for cell, size in zip(cells, shape.widths, strict=True):
        text = cell.text if cell_len(cell.text) <= size else cell.short or cell.text
        shown = f"{set_cell_size(elide_end(text, size), size)}{' ' * GAP}"
        parts.append((shown, cell.style))
        starts.append(starts[-1] + len(shown))
    return Content.assemble(*parts), starts


# sentences


def certificate_text(state: HostState, sha256: str) -> str:
    """A certificate of a host by its place and its name; one with the issuer's name and another key is called so."""
    found = _known(state, sha256)
    if found is None:
        return f"the certificate {sha256[:16]}…"
    served = state.reached.certificates if state.reached is not None else ()
    if served and found == served[0]:
        return f"the server's certificate {found.label}"
    namesake = any(one.code is FindingCode.NAMESAKE and one.at == sha256 for one in _findings(state))
    more = ", which has the issuer's name and another key" if namesake else ""
    return f"the {'served' if found in served else 'CA'} certificate {found.label}{more}"


def _known(state: HostState, sha256: str) -> Certificate | None:
    return next((one for one in state.known_certificates if one.sha256 == sha256), None)


def _findings(state: HostState) -> Sequence[Finding]:
    return state.verdict.findings if state.verdict is not None else ()


def attempt_text(attempt: Attempt) -> str:
    """What came of a live test."""
    took = "" if attempt.times.tls is None else f", TLS {attempt.times.tls:.0f} ms"
    return f"{attempt.text}{f' ({attempt.code})' if attempt.code else ''}{took if attempt.ok else ''}"


def test_text(test: FamilyTest) -> str:
    """What came of a handshake as a family makes it."""
    code = f" ({test.code})" if test.code is not None else ""
    took = f"{test.times.tls:.0f} ms" if test.times.tls is not None else ""
    return ", ".join(filter(None, (f"{test.text}{code}", test.tls_version, test.cipher, took)))


def program_text(program: ProgramTest) -> str:
    """What came of a program of this machine."""
    if program.ok is None:
        return f"no {program.name} here" if program.missing else f"{program.name} was not run: it {program.text}"
    return f"{program.name} of this machine {'accepts' if program.ok else 'refuses'} it: {program.text}"


def _certificate_facts(state: HostState, sha256: str) -> Content:
    """Who a certificate is, where it came from, and what is wrong with it."""
    found = _known(state, sha256)
    text = certificate_text(state, sha256)
    head = Content.styled(f"{text[:1].upper()}{text[1:]}", "bold")
    if found is None:
        return head
    facts = [head, Content(found.subject), Content(f"from {state.source_of(found)}")]
    facts += [Content.styled(f"sha256 {colon_hex(sha256)}", DIM)]
    facts += [finding_text(one) for one in _findings(state) if one.at == sha256]
    return Content("\n").join([*facts, Content()])
