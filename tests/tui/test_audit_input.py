"""What the audit is given: paths that are none, reads that hang, names that attack."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.audit.damaged import DAMAGES
from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import screen_text, shows, stage, until
from tests.scenes.world import NOW
from tests.support.hostile import ATTACKS, hostile_ca, hostile_root
from tests.support.posix import mkfifo
from tests.support.unsafe import unsafe_in
from tests.tui.audits import ROOTS, audit, damaged, keys, read, sentences
from tui_chain.audit.audit import Audit, Auditor
from tui_chain.lab.authority import to_pem
from tui_chain.tui.screens.audited_file import completions
from tui_chain.tui.screens.folder import FolderScreen

pytestmark = pytest.mark.anyio


async def test_what_is_no_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    mkfifo(tmp_path / "pipe.pem")
    with (tmp_path / "huge.pem").open("wb") as file:
        file.truncate(17 << 20)
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    async with stage(SMALL, ()) as pilot:
        for path, words in (
            (f"{tmp_path}/none.pem", "There is no file or folder"),
            (f"{tmp_path}/pipe.pem", "is a pipe or a device, not a file."),
            ("/dev/zero", "is a pipe or a device, not a file."),
            (f"{tmp_path}/huge.pem", "is larger than 16 MiB"),
            (f"{tmp_path}/no\0ne.pem", "There is no file or folder"),
            (f"/{'x' * 300}", "cannot be read: file name too long."),
            ("~nobody-of-this-name/x.pem", "cannot be read: could not determine home directory"),
            (f"{tmp_path}/file/x.pem", "cannot be read: not a directory."),
            (f"{tmp_path}/folder", "There is no certificate file in"),
        ):
            await audit(pilot, path)
            assert words in sentences(pilot)
        await keys(pilot, "down", "1", "i", "w", "r", "y", "3", "j", "G", "escape")
        assert len(pilot.app.screen_stack) == 1


async def test_the_screen_lives_while_a_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = damaged(tmp_path, "glued"), damaged(tmp_path, "sound")
    gate, plain = threading.Event(), Auditor.audit

    def waiting(self: Auditor, data: bytes, name: str = "") -> Audit:
        if name == str(slow):
            assert gate.wait(20)
        return plain(self, data, name)

    monkeypatch.setattr(Auditor, "audit", waiting)
    try:
        async with stage(SMALL, ()) as pilot:
            await keys(pilot, "b")
            await read(pilot)
            box = pilot.app.screen.query_one("#audit-path", Input)
            box.value = str(slow)
            await pilot.press("enter")
            await shows(pilot, "◌ reading")
            box.value = ""
            await keys(pilot, *"x")
            assert box.value == "x"
            await audit(pilot, quick)
            await shows(pilot, "every client reads all it takes")
            gate.set()
            await read(pilot)
            assert "An END and the next BEGIN" not in screen_text(pilot), "the late result is dropped"
    finally:
        gate.set()


async def test_a_read_that_hangs_holds_neither_the_dialog_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(Auditor, "audit", lambda *_: gate.wait(20))
    try:
        async with stage(SMALL, ()) as pilot:
            await keys(pilot, "b")
            await shows(pilot, "◌ reading")
            await keys(pilot, "escape")
            assert len(pilot.app.screen_stack) == 1
            await pilot.press("q")
            await until(pilot, lambda: not pilot.app.is_running)
            assert not gate.is_set()
    finally:
        gate.set()


async def test_a_fault_of_our_own_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Audit:
        raise KeyError("[/x]\x1b[2J")

    monkeypatch.setattr(Auditor, "audit", broken)
    async with stage(MEDIUM, ()) as pilot:
        await audit(pilot, damaged(tmp_path, "sound"))
        await shows(pilot, "This is a fault of tlschain-tui: KeyError")
        assert not unsafe_in(screen_text(pilot))


async def test_the_right_arrow_takes_the_name_that_is_suggested(tmp_path: Path) -> None:
    for name in ("bundle-one.pem", "bundle-two.pem", ".hidden.pem", "evil\x1b]0;x\x07.pem"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder").mkdir()
    async with stage(SMALL, ()) as pilot:
        await keys(pilot, "b")
        await read(pilot)
        box = pilot.app.screen.query_one("#audit-path", Input)
        for typed, full in (
            ("b", "bundle-one.pem"),
            ("bundle-t", "bundle-two.pem"),
            ("fo", "folder/"),
            (".h", ".hidden.pem"),
        ):
            box.value = f"{tmp_path}/{typed}"
            box.cursor_position = len(box.value)
            await until(pilot, lambda wanted=f"{tmp_path}/{full}": box._suggestion == wanted, full)  # type: ignore[misc]
            await pilot.press("right")
            await until(pilot, lambda wanted=f"{tmp_path}/{full}": box.value == wanted, full)  # type: ignore[misc]
        box.value = f"{tmp_path}/b"
        await pilot.press("tab")
        await until(pilot, lambda: not box.has_focus)
        assert box.value == f"{tmp_path}/b", "tab goes on and completes nothing"
        box.value = ""
        box.insert_text_at_cursor("/a\x1b]0;owned\x07\u202eb")
        assert box.value == "/a]0;ownedb", "nothing that acts is taken into the box"
    assert completions(f"{tmp_path}/evil") == ()
    assert completions(f"{tmp_path}/none/") == completions("\0") == completions("~nobody-of-this-name/") == ()
    assert len(completions(f"{tmp_path}/", limit=1)) <= 1


async def test_the_verdict_stands_beside_no_other_path(tmp_path: Path) -> None:
    sound, glued = damaged(tmp_path, "sound"), damaged(tmp_path, "glued")
    verdict = "every client reads all it takes"
    async with stage(SMALL, ()) as pilot:
        await audit(pilot, sound)
        await shows(pilot, verdict)
        await keys(pilot, "b", "end", "x")
        assert verdict not in screen_text(pilot)
        # wherever a long path is broken
        assert f"belowiswhat{sound}holds" in sentences(pilot).replace(" ", "")
        await keys(pilot, "backspace")
        assert verdict in screen_text(pilot), "it is the verdict on this path again"
        await audit(pilot, tmp_path / "none.pem")
        assert verdict not in screen_text(pilot)
        await audit(pilot, glued)
        assert verdict not in screen_text(pilot)


async def test_names_that_attack_are_only_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates, comments and file names of an attacker go through every list, page, dialog and toast."""
    copied: list[str] = []
    roots = [hostile_root(text, now=NOW) for text in ATTACKS]
    attack = "Host: \x1b]0;owned\x07[@click=app.quit]x[/]\u202e"
    top = f"# [/foo]\n# Made by tlschain-tui 1\n# Kind: client\x1b[2J\n# {attack}\n\n".encode()
    data = top + b"".join(
        to_pem([root.der, hostile_ca(root, text).der]) for root, text in zip(roots, ATTACKS, strict=True)
    )
    for name in ("plain.pem", "\x1b]0;x\x07[red].pem", "\u202e\x9b2J.pem", f"{'y' * 200}.pem"):
        (tmp_path / name).write_bytes(data + DAMAGES["glued"](ROOTS))
    seen: list[str] = []
    async with stage(SMALL, ()) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await audit(pilot, tmp_path)
        for _ in range(3):
            await keys(pilot, "j")
            seen.append(screen_text(pilot))
        await pilot.press("g", "enter")
        await read(pilot)
        for names in (("1", "j"), ("2", "i"), ("escape", "G"), ("3", "G", "y"), ("enter",), ("escape", "r")):
            await keys(pilot, *names)
            seen.append(screen_text(pilot))
        await pilot.press("w")
        await shows(pilot, "Write the fixed file")
        seen.append(screen_text(pilot))
        await keys(pilot, "escape", "escape")
        assert pilot.app.is_running
        assert isinstance(pilot.app.screen, FolderScreen)
    assert not unsafe_in("\n".join(seen))
    assert copied
    assert not unsafe_in("".join(copied))
    assert len(list(tmp_path.iterdir())) == 4
