"""The config file: settings that hold where neither an option nor the environment says otherwise, and the keymap."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_chain.core.command import hinted
from tui_chain.core.expiry import MAX_DAYS, Threshold, read_threshold
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_own_file, text_of
from tui_chain.core.system import config_folder
from tui_chain.core.text import safe_text
from tui_chain.engine.arguments import PUBLIC
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import JOBS, TIMEOUT

if TYPE_CHECKING:
    from tui_chain.engine.keymap import Keymap

FILE_NAME = "config.toml"
MAX_SIZE = 64 << 10
"""Bytes of a config file."""
MAX_WRONG_LINES = 20
"""Lines that are no TOML, after which the rest is given up."""
MAX_LINE = 4096
"""Characters of a line; tomllib takes quadratic time for a key with many dots."""
MAX_KEYS, MAX_KEYMAP = 50, 200
"""Keys of the file, and lines of its keymap, that are read."""
MAX_STATEMENT = 50
"""Lines over which a value may go of which one line is wrong."""


@dataclass(frozen=True)
class UserSettings:
    """What a config file sets; None or empty for what it does not.

    `trust` are names of trust stores and absolute paths, `timeout` is in seconds, `jobs` are hosts at once,
    `warn_days` a time before the end of a certificate, `proxy` the URL of a proxy without a login. `notices` are
    sentences on what is wrong in the file `path`, as safe text: each names the file, the line where that is
    known, and the key.
    """

    path: Path
    exists: bool = False
    trust: tuple[str, ...] = ()
    timeout: float | None = None
    jobs: int | None = None
    warn_days: Threshold | None = None
    pool: tuple[Path, ...] = ()
    proxy: str = ""
    theme: str = ""
    keymap: Keymap = field(default_factory=dict)
    notices: tuple[str, ...] = ()


class SettingEntry(NamedTuple):
    """One setting: what makes a value of the file's, or None of a wrong one; what it has to be; how it looks."""

    name: str
    read: Callable[[object, Path], object | None]
    expected: str
    comment: str
    example: str


def config_path() -> Path:
    """Where the config file is, whether it exists or not."""
    return config_folder() / FILE_NAME


# values


def _seconds(value: object, _folder: Path) -> object | None:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    return float(number) if TIMEOUT.least <= number <= TIMEOUT.most else None


def _count(entry: OptionEntry) -> Callable[[object, Path], object | None]:
    """A whole number within the bounds of an option."""

    def read(value: object, _folder: Path) -> object | None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return value if whole and entry.least <= value <= entry.most else None  # type: ignore[operator]

    return read


def _threshold(value: object, _folder: Path) -> object | None:
    """A whole number of days, or a text with a share."""
    if isinstance(value, str):
        return read_threshold(value) if value.endswith("%") else None
    whole = isinstance(value, int) and not isinstance(value, bool)
    return read_threshold(str(value)) if whole else None


def _texts(value: object) -> tuple[str, ...] | None:
    """One text or a list of them, none empty or with controls."""
    given = value if isinstance(value, list) else [value]
    texts = tuple(text for text in given if isinstance(text, str) and text and text.isprintable())
    return texts if texts and len(texts) == len(given) else None


def _stores(value: object, folder: Path) -> object | None:
    texts = _texts(value)
    return texts and tuple(text if text in PUBLIC else str(_from(folder, text)) for text in texts)


def _paths(value: object, folder: Path) -> object | None:
    texts = _texts(value)
    return texts and tuple(_from(folder, text) for text in texts)


def _from(folder: Path, text: str) -> Path:
    """A path as the config file means it: from the folder that the file is in; `~` is the user's home."""
    expanded = os.path.expanduser(text)  # noqa: PTH111 - Path's raises for a user that is none
    return folder / expanded


def _proxy(value: object, folder: Path) -> object | None:
    """A proxy's URL; this file is no place for a login."""
    from tui_chain.net.proxy import Proxy, read_proxy  # who has none does without

    url = _theme(value, folder)
    read = read_proxy(url) if isinstance(url, str) else None
    return url if isinstance(read, Proxy) and read.credentials is None else None


def _theme(value: object, _folder: Path) -> object | None:
    texts = _texts(value)
    return texts[0] if texts and value == texts[0] else None


_DAYS = f'a whole number of days from 0 to {MAX_DAYS}, or a share as in "33%"'
SETTINGS = (
    SettingEntry(
        "trust",
        _stores,
        "`certifi`, `system`, the path of a file, or a list of these",
        'Trust store: "certifi", "system", a file, or several together as a list. A file is looked for from this\n'
        "# folder on. One that cannot be read stops a command: no other takes its place.",
        '"certifi"',
    ),
    SettingEntry(
        "timeout",
        _seconds,
        f"a number of seconds from {TIMEOUT.least:g} to {TIMEOUT.most:g}",
        "Seconds for each step.",
        f"{TIMEOUT.default}",
    ),
    SettingEntry(
        "jobs",
        _count(JOBS),
        f"a whole number from {JOBS.least:g} to {JOBS.most:g}",
        "Hosts that are probed or repaired at once; without it 64, and on the screen 32.",
        "64",
    ),
    SettingEntry(
        "warn_days",
        _threshold,
        _DAYS,
        'Days before its end from which on a certificate expires soon, or per cent of its lifetime as in "33%";\n'
        "# CA certificates never under 30 days.",
        "14",
    ),
    SettingEntry(
        "pool",
        _paths,
        "the path of a file or folder, or a list of these",
        "Files and folders of certificates in which a missing one is looked for first.",
        '["~/certificates"]',
    ),
    SettingEntry(
        "proxy",
        _proxy,
        "the URL of an http, https, socks5 or socks5h proxy",
        "Proxy for all hosts but this machine, where the environment names none for a host; its login comes by the\n"
        "# environment or an option.",
        '"http://proxy.example:3128"',
    ),
    SettingEntry(
        "theme",
        _theme,
        "the name of a theme",
        "Theme of the screen; TEXTUAL_THEME beats it, and so does what is chosen in the palette later.",
        '"tokyo-night"',
    ),
)
"""Every setting but the keymap, in the order of the example."""
KEYMAP = "keymap"
_BY_NAME = {setting.name: setting for setting in SETTINGS}
_KNOWN = (*_BY_NAME, KEYMAP)


# the file


def read_settings(path: Path | None = None) -> UserSettings:
    """Read the config file, the user's own by default; what is wrong in it is left out, and named in `notices`."""
    path = config_path() if path is None else path
    data = read_own_file(path, "config file", MAX_SIZE)
    if data is None:
        return UserSettings(path)
    if isinstance(data, Failure):
        return UserSettings(path, exists=True, notices=(str(data),))
    text = text_of(data)
    wrong, table = _parse(text)
    values, problems = _values(table, path.parent)
    notices = (*(_notice(path, line, what) for line, what in wrong), *_placed(path, text, problems))
    return UserSettings(path, exists=True, notices=notices, **values)


_WrongLine = tuple[int | None, str]
"""The number of a line, where it is known, and what is wrong there."""


def _parse(text: str) -> tuple[list[_WrongLine], Mapping[str, object]]:
    """Read TOML without the lines that are none; the table is empty where there are too many of them."""
    lines = text.split("\n")
    long = [number for number, line in enumerate(lines, 1) if len(line) > MAX_LINE]
    wrong: list[_WrongLine] = [(number, f"It is longer than {MAX_LINE} characters.") for number in long]
    for number in long:
        lines[number - 1] = ""
    while len(wrong) < MAX_WRONG_LINES:
        table = _load(lines)
        if not isinstance(table, ValueError):
            return wrong, table
        what, place = str(table), re.search(r" \(at line (\d+), column \d+\)", str(table))
        number = _begin_of_wrong(lines, min(int(place[1]), len(lines)) if place is not None else len(lines))
        wrong.append((number, f"This is no TOML: {safe_text(what.partition(' (at ')[0])}."))
        lines[number - 1] = ""
    return [*wrong, (None, "Nothing of the file is used before these lines are corrected.")], {}


def _load(lines: list[str]) -> Mapping[str, object] | ValueError:
    import tomllib

    try:
        return tomllib.loads("\n".join(lines))
    except RecursionError:
        return ValueError("Values are nested too deep")
    except ValueError as error:
        return error


def _begin_of_wrong(lines: list[str], number: int) -> int:
    """The line at which the value begins that is found to be wrong in a line: all before it is right."""
    for begin in range(number, max(number - MAX_STATEMENT, 0), -1):
        if lines[begin - 1] and not isinstance(_load(lines[: begin - 1]), ValueError):
            return begin
    return number


_Problem = tuple[str, str]
"""A key with dots, and what is wrong with it."""


def _values(table: Mapping[str, object], folder: Path) -> tuple[dict[str, Any], list[_Problem]]:
    from tui_chain.engine.keymap import nearest  # who has no config file does without

    values: dict[str, Any] = {}
    problems: list[_Problem] = []
    for key, value in islice(table.items(), MAX_KEYS):
        if key == KEYMAP:
            values[KEYMAP], wrong = _keymap(value)
            problems += wrong
        elif key not in _BY_NAME:
            problems.append((key, f"There is no such setting{nearest(key, _KNOWN)}."))
        elif (read := _BY_NAME[key].read(value, folder)) is None:
            problems.append((key, f"It has to be {_BY_NAME[key].expected}."))
        else:
            values[key] = read
    return values, [*problems, *_too_many(list(table), MAX_KEYS)]


def _too_many(keys: list[str], limit: int) -> list[_Problem]:
    what = f"It and what follows is not read: there are more than {limit} keys."
    return [(key, what) for key in keys[limit : limit + 1]]


def _keymap(value: object) -> tuple[Keymap, list[_Problem]]:
    if not isinstance(value, dict):
        return {}, [(KEYMAP, "It has to be a table, [keymap], with a line for each action: id = keys.")]
    from tui_chain.engine.keymap import read_keymap

    entries = dict(islice(_flat(value), MAX_KEYMAP + 1))
    found = read_keymap({name: keys for name, keys in list(entries.items())[:MAX_KEYMAP] if name not in _BY_NAME})
    misplaced = [(name, "It is a setting: it has to come before [keymap].") for name in entries if name in _BY_NAME]
    problems = [*found.problems, *misplaced, *_too_many(list(entries), MAX_KEYMAP)]
    return found.keymap, [(f"{KEYMAP}.{name}", what) for name, what in problems]


def _flat(table: Mapping[str, object], before: str = "", deep: int = 3) -> Iterator[tuple[str, object]]:
    """A table with tables in it as one: to TOML `host.fix = "f"` is a table in a table."""
    for key, value in table.items():
        if isinstance(value, dict) and value and deep:
            yield from _flat(value, f"{before}{key}.", deep - 1)
        else:
            yield f"{before}{key}", value


def _placed(path: Path, text: str, problems: list[_Problem]) -> Iterator[str]:
    """The notices on keys, each with the line that the key is in."""
    for key, what in problems:
        yield _notice(path, _line_of(text, key), f"{safe_text(key, 60)}: {what}")


def _line_of(text: str, key: str) -> int | None:
    """The line that sets a key; tomllib says it of lines alone that are no TOML."""
    last = re.escape(key.removeprefix(f"{KEYMAP}."))
    here = re.compile(rf"""\s*(?:{KEYMAP}\s*\.\s*)?["']?{last}["']?\s*=|\s*\[+\s*["']?{re.escape(key)}["']?\s*\]""")
    return next((number for number, line in enumerate(text.split("\n"), 1) if here.match(line)), None)


def _notice(path: Path, line: int | None, what: str) -> str:
    return f"{safe_text(str(path))}{'' if line is None else f', line {line}'}: {what}"


def missing_files(settings: UserSettings) -> tuple[str, ...]:
    """Sentences on the files that the settings name and that do not exist; they stop what needs them."""
    stores = [("trust", Path(name)) for name in settings.trust if name not in PUBLIC]
    named = [*stores, *(("pool", path) for path in settings.pool)]
    gone = [(key, path) for key, path in named if not os.path.exists(path)]  # noqa: PTH110 - Path's raises for some
    return tuple(_notice(settings.path, None, f"{key}: {safe_text(str(path))} does not exist.") for key, path in gone)


# the example


def example() -> str:
    """A config file with every setting and every key at its default, all as comments."""
    parts = [f"# {one.comment}\n# {one.name} = {one.example}\n" for one in SETTINGS]
    keys = [f"# {_quoted(name)} = {_quoted(keys)}  # {what}\n" for name, keys, what in _usual_keys()]
    return "".join((f"{_INTRODUCTION}\n", *(f"{part}\n" for part in parts), _KEYMAP_COMMENT, *keys))


_INTRODUCTION = f"""\
# Settings of both programs. An option of the command line beats the environment, which beats this file; a line that
# is wrong is named, and the rest is used. {hinted("config")} says where this file has to be, and checks it.
"""
_KEYMAP_COMMENT = """\
# Keys of the screen: the id of an action = all its keys with commas between them, as in "ctrl+f, F2", "?", "space".
# A key that another action has in the same place is refused, unless that one gets another key here.
[keymap]
"""


def _usual_keys() -> Iterator[tuple[str, str, str]]:
    from tui_chain.engine.actions import ACTIONS
    from tui_chain.engine.keymap import written_key

    for action in ACTIONS:
        yield action.id, ", ".join(map(written_key, action.keys.split(","))), action.description


def _quoted(text: str) -> str:
    """A basic string of TOML, of which JSON's are some."""
    import json

    return json.dumps(text, ensure_ascii=False)
