"""A fixed file in the real programs: each loads every certificate of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.audit.damaged import make_roots
from tests.audit.measured import BATCHES, Batch, require
from tests.audit.odd_files import odd_files
from tui_chain.audit.audit import Auditor
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.audit.scan import TRUSTED, scan
from tui_chain.clients.registry import readers
from tui_chain.trust.store import TrustStore

NOW = datetime.now(UTC)
AUDITOR = Auditor(TrustStore("certifi", ()), NOW)
FILES = 160


@pytest.fixture(scope="module")
def made() -> Mapping[str, FixedFile]:
    """Odd files, fixed; those with trust settings, which stay for OpenSSL alone, are left out."""
    found: dict[str, FixedFile] = {}
    for file in odd_files(FILES, 21, make_roots(NOW)):
        fixed = fix_file(AUDITOR.audit(file.data, file.name), AUDITOR.prover, NOW)
        if isinstance(fixed, FixedFile) and TRUSTED.encode() not in fixed.data:
            found[file.name] = fixed
    return found


def test_most_files_have_something_to_save(made: Mapping[str, FixedFile]) -> None:
    assert len(made) > FILES / 2
    assert sum(bool(fixed.left_out) for fixed in made.values()) > FILES / 20


def test_every_reader_has_all_of_a_fixed_file(made: Mapping[str, FixedFile]) -> None:
    for name, fixed in made.items():
        again = AUDITOR.audit(fixed.data)
        assert set(again.certificates) == set(fixed.kept), name
        assert not any(again.lost(reader.name) for reader in readers()), name


@pytest.mark.parametrize("batch", BATCHES, ids=lambda batch: batch.name)
def test_every_program_loads_all_of_a_fixed_file(batch: Batch, made: Mapping[str, FixedFile], tmp_path: Path) -> None:
    require(batch)
    files = {name: tmp_path / f"{number}.pem" for number, name in enumerate(made)}
    for name, file in files.items():
        file.write_bytes(made[name].data)
    sample = batch.sample(files)
    loaded = [one.number for one in batch.run(list(sample.values()), tmp_path)]
    kept = [1 if batch.reader == "keytool" else len(made[name].kept) for name in sample]
    assert loaded == kept


def test_what_is_left_out_is_named_with_its_reason_and_its_users(made: Mapping[str, FixedFile]) -> None:
    for fixed in made.values():
        for left in fixed.left_out:
            assert left.why
            assert left.certificate not in scan(fixed.data).certificates
            assert "Loaded until now by" in left.text or "No client loaded it." in left.text
