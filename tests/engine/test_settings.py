"""The config file: what it sets, and that every wrong line of it is named while the rest is used."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.limits import own_seconds
from tests.support.posix import mkfifo
from tui_chain.cli.hosts import usual_pace
from tui_chain.core.expiry import Threshold
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import Arguments, Options
from tui_chain.engine.command_line import apply_settings
from tui_chain.engine.host_state import HostState, utc_now
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.settings import (
    KEYMAP,
    SETTINGS,
    UserSettings,
    config_path,
    example,
    missing_files,
    read_settings,
)
from tui_chain.engine.startup import Run
from tui_chain.fleet.scheduling import each_of, each_through
from tui_chain.net.target import Target
from tui_chain.trust.store import TrustStore
from tui_chain.tui import start


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str) -> UserSettings:
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def notices(file: Path, text: str) -> list[str]:
    """The notices on a file, without its path."""
    found = read(file, text).notices
    assert all(notice.startswith(str(file)) and notice == safe_text(notice, 10_000) for notice in found)
    return [notice.removeprefix(str(file)).removeprefix(", ").removeprefix(": ") for notice in found]


def test_it_stands_where_the_specification_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "tlschain" / "config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/folder")
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/somebody")
    assert config_path() == Path("/home/somebody/.config/tlschain/config.toml")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert config_path() == Path("/home/somebody/.config/tlschain/config.toml")


def test_without_a_file_nothing_is_set(file: Path) -> None:
    assert read_settings(file) == UserSettings(file)
    assert read_settings() == UserSettings(config_path())


def test_without_a_home_there_is_no_file() -> None:
    assert read_settings(Path("~/.config/tlschain/config.toml")).exists is False


WHOLE = """
trust = ["system", "corp.pem", "/etc/roots.pem"]
timeout = 7
jobs = 8
warn_days = 40
pool = "issuers"
theme = "nord"
[keymap]
host.fix = "F3"
"help" = "f1, ctrl+h"
"""


def test_every_setting_is_read(file: Path) -> None:
    found = read(file, WHOLE)
    assert found.notices == ()
    assert found.trust == ("system", str(file.parent / "corp.pem"), "/etc/roots.pem")
    assert (found.timeout, found.jobs, found.warn_days, found.theme) == (7.0, 8, Threshold(40), "nord")
    assert found.pool == (file.parent / "issuers",)
    assert found.keymap == {"host.fix": ("f3",), "help": ("f1", "ctrl+h")}
    assert set(UserSettings.__dataclass_fields__) == {one.name for one in SETTINGS} | {
        KEYMAP,
        "path",
        "exists",
        "notices",
    }


def test_a_tilde_is_the_home(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/somebody")
    assert read(file, 'trust = "~/corp.pem"').trust == ("/home/somebody/corp.pem",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_editors_of_windows_write_is_read(file: Path, encoding: str) -> None:
    file.write_bytes('theme = "nord"\r\njobs = 3\r\n'.encode(encoding))
    found = read_settings(file)
    assert (found.theme, found.jobs, found.notices) == ("nord", 3, ())


# what is wrong


def test_an_unknown_setting_is_named_with_its_line_and_the_nearest(file: Path) -> None:
    text = "jobs = 4\n\ntimout = 9\nzzz = 1\n"
    assert notices(file, text) == [
        "line 3: timout: There is no such setting; `timeout` is one.",
        "line 4: zzz: There is no such setting.",
    ]
    assert read(file, text).jobs == 4


WRONG = {
    "trust": ("1", "true", '""', "[]", '["certifi", 3]', '"a\\u0000b"', "{}", '["a", ["b"]]'),
    "timeout": ('"5"', "0", "301", "true", "nan", "inf", "-1", "1979-05-27", f"1{'0' * 4000}"),
    "jobs": ("0", "1001", "2.0", '"4"', "false"),
    "warn_days": ("-1", "3651", "1.5", '"14"', '"101%"', '"33 %"', "true", f"1{'0' * 4000}"),
    "pool": ("1", '""', "[]", "[1]"),
    "proxy": ("1", '""', '"ftp://proxy.test"', '"http://joe:s3cret@proxy.test"', '"socks4://proxy.test"', "[]"),
    "theme": ("1", '""', '["nord"]', '"a\\nb"'),
    "keymap": ("1", '"f"', "[]"),
}


def test_wrong_values_are_known_of_every_setting() -> None:
    assert set(WRONG) == {*(one.name for one in SETTINGS), KEYMAP}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_named_with_what_is_expected(file: Path, name: str, value: str) -> None:
    other = "jobs = 7" if name != "jobs" else "timeout = 7"
    text = f"{other}\n{name} = {value}\n"
    (notice,) = notices(file, text)
    assert re.match(rf"line 2: {name}: It has to be \S", notice), notice
    found = read(file, text)
    assert not getattr(found, name)
    assert 7 in {found.jobs, found.timeout}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('theme = "nord\njobs = 3', [1]),
        ("what is this\njobs = 3", [1]),
        ("jobs = 3\njobs = 4", [2]),
        ("jobs = 3\n[[keymap]\n", [2]),
        ("\x00\njobs = 3", [1]),
        ('jobs = 3\npool = ["a", \ntheme = "x"', [2]),
        ("jobs = 3\npool = [", [2]),
        ('jobs = 3\n"""', [2]),
        ("jobs = 3\n" + "x" * 5000, [2]),
        ("jobs = 3\npool = " + "[" * 3000, [2]),
        ("jobs = 3\ntimeout = 1" + "0" * 4096, [2]),
        (f"jobs = 3\ntimeout = {'1' * 4085}", [2]),
        ("a\nb\njobs = 3\nc", [1, 2, 4]),
    ],
)
def test_a_line_that_is_no_toml_is_named_and_the_rest_is_used(file: Path, text: str, lines: list[int]) -> None:
    found = [int(match[1]) for notice in notices(file, text) if (match := re.match(r"line (\d+): ", notice))]
    assert sorted(found) == lines
    assert read(file, text).jobs == 3


def test_a_file_of_wrong_lines_is_given_up_after_some(file: Path) -> None:
    found = notices(file, "wrong\n" * 1000 + "jobs = 3")
    assert len(found) == 21
    assert found[-1] == "Nothing of the file is used before these lines are corrected."


def test_an_entry_of_the_keymap_is_named_with_its_line(file: Path) -> None:
    text = '[keymap]\nhost.fix = "F3"\n"host.tst" = "F4"\nhelp = "nokey"\nhost.write = "q"\ntimeout = 3\n'
    assert notices(file, text) == [
        "line 3: keymap.host.tst: There is no such action; `host.test` is one.",
        "line 4: keymap.help: 'nokey' is no key.",
        "line 5: keymap.host.write: The key q is that of quit.",
        "line 6: keymap.timeout: It is a setting: it has to come before [keymap].",
    ]
    assert read(file, text).keymap == {"host.fix": ("f3",)}


def test_foreign_text_is_made_safe(file: Path) -> None:
    text = '"\\u001b]0;x\\u0007" = 1\n[keymap]\n"\\u202eabc" = "x"\nhelp = "\\u001b[2J"'
    assert all(notice.isprintable() for notice in notices(file, text))
    assert len(notices(file, text)) == 3


HOSTILE = {
    "many wrong keys": "\n".join(f"k{number} = 1" for number in range(5000)),
    "many wrong actions": "[keymap]\n" + "\n".join(f'a{number} = "x"' for number in range(4000)),
    "many keys of one action": f'[keymap]\nhelp = "{",".join(map(chr, range(0x4E00, 0x4E00 + 1300)))}"',
    "dots": ".".join(["a"] * 2000) + " = 1\n" + ".".join(["b"] * 2000) + " = 1",
    "dots in the keymap": "[keymap]\n" + ".".join(["a"] * 1000) + ' = "x"',
    "unclosed": "pool = [\n" * 1500,
    "many lines": "jobs\n" * 10_000,
    "quotes": '"""\n' * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_no_file_costs_much(file: Path, text: str) -> None:
    with own_seconds(5):
        found = notices(file, text)
    assert found
    assert len(found) < 300


def test_a_file_that_is_too_large_is_not_read(file: Path) -> None:
    assert notices(file, "#\n" * (32 << 10)) == []
    (notice,) = read(file, "#\n" * (32 << 10) + "#").notices
    assert "is larger than 64 KiB" in notice


def test_what_is_no_regular_file_is_not_read(file: Path) -> None:
    file.mkdir()
    (notice,) = read_settings(file).notices
    assert "no regular file" in notice
    file.rmdir()
    mkfifo(file)
    (notice,) = read_settings(file).notices
    assert "no regular file" in notice
    (notice,) = read_settings(Path(os.devnull)).notices
    assert "no regular file" in notice


def test_files_that_do_not_exist_are_named(file: Path) -> None:
    (file.parent / "here.pem").touch()
    found = read(file, 'trust = ["system", "here.pem", "gone.pem"]\npool = "nothing"')
    assert found.notices == ()
    assert missing_files(found) == (
        f"{file}: trust: {file.parent / 'gone.pem'} does not exist.",
        f"{file}: pool: {file.parent / 'nothing'} does not exist.",
    )


# the example


def test_the_example_is_fine_as_it_is_and_with_every_line_of_it_set(file: Path) -> None:
    found = read(file, example())
    assert (found.notices, found.keymap, found.trust) == ((), {}, ())
    whole = re.sub(r"^# (?=[\w\"][\w.\"]* = )", "", example(), flags=re.MULTILINE)
    found = read(file, whole)
    assert found.notices == ()
    assert len(found.keymap) > 30
    assert all(getattr(found, one.name) for one in SETTINGS)
    assert all(len(line) <= 120 for line in example().splitlines())


# where it counts


def test_the_screen_takes_what_the_file_sets_and_options_beat_it() -> None:
    path = config_path()
    path.parent.mkdir(parents=True)
    path.write_text('trust = "system"\ntimeout = 9\njobs = 3\nwarn_days = 60\npool = "/srv/links"\nwrong = 1\n')

    def options(*words: str) -> tuple[Options, UserSettings]:
        context = start.main.make_context("tlschain-tui", list(words))
        settings = apply_settings(context)
        return Options(**context.params, notices=settings.notices), settings

    found, settings = options("a.test", "--timeout", "2")
    assert (found.targets, found.trust, found.timeout, found.jobs) == (("a.test",), ("system",), 2.0, 3)
    assert (found.warn_days, found.pool) == (Threshold(60), (Path("/srv/links"),))
    assert found.notices == settings.notices
    assert found.command("check", host="a.test") == "tlschain check a.test --warn-days 60 --trust system --timeout 2"
    demo, _ = options("--demo")
    assert (demo.trust, demo.pool, demo.timeout) == ((), (), 9.0)
    with ExitStack() as resources:
        loaded = start.load(resources, replace(found, targets=(), pool=()), Arguments((), utc_now, ()))
        assert isinstance(loaded, tuple)
        journey, _ = loaded
        assert journey.notices[0] == settings.notices[0]
        assert (journey.timeout, journey.diagnoser.warn_days) == (2.0, Threshold(60))


@pytest.mark.parametrize(("jobs", "most"), [(None, 64), (3, 3)])
def test_so_many_hosts_are_probed_at_once(jobs: int | None, most: int) -> None:
    journey = Journey(Context(TrustStore("none", ()), options=Options(jobs=jobs)))
    run = Run(journey, tuple(HostState(Target(f"h{number}.test")) for number in range(100)))
    under_way: list[HostState] = []
    counts: list[int] = []

    async def stage(state: HostState) -> HostState:
        under_way.append(state)
        counts.append(len(under_way))
        await asyncio.sleep(0)
        under_way.remove(state)
        return state

    asyncio.run(each_through(each_of(run.hosts), stage, lambda _: None, usual_pace(run)))
    assert max(counts) == most
