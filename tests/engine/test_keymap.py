"""A user's keymap: keys as people write them, and what of it can be bound."""

from __future__ import annotations

import string

import pytest
from textual import keys as textual_keys

from tui_chain.engine.actions import ACTIONS
from tui_chain.engine.keymap import key_name, keys_of, read_keymap, remapped, written_key

BY_ID = {action.id: action for action in ACTIONS}

WRITTEN = {
    "f": "f",
    "F": "F",
    "shift+f": "F",
    "F2": "f2",
    "f12": "f12",
    "?": "question_mark",
    "/": "slash",
    "+": "plus",
    "ctrl++": "ctrl+plus",
    "Ctrl+F": "ctrl+f",
    "shift+ctrl+f5": "ctrl+shift+f5",
    "ESC": "escape",
    "PgUp": "pageup",
    " space ": "space",
    "comma": "comma",
    "question_mark": "question_mark",
    "é": "é",
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+[": "escape",
    "alt+x": "alt+x",
}


@pytest.mark.parametrize(("written", "name"), WRITTEN.items())
def test_a_key_is_read_as_people_write_it(written: str, name: str) -> None:
    assert key_name(written) == name


@pytest.mark.parametrize(
    "written", ["", " ", "f25", "hyper+x", "ctrl+", "ctrl+nosuch", "ff", "\x1b", "\u202e", "\ud800"]
)
def test_what_is_no_key_is_none(written: str) -> None:
    assert key_name(written) is None


def test_characters_are_named_as_textual_names_them() -> None:
    names = {character: textual_keys._character_to_key(character) for character in string.printable.strip()}
    assert {character: key_name(character) for character in names} == names


def test_every_key_of_the_table_is_written_so_that_it_can_be_read() -> None:
    for action in ACTIONS:
        for key in action.keys.split(","):
            assert key_name(written_key(key)) == key, action


# a keymap


def problems(**entries: object) -> dict[str, str]:
    return dict(read_keymap({name.replace("_", "."): value for name, value in entries.items()}).problems)


def test_a_keymap_gives_an_action_all_its_keys() -> None:
    found = read_keymap({"host.fix": "F3, ctrl+f", "help": "f1"})
    assert found.problems == ()
    assert found.keymap == {"host.fix": ("f3", "ctrl+f"), "help": ("f1",)}
    assert keys_of(BY_ID["host.fix"], found.keymap) == ("f3", "ctrl+f")
    assert keys_of(BY_ID["quit"], found.keymap) == ("q", "ctrl+q")


def test_two_actions_may_swap_their_keys() -> None:
    assert problems(host_fix="r", host_probe="f") == {}


def test_the_usual_keymap_is_fine() -> None:
    usual = {action.id: ",".join(map(written_key, action.keys.split(","))) for action in ACTIONS}
    found = read_keymap(usual)
    assert found.problems == ()
    assert found.keymap == {action.id: tuple(action.keys.split(",")) for action in ACTIONS}


def test_an_unknown_action_is_named_with_the_nearest() -> None:
    assert problems(host_fixx="f") == {"host.fixx": "There is no such action; `host.fix` is one."}
    assert problems(zzzzzz="f") == {"zzzzzz": "There is no such action."}


def test_an_unknown_key_is_named_with_the_nearest() -> None:
    assert problems(help="backspase") == {"help": "'backspase' is no key; `backspace` is one."}
    assert problems(help="f1,") == {
        "help": "There is no key between two commas, or after the last; the comma itself is written comma."
    }
    assert problems(help="\x1b[2J") == {"help": "'\\x1b[2J' is no key."}


@pytest.mark.parametrize("value", [1, True, None, ["f"], {"a": "b"}])
def test_keys_are_a_text(value: object) -> None:
    assert list(problems(help=value)) == ["help"]


def test_a_key_of_another_action_is_left_out() -> None:
    assert problems(host_fix="t") == {"host.fix": "The key t is that of host.test."}
    assert problems(help="f") == {"help": "The key f is that of host.fix."}
    assert problems(zoom="F5", host_fix="F5") == {"host.fix": "The key F5 is that of zoom."}


def test_an_entry_that_is_left_out_gives_its_usual_key_back() -> None:
    found = read_keymap({"host.fix": "r", "host.probe": "nosuchkey"})
    assert dict(found.problems) == {
        "host.probe": "'nosuchkey' is no key.",
        "host.fix": "The key r is that of host.probe.",
    }
    assert found.keymap == {}


def test_keys_of_lists_stay_theirs() -> None:
    assert problems(host_fix="j") == {"host.fix": "Every list has the key j for itself."}
    assert problems(host_fix="ctrl+m") == {"host.fix": "Every list has the key enter for itself."}


def test_actions_under_a_keymap_show_its_keys() -> None:
    shown = {action.id: action for action in remapped({"host.fix": ("f3", "question_mark")})}
    assert shown["host.fix"].key_names == "F3 ?"
    assert shown["host.fix"].keys == "f3,question_mark"
    assert shown["quit"] is BY_ID["quit"]
