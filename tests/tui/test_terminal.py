"""What the screen makes of where it runs: its start, the theme, the clipboard."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.color import Color as RichColor
from textual import events
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tests.scenes.stage import opened, press, screen_text, shows, stage, until
from tests.scenes.world import HOSTS, NOW, scene_journey
from tests.tui.conftest import AppOn
from tui_chain.core.failure import Failure
from tui_chain.engine.arguments import Arguments, Options, read_arguments
from tui_chain.net.host_list import parse_host_list
from tui_chain.tui.app import ChainApp
from tui_chain.tui.clipboard import copy_text
from tui_chain.tui.host_rows import BAD, NEW, OK, WARN
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.screens.add import HostText
from tui_chain.tui.screens.pages import error_page
from tui_chain.tui.themes import ANSI_THEME, THEME, known_theme

SIZE = (120, 40)
SENTENCE = "the server does not answer"
anyio = pytest.mark.anyio
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the clipboard programs of Linux")


def theme_colour(variables: Mapping[str, str], variable: str) -> RichColor:
    """The colour of a style such as `$text-error` in a theme with these variables."""
    return Color.parse(variables[variable.removeprefix("$")]).rich_color


# notices of the start


@anyio
async def test_wrong_lines_are_shown_and_can_be_read_later() -> None:
    wrong = [f"hosts, line {number}: '[b]{SENTENCE}[/b]' is not a host." for number in range(1, 9)]
    app = ChainApp(lambda: (scene_journey(), ()), HOSTS, clock=lambda: NOW, notices=wrong)
    async with opened(app, SIZE) as pilot:
        await shows(pilot, "line 4: '[b]the server")
        await shows(pilot, "and 4 notices more: e shows them all")
        await until(pilot, lambda: all(row.status for row in app.rows), "for the probes")
        await press(pilot, "e")
        await shows(pilot, "Notices of the start")
        assert "line 8: '[b]the server" in screen_text(pilot)


def test_notices_stand_below_an_error() -> None:
    page = error_page(Failure("name", "No such host.", "Write it anew."), ["line 3: none"]).plain
    assert page.split("\n\n") == ["No such host.", "Write it anew.", "Notices of the start", "line 3: none"]


def test_one_wrong_line_of_many_leaves_the_others(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    lines = [f"h{number}.example" for number in range(500)]
    hosts.write_text("\n".join([*lines[:20], SENTENCE, *lines[20:]]))
    arguments = read_arguments(Options(targets=("!!!",), hosts_file=hosts))
    assert isinstance(arguments, Arguments)
    assert len(arguments.hosts) == 500
    first, second = arguments.wrong
    assert first.startswith("argument 1: '!!!' is not a target.")
    assert second.startswith(f"{hosts}, line 21: {SENTENCE!r} is not a host")


def test_where_nothing_is_a_host_the_screen_does_not_open() -> None:
    refused = read_arguments(Options(targets=("!!!", SENTENCE)))
    assert isinstance(refused, Failure)
    assert [line[:10] for line in refused.message.splitlines()] == ["argument 1", "argument 2"]


# typed ahead


@anyio
async def test_lines_that_are_typed_in_one_go_stay_in_their_order() -> None:
    async with stage(SIZE) as pilot:
        await press(pilot, "a")
        for key in (*"ab", "ctrl+j", *"cd", "ctrl+j", *"ef"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        box = pilot.app.screen.query_one(HostText)
        await until(pilot, lambda: "f" in box.text, "for the last key")
        assert box.text == "ab\ncd\nef"


# themes


@anyio
async def test_a_theme_that_there_is_not_is_named_with_those_near_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "[b]tokio-nite")
    async with stage(SIZE) as pilot:
        await shows(pilot, "There is no theme")
        await press(pilot, "e")
        await shows(pilot, "There is no theme '[b]tokio-nite' (near to it: tokyo-night")
        assert pilot.app.theme == THEME


@pytest.mark.parametrize("name", ["", *BUILTIN_THEMES])
def test_a_theme_that_there_is_is_used(name: str) -> None:
    assert known_theme(name, BUILTIN_THEMES) == (name or THEME, "")


def test_where_no_theme_is_near_all_are_named() -> None:
    theme, notice = known_theme("\x1b]0;x", BUILTIN_THEMES)
    assert theme == THEME
    assert notice.isprintable()
    assert all(name in notice for name in BUILTIN_THEMES)


@anyio
@pytest.mark.parametrize("name", BUILTIN_THEMES)
async def test_statuses_are_told_apart_by_colour_in_every_theme(
    name: str, monkeypatch: pytest.MonkeyPatch, app_on: AppOn
) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", name)
    app = app_on()
    variables = app.get_css_variables()
    colours = [theme_colour(variables, variable) for variable in (OK, WARN, BAD, NEW)]
    assert len(set(colours)) == 4
    background = Color.parse(app.theme_variables["background"])
    for colour in colours:
        if app.current_theme.ansi:
            assert colour.name not in {"color0", "color4", "color7", "color15", "default"}, (
                "not to be read everywhere"
            )
        else:
            red, green, blue = colour.get_truecolor()
            assert _contrast(Color(red, green, blue), background) >= 3


def _contrast(one: Color, other: Color) -> float:
    """The contrast of two colours (WCAG 2.2)."""

    def luminance(colour: Color) -> float:
        shares = [
            share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in colour.normalized
        ]
        return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), shares, strict=True))

    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


@anyio
@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "linux"}, ANSI_THEME),
        ({"TERM": "xterm"}, ANSI_THEME),
        ({"TERM": "linux", "NO_COLOR": "1"}, THEME),
        ({"TERM": "linux", "TEXTUAL_THEME": "nord"}, "nord"),
        ({"TERM": "xterm-256color"}, THEME),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, THEME),
    ],
)
async def test_a_terminal_of_16_colours_has_a_theme_of_them(
    environment: dict[str, str], theme: str, monkeypatch: pytest.MonkeyPatch, app_on: AppOn
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = app_on()
    assert app.theme == theme
    assert known_theme(environment.get("TEXTUAL_THEME", ""), BUILTIN_THEMES, theme) == (theme, "")


@anyio
@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "nord"])
async def test_rows_have_the_colour_of_their_status(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", theme)
    async with stage(SIZE) as pilot:
        colours = {
            segment.text.strip(): segment.style.color
            for strip in pilot.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
        }
        seen = {word: colours[word] for word in ("complete", "invalid", "unreachable")}
        assert len(set(seen.values())) == 3, seen
        variables = pilot.app.theme_variables
        assert seen["complete"] == theme_colour(variables, OK)
        assert seen["invalid"] == theme_colour(variables, BAD)


# names as people write them


@anyio
@pytest.mark.parametrize("needle", ["bücher", "BÜCHER", "xn--bcher", "例え", "раура"])
async def test_a_name_is_shown_and_found_as_people_write_it(needle: str) -> None:
    hosts = parse_host_list("bücher.invalid\n例え.invalid:8443\nраура.invalid\nplain.invalid\n").hosts
    app = ChainApp(lambda: (scene_journey(), ()), hosts, clock=lambda: NOW)
    async with opened(app, (80, 24)) as pilot:
        await until(pilot, lambda: all(row.status for row in app.rows), "for the probes")
        await shows(pilot, "bücher.invalid:443")
        await shows(pilot, "xn--80aa0cbo.invalid:443")
        lines = screen_text(pilot).splitlines()
        assert lines[0].startswith(" bücher…")
        wide = next(line for line in lines if "例え.invalid:8443" in line)
        assert {cell_len(line) for line in lines} == {cell_len(wide)}, "the columns stand"
        await pilot.press("slash", *needle)
        await shows(pilot, "filter")
        assert app.main.query_one(HostPane).shown == tuple(
            host.target for host in hosts if needle.lower() in host.target.spellings
        )
        assert len(app.main.query_one(HostPane).shown) == 1


# the clipboard


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for clipboard programs, the only one that has any; pyperclip looks for them anew."""
    import pyperclip

    monkeypatch.setattr(pyperclip, "copy", vars(pyperclip)["lazy_load_stub_copy"])
    monkeypatch.setattr(pyperclip, "paste", vars(pyperclip)["lazy_load_stub_paste"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":77")
    return tmp_path


def _program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(script)
    file.chmod(0o755)


async def _copied(**given: bool) -> str:
    sent: list[str] = []
    sentence, certain = await copy_text("a text", "the text", sent.append, **given)
    assert certain == (sent == [])
    assert sentence.startswith("Copied" if certain else "Sent the text, 0.0 KB, to the terminal, unconfirmed (")
    return sentence


@on_linux
@anyio
@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize(
    ("variable", "why"),
    [
        ("", "there is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ("DISPLAY", "no clipboard program is installed: xclip or xsel would do"),
        ("WAYLAND_DISPLAY", "no clipboard program is installed: wl-clipboard has one"),
    ],
)
async def test_no_display_is_not_no_clipboard_program(
    monkeypatch: pytest.MonkeyPatch, variable: str, why: str
) -> None:
    monkeypatch.delenv("DISPLAY")
    if variable:
        monkeypatch.setenv(variable, ":77")
    assert f"unconfirmed ({why})" in await _copied()


@on_linux
@anyio
async def test_a_clipboard_program_that_works_is_believed(desktop: Path) -> None:
    kept = desktop / "kept"
    _program(
        desktop, "xclip", f'#!/bin/sh\nPATH=/usr/bin:/bin\ncase "$*" in *-o*) cat {kept};; *) cat >{kept};; esac\n'
    )
    assert await _copied() == "Copied the text, 0.0 KB."
    assert kept.read_text() == "a text"


@on_linux
@anyio
async def test_a_clipboard_program_that_fails_is_not_believed(desktop: Path) -> None:
    _program(desktop, "xclip", "#!/bin/sh\nwhile read -r line; do :; done\necho no display >&2\nexit 1\n")
    assert "(the clipboard program did not take it)" in await _copied()


@on_linux
@anyio
async def test_a_clipboard_program_that_cannot_be_run_says_why(desktop: Path) -> None:
    _program(desktop, "xclip", "no program")
    assert "(the clipboard program cannot be run: Exec format error)" in await _copied()


@anyio
@pytest.mark.usefixtures("desktop")
async def test_a_browser_has_a_clipboard_of_its_own() -> None:
    assert "in a browser the clipboard is the browser's" in await _copied(in_browser=True)
