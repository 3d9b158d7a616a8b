"""Outcomes that wait on disk, or in memory where there is no disk to write to."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import tlschain
from tests.support.posix import files_of_at_most
from tests.support.read_only import read_only
from tui_chain.fleet.spool import Spool, spool
from tui_chain.fleet.stages import Outcome
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.net.target import Target
from tui_chain.results.values import HostResult, TLSResult


def outcome_of(number: int) -> Outcome:
    target, moment = Target(f"host-{number}.test"), datetime(2026, 11, 27, tzinfo=UTC)
    return Outcome(
        target, HostResult(str(target), "", None, moment, "complete", "nobody", "", TLSResult()), number, "complete"
    )


def in_turn(kept: Spool, count: int = 50) -> list[Outcome]:
    places = [kept.put(outcome_of(number)) for number in range(count)]
    return [kept.get(place) for place in reversed(places)]


EXPECTED = [outcome_of(number) for number in reversed(range(50))]


def codes(found: list[Outcome]) -> list[tuple[str, int]]:
    return [(one.result.target, one.code) for one in found]


def test_what_is_put_is_there_in_any_order() -> None:
    with spool() as kept:
        assert kept.file is not None
        assert codes(in_turn(kept)) == codes(EXPECTED)


def no_folder(*_: Any, **__: Any) -> Any:
    raise FileNotFoundError(2, "No usable temporary directory found")


def test_without_a_folder_to_write_to_it_waits_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "_get_default_tempdir", no_folder)
    monkeypatch.setattr(tempfile, "tempdir", None)
    with spool() as kept:
        assert kept.file is None
        assert codes(in_turn(kept)) == codes(EXPECTED)


def test_what_a_full_disk_has_no_room_for_waits_in_memory(tmp_path: Path) -> None:
    """A file may grow to a bound: the last write before it takes a part, those behind it nothing."""
    with (tmp_path / "kept").open("w+b", buffering=0) as file, files_of_at_most(4_000):
        kept = Spool(file)
        assert codes(in_turn(kept)) == codes(EXPECTED)
        assert os.fstat(file.fileno()).st_size == 4_000


def test_a_repair_needs_no_folder_to_write_to(lab: Lab) -> None:
    """As in a container whose file system is read alone."""
    targets = (lab.host("complete").target, lab.host("leaf-only").target)
    done = read_only("fix", *targets, "--trust", lab.trust_file, "--json", "--no-pool")
    assert (done.code, [one["status"] for one in done.objects]) == (0, ["complete", "repairable"]), done.err


def test_lines_wait_in_memory_where_there_is_no_folder_for_temporary_files(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bundle goes to the one folder that can be written."""
    monkeypatch.setattr(tempfile, "_get_default_tempdir", no_folder)
    monkeypatch.setattr(tempfile, "tempdir", None)
    bundle, issuer = tmp_path / "bundle.pem", tmp_path / "issuing.pem"
    issuer.write_bytes(to_pem([lab.hierarchy["issuing"].der]))
    target = lab.host("leaf-only").target
    words = (target, "--trust", lab.trust_file, "--json", "--no-pool", "--pool", issuer, "-o", bundle)
    done = tlschain("fix", *words)
    assert done.code == 0, done.err
    assert [one["written"] for one in done.objects] == [str(bundle)]
