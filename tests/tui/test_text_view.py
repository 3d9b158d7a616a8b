"""The view of long texts: wrapping, searching, painting no more than is seen, keys that are typed ahead."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual import events, on
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip

from tests.scenes.stage import screen_text, until
from tui_chain.tui.widgets.line_search import Hit, LineSearch, find
from tui_chain.tui.widgets.text_view import TextRow, TextView, wrap

anyio = pytest.mark.anyio
LONG = Content("\n".join(f"line {number} of many" for number in range(4000)))


class Viewer(App[None]):
    """A view that fills the screen, and what it reported."""

    CSS = "TextView { height: 1fr; } #dialog { height: auto; max-height: 90%; border: round red; }"
    BINDINGS = [("n", "note('n')"), ("escape", "note('escape')"), ("slash", "note('slash')")]  # noqa: RUF012 - as Textual has it

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.first = content
        self.reports: list[tuple[str, int, int]] = []
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        yield TextView(self.first)

    @property
    def view(self) -> TextView:
        return self.query_one(TextView)

    def action_note(self, name: str) -> None:
        self.noted.append(name)

    @on(TextView.Searched)
    def _searched(self, message: TextView.Searched) -> None:
        self.reports.append((message.needle, message.place, message.count))


@asynccontextmanager
async def viewing(text: str | Content, size: tuple[int, int] = (40, 10)) -> AsyncIterator[Pilot[None]]:
    content = Content(text) if isinstance(text, str) else text
    async with Viewer(content).run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot


def app_of(pilot: Pilot[None]) -> Viewer:
    assert isinstance(pilot.app, Viewer)
    return pilot.app


def rows(pilot: Pilot[None]) -> list[str]:
    """What is seen, without the scroll bar."""
    return [line[: pilot.app.size.width - 1].rstrip() for line in screen_text(pilot).splitlines()]


# wrapping


def pieces(text: str, width: int) -> list[str]:
    return [text[row.start : row.end] for row in wrap([text], width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("abc", 5, ["abc"]),
        ("ab cd ef", 5, ["ab cd ", "ef"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("url abcdefghij", 6, ["url ab", "cdefgh", "ij"]),
        ("日本語日本", 4, ["日本", "語日", "本"]),
        ("日本語", 3, ["日", "本", "語"]),
        ("日", 1, ["日"]),
        ("    indented text", 12, ["    indented", " text"]),
    ],
)
def test_lines_are_broken_at_blanks_and_long_words_inside(text: str, width: int, expected: list[str]) -> None:
    got = pieces(text, width)
    assert "".join(got) == text
    assert [piece.strip() for piece in got] == [piece.strip() for piece in expected]


@pytest.mark.parametrize("width", [1, 2, 3, 7, 20])
def test_no_row_is_wider_than_there_is_room(width: int) -> None:
    text = "A 日本語 text with ünïcödé, combining e\u0301e\u0301, and-a-very-long-word-in-it  two blanks " * 3
    got = pieces(text, width)
    assert "".join(got) == text
    assert all(cell_len(piece.rstrip()) <= max(width, 2) for piece in got)


def test_hits_know_their_line_and_place_and_capitals_count_where_there_are_some() -> None:
    texts = ["Issuer: issuer", "", "ISSUER"]
    assert find(texts, "issuer") == [Hit(0, 0, 6), Hit(0, 8, 14), Hit(2, 0, 6)]
    assert find(texts, "Issuer") == [Hit(0, 0, 6)]
    assert find(texts, "[.*") == []
    assert find(texts, "") == []
    assert find(["ÄÖ äö"], "äö") == [Hit(0, 0, 2), Hit(0, 3, 5)]


def test_rows_name_their_line() -> None:
    assert wrap(["abc", "", "ab cd"], 3) == [
        TextRow(0, 0, 3),
        TextRow(1, 0, 0),
        TextRow(2, 0, 3),
        TextRow(2, 3, 5),
    ]


# showing


@anyio
async def test_of_four_thousand_lines_only_those_are_painted_that_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    render = TextView.render_line

    def counted(view: TextView, y: int) -> Strip:
        painted.append(y)
        return render(view, y)

    monkeypatch.setattr(TextView, "render_line", counted)
    async with viewing(LONG) as pilot:
        assert rows(pilot)[:2] == ["line 0 of many", "line 1 of many"]
        assert len(painted) <= 30
        await pilot.press("G")
        await until(pilot, lambda: "line 3999 of many" in rows(pilot)[-1])
        await pilot.press("g", "j", "j")
        await until(pilot, lambda: rows(pilot)[0] == "line 2 of many")
        await pilot.press("pagedown", "k")
        await until(pilot, lambda: rows(pilot)[0] == "line 10 of many")
        assert len(painted) <= 120


@anyio
async def test_another_text_is_shown_without_a_layout_of_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with viewing(LONG) as pilot:
        view = app_of(pilot).view
        laid_out: list[int] = []
        original = type(pilot.app.screen)._refresh_layout

        def counted(screen: object, *given: object, **named: object) -> None:
            laid_out.append(1)
            original(screen, *given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(type(pilot.app.screen), "_refresh_layout", counted)
        await pilot.press("G")
        await until(pilot, lambda: rows(pilot)[-1].startswith("line 3999"))

        def rests() -> bool:
            came = bool(laid_out)
            laid_out.clear()
            return not came

        await until(pilot, rests)
        for number in range(20):
            view.update(Content("\n".join(f"text {number} row {row}" for row in range(50 + number))))
            await pilot.pause()
        await until(pilot, lambda: rows(pilot)[0] == "text 19 row 0")
        assert laid_out == []
        await pilot.press("G")
        await until(pilot, lambda: rows(pilot)[-1].startswith("text 19 row 68"))
        view.update(Content("short"))
        await until(pilot, lambda: rows(pilot)[0] == "short")
        assert view.max_scroll_y == 0


@anyio
async def test_an_update_can_keep_the_place() -> None:
    async with viewing(LONG) as pilot:
        view = app_of(pilot).view
        view.action_scroll_rows(100)
        view.update(Content(LONG.plain.replace("many", "more")), keep=True)
        await until(pilot, lambda: rows(pilot)[0] == "line 100 of more")
        view.update(Content("only\ntwo"), keep=True)
        await until(pilot, lambda: rows(pilot)[0] == "only")


@anyio
async def test_what_is_at_the_top_stays_there_at_another_width() -> None:
    text = "\n".join(f"{number} " + "words and more words " * 4 for number in range(200))
    async with viewing(text, (50, 10)) as pilot:
        view = app_of(pilot).view
        view.action_scroll_rows(2 * 60)
        await pilot.pause()
        first = rows(pilot)[0]
        for size in ((80, 10), (30, 10), (50, 10)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: rows(pilot)[0][:10] == first[:10], f"{first} at {size}")


@anyio
async def test_markup_and_styles_of_a_text_are_text_and_styles() -> None:
    content = Content.assemble("[bold]not markup[/] ", ("bad", "$error bold"), "\n[@click=app.quit]x[/]")
    async with viewing(content) as pilot:
        assert rows(pilot)[:2] == ["[bold]not markup[/] bad", "[@click=app.quit]x[/]"]
        strip = app_of(pilot).view.render_line(0)
        assert any(segment.text == "bad" and segment.style and segment.style.bold for segment in strip)
        assert app_of(pilot).view.plain == content.plain


class Framed(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield TextView(Content("one\ntwo\nthree"), id="dialog")


@anyio
async def test_a_view_is_as_high_as_its_text_where_its_height_is_automatic() -> None:
    async with viewing("") as pilot:
        pilot.app.push_screen(Framed())
        await until(pilot, lambda: "three" in screen_text(pilot))
        view = pilot.app.screen.query_one(TextView)
        assert view.size.height == 3
        await pilot.press("slash")
        await until(pilot, lambda: view.content_size.height == 4)
        assert "three" in screen_text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: view.content_size.height == 3)
        view.update(LONG)
        await until(pilot, lambda: view.outer_size.height == 9)


# searching


@anyio
async def test_a_search_goes_to_the_first_hit_at_or_below_the_top_and_round() -> None:
    async with viewing(LONG) as pilot:
        app, view = app_of(pilot), app_of(pilot).view
        view.action_scroll_rows(1500)
        await pilot.press("slash", *"line", "space", *"1", "enter")
        await until(pilot, lambda: "1 of many" in screen_text(pilot) and "of 1111" in screen_text(pilot))
        assert app.reports[-1] == ("line 1", 612, 1111)
        await pilot.press("escape")
        assert view.searching is False
        await pilot.press("g", "slash", *"777", "enter")
        await until(pilot, lambda: "1 of 4" in rows(pilot)[-1])
        assert any(row.startswith("line 777 ") for row in rows(pilot))
        await pilot.press("n", "n", "n")
        await until(pilot, lambda: "4 of 4" in rows(pilot)[-1])
        assert any(row.startswith("line 3777 ") for row in rows(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "1 of 4" in rows(pilot)[-1])
        await pilot.press("N")
        await until(pilot, lambda: "4 of 4" in rows(pilot)[-1])
        assert app.noted == [], "no key of the search came to the app"


@anyio
async def test_keys_that_are_typed_ahead_are_all_taken_by_the_search() -> None:
    async with viewing(LONG) as pilot:
        app = app_of(pilot)
        # as a terminal sends them: all are in the queue before the first is taken
        for key in (
            "slash",
            "n",
            "e",
            "N",
            "backspace",
            "backspace",
            "backspace",
            *"line",
            "enter",
            "n",
            "escape",
            "n",
        ):
            app.post_message(events.Key(key, key if len(key) == 1 else {"slash": "/"}.get(key)))
        await until(pilot, lambda: app.noted == ["n"], "the search is over")
        assert ("line", 2, 4000) in app.reports
        assert app.reports[-1] == ("", 0, 0)


@anyio
async def test_esc_ends_the_search_first() -> None:
    async with viewing(LONG) as pilot:
        app, view = app_of(pilot), app_of(pilot).view
        await pilot.press("slash", *"3000", "escape")
        await until(pilot, lambda: rows(pilot)[0] == "line 0 of many")
        assert (view.searching, app.noted) == (False, [])
        await pilot.press("slash", *"3000", "enter", "escape")
        await until(pilot, lambda: not view.searching)
        assert any(row.startswith("line 3000 ") for row in rows(pilot)), "what was found stays in sight"
        assert app.noted == []
        await pilot.press("escape", "n")
        assert app.noted == ["escape", "n"]


@anyio
async def test_no_match_is_said_and_the_place_stays() -> None:
    async with viewing(LONG) as pilot:
        app_of(pilot).view.action_scroll_rows(70)
        await pilot.press("slash", *"zebra")
        await until(pilot, lambda: "no match" in rows(pilot)[-1])
        assert rows(pilot)[0] == "line 70 of many"
        await pilot.press("enter", "n")
        await until(pilot, lambda: "no match" in rows(pilot)[-1])
        assert app_of(pilot).reports[-1] == ("zebra", 0, 0)


def marked(view: TextView) -> list[str]:
    """The pieces of text that are shown reversed or underlined, row by row."""
    strips = [view.render_line(y) for y in range(view.size.height - 1)]
    styles = [(segment.text, segment.style) for strip in strips for segment in strip]
    return [text for text, style in styles if style and (style.reverse or style.underline)]


@anyio
async def test_a_hit_over_two_rows_is_marked_in_both() -> None:
    async with viewing("x " * 17 + "needlework", (38, 10)) as pilot:
        view = app_of(pilot).view
        view.search("x needle")
        await pilot.pause()
        assert marked(view) == ["x ", "needle"]
    async with viewing("abcdefghij" * 10, (38, 10)) as pilot:
        app_of(pilot).view.search("JABC")
        await pilot.pause()
        assert app_of(pilot).reports == [("JABC", 0, 0)]
        app_of(pilot).view.search("jabc")
        await pilot.pause()
        assert "".join(marked(app_of(pilot).view)) == "jabc" * 9


@anyio
async def test_wide_characters_are_marked_where_they_stand() -> None:
    async with viewing("証明書の発行者 OU=日本語 組織\n日本", (16, 6)) as pilot:
        view = app_of(pilot).view
        view.search("日本")
        await pilot.pause()
        assert marked(view) == ["日本", "日本"]
        assert all(strip.cell_length == 16 for strip in map(view.render_line, range(6)))
        await until(pilot, lambda: "1 of 2" in screen_text(pilot))


@anyio
async def test_the_last_row_of_a_text_is_not_hidden_by_the_prompt() -> None:
    async with viewing("\n".join(map(str, range(100))), (40, 10)) as pilot:
        await pilot.press("slash", *"99", "enter")
        await until(pilot, lambda: "1 of 1" in rows(pilot)[-1])
        assert "99" in rows(pilot)[:-1]
        await pilot.press("G")
        await until(pilot, lambda: rows(pilot)[-2] == "99")


@anyio
async def test_a_search_takes_what_is_pasted_on_one_line_without_controls() -> None:
    async with viewing("CN=Example Root R1\nother") as pilot:
        app = app_of(pilot)
        await pilot.press("slash")
        app.post_message(events.Paste("Example\x1b Root\r\nother"))
        await until(pilot, lambda: app.reports[-1] == ("Example Root", 1, 1))


@anyio
async def test_a_text_that_comes_while_a_search_is_open_is_searched_too() -> None:
    async with viewing("one two one") as pilot:
        app, view = app_of(pilot), app_of(pilot).view
        await pilot.press("slash", *"one", "enter")
        view.update(Content("one\none\none"))
        await until(pilot, lambda: app.reports[-1] == ("one", 1, 3))


@anyio
async def test_the_mouse_selects_text() -> None:
    async with viewing("alpha beta\ngamma delta", (12, 8)) as pilot:
        view = app_of(pilot).view
        await pilot.mouse_down(view, offset=(6, 0))
        await pilot.hover(view, offset=(4, 1))
        await pilot.mouse_up(view, offset=(4, 1))
        await pilot.pause()
        assert pilot.app.screen.get_selected_text() == "beta\ngamma"
        assert re.search("beta", "".join(segment.text for segment in view.render_line(0)))


def _typed(search: LineSearch, texts: list[str], *keys: str) -> None:
    for key in keys:
        assert search.take(key, key if len(key) == 1 else None, texts, (1, 0))


def test_what_is_searched_for_is_edited_by_keys() -> None:
    texts, search = ["one", "two one", "three"], LineSearch()
    _typed(search, texts, "slash", *"on")
    assert search.paste("e\x1b\nmore", texts)
    assert (search.needle, search.count_text, search.hit) == ("one", "2 of 2", Hit(1, 4, 7))
    _typed(search, texts, "ctrl+u")
    assert (search.needle, search.active) == ("", True)
    _typed(search, texts, "t", "backspace", "backspace")
    assert not search.active, "backspace in an empty prompt ends the search"
    assert not search.paste("one", texts)
    _typed(search, texts, "slash", *"one", "enter", "n")
    assert search.hit == Hit(0, 0, 3)
    _typed(search, texts, "escape")
    assert not search.active
    assert not search.take("n", "n", texts, (1, 0))
