"""Variables and configuration files that decide about trust: the keys of the table, and nothing else of a file."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from tui_chain.doctor.script.stores import cut, read

MAX_CONFIG = 1 << 20
MAX_FOUND = 200
MAX_ENTRIES = 100
"""Settings of one file that are listed."""
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
# linear in a line of a megabyte: the whole interpreter waits for a search, its deadline too
_SECTION = re.compile(r"\[+(?!\[)([^\]\"]*)(?:\"((?:[^\"\\]|\\.)*)\"\s*)?\]")
_PAIRS = {
    "ini": re.compile(r"([^=:]+)[=:](.*)"),
    "git": re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?"),
    "lines": re.compile(r"([^=]+)=(.*)"),
    "words": re.compile(r"\s*(?:--?)?([A-Za-z][\w-]*)\s*[=:\s]?\s*(.*)"),
    "yaml": re.compile(r"[\s{-]*(:?[\w\"'][\w\"' \t-]*):\s+(.*)"),
}
_OPTION = re.compile(r"-D([\w.]+)=(\"[^\"]*\"|'[^']*'|\S*)")
_COMMENTS = {"git": re.compile(r"[#;]"), "yaml": re.compile(r"\s#"), "ini": re.compile(r"\s#")}
_BLANKS = re.compile(r"(\s+)")
_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*@|(?<=://)\S*@")


def masked(text: str) -> str:
    """Text without the user names and passwords of URLs in it."""
    return cut("".join(map(_hidden, _BLANKS.split(text))))


def _hidden(word: str) -> str:
    """A word without credentials; behind its last @ none is looked for, which would be looked for from every //."""
    head, at, rest = word.rpartition("@")
    return _CREDENTIALS.sub("***@", head + at) + rest


def variables(patterns: list[str]) -> dict[str, str]:
    """The variables of trust that are set, empty ones too."""
    names = sorted(name for name in os.environ if any(fnmatchcase(name, pattern) for pattern in patterns))
    return {cut(name): masked(os.environ[name]) for name in names[:MAX_FOUND]}


def proxies() -> dict[str, str]:
    """The variables of proxies, without credentials."""
    found = {name: value for name, value in os.environ.items() if name.lower() in _PROXIES and value}
    return {name: value if name.lower() == "no_proxy" else _shown_proxy(value) for name, value in found.items()}


def _shown_proxy(value: str) -> str:
    """A proxy without what stands before its host: it may have no scheme."""
    scheme, mark, rest = value.rpartition("://") if "://" in value else ("", "", value)
    return cut(scheme + mark + ("***@" if "@" in rest else "") + rest.rpartition("@")[2])


def files(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of every configuration file that is there what the table's keys have in it, each file of a client once."""
    found: list[dict[str, Any]] = []
    for entry in table:
        for name, path, text in _texts(entry["places"]):
            entries = _entries(text, entry["syntax"], entry["keys"]) if isinstance(text, str) else iter(())
            listed = list(islice(entries, MAX_ENTRIES))
            error = cut(text) if isinstance(text, Exception) else None
            if listed or error:
                found.append(
                    {"client": entry["client"], "place": name, "path": path, "entries": listed, "error": error}
                )
    return found[:MAX_FOUND]


def _texts(places: list[str]) -> Iterator[tuple[str, str, Any]]:
    """Each file that is there with its text, or why it cannot be read; a variable is a text as well."""
    seen = set()
    for place in places:
        if place.startswith("$"):
            text = os.environ.get(place[1:])
            if text:
                yield place, place, text
            continue
        for path in _paths(place):
            if path not in seen:
                seen.add(path)
                yield place, cut(path), _text(path)


def _text(path: str) -> str | Exception:
    try:
        return read(path, MAX_CONFIG).decode("utf-8-sig", "replace")
    except (OSError, ValueError) as error:
        return Exception(getattr(error, "strerror", None) or "it cannot be read")


def _paths(place: str) -> list[str]:
    """The files at a place of the table; it has its words (`ConfigFile`)."""
    known = {"prefix": sys.prefix, "base_prefix": sys.base_prefix}

    def value(match: re.Match[str]) -> str:
        name, _, default = match[1].partition(":")
        return known.get(name) or os.environ.get(name) or default or "\0"

    path = os.path.expanduser(re.sub(r"\{([^}]*)\}", value, place))  # noqa: PTH111
    if "\0" in path:
        return []
    if path.startswith("^/"):
        return _upwards(path[2:])
    if "*" in place:
        return sorted(glob.glob(path))[:20]  # noqa: PTH207
    return [os.path.abspath(path)] if os.path.isfile(path) else []  # noqa: PTH100, PTH113


def _upwards(name: str) -> list[str]:
    try:
        folder = os.getcwd()  # noqa: PTH109
    except OSError:
        return []
    while True:
        path = os.path.join(folder, name)  # noqa: PTH118
        if os.path.isfile(path):  # noqa: PTH113
            return [path]
        if os.path.dirname(folder) == folder:  # noqa: PTH120
            return []
        folder = os.path.dirname(folder)  # noqa: PTH120


def _entries(text: str, syntax: str, keys: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The lines whose key is one of the table's, with the name of the setting."""
    for number, key, value in _pairs(text, syntax):
        setting = next((name for pattern, name in keys.items() if fnmatchcase(key.lower(), pattern)), None)
        if setting is not None:
            shown = _plain(value, syntax)
            yield {"setting": setting, "key": masked(key), "value": masked(shown), "line": number}


def _pairs(text: str, syntax: str) -> Iterator[tuple[int, str, str]]:
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if syntax == "options":
            yield from ((number, match[1], match[2]) for match in _OPTION.finditer(line))
            continue
        if line.lstrip().startswith(("#", ";")):
            continue
        head = _SECTION.match(line.strip()) if syntax in {"ini", "git"} else None
        if head is not None:
            section = ".".join(filter(None, (head[1].strip(), head[2]))) + "."
        match = _PAIRS[syntax].match(line)
        if head is None and match is not None:
            yield number, section + match[1].strip().strip("\"'"), match[2] if match[2] is not None else "true"


def _plain(value: str, syntax: str) -> str:
    """A value without its quotes, where the file's syntax takes them off, and without what follows it."""
    value = value.strip()
    if value[:1] in {'"', "'"} and syntax != "lines":
        return value[1:].partition(value[0])[0]
    if syntax == "words":
        return (value.split() or ["true"])[0]
    comment = _COMMENTS[syntax].search(value) if syntax in _COMMENTS else None
    value = value if comment is None else value[: comment.start()].rstrip()
    return value[:-1] if syntax == "yaml" and value.endswith(",") else value
