"""Every input that is kept, read again: seeds, and those at which a reader once failed."""

from __future__ import annotations

import pytest

from tests.fuzz.reader import CORPUS, Reader
from tests.fuzz.table import READERS
from tests.fuzz.trial import LineCount, trial

MOST = 400 << 10
"""Bytes of the whole corpus: it is kept small."""


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_no_kept_input_breaks_a_property(reader: Reader) -> None:
    corpus, lines = reader.corpus(), LineCount()
    assert any(name.startswith("seed-") for name in corpus), "without a seed there is nothing to begin with"
    # uncounted first: what is loaded only while another tracer counts lines, coverage does not see
    for counter in (None, lines):
        broken = {name: found for name, data in corpus.items() if (found := trial(reader, data, counter)) is not None}
        assert broken == {}


def test_every_folder_of_the_corpus_has_a_reader_and_its_size_is_bounded() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == {reader.name for reader in READERS}
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert sum(file.stat().st_size for file in CORPUS.rglob("*") if file.is_file()) < MOST
