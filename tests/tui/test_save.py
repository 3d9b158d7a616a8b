"""The save dialog: a new file, over an old one, into an old one, beside it; one file for several hosts."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tests.support.chains import make_pki
from tests.tui.conftest import AppOn
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.repair import write as write_module
from tui_chain.repair.write import WritePlan, free_name, plan_write, write
from tui_chain.tui.panes.hosts import MARK
from tui_chain.tui.screens import save
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio
BUNDLE = "api.example.test-ca-bundle.pem"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def other() -> str:
    """A CA certificate that has nothing to do with the host."""
    return to_pem(Certificate(make_pki("Elsewhere").root.der))


def _path(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#write-path", Input).value


async def _dialog(pilot: Pilot[None]) -> None:
    await press(pilot, "f", "w")
    await shows(pilot, "F2 another kind")


async def test_adding_to_a_file_shows_what_comes_and_keeps_the_rest(tmp_path: Path, other: str) -> None:
    existing = tmp_path / BUNDLE
    existing.write_text(other)
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        await shows(pilot, "replacing it changes this:")
        await press(pilot, "f3")
        await shows(pilot, "adding what it lacks changes this:")
        await shows(pilot, "Add to the file")
        assert existing.read_text() == other, "only the button does it"
        await press(pilot, "enter", "enter")
        await shows(pilot, "Wrote")
    assert existing.read_text().startswith(other)
    assert len(read_certificates(existing.read_bytes()).certificates) > 1
    assert not list(tmp_path.glob("*.bak"))


async def test_a_backup_is_kept_where_it_was_asked_for(tmp_path: Path, other: str) -> None:
    existing = tmp_path / BUNDLE
    existing.write_text(other)
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        await press(pilot, "f4")
        await shows(pilot, "the old file stays as a backup")
        await press(pilot, "enter", "enter")
        await shows(pilot, "Wrote")
    assert (tmp_path / f"{BUNDLE}.bak").read_text() == other
    assert existing.read_text().startswith("# CA bundle for")


async def test_another_name_is_one_that_no_file_has(tmp_path: Path, other: str) -> None:
    for name in (BUNDLE, "api.example.test-ca-bundle-2.pem"):
        (tmp_path / name).write_text(other)
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        await press(pilot, "f5")
        assert Path(_path(pilot)).name == "api.example.test-ca-bundle-3.pem"
        await shows(pilot, "new file")
        await press(pilot, "enter")
        await shows(pilot, "Wrote")
    assert (tmp_path / BUNDLE).read_text() == other
    assert (tmp_path / "api.example.test-ca-bundle-3.pem").exists()


async def test_nothing_is_added_to_a_file_that_no_client_reads(tmp_path: Path, other: str) -> None:
    existing = tmp_path / BUNDLE
    existing.write_bytes(b"\xef\xbb\xbf" + other.encode())
    before = existing.read_bytes()
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        await press(pilot, "f3")
        await shows(pilot, "Nothing is added to that file")
        await press(pilot, "enter", "enter")
        assert existing.read_bytes() == before
        await press(pilot, "f3")
        await shows(pilot, "replacing it changes this:")


async def test_a_file_that_changed_since_it_was_shown_is_not_touched(tmp_path: Path, other: str) -> None:
    existing = tmp_path / BUNDLE
    existing.write_text(other)
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        await press(pilot, "f3", "enter")
        existing.write_text("somebody wrote this meanwhile\n")
        await press(pilot, "enter")
        await shows(pilot, "changed since it was shown")
    assert existing.read_text() == "somebody wrote this meanwhile\n"


async def test_a_private_key_is_neither_shown_nor_added_to(tmp_path: Path, other: str) -> None:
    existing = tmp_path / BUNDLE
    existing.write_text(f"{other}-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    before = existing.read_bytes()
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        for key in ("f3", "f4", "f5", "enter", "enter"):
            await press(pilot, key)
            assert "c2VjcmV0" not in screen_text(pilot)
        await shows(pilot, "holds a private key")
    assert existing.read_bytes() == before


async def test_der_is_one_file_a_certificate(tmp_path: Path) -> None:
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        for _ in range(6):
            await press(pilot, "f2")
        assert _path(pilot).endswith("-ca.der")
        await press(pilot, "enter")
        await shows(pilot, "Wrote")
    files = sorted(tmp_path.iterdir())
    assert files
    assert all(len(read_certificates(file.read_bytes()).certificates) == 1 for file in files)


async def test_the_dialog_fits_eighty_columns(tmp_path: Path, other: str) -> None:
    (tmp_path / BUNDLE).write_text(other)
    async with stage(SMALL) as pilot:
        await _dialog(pilot)
        for words in ("Replace the file", "F3 add to it instead", "F4 keep a backup", "F5 another name", "Cancel"):
            await shows(pilot, words)


async def test_marked_hosts_share_one_bundle(app_on: AppOn, tmp_path: Path) -> None:
    app = app_on("leaf-only", "two-links-missing", "complete")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))
        await press(pilot, "space", "space", "space")
        await shows(pilot, "3 marked")
        assert screen_text(pilot).count(MARK) == 4, "one a host, and one beside their number"
        await press(pilot, "f")
        await until(pilot, lambda: [row.status for row in app.rows[:2]] == [Status.REPAIRABLE] * 2)
        await press(pilot, "w")
        await shows(pilot, "Write one bundle for 2 hosts")
        await shows(pilot, "1 needs no repair")
        await press(pilot, "enter")
        await shows(pilot, "Wrote")
        assert [row.written is not None for row in app.rows] == [True, True, False]
        await press(pilot, "escape")
        assert not any(row.marked for row in app.rows)
        assert MARK not in screen_text(pilot)
    (file,) = tmp_path.iterdir()
    text = file.read_text()
    assert all(f"# Host: {row.target}\n" in text for row in app.rows[:2])
    found = read_certificates(file.read_bytes()).certificates
    assert len(set(found)) == len(found)


async def test_space_takes_a_mark_away_again(app_on: AppOn) -> None:
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        await press(pilot, "space", "k", "space")
        assert not any(row.marked for row in app.rows)


async def test_a_name_that_was_typed_is_kept_when_the_kind_changes() -> None:
    async with stage(MEDIUM) as pilot:
        await _dialog(pilot)
        pilot.app.screen.query_one("#write-path", Input).value = "mine.pem"
        await press(pilot, "f2", "f2", "f2", "f2")
        assert _path(pilot) == "mine.p12"


async def test_a_folder_that_is_deleted_meanwhile_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f")
        monkeypatch.chdir(gone)
        gone.rmdir()
        await press(pilot, "x")
        await shows(pilot, "does not exist any")
        await press(pilot, "w")
        await shows(pilot, "✗")
        await press(pilot, "escape", "s", "escape")
        assert pilot.app.is_running
        monkeypatch.chdir(tmp_path)


@dataclass(frozen=True)
class Gate:
    """Holds a function in its thread until it is opened; `reached` is set once it is there."""

    reached: threading.Event
    opened: threading.Event

    def hold(self) -> None:
        self.reached.set()
        assert self.opened.wait(20)


@pytest.fixture
def gates() -> Iterator[Callable[[], Gate]]:
    """Make gates, all of which are open in the end, so that no thread is left waiting."""
    made: list[Gate] = []

    def make() -> Gate:
        made.append(Gate(threading.Event(), threading.Event()))
        return made[-1]

    yield make
    for gate in made:
        gate.opened.set()


def _form(name: str, suffix: str, gate: Gate | None = None) -> Form:
    """A form whose bytes are its name."""

    def make() -> Draft:
        if gate is not None:
            gate.hold()
        return Draft(name.encode())

    return Form(name, "for the test", suffix, make)


@asynccontextmanager
async def _alone(*forms: Form) -> AsyncIterator[tuple[Pilot[None], list[Saved | None]]]:
    """The dialog on an empty app, and what it returns."""
    app, results = App[None](), list[Saved | None]()
    async with app.run_test(size=MEDIUM) as pilot:
        await app.push_screen(SaveScreen("Save", forms, "x"), results.append)
        yield pilot, results


async def _idle(pilot: Pilot[None], group: str) -> None:
    await until(pilot, lambda: all(worker.group != group or worker.is_finished for worker in pilot.app.workers))
    await pilot.pause()


async def test_a_plan_of_another_form_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gates: Callable[[], Gate]
) -> None:
    planning, making = gates(), gates()

    def held(path: Path, data: bytes) -> WritePlan | object:
        if data == b"client":
            planning.hold()
        return plan_write(path, data)

    monkeypatch.setattr(save, "plan_write", held)
    async with _alone(_form("client", "-a.pem"), _form("server", "-b.pem", making)) as (pilot, results):
        await until(pilot, planning.reached.is_set)
        await pilot.press("f2")
        planning.opened.set()
        await _idle(pilot, "plan")
        await pilot.press("enter")
        making.opened.set()
        await shows(pilot, "enter again writes it")
        await pilot.press("enter")
        await until(pilot, lambda: bool(results))
    assert results == [Saved("server", tmp_path / "x-b.pem")]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"x-b.pem": b"server"}


@pytest.mark.parametrize("key", ["f2", "f5", "escape", "enter", "y"])
async def test_no_key_changes_what_is_being_written(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gates: Callable[[], Gate]
) -> None:
    writing, written = gates(), list[Path]()

    def held(plan: WritePlan, *, replace: bool, backup: bool) -> object:
        writing.hold()
        written.append(plan.path)
        return write(plan, replace=replace, backup=backup)

    monkeypatch.setattr(write_module, "write", held)
    async with _alone(_form("server", "-a.pem"), _form("client", "-b.pem")) as (pilot, results):
        await _idle(pilot, "plan")
        await pilot.press("enter")
        await until(pilot, writing.reached.is_set)
        await pilot.press(key)
        await pilot.pause()
        assert results == []
        writing.opened.set()
        await until(pilot, lambda: bool(results))
        await _idle(pilot, "write")
    assert results == [Saved("server", tmp_path / "x-a.pem")]
    assert written == [tmp_path / "x-a.pem"]
    assert written[0].read_bytes() == b"server"


async def test_a_failed_write_can_be_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    results_of_write = iter([Failure("file", "The disk is full.")])

    def once(plan: WritePlan, *, replace: bool, backup: bool) -> object:
        return next(results_of_write, None) or write(plan, replace=replace, backup=backup)

    monkeypatch.setattr(write_module, "write", once)
    async with _alone(_form("server", "-a.pem"), _form("client", "-a.pem")) as (pilot, results):
        await shows(pilot, "new file")
        await press(pilot, "enter")
        await shows(pilot, "The disk is full.")
        await press(pilot, "f2")
        assert "The disk is full." not in screen_text(pilot), "that was another form"
        await press(pilot, "enter")
    assert results == [Saved("client", tmp_path / "x-a.pem")]


async def test_an_early_enter_is_for_the_form_that_was_shown(tmp_path: Path, gates: Callable[[], Gate]) -> None:
    first, second = gates(), gates()
    async with _alone(_form("client", "-a.pem", first), _form("links", "-b.pem", second)) as (pilot, results):
        pilot.app.screen.query_one("#write-path", Input).value = "mine.pem"
        await pilot.pause()
        await until(pilot, first.reached.is_set)
        await pilot.press("enter", "f2")
        first.opened.set()
        second.opened.set()
        await shows(pilot, "new file")
        await _idle(pilot, "write")
        assert (list(tmp_path.iterdir()), results) == ([], [])
        await press(pilot, "enter")
    assert (tmp_path / "mine.pem").read_bytes() == b"links"


async def test_an_early_enter_writes_no_bytes_that_were_not_shown(tmp_path: Path, gates: Callable[[], Gate]) -> None:
    gate = gates()
    async with _alone(_form("client", ".pem", gate)) as (pilot, results):
        await until(pilot, gate.reached.is_set)
        await pilot.press("enter")
        gate.opened.set()
        await shows(pilot, "enter again writes it")
        assert (list(tmp_path.iterdir()), results) == ([], [])
        await pilot.press("enter")
        await until(pilot, lambda: bool(results))
    assert (tmp_path / "x.pem").read_bytes() == b"client"


async def test_an_enter_right_after_a_name_writes_the_bytes_that_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gates: Callable[[], Gate]
) -> None:
    planning = gates()

    def held(path: Path, data: bytes) -> WritePlan | object:
        if path.name == "mine":
            planning.hold()
        return plan_write(path, data)

    monkeypatch.setattr(save, "plan_write", held)
    async with _alone(_form("client", ".pem")) as (pilot, results):
        await shows(pilot, "new file")
        pilot.app.screen.query_one("#write-path", Input).value = "mine"
        await until(pilot, planning.reached.is_set)
        await pilot.press("enter")
        planning.opened.set()
        await until(pilot, lambda: bool(results))
    assert (tmp_path / "mine").read_bytes() == b"client"


async def test_bytes_and_meaning_go_at_once_where_the_kind_changes(gates: Callable[[], Gate]) -> None:
    gate = gates()
    async with _alone(_form("client", "-a.pem"), _form("links", "-b.pem", gate)) as (pilot, _):
        await shows(pilot, "new file")
        await pilot.press("f2")
        await until(pilot, gate.reached.is_set)
        await shows(pilot, "◌ making it")
        assert "new file" not in screen_text(pilot)
        assert "client" not in screen_text(pilot)
        gate.opened.set()
        await shows(pilot, "new file")


async def test_a_free_name_does_not_replace_what_was_typed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gates: Callable[[], Gate]
) -> None:
    (tmp_path / "x.pem").write_text("another")
    naming = gates()

    def held(path: Path) -> Path:
        naming.hold()
        return free_name(path)

    monkeypatch.setattr(save, "free_name", held)
    async with _alone(_form("client", ".pem")) as (pilot, _):
        await shows(pilot, "F5 another name")
        await pilot.press("f5")
        await until(pilot, naming.reached.is_set)
        await pilot.press("s")
        naming.opened.set()
        await _idle(pilot, "name")
        assert _path(pilot) == "x.pems"
