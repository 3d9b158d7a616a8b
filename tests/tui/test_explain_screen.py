"""The dialog that explains an error text: what it says, what its keys do, and what may be pasted into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import Size, opened, press, screen_text, settled, shows, stage, until
from tests.support.limits import own_seconds
from tests.support.unsafe import unsafe_in
from tests.tui.conftest import AppOn
from tui_chain.clients.cause_codes import CauseCode
from tui_chain.core.status import Status
from tui_chain.diagnose.explain.causes import CAUSES, Cause
from tui_chain.diagnose.explain.explanation import Explanation, explain
from tui_chain.diagnose.explain.reading import MAX_READ
from tui_chain.lab.internet import Lab
from tui_chain.net.target import Target
from tui_chain.tui.app import ChainApp
from tui_chain.tui.cause_steps import StepKind, step_of
from tui_chain.tui.screens.explain import ErrorTextArea, ExplainScreen

pytestmark = pytest.mark.anyio
TRACEBACK = """Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", line 467, in _make_request
    self._validate_conn(conn)
ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer
 certificate (_ssl.c:1006)

requests.exceptions.SSLError: HTTPSConnectionPool(host='{host}', port={port}): Max retries exceeded with url: /v1
 (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable
 to get local issuer certificate (_ssl.c:1006)')))
"""
LOG = "06:00:00 INFO app.worker request handled path=/api/v1/items status=200 duration=0.0123 user=abc\n"


def traceback_of(host: str, port: int) -> str:
    return TRACEBACK.format(host=host, port=port)


async def paste(pilot: Pilot[None], text: str) -> None:
    """Open the dialog and give it a text as a terminal with bracketed paste does."""
    await press(pilot, "E")
    await paste_more(pilot, text)


async def paste_more(pilot: Pilot[None], text: str) -> None:
    pilot.app.screen.post_message(events.Paste(text))
    await pilot.pause()
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers), "for the answer")
    await settled(pilot)


def filled(cause: Cause) -> Cause:
    """A cause whose command is for a host and a file."""
    places = {"host": "a.example.org", "address": "a.example.org:443", "starttls": "smtp+starttls://a.example.org:25"}
    places |= {"trust": " --trust /srv/ca.pem", "file": "/srv/ca.pem", "store": "env", "roots": "ls"}
    places |= {"url": "https://a.example.org", "name": "a.example.org"}
    command = cause.command
    for name, value in places.items():
        command = command.replace(f"{{{name}}}", value)
    return replace(cause, command=command)


@pytest.mark.parametrize("cause", [filled(cause) for cause in CAUSES.values()], ids=lambda cause: cause.code)
def test_every_cause_has_its_key_and_names_no_option(cause: Cause) -> None:
    step = step_of(cause)
    shown, _, shell = step.text.partition(" for a shell: ")
    assert "tlschain" not in shown
    assert "--" not in shown
    assert not shell or shell.partition(" · shows ")[0] in cause.command
    ours = cause.command.startswith("tlschain ")
    assert ours == (step.kind is not StepKind.SHELL)
    host = Target("a.example.org", 25, "smtp") if "starttls" in cause.command else Target("a.example.org")
    assert step.target == (host if step.kind is StepKind.PROBE else None)
    assert str(step.file) == ("/srv/ca.pem" if step.kind is StepKind.AUDIT else "None")
    assert all(text.strip() in step.text for text in cause.shows[:3])


def test_a_command_that_goes_on_in_a_shell_is_shown_as_both() -> None:
    found = CAUSES[CauseCode.CA_FILE]
    step = step_of(replace(found, command="tlschain audit '/srv/a; b.pem'; env | grep -E 'A|B'; ls"))
    assert (step.kind, step.file) == (StepKind.AUDIT, Path("/srv/a; b.pem"))
    assert step.text.endswith(" · y copies for a shell: env | grep -E 'A|B'; ls")
    assert step.command == "env | grep -E 'A|B'; ls"


@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_a_traceback_is_explained(size: Size) -> None:
    async with stage(size) as pilot:
        await paste(pilot, traceback_of("api.example.org", 8443))
        shown = screen_text(pilot)
        for part in (
            "requests · the client's own verdict · verify code 20",
            "api.example.org:8443",
            "The text leaves it open. Whether the server sends its intermediate decides",
            "1 missing-issuer  The server does not send its intermediate certificate.",
            "enter adds api.example.org:8443 and probes it, then f looks for a repair",
            "tab goes to the causes · esc close",
        ):
            assert part in shown
        assert "tlschain" not in shown
        await press(pilot, "tab")
        assert "a adds api.example.org:8443" in screen_text(pilot)
        assert "esc close" in screen_text(pilot)


async def test_a_cause_adds_the_host_which_is_probed_in_the_background(app_on: AppOn, lab: Lab) -> None:
    app, port = app_on("complete"), lab.host("leaf-only").port
    async with opened(app) as pilot:
        await until(pilot, lambda: app.rows[0].status is not None)
        await paste(pilot, traceback_of("localhost", port))
        await press(pilot, "tab", "j", "k", "enter")
        await until(pilot, lambda: len(app.rows) == 2 and app.rows[1].status is Status.INCOMPLETE)
        assert app.main.row == app.rows[1]
        await shows(pilot, "missing-issuer")


async def test_a_host_that_is_on_the_list_is_shown(app_on: AppOn, lab: Lab) -> None:
    app = app_on("complete", "leaf-only")
    async with opened(app) as pilot:
        await until(pilot, lambda: all(row.status is not None for row in app.rows))
        await paste(pilot, traceback_of("localhost", lab.host("leaf-only").port))
        await press(pilot, "tab", "a")
        await shows(pilot, "is on the list already.")
        assert len(app.rows) == 2
        assert app.main.row == app.rows[1]


async def test_a_port_of_starttls_is_probed_with_it(app_on: AppOn) -> None:
    app = app_on("complete", timeout=0.1)
    async with opened(app) as pilot:
        await paste(pilot, "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] while connecting to 127.0.0.1:587")
        await press(pilot, "tab", "a")
        assert app.rows[-1].target == Target("127.0.0.1", 587, "smtp")


async def test_a_command_of_a_shell_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(MEDIUM) as pilot:
        copied: list[str] = []
        monkeypatch.setattr(pilot.app, "copy_to_clipboard", copied.append)
        await paste(pilot, "certificate verify failed: certificate is not yet valid")
        found = explain("certificate is not yet valid")
        assert isinstance(found, Explanation)
        place = [cause.command for cause in found.causes].index("date -u")
        await press(pilot, "tab", *["j"] * place, "enter", "y")
        assert "enter copies it for a shell: date -u" in screen_text(pilot)
        assert copied == ["date -u", "date -u"]
        assert isinstance(pilot.app.screen, ExplainScreen)


async def test_the_trust_file_of_the_text_is_audited(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificates here")
    async with stage(MEDIUM) as pilot:
        await paste(pilot, f"SSL certificate problem: unable to get issuer certificate\n CAfile: {file}\n")
        await press(pilot, "tab")
        found = explain(pilot.app.screen.query_one(ErrorTextArea).text)
        assert isinstance(found, Explanation)
        place = [step_of(cause).kind for cause in found.causes].index(StepKind.AUDIT)
        await press(pilot, *["j"] * place, "enter")
        await shows(pilot, "Audit of a trust file")
        assert "ca.pem" in screen_text(pilot)


async def test_where_no_file_is_named_the_doctor_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no interpreter, which the doctor says
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    async with stage(MEDIUM) as pilot:
        await paste(pilot, traceback_of("api.example.org", 443))
        found = explain(pilot.app.screen.query_one(ErrorTextArea).text)
        assert isinstance(found, Explanation)
        place = [step_of(cause).kind for cause in found.causes].index(StepKind.DOCTOR)
        await press(pilot, "tab", *["j"] * place)
        assert "enter looks at this machine's Python and its settings, as D does" in screen_text(pilot)
        await press(pilot, "enter")
        await shows(pilot, "There is no Python on PATH.")


async def test_a_text_without_a_host_lets_enter_ask_for_one() -> None:
    async with stage(MEDIUM) as pilot:
        await paste(pilot, "certificate has expired")
        assert "enter asks for the host, which the text does not name" in screen_text(pilot)
        await press(pilot, "tab", "a")
        assert isinstance(pilot.app.screen, ExplainScreen), "there is no host to add"
        await press(pilot, "enter")
        await shows(pilot, "Add hosts")


async def test_a_text_that_is_not_known_and_none() -> None:
    async with stage(MEDIUM) as pilot:
        await paste(pilot, "it rains")
        shown = screen_text(pilot)
        assert "close this and press a to add the host" in shown
        assert "tlschain" not in shown
        await press(pilot, "tab", "enter", "y", "a")
        assert isinstance(pilot.app.screen, ExplainScreen)
        pilot.app.screen.query_one(ErrorTextArea).text = " "
        await press(pilot)
        await until(pilot, lambda: not str(pilot.app.screen.query_one("#explain-answer", Static).content))


async def test_the_code_of_a_finding_is_explained() -> None:
    async with stage(MEDIUM) as pilot:
        await paste(pilot, "missing-issuer")
        shown = screen_text(pilot)
        assert "missing-issuer  fatal · fault: server" in shown
        assert "tlschain" not in shown


async def test_a_hostile_text_is_only_text() -> None:
    attack = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2028[/red] [@click=app.quit]x[/] [$error]\r\n"
    host = "evil[bold].example.org"
    async with stage(MEDIUM) as pilot:
        await paste(pilot, f"{attack}{traceback_of(host, 1)}CAfile: /tmp/[/x]\x1b[2J.pem\n{attack}")
        assert not unsafe_in(screen_text(pilot))
        await press(pilot, "tab", "j", "G", "g")
        assert not unsafe_in(screen_text(pilot))
        assert not unsafe_in(pilot.app.screen.query_one(ErrorTextArea).text)
        await press(pilot, "enter")
        assert pilot.app.is_running


async def test_eight_megabytes_hold_nothing_up(app_on: AppOn) -> None:
    log = f"{LOG * (8 * 1024 * 1024 // len(LOG))}{traceback_of('api.example.org', 443)}"
    app: ChainApp = app_on("complete")
    async with opened(app, SMALL) as pilot:
        await press(pilot, "E")
        with own_seconds(3.0):
            await paste_more(pilot, log)
            assert "1 missing-issuer" in screen_text(pilot)
        assert "8,19" in screen_text(pilot)
        assert "KB were pasted; the " in screen_text(pilot)
        assert len(pilot.app.screen.query_one(ErrorTextArea).text) <= MAX_READ
        pilot.app.screen.query_one(ErrorTextArea).text = ""
        await until(pilot, lambda: "were pasted" not in screen_text(pilot))
