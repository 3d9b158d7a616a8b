"""Keys: each has an id, can be remapped, is offered only where it applies; panes, filter, zoom."""

from __future__ import annotations

import pytest
from textual.binding import Binding
from textual.pilot import Pilot

from tests.scenes.gallery import MEDIUM, SMALL
from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.keymap import MOVE_KEYS, read_keymap
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui.actions import (
    ACTIONS,
    APP,
    CHAIN,
    HOSTS,
    LINKS,
    LIVE,
    MAIN,
    bindings,
    textual_keymap,
    with_user_keys,
)
from tui_chain.tui.app import ChainApp
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.panes.chain import ChainPane
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.panes.links import LinksPane
from tui_chain.tui.panes.live import LivePane
from tui_chain.tui.screens.main import MainScreen
from tui_chain.tui.widgets.row_list import RowList
from tui_chain.x509.formats.pem import to_pem

anyio = pytest.mark.anyio
HOMES = {APP: ChainApp, MAIN: MainScreen, HOSTS: HostPane, CHAIN: ChainPane, LINKS: LinksPane, LIVE: LivePane}


def test_ids_and_keys_are_there_once() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for home in HOMES:
        made = [binding for binding in bindings(home) if not isinstance(binding, tuple)]
        assert len({binding.id for binding in made}) == len(made)
        assert len({binding.key for binding in made}) == len(made)


def test_every_key_that_moves_in_lists_is_known_to_be_taken() -> None:
    keys = {key for binding in RowList.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")}
    assert keys <= MOVE_KEYS


def test_every_action_exists_where_it_lives() -> None:
    for action in ACTIONS:
        assert action.homes
        for home in action.homes:
            assert hasattr(HOMES[home], f"action_{action.name}"), (action, home)


@anyio
async def test_users_can_remap_by_id() -> None:
    async with stage(MEDIUM) as pilot:
        pilot.app.set_keymap({"help": "f1"})
        await press(pilot, "f1")
        await shows(pilot, "All keys")


@anyio
async def test_a_keymap_takes_all_usual_keys_of_an_action_away() -> None:
    async with stage(MEDIUM) as pilot:
        keymap = read_keymap({"quit": "F9", "palette": "ctrl+k", "host.fix": "r", "host.probe": "f"})
        assert keymap.problems == ()
        pilot.app.set_keymap(textual_keymap(keymap.keymap))
        await press(pilot, "ctrl+p", "q", "ctrl+k")
        await shows(pilot, "Search for commands")
        await press(pilot, "escape", "r")
        app = pilot.app
        assert isinstance(app, ChainApp)
        await until(pilot, lambda: app.rows[0].state.proven is not None)
        await press(pilot, "ctrl+q")
        assert len(app.screen_stack) == 1
        assert app.is_running
        await press(pilot, "f9")
        await shows(pilot, "Quit?")


@anyio
async def test_one_pane_is_open_at_few_columns() -> None:
    async with stage(SMALL) as pilot:
        for key, pane in (("2", "chain"), ("3", "links"), ("4", "live"), ("1", "hosts")):
            await press(pilot, key)
            heights = {p.id: p.size.height for p in pilot.app.query(".pane")}
            assert [name for name, height in heights.items() if height > 1] == [pane]
        assert heights["hosts"] >= 17


@anyio
async def test_tab_walks_through_the_panes() -> None:
    async with stage(SMALL) as pilot:
        seen = []
        for _ in range(4):
            await press(pilot, "tab")
            seen.append(next(p.id for p in pilot.app.query(".pane") if p.has_focus_within))
        assert seen == ["chain", "links", "live", "hosts"]


@anyio
async def test_vi_keys_move() -> None:
    async with stage(MEDIUM) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await press(pilot, "j", "j", "k", "G")
        assert app.main.row is app.rows[-1]
        await press(pilot, "g", "j")
        assert app.main.row is app.rows[1]
        await press(pilot, "2", "j")
        await shows(pilot, "subject  CN=Example Issuing CA G2")


@anyio
async def test_the_filter_narrows_and_esc_clears_it() -> None:
    async with stage(MEDIUM) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await press(pilot, "slash", *"untrusted")
        assert app.main.row is not None
        assert app.main.row.target.host == "intranet.example.test"
        assert "shop.example.test" not in screen_text(pilot)
        await press(pilot, "enter", "j")
        assert app.main.row.target.host == "printer.example.test"
        await press(pilot, "escape")
        await shows(pilot, "shop.example.test")


@anyio
async def test_zoom_and_back() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "2", "z")
        assert "1 Hosts" not in screen_text(pilot)
        assert pilot.app.query_one("#chain").size.width > 100
        await press(pilot, "escape")
        await shows(pilot, "1 Hosts")


@anyio
async def test_the_palette_offers_what_applies_now() -> None:
    async with stage(MEDIUM) as pilot:
        await press(pilot, "ctrl+p", *"probeall")
        await shows(pilot, "Probe all hosts again")
        await press(pilot, "escape", "ctrl+p", *"wholebundle")
        await shows(pilot, "No matches found")
        await press(pilot, "escape", "escape", "f", "ctrl+p", *"wholebundle")
        await shows(pilot, "Copy the whole bundle")


@anyio
async def test_an_empty_list_says_what_to_press() -> None:
    app = ChainApp(lambda: (Journey(Context(TrustStore("none", ()))), ()))
    async with opened(app, SMALL) as pilot:
        await shows(pilot, "press a to add one")
        await press(pilot, "f", "t", "w", "y", "d", "r", "i", "e", "x")
        assert len(app.screen_stack) == 1


@anyio
async def test_five_thousand_hosts_stay_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HostJobs, "probe", lambda *_: None)
    hosts = [Host(Target(f"host{number}.example.test")) for number in range(5000)]
    app = ChainApp(lambda: (Journey(Context(TrustStore("none", ()))), ()), hosts)
    async with opened(app) as pilot:
        await press(pilot, "G")
        assert app.main.row is app.rows[-1]
        await press(pilot, "slash", *"4711")
        assert app.main.row is not None
        assert app.main.row.target.host == "host4711.example.test"


@anyio
async def test_the_long_name_keeps_its_port() -> None:
    name = "a-very-long-name-of-a-host.in-a-long-domain.example.test"
    app = ChainApp(lambda: (Journey(Context(TrustStore("none", ()))), ()), [Host(Target(name, 18443))])
    async with opened(app, SMALL) as pilot:
        await until(pilot, lambda: not app.rows[0].busy and app.rows[0].status is not None)
        assert ":18443" in screen_text(pilot).splitlines()[0]


@anyio
async def test_a_key_that_can_do_nothing_says_why() -> None:
    async with stage(MEDIUM) as pilot:
        told = {"w": "no proven repair yet", "o": "No redirect", "c": "no root here", "n": "no second path"}
        for key, words in told.items():
            await press(pilot, key)
            await shows(pilot, words)
        await press(pilot, "j", "f", "w")
        await shows(pilot, "needs no repair")
        await shows(pilot, "nothing is missing")
        await press(pilot, "G", "t")
        await shows(pilot, "was not reached; e says why")
        assert len(pilot.app.screen_stack) == 1


@anyio
async def test_a_filter_that_hides_all_gives_the_cursor_back() -> None:
    async with stage(MEDIUM) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await press(pilot, "j", "j", "slash", *"zzz", "escape")
        assert app.main.row is app.rows[2]


def _footer(pilot: Pilot[None]) -> str:
    return screen_text(pilot).splitlines()[-1]


@anyio
async def test_space_acts_on_the_pane_in_focus() -> None:
    async with stage(SMALL) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        await press(pilot, "f", "3", "space")
        assert not any(row.marked for row in app.rows), "it chose a certificate"
        assert app.rows[0].state.choice is not None
        await press(pilot, "4", "space")
        await shows(pilot, "space marks hosts in pane 1")
        assert not any(row.marked for row in app.rows)
        await press(pilot, "1", "g", "space")
        assert [row.marked for row in app.rows][:2] == [True, False]
        await shows(pilot, "◆ 1 marked")


@anyio
async def test_the_footer_follows_the_pane() -> None:
    async with stage(SMALL) as pilot:
        for key, here, elsewhere in (
            ("1", "space Mark", "Choose"),
            ("2", "y Copy", "Mark"),
            ("3", "space Choose", "Mark"),
        ):
            await press(pilot, key)
            await until(pilot, lambda words=here: words in _footer(pilot), here)  # type: ignore[misc]
            assert elsewhere not in _footer(pilot)
            assert _footer(pilot).split()[:4] == ["?", "Keys", "q", "Quit"]
            assert "y Copy" in _footer(pilot)


@anyio
async def test_y_copies_what_is_under_the_cursor_of_its_pane(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with stage(MEDIUM) as pilot:
        app = pilot.app
        assert isinstance(app, ChainApp)
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        await press(pilot, "f", "y", "y", "2", "g", "j", "y", "y", "1", "y", "enter")
        path = app.rows[0].state.proven
        assert path is not None
        leaf, issuing = (to_pem(certificate) for certificate in path.path.certificates[:2])
        assert copied == [leaf, issuing, leaf]


@anyio
async def test_what_was_shown_for_a_key_is_gone_with_the_next_key_of_a_pane() -> None:
    async with stage(SMALL) as pilot:
        await press(pilot, "2", "y", "y")
        await shows(pilot, "the certificate")
        assert len(pilot.app._notifications) == 1
        await press(pilot, "i")
        assert len(pilot.app._notifications) == 0


@anyio
async def test_a_click_on_a_folded_title_opens_the_pane() -> None:
    async with stage(SMALL) as pilot:
        for name in ("links", "hosts", "live", "chain"):
            line = next(place for place, text in enumerate(screen_text(pilot).splitlines()) if TITLES[name] in text)
            await pilot.click(offset=(10, line))
            await until(pilot, lambda name=name: pilot.app.query_one(f"#{name}").size.height > 1)  # type: ignore[misc]


TITLES = {"hosts": "1 Hosts", "chain": "2 Served", "links": "3 Missing", "live": "4 Clients"}


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("press f to find it", "press ctrl+g to find it"),
        ("Intermediates are missing. Press f to find it.", "Intermediates are missing. Press ctrl+g to find it."),
        ("press e for the hint, r to try again", "press e for the hint, F4 to try again"),
        ("esc stops it", "F9 stops it"),
        ("t tests the bundle; w writes it for clients", "F6 tests the bundle; w writes it for clients"),
        ("press enter to read the question", "press enter to read the question"),
        ("Removed a.example; u brings it back.", "Removed a.example; F8 brings it back."),
        ("2 jobs of other hosts; ctrl+x stops all.", "2 jobs of other hosts; F10 stops all."),
        ("has no proven repair yet; f looks for one.", "has no proven repair yet; ctrl+g looks for one."),
        ("was not reached; e says why, r tries again.", "was not reached; e says why, F4 tries again."),
        ("esc closes this", "F9 closes this"),
        ("f.example has no host f", "f.example has no host f"),
    ],
)
def test_a_next_step_names_the_keys_of_the_user(step: str, shown: str) -> None:
    keys = {"host.fix": ("ctrl+g",), "host.probe": ("f4",), "back": ("f9",), "host.test": ("f6",)}
    keys |= {"undo": ("f8",), "stop_all": ("f10",)}
    assert with_user_keys(step, textual_keymap(keys)) == shown
    assert with_user_keys(step, {}) == step


@anyio
async def test_what_is_said_in_passing_names_the_keys_of_the_user() -> None:
    async with stage(MEDIUM) as pilot:
        pilot.app.set_keymap(textual_keymap({"undo": ("f8",), "list.sort": ("ctrl+o",)}))
        await press(pilot, "d")
        await shows(pilot, "F8 brings it back.")
        await shows(pilot, "/ filters · ctrl+o sorts")


@anyio
async def test_the_headline_names_the_keys_of_the_user() -> None:
    async with stage(MEDIUM) as pilot:
        pilot.app.set_keymap(textual_keymap({"host.fix": ("f2",)}))
        await press(pilot, "j", "k")
        await shows(pilot, "press F2 to ")
