"""docs/comparison.md, made from the tables and the kept run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.comparison.model import Cell, Command, Comparison, Measured, Question, Source, Tool
from tui_chain.net.starttls.registry import protocols

HEAD = """# Comparison

Other tools answer some of the questions of somebody whose program says `CERTIFICATE_VERIFY_FAILED`. Each answer
below names what shows it: a command (c1, c2, …) that was run on {date} against tlschain's own lab of broken servers,
or a source (s1, s2, …) that was read. `python -m tests.comparison` runs the commands again with those tools that are
installed, and says where an output is no longer as it is written here. The lab is on the loopback interface.

Where others are better, in short:

- [Weak protocols, ciphers and known attacks](#weaknesses): testssl.sh and sslyze, by far. tlschain does not try.
- [Vendors' trust stores](#clients): sslyze and testssl.sh judge with those of Apple, Java, Microsoft and others.
- [Watching expiry](#expiry): check_ssl_cert, in any monitoring system that speaks Nagios' or Prometheus' words.
- [Very many hosts](#many): tlsx.
- [Time](#speed): certigo for a look at a server, cfssl and cert-chain-resolver for a chain.
- [AIA beyond five addresses](#aia): cfssl and aia-chaser; tlschain stops there on purpose.
- [Every address](#addresses) without an option for it: testssl.sh, whatsmychaincert.com; [both key types](#keys):
  testssl.sh, sslyze.

What the others do not have: a verdict for [each client family](#clients), [whose fault](#fault) it is, and a
[bundle for clients](#bundle) that is [proven](#proof) before it is written."""

LEGEND = (
    "`yes`, `partly` and `no` answer the question; `-` is where it does not arise, `?` where it is not known here."
)
TERMS = """\
ROOTS is the lab's trust store, LEAF and CHAIN are PEM files of what the host serves, OUT is a file to write. A time
is that of one run by the clock, from the start of the program to its end, on two cores that did other work too."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")
TIME = re.compile(r"\{(?:s|cpu):([\w-]+)\}")


@dataclass(frozen=True)
class Page:
    """The tables and the run that a page is made of."""

    table: Comparison
    measured: Measured

    def text(self) -> str:
        """The document."""
        parts = (
            HEAD.format(date=self.measured.date),
            f"## In one table\n\n{LEGEND}\n\n{self._grid()}",
            f"## The tools\n\n{self._tools()}",
            *map(self._chapter, self.table.questions),
            "## Commands",
            TERMS,
            *self._commands(),
            "## Sources",
            "\n".join(map(self._source, self.table.sources)),
        )
        return "\n\n".join(parts) + "\n"

    def _grid(self) -> str:
        names = [tool.name for tool in self.table.tools]
        rows = (
            [
                f"[{question.title}](#{question.id})",
                *(self._filled(question.cell(tool.id).mark) for tool in self.table.tools),
            ]
            for question in self.table.questions
        )
        return _table(["question", *names], rows)

    def _tools(self) -> str:
        rows = ([f"[{tool.name}]({tool.url})", self._version(tool), tool.got] for tool in self.table.tools)
        return _table(["tool", "version", "how it was had"], rows)

    def _version(self, tool: Tool) -> str:
        return tool.release or self.measured.versions[tool.id]

    def _chapter(self, question: Question) -> str:
        lines = "\n".join(map(self._answer, question.cells))
        return f'## <a id="{question.id}"></a>{question.title}\n\n{lines}'

    def _answer(self, cell: Cell) -> str:
        names = {tool.id: tool.name for tool in self.table.tools}
        who = ", ".join(names[tool] for tool in cell.tools)
        by = ", ".join(f"[{self._numbers[name]}](#{self._numbers[name]})" for name in cell.by)
        return f"- **{who}**: {self._filled(f'{cell.mark}; {cell.says}')} ({by})"

    def _filled(self, says: str) -> str:
        timed = TIME.sub(self._time, says)
        names = sorted(protocols())
        return timed.replace("{starttls}", f"{len(names)}: {', '.join(names)}")

    def _time(self, match: re.Match[str]) -> str:
        outcome = self.measured.outcomes[match[1]]
        return _seconds(outcome.cpu if match[0].startswith("{cpu") else outcome.seconds)

    def _commands(self) -> Iterator[str]:
        for tool in self.table.tools:
            lines = [self._command(tool, each) for each in self.table.commands if each.tool == tool.id]
            if lines:
                yield f"### {tool.name}\n\n" + "\n".join(lines)

    def _command(self, tool: Tool, command: Command) -> str:
        number, outcome = self._numbers[command.id], self.measured.outcomes[command.id]
        where = f" against `{command.host}`" if command.host else ""
        line = typed(tool, command)
        shown = f"\n\n  ```sh\n{_indented(line)}\n  ```\n\n  " if "\n" in line else f" `{line}`"
        after = f"{where}: exit {outcome.exit}, {_seconds(outcome.seconds)}; {command.printed}"
        return f'- <a id="{number}"></a>**{number}**{shown}{after.strip() if chr(10) in line else after}'

    def _source(self, source: Source) -> str:
        number = self._numbers[source.id]
        names = {tool.id: tool.name for tool in self.table.tools}
        return f'- <a id="{number}"></a>**{number}** [{names[source.tool]}]({source.url}): {source.says}'

    @property
    def _numbers(self) -> Mapping[str, str]:
        commands = {each.id: f"c{number}" for number, each in enumerate(self.table.commands, 1)}
        return commands | {each.id: f"s{number}" for number, each in enumerate(self.table.sources, 1)}


def typed(tool: Tool, command: Command) -> str:
    """The command line with its placeholders as words in capitals."""
    known = {"target": "localhost:PORT"}
    return PLACEHOLDER.sub(lambda match: known.get(match[1], match[1].upper()), f"{tool.programs[0]} {command.argv}")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _seconds(value: float) -> str:
    if value < 0.01:
        return "under 0.01 s"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(head)]
    lines = [cells[0], ["---"] * len(cells[0]), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
