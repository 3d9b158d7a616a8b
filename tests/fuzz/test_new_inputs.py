"""New inputs for every reader: some three seconds of them, the same in every run; `make fuzz` has others."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.fuzzing import Fuzzing
from tests.fuzz.reader import Reader
from tests.fuzz.table import READERS


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_no_new_input_breaks_a_property(reader: Reader) -> None:
    run = Fuzzing(reader, random.Random(reader.name), guided=False)  # noqa: S311 - the same inputs in every run
    run.run(lambda: run.inputs < reader.count)
    assert [(found.broken, found.data) for found in run.found] == []
