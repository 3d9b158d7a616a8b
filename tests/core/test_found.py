"""What is declared one a module is found by being there, and what is none is a mistake that says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tui_chain.core.found import declared


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "found_here"
    (folder / "deeper").mkdir(parents=True)
    for name, text in (("__init__", ""), ("first", "VALUE = 1"), ("second", "VALUE = 2"), ("deeper/__init__", "")):
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("found_here")]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_every_module_of_a_folder_is_asked_and_no_folder_below(package: Path) -> None:
    assert sorted(declared(package.name, "VALUE", int)) == [1, 2]
    assert list(declared(package.name, "VALUE", int, {"second"})) == [1]


@pytest.mark.parametrize(("text", "error"), [("OTHER = 3", AttributeError), ("VALUE = 'x'", TypeError)])
def test_a_module_at_the_wrong_place_is_a_mistake(package: Path, text: str, error: type[Exception]) -> None:
    (package / "third.py").write_text(text)
    with pytest.raises(error, match="VALUE"):
        list(declared(package.name, "VALUE", int))
