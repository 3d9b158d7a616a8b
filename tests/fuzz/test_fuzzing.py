"""The fuzzing itself: it finds what is planted, makes it small, and tells one fault from another."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fuzz import reader as readers
from tests.fuzz import trial as trials
from tests.fuzz.fuzzing import Fuzzing, shrunk
from tests.fuzz.mutations import BYTES, DER, JSON, MOST, PEM, TEXT, Mutation
from tests.fuzz.output import unsafe_texts
from tests.fuzz.reader import Reader
from tests.fuzz.table import READERS
from tests.fuzz.trial import LineCount, trial
from tui_chain.core.failure import Failure

SEED = b"one line\nand another one\nthe third\n"


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "planted").mkdir()
    (tmp_path / "planted" / "seed-lines").write_bytes(SEED)
    monkeypatch.setattr(readers, "CORPUS", tmp_path)


def planted(read: Callable[[bytes], object], **given: object) -> Reader:
    return Reader("planted", read, TEXT, **given)  # type: ignore[arg-type]


def crashes(data: bytes) -> object:
    if b"another" in data and b"third" not in data:
        raise IndexError("planted")
    return len(data)


def test_a_crash_is_found_and_made_small() -> None:
    run = Fuzzing(planted(crashes), random.Random(1), guided=False)  # noqa: S311
    run.run(lambda: run.inputs < 400)
    (found,) = run.found
    assert found.data == b"another"
    assert found.broken.what == "IndexError: planted"
    assert found.name.startswith("found-")


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (lambda _: Failure("x", "a\x1b[31m"), "unsafe text: result.message"),
        (lambda _: {"a": [("b", Path("\u202e"))]}, "unsafe text: result['a'][0][1]"),
        (lambda _: 1 / 0, "ZeroDivisionError"),
        (lambda _: exit(3), "SystemExit"),
        (lambda _: int("x"), "ValueError"),
    ],
)
def test_what_no_reader_may_do_is_broken(read: Callable[[bytes], object], what: str) -> None:
    broken = trial(planted(read), b"x")
    assert broken is not None
    assert broken.what.startswith(what)


def test_what_a_reader_is_documented_to_raise_is_none_unless_its_text_is_unsafe() -> None:
    def refuses(data: bytes) -> object:
        raise ValueError(data.decode())

    reader = planted(refuses, allowed=(ValueError,))
    assert trial(reader, b"plain") is None
    broken = trial(reader, b"\x1b")
    assert broken is not None


def test_every_text_of_a_value_is_looked_at() -> None:
    @dataclass(frozen=True)
    class Held:
        texts: frozenset[str] = field(default_factory=frozenset)

    assert unsafe_texts((b"\x1b", 7, None, Held(frozenset({"a\nb"})))) == []
    assert len(unsafe_texts([Held(frozenset({"\x9b"})), {"\x00": "\ufeff"}])) == 3


QUADRATIC = """\
def quadratic(data):
    n = 0
    for _ in data:
        for _ in data:
            n += 1
    return n
"""


def test_work_beyond_the_bound_is_broken(tmp_path: Path) -> None:
    """What runs counts by its lines, so that a loaded machine changes nothing."""
    names: dict[str, Callable[[bytes], object]] = {}
    exec(compile(QUADRATIC, str(tmp_path / "planted.py"), "exec"), names)  # noqa: S102
    reader = planted(names["quadratic"], line_base=1000, line_share=20)
    lines = LineCount(str(tmp_path))
    assert trial(reader, b"x" * 10, lines) is None
    assert 200 < lines.count < 300
    broken = trial(reader, b"x" * 1000, lines)
    assert broken is not None
    assert broken.where == "work"
    assert trial(reader, b"x" * 1000) is None, "without counting nothing is bounded but time"


@pytest.mark.skipif(sys.platform == "win32", reason="no timer of processor time")
def test_what_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: bytes) -> object:
        while True:
            try:
                while True:
                    pass
            except Exception:  # noqa: BLE001, S112 - no reader can keep it back
                continue

    monkeypatch.setattr(trials, "FAR", 0.05)
    broken = trial(planted(endless), b"x")
    assert broken is not None
    assert broken.where == "time"


def test_guided_fuzzing_keeps_what_reaches_new_lines() -> None:
    from tui_chain.net.host_list import parse_host_list

    run = Fuzzing(planted(lambda data: parse_host_list(data[:400].decode("latin-1"))), random.Random(3))  # noqa: S311
    known = len(run.parents)
    run.run(lambda: run.inputs < 60)
    assert len(run.parents) > known
    assert len(run.lines.paths) > run.known > 0
    assert run.found == []


def test_a_shrunk_input_still_does_the_same() -> None:
    data = b"".join(b"line %d\n" % number for number in range(500))
    small = shrunk(data, lambda less: b"7" in less and b"\n" in less)
    assert set(small) == set(b"7\n")
    assert shrunk(b"abc", lambda _: False) == b"abc"


@pytest.mark.parametrize("mutation", list(dict.fromkeys((*BYTES, *DER, *TEXT, *PEM, *JSON))))
def test_a_mutation_takes_any_input_and_changes_those_of_its_structure(mutation: Mutation) -> None:
    rng = random.Random(5)  # noqa: S311
    seeds = [data for reader in READERS for data in _kept(reader).values()]
    odd = [b"", b"\0", b"\n", b"{", b"[1]", b"\x30\x80", b"-----BEGIN X-----\n!\n-----END X-----\n", b"\xff" * 300]
    changed = 0
    for data in [*seeds, *odd] * 2:
        made = mutation(rng, data, rng.choice(seeds), (b"token",))
        assert isinstance(made, bytes)
        assert len(made) <= len(data) + 2 * MOST
        changed += made != data
    # a kind of structure that few readers have is that of eight seeds at least
    assert changed >= 8


def _kept(reader: Reader) -> dict[str, bytes]:
    folder = Path(__file__).parent / "corpus" / reader.name
    return {file.name: file.read_bytes() for file in folder.iterdir()}
