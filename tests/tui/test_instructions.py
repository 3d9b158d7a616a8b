"""Saying it: one client at a time, the letter, copies, and files."""

from __future__ import annotations

import asyncio
import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pyperclip
import pytest
from cryptography.x509.oid import ExtensionOID
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import Size, opened, press, screen_text, shows, stage, until
from tests.support.cli import tlschain
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.arguments import Options
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.authority import Template
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.resolve.files import FileCertificates
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.pinned import TYPED_DIGITS
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.dialog import Page
from tui_chain.tui.screens.instructions import InstructionList, InstructionsScreen

pytestmark = pytest.mark.anyio


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What came to the clipboard."""
    texts: list[str] = []
    monkeypatch.setattr(pyperclip, "copy", texts.append)
    return texts


async def _opened(pilot: Pilot[None]) -> None:
    await press(pilot, "f", "x")
    assert isinstance(pilot.app.screen, InstructionsScreen)


async def _go(pilot: Pilot[None], words: str) -> None:
    """Filter by words, and go to the text of the first that has them."""
    await press(pilot, "slash")
    await pilot.press(*("space" if each == " " else each for each in words))
    await press(pilot, "enter")


def _entries(pilot: Pilot[None]) -> list[str]:
    """What is listed, the sections without the blank that stands before a name."""
    return list(pilot.app.screen.query_one(InstructionList).names)


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_a_snippet_is_copied_as_it_stands(size: Size, copied: list[str]) -> None:
    async with stage(size) as pilot:
        await _opened(pilot)
        await _go(pilot, "httpx")
        await press(pilot, "y")
        await shows(pilot, "Copied the instructions for httpx")
    assert len(copied) == 1
    compile(copied[0], "snippet", "exec")


async def test_the_letter_names_the_missing_certificate_and_holds_the_file(copied: list[str]) -> None:
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await press(pilot, "j")
        await shows(pilot, "It should send, in this order:")
        await press(pilot, "y")
    assert "CN=Example Issuing CA G2" in copied[0]
    assert copied[0].count("-----BEGIN CERTIFICATE-----") == 2


async def test_where_no_bundle_helps_the_letter_is_all_there_is(copied: list[str]) -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "/", *"old", "enter", "f")
        await shows(pilot, "No bundle repairs this")
        await press(pilot, "x")
        await shows(pilot, "No client family accepts")
        await press(pilot, "j")
        await shows(pilot, "old.example.test:443 needs another certificate.")
        await press(pilot, "y")
    assert "a certificate for old.example.test without these faults" in copied[0]
    assert "BEGIN CERTIFICATE" not in copied[0]


async def test_a_file_of_another_kind_is_asked_for_until_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await _to_java(pilot)
        await until(pilot, lambda: "press w and F2 for kind java to write it" in _body(pilot))
        await press(pilot, "escape", "w", "f2", "f2", "f2", "f2")
        await shows(pilot, "-truststore.p12")
        await press(pilot, "enter", "x")
        await _to_java(pilot)
        assert "Not written yet" not in screen_text(pilot)
    assert (tmp_path / "api.example.test-truststore.p12").exists()


async def test_everything_is_saved_as_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await press(pilot, "w")
        await shows(pilot, "api.example.test-advice.md")
        await press(pilot, "enter")
        await shows(pilot, "Wrote")
    text = (tmp_path / "api.example.test-advice.md").read_text()
    assert "curl --cacert" in text
    assert "To the server's administrator" in text


async def test_a_folder_whose_name_a_command_cannot_show_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a\x1b[2Jb\u202ec"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with stage(MEDIUM) as pilot:
        await press(pilot, "f", "x")
        await shows(pilot, "cannot show every character")
        assert not isinstance(pilot.app.screen, InstructionsScreen)


async def test_no_part_of_a_folder_s_name_becomes_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "x $(touch OWNED);y"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        made = _made(pilot)
    assert made[-1] == str(folder / "api.example.test-ca-bundle.pem")


def _body(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one(Page).plain


def _made(pilot: Pilot[None]) -> list[str]:
    line = next(line for line in _body(pilot).splitlines() if line.startswith("tlschain fix"))
    return shlex.split(line)


async def _to_java(pilot: Pilot[None]) -> None:
    pilot.app.screen.query_one(InstructionList).cursor = _entries(pilot).index(" Java")
    await pilot.pause()
    await until(pilot, lambda: "JAVA_TOOL_OPTIONS" in _body(pilot))


@pytest.fixture
def strict() -> Iterator[Lab]:
    with open_lab(["complete", "small-dh", "strict-aki"]) as running:
        yield running


OF_CONTEXT = {"pinned", "files"}


def _lab_app(port: int, *trust: str, **given: Any) -> ChainApp:
    """An app on a host of the lab as `--trust FILE` opens it, with more of the context, or of the options, given."""
    store = load_trust_store(*trust)
    assert not isinstance(store, Failure)
    options = Options(trust=trust, **{name: value for name, value in given.items() if name not in OF_CONTEXT})
    context = Context(store, options=options, **{name: given[name] for name in OF_CONTEXT & given.keys()})
    return ChainApp(lambda: (Journey(context), ()), [Host(Target("localhost", port))])


async def test_a_printed_command_has_the_trust_that_the_screen_was_opened_with(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "the lab's roots.pem"
    file.write_bytes(lab.trust_pem)
    async with opened(_lab_app(lab.host("leaf-only").port, str(file))) as pilot:
        await shows(pilot, "incomplete")
        await _opened(pilot)
        command = _made(pilot)
        assert command[3:5] == ["--trust", str(file)]
        assert "close this and press w to write it" in " ".join(_body(pilot).split())
        await _to_java(pilot)
        assert _made(pilot)[3:5] == ["--trust", str(file)]
        await press(pilot, "w", "enter")
    (saved,) = tmp_path.glob("*-advice.md")
    assert f"--trust {shlex.quote(str(file))} --as java" in saved.read_text()
    done = await asyncio.to_thread(tlschain, *command[1:])
    assert done.code == 0, done.err
    assert Path(command[-1]).exists()


async def test_a_printed_command_has_all_options_that_the_screen_was_opened_with(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    app = _lab_app(lab.host("leaf-only").port, "roots.pem", pool=(Path("the pool"),), at="2026-11-23", no_pool=True)
    async with opened(app) as pilot:
        await shows(pilot, "incomplete")
        await _opened(pilot)
        command = _made(pilot)
    given = ["--at", "2026-11-23", "--pool", str(tmp_path / "the pool"), "--no-pool"]
    assert command[3:10] == [*given, "--trust", str(tmp_path / "roots.pem")]


async def test_a_printed_command_names_the_root_that_was_confirmed(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    app = _lab_app(lab.host("unknown-root").port, "roots.pem")
    async with opened(app) as pilot:
        await shows(pilot, "press f to find it")
        await press(pilot, "f")
        root = app.rows[0].state.verdict.search.untrusted[0][-1]  # type: ignore[union-attr]
        await pilot.press("c")
        await shows(pilot, "Trust a private root")
        await pilot.press(*root.sha256[:TYPED_DIGITS])
        await press(pilot, "enter")
        await until(pilot, lambda: app.rows[0].status is Status.REPAIRABLE)
        await press(pilot, "x")
        command = _made(pilot)
        assert command[command.index("--trust-root") + 1] == root.sha256
        await press(pilot, "w", "enter")
    (saved,) = tmp_path.glob("*-advice.md")
    assert f"--trust-root {root.sha256}" in saved.read_text()
    done = await asyncio.to_thread(tlschain, *command[1:])
    assert done.code == 0, done.err


async def test_a_printed_command_names_the_root_of_the_command_line(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    root = hashlib.sha256(lab.hierarchy["private-root"].der).hexdigest()
    async with opened(_lab_app(lab.host("unknown-root").port, "roots.pem", pinned=frozenset({root}))) as pilot:
        await shows(pilot, "press f")
        await _opened(pilot)
        command = _made(pilot)
    assert command[command.index("--trust-root") + 1] == root


async def test_a_root_that_helps_a_host_in_nothing_is_said(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    async with opened(_lab_app(lab.host("no-aia").port, "roots.pem", pinned=frozenset({"ab" * 32}))) as pilot:
        await shows(pilot, "press f")
        await press(pilot, "f")
        await shows(pilot, "No path ends at the root abababababababab")


async def test_many_notices_of_the_start_cover_little(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    files = FileCertificates(problems=tuple(f"file {number} is odd" for number in range(60)))
    async with opened(_lab_app(lab.host("leaf-only").port, "roots.pem", files=files)) as pilot:
        await shows(pilot, "and 56 notices more")
        text = screen_text(pilot)
        assert "file 3 is odd" in text
        assert "file 4 is odd" not in text


async def test_strict_checks_are_given_up_where_no_bundle_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strict: Lab
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(strict.trust_pem)
    app = _lab_app(strict.host("strict-aki").port, "roots.pem")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await press(pilot, "x")
        assert "a context without strict checks does" in " ".join(_body(pilot).split())
        await _go(pilot, "without strict")
        assert "VERIFY_X509_STRICT" in _body(pilot)
        assert repr(str(tmp_path / "roots.pem")) in _body(pilot)
        assert "Not written yet" not in _body(pilot)
        await press(pilot, "w", "enter")
    (saved,) = tmp_path.glob("*-advice.md")
    assert "VERIFY_X509_STRICT" in saved.read_text()


async def test_strict_checks_are_given_up_beside_a_proven_repair(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    issuing = lab.hierarchy["issuing"]
    url = lab.publish("/strict.cer", AiaAnswer(issuing.der))
    keyless = frozenset({ExtensionOID.AUTHORITY_KEY_IDENTIFIER})
    leaf = issuing.issue_leaf(template=Template(urls=(url,), without=keyless))
    app = _lab_app(lab.serve([leaf.der], leaf.key), "roots.pem")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await _opened(pilot)
        await _go(pilot, "without strict")
        assert "context.verify_flags &= ~ssl.VERIFY_X509_STRICT" in _body(pilot)
        assert "-ca-bundle.pem" in _body(pilot)


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_a_filter_finds_by_name_else_by_text_and_esc_takes_it_back(size: Size) -> None:
    async with stage(size) as pilot:
        await _opened(pilot)
        everything = _entries(pilot)
        await press(pilot, "slash", *"deb")
        assert _entries(pilot) == [
            "System store",
            " Debian and Ubuntu",
            "Containers and CI",
            " Dockerfile, Debian base",
        ]
        await shows(pilot, "filter “deb”: 2")
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.focused, Page)
        assert "COPY " in _body(pilot)
        await press(pilot, "escape")
        assert _entries(pilot) == everything
        assert "COPY " in _body(pilot), "the cursor stays where the filter found it"
        await _go(pilot, "node_extra_ca")
        assert " npm" in _entries(pilot), "no name has it"
        await press(pilot, "escape", "slash", *"nobody")
        await shows(pilot, "esc clears the filter")
        await press(pilot, "enter", "escape", "escape")
        assert not isinstance(pilot.app.screen, InstructionsScreen)


async def test_the_lines_of_a_server_are_there_where_it_does_not_send_an_intermediate(copied: list[str]) -> None:
    async with stage(MEDIUM) as pilot:
        await _opened(pilot)
        await _go(pilot, "nginx")
        assert "press w and F2 for kind server" in " ".join(_body(pilot).split())
        await press(pilot, "y")
    assert "ssl_certificate" in copied[0]


async def test_a_private_root_of_a_trust_file_is_named_to_every_client(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(lab.trust_pem)
    app = _lab_app(lab.host("complete").port, "roots.pem")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is Status.COMPLETE)
        await press(pilot, "x")
        await shows(pilot, "clients do not have it by")
        assert f"The file for clients is {roots}." in " ".join(_body(pilot).split())
        assert "press w" not in _body(pilot), "the screen writes no file for a host that needs no repair"
        await _go(pilot, "httpx")
        assert str(roots) in _body(pilot)
        assert "Not written yet" not in _body(pilot)
        await press(pilot, "escape")
        await _to_java(pilot)
        command = _made(pilot)
    done = await asyncio.to_thread(tlschain, *command[1:])
    assert done.code == 0, done.err
    assert Path(command[-1]).exists()


@pytest.fixture
def public(strict: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The same, its root one that clients have by themselves."""
    monkeypatch.setattr(certifi, "where", lambda: str(strict.trust_file))
    return strict


async def test_a_host_that_every_client_accepts_has_no_instructions(public: Lab) -> None:
    app = _lab_app(public.host("complete").port, "certifi")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is Status.COMPLETE)
        await press(pilot, "x")
        await shows(pilot, "needs no repair")
        assert not isinstance(pilot.app.screen, InstructionsScreen)


async def test_who_refuses_a_partial_host_is_named_with_the_next_step(public: Lab) -> None:
    app = _lab_app(public.host("small-dh").port, "certifi")
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is Status.PARTIAL)
        await press(pilot, "x")
        await shows(pilot, "client families accept")
        read = " ".join(_body(pilot).split())
        assert "Refused by" in read
        assert "TLS settings" in read
        assert "No repair was looked for yet: close this and press f." in read
        await press(pilot, "escape", "f", "x")
        assert "press f" not in _body(pilot)
