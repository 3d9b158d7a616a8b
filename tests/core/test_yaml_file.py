"""YAML of others: texts, lists and mappings alone; bombs and whatever else is too much are refused at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.limits import own_seconds
from tests.support.unsafe import unsafe_in
from tui_chain.core import yaml_file
from tui_chain.core.failure import Failure
from tui_chain.core.yaml_file import MAX_DEPTH, MAX_NODES, documents, list_at, text_at, value_at


def read(text: str | bytes) -> tuple[yaml_file.Value, ...]:
    found = documents(text.encode() if isinstance(text, str) else text, "file")
    assert not isinstance(found, Failure), found
    return found


def refused(text: str | bytes) -> str:
    found = documents(text.encode() if isinstance(text, str) else text, "file a.yaml")
    assert isinstance(found, Failure), found
    assert found.message.startswith("The file a.yaml is ")
    assert unsafe_in(str(found)) == set()
    return found.message


def test_scalars_are_texts() -> None:
    (found,) = read("a: 1\nb: yes\nc: 2026-99-99\nd: 0x1F\ne: !!int 7\nf: '~'\ng: ~\nh:\ni: null\nj: 190:20:30\n")
    assert found == {
        "a": "1", "b": "yes", "c": "2026-99-99", "d": "0x1F", "e": "7", "f": "~", "g": "", "h": "", "i": "",
        "j": "190:20:30",
    }  # fmt: skip


def test_documents_lists_and_json_are_read() -> None:
    assert read("a: [x, {b: c}]\n---\n- 1\n---\n") == ({"a": ["x", {"b": "c"}]}, ["1"], "")
    assert read('{\n\t"a": {"b": true, "c": null},\n\t"d": "\\u003c\\n"\n}') == (
        {"a": {"b": "true", "c": ""}, "d": "<\n"},
    )
    assert read("a: 1\na: 2\n") == ({"a": "2"},)
    assert read("? [a]\n: b\nc: d\n") == ({"c": "d"},)
    assert read(b"") == ()


def test_what_is_not_there_is_empty() -> None:
    (found,) = read("a: {b: [c], d: e}\n")
    assert text_at(found, "a", "d") == "e"
    assert list_at(found, "a", "b") == ["c"]
    assert (value_at(found, "x", "y"), text_at(found, "a", "b"), list_at(found, "a", "d")) == ("", "", [])


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!x", "!!binary"])
def test_a_tag_makes_nothing_of_its_own(tag: str, tmp_path: Path) -> None:
    mark = tmp_path / "made"
    assert read(f"a: {tag} ['touch {mark}']\n") == ({"a": [f"touch {mark}"]},)
    assert not mark.exists()


def test_an_alias_is_what_its_anchor_is() -> None:
    assert read("a: &x {k: v}\nb: *x\nc: [*x, *x]\n") == (
        {"a": {"k": "v"}, "b": {"k": "v"}, "c": [{"k": "v"}, {"k": "v"}]},
    )
    assert "stands for nothing before it" in refused("a: &x [*x]\n")
    assert "stands for nothing before it" in refused("a: &x 1\n---\nb: *x\n")


def laughs(times: int) -> str:
    """Lists of ten of the list before, so many times."""
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, times)]
    return "\n".join(lines)


BOMBS = {
    "lists": laughs(12),
    "mappings": "a: &a {x: 1}\n" + "\n".join(f"k{n}: &a {{x: *a, y: *a}}" for n in range(40)),
    "one alias, often": "a: &a [" + "x, " * 1000 + "]\nb: [" + "*a, " * 10_000 + "]",
    "deep lists": "[" * 100_000,
    "deep mappings": "{a: " * 100_000,
    "deep blocks": "".join(f"{' ' * depth}a:\n" for depth in range(2000)),
    "keys of keys": "? " * 100_000,
    "many": "- a\n" * (MAX_NODES + 1),
    "many documents": "--- [a]\n" * MAX_NODES,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(name: str) -> None:
    data = BOMBS[name].encode()
    with own_seconds(8):
        refused(data)


@pytest.mark.parametrize(
    "text", ["# \n" * 5_000_000, "a: " + "x " * 8_000_000, '"' + "\\" * 15_000_001, "!" * 16_000_000]
)
def test_16_mebibytes_take_seconds(text: str) -> None:
    with own_seconds(10):
        documents(text.encode(), "file")


def test_more_bytes_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "larger than 16 MiB" in refused(b" " * ((16 << 20) + 1))
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert "larger than 1 MiB" in refused(b" " * ((1 << 20) + 1))
    assert read("a: [b]") == ({"a": ["b"]},)
    assert "more than 64" in refused("[" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"a: b: c", "line 1: mapping values are not allowed in this context"),
        (b"ok: 1\n\tx: 2", "line 2: found a tab character that violates indentation"),
        (b"a: \x1b[31m", "character 3 cannot stand in it"),
        (b"\xff\xff", "is not valid YAML"),
        (b"a: 'x", "line 1: found unexpected end of stream"),
    ],
)
def test_what_is_no_yaml_is_said_with_its_line(text: bytes, words: str) -> None:
    assert words in refused(text)


def test_nothing_of_a_secret_is_in_the_sentence() -> None:
    assert "hunter2" not in refused("token: hunter2: x\n")
    assert "hunter2" not in refused("token: 'hunter2\n")
    assert "hunter2" not in refused("token: *hunter2\n")


@settings(database=None, deadline=None, max_examples=150)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%\n \t?,\x00\x1b\u2028"), max_size=60))
def test_both_parsers_give_a_value(text: str) -> None:
    found = documents(text.encode(), "file")
    assert isinstance(found, tuple | Failure)
    assert unsafe_in(str(found) if isinstance(found, Failure) else "") == set()


def test_only_a_file_that_is_yaml_loads_the_parser() -> None:
    script = "import sys, tui_chain.cli.commands.check, tui_chain.engine.startup; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n"
