"""Every key of the table of actions in every pane, in a real terminal of 80x24 with 500 hosts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from tests.support.posix import go_on
from tests.support.terminal import Program, in_terminal
from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.tui.actions import ACTIONS

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 51))
PORTS = 9
"""On 50 addresses: 450 hosts; 50 closed ports make them 500."""
PANES = "1234"
MOVES = ("j", "k", "g", "G", "h", "l", "tab", "shift+tab", "enter", "pagedown", "pageup", "home", "end", "left", "up")
"""Keys that every list has, `down` and `right` aside, which do as `j` and `l`."""
MOST_ESCAPES = 4
"""So many times esc leads out of whatever a key has opened."""
TITLE = "All keys"
SOON = 10.0
QUIET, BUSY = 0.04, 3.0
"""Seconds after which a screen that paints nothing rests; one that goes on for longer is busy with other things."""


def keys() -> list[str]:
    """Each key once, but those that quit."""
    actions = [action for action in ACTIONS if action.id != "quit"]
    return list(dict.fromkeys((*(key for action in actions for key in action.keys.split(",")), *MOVES)))


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Path, list[str]]]:
    """The lab's trust store, and 500 targets: two of three ports leave their issuer out."""
    with open_lab(["leaf-only"]) as lab:
        ports = [_port(lab, whole=number % 3 == 0) for number in range(PORTS)]
        targets = [f"{address}:{port}" for port, address in product((*ports, lab.dead_port), ADDRESSES)]
        yield lab.trust_file, [lab.host("leaf-only").target, *targets[1:]]


def _port(lab: Lab, *, whole: bool) -> int:
    leaf = lab.hierarchy.issue_leaf(Leaf(names=("localhost", *ADDRESSES)), "host")
    chain = [leaf.der, lab.hierarchy["issuing"].der] if whole else [leaf.der]
    return lab.serve(chain, leaf.key, addresses=ADDRESSES)


@pytest.fixture
def program(hosts: tuple[Path, list[str]], tmp_path: Path) -> Iterator[Program]:
    trust, targets = hosts
    listed = tmp_path / "hosts.txt"
    listed.write_text("\n".join(targets), encoding="ascii")
    options: list[str | Path] = ["--no-pool", "--trust", trust, "--hosts", listed]
    command = [sys.executable, "-m", "tui_chain.tui.start", *options]
    with in_terminal(command, environment=os.environ, rows=24, columns=80, folder=tmp_path) as running:
        running.shows(f"1 Hosts  {len(targets)}")
        yield running


def leads_back(program: Program, key: str) -> None:
    """Some esc and `?`, all at once, open the help, and esc closes it: the program reads keys and is where it was.

    What a job opens may come in between, so there is a second time.
    """
    program.send(*["escape"] * MOST_ESCAPES, "question_mark")
    with suppress(AssertionError):
        program.until(lambda: TITLE in program.text, seconds=SOON)
    if TITLE not in program.text:
        program.send(*["escape"] * MOST_ESCAPES, "question_mark")
    program.until(lambda: TITLE in program.text, f"for the help after {key}")
    program.send("escape")
    program.until(lambda: TITLE not in program.text, f"for the end of the help after {key}")


@pytest.mark.parametrize("pane", PANES)
def test_every_key_in_a_pane_of_five_hundred_hosts(program: Program, pane: str) -> None:
    program.shows("incomplete")
    program.send("f")
    program.shows("repairable")
    for key in keys():
        program.send(pane)
        program.rests(QUIET, seconds=BUSY)
        program.send(key)
        program.rests(QUIET, seconds=BUSY)
        if key == "ctrl+z":
            go_on(program.process)
        assert program.alive, f"{key} ended it\n{program.text}"
        leads_back(program, key)
    assert b"Traceback" not in program.output
    quits(program)


def quits(program: Program) -> None:
    """`q` ends it; where it asks first, `y` says yes."""
    program.send("q")
    program.until(lambda: not program.alive or asks(program), "for the end or the question")
    if program.alive:
        program.send("y")
    assert program.end() == 0


def asks(program: Program) -> bool:
    shown = " ".join(program.text.split())
    return "not been written" in shown or "not written" in shown or "unwritten" in shown
