"""The audit of a trust file by keys: what is shown is what the audit found, and nothing is written unseen."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM, SMALL, WIDE
from tests.scenes.stage import press, screen_text, shows, stage, until
from tests.scenes.world import NOW
from tests.support.posix import mkfifo
from tests.tui.audits import ROOTS, audit, damaged, keys, line_with, toasted
from tui_chain.audit.audit import Audit, Auditor
from tui_chain.lab.authority import Authority, Template, days, to_pem
from tui_chain.trust.store import TrustStore
from tui_chain.tui.screens.folder import FolderScreen
from tui_chain.x509.formats.readers import read_certificates

pytestmark = pytest.mark.anyio
JUDGE = Auditor(TrustStore("certifi", ()), NOW)


async def test_the_store_in_force_is_suggested_and_read_at_once() -> None:
    async with stage(MEDIUM) as pilot:
        await keys(pilot, "b")
        assert pilot.app.screen.query_one("#audit-path", Input).value == certifi.where()
        count = len(read_certificates(Path(certifi.where()).read_bytes()).certificates)
        await shows(pilot, f"PEM, {count} certificates")


async def test_what_is_typed_replaces_the_suggested_path() -> None:
    async with stage(MEDIUM) as pilot:
        await keys(pilot, "b")
        box = pilot.app.screen.query_one("#audit-path", Input)
        await until(pilot, lambda: box.value == certifi.where())
        await keys(pilot, "x")
        assert box.value == "x"


async def test_the_written_bundle_is_suggested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "w", "enter", "b")
        assert pilot.app.screen.query_one("#audit-path", Input).value.startswith(str(tmp_path))
        await shows(pilot, "made by tlschain-tui for api.example.test:443, kind client")


async def test_the_table_says_what_each_client_loads(tmp_path: Path) -> None:
    async with stage(MEDIUM, ()) as pilot:
        for damage in ("sound", "glued", "BOM", "X509 label", "DER", "empty", "last block cut", "indented"):
            file = damaged(tmp_path, damage)
            await audit(pilot, file)
            compare(pilot, JUDGE.audit(file.read_bytes()))


def compare(pilot: Pilot[None], expected: Audit) -> None:
    """Every client has a line with its count, its glyph and why; the worst finding stands below."""
    for client, loaded in expected.loaded.items():
        line = line_with(pilot, f" {client} ")
        lost, count = len(expected.lost(client)), len(set(loaded.certificates))
        assert (f"{count} of {count + lost}" in line) == bool(lost or loaded.refused)
        assert ("✓" in line) == (not lost and loaded.refused is None)
        assert (loaded.refused or "") in line
    worst = expected.findings[0]
    assert worst.code in line_with(pilot, worst.severity.value, worst.message[:40])


async def test_the_lists_are_walked_by_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with stage(SMALL, ()) as pilot:
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await audit(pilot, damaged(tmp_path, "glued"))
        await shows(pilot, "Go loses certificates; w writes")
        await keys(pilot, "1", "j", "j")
        await shows(pilot, "Debian's wget, Debian's git")
        await shows(pilot, "✓ loads 3")
        await keys(pilot, "3", "G", "k", "j")
        await shows(pilot, "CN=Damage Root C")
        await keys(pilot, "g", "y")
        assert copied == [ROOTS.blocks[0].decode()]
        await keys(pilot, "j", "enter")
        await shows(pilot, "basicConstraints, critical")
        await keys(pilot, "y")
        assert copied[1] == ROOTS.blocks[1].decode()
        await keys(pilot, "2", "G", "i")
        await shows(pilot, "Damage Root C is a root that certifi does not know.")
        await keys(pilot, "escape", "escape")
        assert len(pilot.app.screen_stack) == 1


async def test_mending_shows_the_difference_and_asks(tmp_path: Path) -> None:
    file = damaged(tmp_path, "leaf")
    old = file.read_bytes()
    async with stage(MEDIUM, ()) as pilot:
        await audit(pilot, file)
        await pilot.press("w")
        await shows(pilot, "fixed: 3 CA certificates, without 1 certificate")
        await shows(pilot, "- CN=localhost")
        await keys(pilot, "enter")
        assert file.read_bytes() == old
        await pilot.press("enter")
        await shows(pilot, "PEM, 3 certificates")
        kept = read_certificates(file.read_bytes()).certificates
        assert set(kept) == {one for one in read_certificates(old).certificates if one.is_ca}
        assert "leaf" not in {found.code for found in JUDGE.audit(file.read_bytes()).findings}
        await pilot.press("w")
        await toasted(pilot, "Writing it anew would fix nothing.")


async def test_what_would_be_lost_is_not_written_over(tmp_path: Path) -> None:
    async with stage(MEDIUM, ()) as pilot:
        for damage in ("private key", "DER"):
            file = damaged(tmp_path, damage)
            old = file.read_bytes()
            await audit(pilot, file)
            await pilot.press("w")
            await shows(pilot, "stays as it is")
            await keys(pilot, "enter")
            assert file.read_bytes() == old
            new = (tmp_path / f"{file.stem}-fixed.pem").read_bytes()
            assert b"PRIVATE" not in new
            assert read_certificates(new).certificates == read_certificates(old).certificates
        await audit(pilot, damaged(tmp_path, "web page"))
        await keys(pilot, "i", "escape", "y", "w")
        await toasted(pilot, "There is no CA certificate in")
        await pilot.press("r")
        await toasted(pilot, "does not say which hosts it is for")


async def test_a_folder_lists_its_files_with_their_verdicts(tmp_path: Path) -> None:
    files = [damaged(tmp_path, name) for name in ("sound", "glued", "empty", "X509 label")]
    mkfifo(tmp_path / "pipe.pem")
    (tmp_path / "notes.txt").write_text("no trust file")
    async with stage(SMALL, ()) as pilot:
        await audit(pilot, tmp_path)
        await shows(pilot, "4 files · 2 fatal, 1 at risk")
        for file in files:
            found = JUDGE.audit(file.read_bytes()).findings
            assert str(found[0].severity.value) in line_with(pilot, file.name)
        assert "pipe.pem" not in screen_text(pilot)
        await keys(pilot, "j", "j")
        await shows(pilot, "An END and the next BEGIN stand on one line.")
        await keys(pilot, "enter")
        await shows(pilot, "✗ 1 fatal · 6 of 8 clients do not load all of it")
        assert not pilot.app.screen.query(Input)
        await pilot.press("w")
        await shows(pilot, "Write the fixed file")
        await pilot.press("enter", "enter")
        await shows(pilot, "✓ every client reads all it takes")
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, FolderScreen)
        await shows(pilot, "4 files · 1 fatal, 1 at risk")
        await keys(pilot, "escape", "escape")
        assert len(pilot.app.screen_stack) == 1


async def test_a_long_list_is_walked_at_once(tmp_path: Path) -> None:
    root = Authority.root("Root", now=NOW)
    many = [root.issue_ca(f"CA {number}", Template(new_key=lambda: root.key)).der for number in range(150)]
    file = tmp_path / "many.pem"
    file.write_bytes(to_pem(many))
    async with stage(SMALL, ()) as pilot:
        await audit(pilot, file)
        await shows(pilot, "150 risk")
        await keys(pilot, "3", "G")
        await shows(pilot, "CN=CA 149")
        await keys(pilot, "pageup", "pageup", "g")
        await shows(pilot, "CN=CA 0,")


async def test_what_ends_soon_and_stands_twice_is_marked(tmp_path: Path) -> None:
    root = Authority.root("Root", now=NOW)
    old = root.issue_ca("Twin", Template(validity=days(-100, -2)))
    new = root.issue_ca("Twin", Template(validity=days(-1, 9), new_key=lambda: old.key))
    file = tmp_path / "twins.pem"
    file.write_bytes(to_pem([old.der, new.der, new.der, root.der]))
    async with stage(MEDIUM, ()) as pilot:
        await audit(pilot, file)
        await keys(pilot, "3")
        assert "expired 2 days ago" in line_with(pilot, "Twin", "expired-twin", "intermediate")
        assert "9 days left" in line_with(pilot, "Twin", "soon", "intermediate")
        await shows(pilot, "4, 1 of them twice")
        await shows(pilot, "fails with code 10")


@pytest.mark.parametrize("size", [SMALL, (160, 45)])
async def test_a_name_has_the_room_that_the_other_columns_leave(tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "root.pem"
    file.write_bytes(to_pem([Authority.root("A name of 24 characters.", now=NOW).der]))
    async with stage(size, ()) as pilot:
        await audit(pilot, file)
        await keys(pilot, "3")
        line_with(pilot, "A name of 24 characters. ", "unknown ")


async def test_it_fits_and_follows_the_size(tmp_path: Path) -> None:
    async with stage(WIDE, ()) as pilot:
        await audit(pilot, damaged(tmp_path, "glued"))
        for size in (WIDE, SMALL, MEDIUM):
            await pilot.resize_terminal(*size)
            for key, words in (("1", "cryptography all 3"), ("2", "glued"), ("3", "Damage Root C")):
                await pilot.press(key)
                await shows(pilot, words)
                text = screen_text(pilot)
                assert len(text.splitlines()) == size[1]
                assert all(line[-1] in "│╮╯" for line in text.splitlines()), "the frame is whole"
                for title in (
                    "1 Clients  ✗ 6 of 8",
                    "2 Findings  ✗ 1 fatal, 3 cosmetic",
                    "3 Certificates  3 · first",
                ):
                    assert title in text
                assert "esc close" in text.splitlines()[-1]
        await keys(pilot, "tab", "j", "k")
        assert pilot.app.screen.focused is pilot.app.screen.query_one("#audit-below")
