"""Pane 4: what is asked by keys, what the way through redirects was, and what stands in the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tests.support.http2 import Http2Server, answer, headers
from tests.support.proxy import LOGIN, ConnectProxy, start
from tests.support.unsafe import unsafe_in
from tui_chain.clients.advice import ADDS
from tui_chain.clients.families import FamilyId
from tui_chain.clients.registry import variables
from tui_chain.core.status import Status
from tui_chain.engine.journey import Context, Journey
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.livetest.attempt import Attempt, Times
from tui_chain.livetest.choice import RequestChoice
from tui_chain.livetest.environment import VariableTest, audit_environment, uses
from tui_chain.livetest.families import FamilyTest
from tui_chain.livetest.live import LiveTest
from tui_chain.livetest.programs import ProgramTest
from tui_chain.livetest.tester import LiveTestResult
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.app import ChainApp
from tui_chain.tui.screens.answers import full_test_page
from tui_chain.tui.screens.request import HeaderText, RequestScreen
from tui_chain.x509.formats.readers import read_certificates

anyio = pytest.mark.anyio


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "leaf-only"]) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)


def app_at(lab: Lab, *ports: int) -> ChainApp:
    trust = TrustStore("lab", read_certificates(lab.trust_pem).certificates)
    return ChainApp(lambda: (Journey(Context(trust)), ()), [Host(Target("localhost", port)) for port in ports])


async def probed(pilot: Pilot[None]) -> ChainApp:
    app = pilot.app
    assert isinstance(app, ChainApp)
    await until(pilot, lambda: all(row.status is not None and not row.busy for row in app.rows))
    return app


def redirecting(lab: Lab, location: str) -> int:
    return lab.listen(Http2Server(lab, [headers((":status", "302"), ("location", location), ends=True)]))


# what is asked


@anyio
async def test_the_request_is_chosen_by_keys_and_kept(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = ConnectProxy(login=LOGIN)
    url = start(lab, proxy)
    monkeypatch.setenv("HTTPS_PROXY", url.replace("://", "://joe:s3cret%26%2F@"))
    heard = Http2Server(lab, [], protocols=("http/1.1",), plain=b"HTTP/1.1 204 Fine\r\nContent-Length: 0\r\n\r\n")
    port = lab.listen(heard)
    async with opened(app_at(lab, port), SMALL) as pilot:
        app = await probed(pilot)
        heard.heard.clear()
        await press(pilot, "m")
        await pilot.press("f2", "end", *"api", "tab", *"X-Mine: 1", "ctrl+j", *"Accept: text/html", "f3")
        await shows(pilot, "▸HEAD")
        await shows(pilot, "▸through the environment's proxy")
        await shows(pilot, url)
        assert "s3cret" not in screen_text(pilot)
        await press(pilot, "enter")
        headers_ = (("X-Mine", "1"), ("Accept", "text/html"))
        assert app.rows[0].request == RequestChoice("HEAD", "/api", headers_, proxy=True)
        await press(pilot, "t")
        await shows(pilot, f"by proxy {url}")
        await shows(pilot, "204 Fine")
        assert heard.heard[0].startswith(b"HEAD /api HTTP/1.1\r\n")
        assert b"x-mine: 1\r\n" in heard.heard[0].lower()
        assert heard.heard[0].lower().count(b"accept:") == 1
        assert proxy.asked == [f"localhost:{port}"]
        assert "s3cret" not in screen_text(pilot)
        await press(pilot, "r", "4")
        assert app.rows[0].request is not None, "a new probe does not change what the user wants to ask"
        await shows(pilot, "HEAD /api with 2 headers through the environment's proxy")
        await press(pilot, "m", "f3", "enter", "T")
        await until(pilot, lambda: len(heard.heard) > 2)
        ours = [request for request in heard.heard if b"tlschain-tui" in request]
        assert ours, "the programs of the machine ask in their own way"
        assert all(b"HEAD /api " in request for request in ours)


@anyio
async def test_what_is_wrong_is_said_and_the_dialog_stays() -> None:
    wrong = (
        ("api", "", "A path begins with a slash"),
        ("/", "Authorization: Bearer x", "carries no credentials"),
        ("/", "X: 1\nHost: evil", "Host is set by the test itself"),
        ("/", "[/foo] [@click=app.quit]", "is no header"),
    )
    async with stage(SMALL) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await press(pilot, "m")
        for path, lines, words in wrong:
            app.screen.query_one("#request-path", Input).value = path
            app.screen.query_one(HeaderText).text = lines
            await pilot.press("enter")
            await shows(pilot, words)
            assert isinstance(app.screen, RequestScreen)
        await press(pilot, "escape")
        assert app.rows[0].request is None


@anyio
async def test_enter_that_overtakes_what_was_typed_is_still_answered() -> None:
    """Keys that come in one go: enter is handled before the text area tells of its change."""
    async with stage(SMALL) as pilot:
        await press(pilot, "m")
        headers = pilot.app.screen.query_one(HeaderText)
        headers.text = "X"
        headers.action_enter()
        await shows(pilot, "is no header")
        headers.post_message(HeaderText.Changed(headers))
        await press(pilot)
        await shows(pilot, "is no header")
        await pilot.press("tab", "tab", "Y")
        await until(pilot, lambda: "is no header" not in screen_text(pilot))


@anyio
async def test_socks_is_said_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks4://joe:s3cret@proxy:1080")
    async with stage(SMALL) as pilot:
        await press(pilot, "m", "f3")
        await shows(pilot, "speaks SOCKS")
        await press(pilot, "enter")
        await shows(pilot, "✗ The environment's proxy speaks SOCKS")
        assert isinstance(pilot.app.screen, RequestScreen)
        assert "s3cret" not in screen_text(pilot)
        await press(pilot, "f3", "enter")
        assert len(pilot.app.screen_stack) == 1


@anyio
async def test_a_host_that_no_proxy_names_is_asked_directly(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "localhost")
    async with opened(app_at(lab, lab.host("complete").port), SMALL) as pilot:
        await probed(pilot)
        await press(pilot, "m", "f3")
        await shows(pilot, "The environment names none for this host.")
        await press(pilot, "enter", "t")
        await shows(pilot, "directly: the environment names no proxy for it")
        await shows(pilot, "200 OK")


# the way


@anyio
@pytest.mark.parametrize("size", [SMALL, MEDIUM])
async def test_every_hop_has_a_row_and_the_failed_one_is_opened(lab: Lab, size: tuple[int, int]) -> None:
    broken = lab.host("leaf-only").port
    middle = redirecting(lab, f"https://localhost:{broken}/end")
    first = redirecting(lab, f"https://localhost:{middle}/")
    async with opened(app_at(lab, first), size) as pilot:
        app = await probed(pilot)
        assert app.main.check_action("open_hop", ()) is None, "greyed where there is none"
        await press(pilot, "o")
        assert [row.target.port for row in app.rows] == [first]
        await press(pilot, "t", "4")
        text = screen_text(pilot)
        assert "unable to get local issuer certificate (code" in " ".join(text.split())
        assert "a redirect fails" in text
        assert "o for the redirect that failed" in text
        assert f"✓ https://localhost:{middle}/: 302 Found" in text
        assert f"✗ https://localhost:{broken}/end:" in text
        await shows(pilot, f"o opens localhost:{broken} as a new host")
        assert app.main.check_action("open_hop", ()) is True
        await press(pilot, "o")
        assert [row.target.port for row in app.rows] == [first, broken]
        opened_row = app.rows[-1]
        assert app.main.row is opened_row
        assert opened_row.status is Status.INCOMPLETE
        await press(pilot, "1", "k", "o")
        await shows(pilot, "is on the list")
        assert app.main.row == opened_row


@anyio
async def test_a_new_probe_that_finds_the_same_keeps_the_hops(lab: Lab) -> None:
    first = redirecting(lab, f"https://localhost:{lab.host('leaf-only').port}/")
    async with opened(app_at(lab, first), MEDIUM) as pilot:
        app = await probed(pilot)
        await press(pilot, "t")
        await shows(pilot, "as a new host")
        await press(pilot, "r")
        assert app.main.check_action("open_hop", ()) is True
        assert "as a new host" in screen_text(pilot)


@anyio
async def test_a_hostile_way_acts_on_nothing(lab: Lab) -> None:
    location = "https://localhost/\x1b]0;owned\x07[/foo][@click=app.quit]\u202e" + "x" * 3000
    hostile = headers((":status", "302"), ("location", location.encode().decode("latin-1")), ends=True)
    async with opened(app_at(lab, lab.listen(Http2Server(lab, [hostile]))), SMALL) as pilot:
        await probed(pilot)
        await press(pilot, "t", "G")
        assert not unsafe_in(screen_text(pilot))
        assert pilot.app.is_running


@anyio
async def test_the_facts_fit_the_small_screen(lab: Lab) -> None:
    port = lab.listen(Http2Server(lab, [answer("200")]))
    async with opened(app_at(lab, port), SMALL) as pilot:
        await probed(pilot)
        await press(pilot, "t")
        for words in ("HTTP/2, TLSv1.3", "TLS_AES_256_GCM_SHA384", "lookup", "connect", "answer"):
            await shows(pilot, words)


# the environment


@anyio
async def test_a_variable_that_beats_the_bundle_has_a_line(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(b"")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    async with opened(app_at(lab, lab.host("leaf-only").port), SMALL) as pilot:
        await probed(pilot)
        await press(pilot, "f", "t")
        await shows(pilot, "! REQUESTS_CA_BUNDLE is set and beats the bundle in requests, pip, boto3,")
        assert "T shows what it does" in " ".join(screen_text(pilot).split())


@anyio
async def test_the_repair_s_own_file_has_none(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    port = lab.host("leaf-only").port
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / f"localhost-{port}-ca-bundle.pem"))
    async with opened(app_at(lab, port), SMALL) as pilot:
        app = await probed(pilot)
        await press(pilot, "f", "w", "enter", "t")
        assert app.rows[0].written is not None
        assert app.rows[0].state.live_test is not None
        assert "REQUESTS_CA_BUNDLE" not in screen_text(pilot)


def test_the_page_of_everything_says_how_variables_are_used(tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(b"")
    found = audit_environment({"REQUESTS_CA_BUNDLE": str(other)})
    failed = Attempt("x", ok=False, text="certificate verify failed")
    live = LiveTest("GET", "https://a.test/", failed, None, environment=found)
    tried = tuple(
        VariableTest(found[0].name, ", ".join(use.clients), use.effect is ADDS, failed) for use in uses(found[0].name)
    )
    page = full_test_page(LiveTestResult(live, (), tried)).plain
    assert re.search(
        r"✗ requests, Poetry, conda, niquests +in place of their trust store: certificate verify failed", page
    )
    assert re.search(r"✗ pip +added to their own trust store: certificate verify failed", page)


def test_the_page_of_everything_says_what_each_family_gets() -> None:
    worked = Attempt("trust store x", ok=True, text="200 OK")
    clients = (
        FamilyTest(FamilyId.CURL, "curl", True, "handshake verified", tls_version="TLSv1.3", times=Times(tls=3.0)),
        FamilyTest(FamilyId.GO, "Go", None, "not emulated: DES-CBC3-SHA cannot be offered", emulated=False),
        FamilyTest(FamilyId.JAVA, "Java", False, "refused: the server has only TLS 1.0", "protocol-version"),
    )
    ran = (ProgramTest("git", False, "refused"), ProgramTest("java", None, "not installed"))
    page = full_test_page(LiveTestResult(LiveTest("GET", "https://a.test/", worked, None), clients, (), ran)).plain
    assert "Client families, a handshake each" in page
    assert re.search(r"✓ curl +handshake verified · TLSv1.3 · 3 ms", page)
    assert re.search(r"· Go +not emulated: DES-CBC3-SHA cannot be offered", page)
    assert re.search(r"✗ Java +refused: the server has only TLS 1.0 \(code protocol-version\)", page)
    assert "Programs of this machine, with the trust store" in page
    assert re.search(r"✗ git +refused", page)
    assert re.search(r"· java +not installed", page)
