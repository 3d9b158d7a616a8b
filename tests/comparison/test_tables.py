"""docs/comparison.md rests on what was run or read: every row has a cell for every tool, every cell what shows it."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from tests.comparison.model import FOLDER, MARKS, Cell, Command, Measured, Outcome, Question, Source, read
from tests.comparison.page import PLACEHOLDER, TIME, Page
from tui_chain.lab.scenarios.catalogue import every_scenario

TABLE = read()
NAMED: tuple[Command | Source, ...] = (*TABLE.commands, *TABLE.sources)
OWNERS = {each.id: each.tool for each in NAMED}
CELLS = [(question, cell) for question in TABLE.questions for cell in question.cells]
PLACES = {"roots", "out", "folder", "leaf", "chain", "target", "port", "name"}


def test_every_tool_of_the_issue_has_a_column() -> None:
    names = " ".join(tool.name for tool in TABLE.tools)
    wanted = (
        "testssl.sh sslyze certigo step check_ssl_cert tlsx cfssl aia-chaser cert-chain-resolver whatsmychaincert"
    )
    assert [name for name in wanted.split() if name not in names] == []


@pytest.mark.parametrize("question", TABLE.questions, ids=lambda question: question.id)
def test_a_question_has_one_cell_for_each_tool(question: Question) -> None:
    answered = Counter(tool for cell in question.cells for tool in cell.tools)
    assert answered == Counter(tool.id for tool in TABLE.tools)
    assert {cell.mark for cell in question.cells if not TIME.fullmatch(cell.mark)} <= set(MARKS)


@pytest.mark.parametrize(
    ("question", "cell"), CELLS, ids=lambda each: each.id if isinstance(each, Question) else each.mark
)
def test_a_cell_names_for_each_of_its_tools_what_shows_it(question: Question, cell: Cell) -> None:
    assert set(cell.by) <= OWNERS.keys(), question.id
    assert {OWNERS[name] for name in cell.by} == set(cell.tools), question.id
    assert set(TIME.findall(cell.mark + cell.says)) <= set(cell.by), "a time is that of a command of the cell"


def test_no_name_stands_for_two_things_and_none_is_left_over() -> None:
    names = Counter(each.id for each in NAMED)
    assert [name for name, count in names.items() if count > 1] == []
    assert OWNERS.keys() - {name for _, cell in CELLS for name in cell.by} == set()


@pytest.mark.parametrize("command", TABLE.commands, ids=lambda command: command.id)
def test_a_command_was_run_and_printed_what_the_document_says(command: Command) -> None:
    assert Measured.read().outcomes[command.id].held
    assert command.shows, "an output without a pattern shows nothing"
    assert set(PLACEHOLDER.findall(command.argv)) <= PLACES
    assert shlex.split(command.argv)


def test_the_kept_run_has_no_command_that_is_gone() -> None:
    kept = Measured.read()
    assert kept.outcomes.keys() == {command.id for command in TABLE.commands}
    assert kept.versions.keys() == {tool.id for tool in TABLE.tools if tool.programs}


def test_a_tool_that_was_not_run_rests_on_sources_and_says_why() -> None:
    for tool in TABLE.tools:
        ran = any(command.tool == tool.id for command in TABLE.commands)
        assert ran == bool(tool.programs), tool.id
        assert ran or (tool.got.startswith("Not run: ") and tool.release), tool.id


def test_the_hosts_are_those_of_the_lab() -> None:
    known = {scenario.name for scenarios in every_scenario().values() for scenario in scenarios}
    assert {command.host for command in TABLE.commands} - {""} <= known


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    for name in ("tools", "commands", "sources", "questions"):
        text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text(text.replace("printed =", "prints =", 1), encoding="utf-8")
    with pytest.raises(TypeError, match="Command tlschain-check has no prints"):
        read(tmp_path)


def test_a_run_is_kept_and_a_later_one_replaces_what_it_has_anew(tmp_path: Path) -> None:
    file = tmp_path / "measured.json"
    assert Measured.read(file).outcomes == {}
    first = Measured("2026-01-01", {"a": "1"}, {"x": Outcome(0, 0.5, 0.1, True), "y": Outcome(0, 2.0, 0.1, True)})
    (first | Measured("2026-01-02", {"a": "2"}, {"x": Outcome(1, 0.1, 0.1, False)})).write(file)
    kept = Measured.read(file)
    assert (kept.date, kept.versions["a"], kept.outcomes["x"].exit, kept.outcomes["y"].seconds) == (
        "2026-01-02",
        "2",
        1,
        2.0,
    )


class TestPage:
    text = Page(TABLE, Measured.read()).text()

    def test_its_links_lead_somewhere(self) -> None:
        anchors = set(re.findall(r'<a id="([\w-]+)"></a>', self.text))
        assert set(re.findall(r"\]\(#([\w-]+)\)", self.text)) - anchors == set()

    def test_its_table_has_a_mark_in_every_cell(self) -> None:
        rows = [line.strip("| ").split(" | ") for line in self.text.splitlines() if line.startswith("| [")]
        grid = [row for row in rows if len(row) == len(TABLE.tools) + 1]
        assert len(grid) == len(TABLE.questions)
        assert {mark for row in grid for mark in row[1:] if not re.fullmatch(r"(?:under )?[\d.]+ s", mark)} <= set(
            MARKS
        )

    def test_no_placeholder_is_left(self) -> None:
        assert re.findall(r"\{\w[\w:-]*\}", self.text) == []

    def test_it_names_no_folder_of_the_machine(self) -> None:
        assert re.findall(r"/(?:tmp|root|home)\b", self.text) == []
