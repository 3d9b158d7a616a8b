"""Keys as people write them, and which of a user's keymap can be bound to actions."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tui_chain.core.text import safe_text
from tui_chain.engine.actions import ACTIONS, APP, CHAIN, HOSTS, LINKS, LIVE, MAIN, Action

Keymap = Mapping[str, tuple[str, ...]]
"""From the id of an action to its keys, named as Textual names them: all of its keys, in place of the usual ones."""

MOVE_KEYS = frozenset(
    ("j", "k", "g", "G", "h", "l", "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "tab")
)
"""What moves in every list (`MOVES`): an action never gets such a key there."""
ANSWER_KEYS = frozenset({"ctrl+y"})
"""What says yes to a request inside the network: no key that is pressed for anything else."""

MAX_KEYS_OF_ONE = 8
"""Keys that one action may have."""

_MODIFIERS = ("alt", "ctrl", "shift")
_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Characters that Textual does not name as Unicode does."""


def _character(key: str) -> str:
    """The name of a printable character: itself, where it is a letter or digit, else Unicode's."""
    if key.isalnum():
        return key
    name = unicodedata.name(key, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_PUNCTUATION = {_character(chr(code)): chr(code) for code in range(33, 127) if not chr(code).isalnum()}
_NAMED = {
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace"),
    *("enter", "escape", "tab", "space", *_PUNCTUATION, *(f"f{number}" for number in range(1, 25))),
}
_ALIASES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "ins": "insert",
}
_SAME_BYTES = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that a terminal sends as others."""


def key_name(written: str) -> str | None:
    """Textual's name of a key as people write it: `ctrl+f`, `F2`, `?`, `esc`; None for what is no key."""
    text = written.strip()
    # the last plus of `ctrl++` is the key
    before, _, last = text[:-1].rpartition("+") if len(text) > 1 else ("", "", "")
    modifiers, key = {one.strip().lower() for one in before.split("+") if before}, last + text[-1:]
    named = _bare_name(key.strip())
    if named is None or not modifiers <= set(_MODIFIERS):
        return None
    if modifiers == {"shift"} and len(named) == 1:
        return named.upper()  # so a terminal sends it
    if "ctrl" in modifiers:
        named = named.lower()
    name = "+".join((*sorted(modifiers), named))
    return _SAME_BYTES.get(name, name)


def _bare_name(key: str) -> str | None:
    if len(key) == 1:
        return _character(key) or None if key.isprintable() and key != " " else None
    lower = _ALIASES.get(key.lower(), key.lower())
    return lower if lower in _NAMED else None


def written_key(name: str) -> str:
    """A key as people write it, from Textual's name; a comma keeps its name, since commas stand between keys."""
    *modifiers, key = name.split("+")
    shown = key if key == "comma" else _PUNCTUATION.get(key, key.upper() if key[1:].isdigit() else key)
    return "+".join((*modifiers, "esc" if key == "escape" else shown))


@dataclass(frozen=True)
class KeymapResult:
    """What of a keymap can be used; `problems` has for the id of each other entry what is wrong with it."""

    keymap: Keymap = field(default_factory=dict)
    problems: tuple[tuple[str, str], ...] = ()


def read_keymap(entries: Mapping[str, object], actions: Sequence[Action] = ACTIONS) -> KeymapResult:
    """Read a keymap, from ids to keys with commas between them; an entry that is wrong is left out whole."""
    known = {action.id: action for action in actions}
    keymap: dict[str, tuple[str, ...]] = {}
    problems = []
    for name, value in entries.items():
        found = _read_entry(name, value, known)
        if isinstance(found, str):
            problems.append((name, found))
        else:
            keymap[name] = found
    while clash := _first_clash(keymap, known):
        problems.append(clash)
        del keymap[clash[0]]
    return KeymapResult(keymap, tuple(problems))


def _read_entry(name: str, value: object, known: Mapping[str, Action]) -> tuple[str, ...] | str:
    """The keys of an entry, or what is wrong with it."""
    if name not in known:
        return f"There is no such action{nearest(name, known)}."
    if not isinstance(value, str):
        return 'Keys are a text with commas between them, as "f, F2".'
    keys = []
    parts = value.split(",")
    if len(parts) > MAX_KEYS_OF_ONE:
        return f"An action has {MAX_KEYS_OF_ONE} keys at most."
    for written in parts:
        key = key_name(written)
        if key is None:
            return _no_key(written.strip())
        keys.append(key)
    return tuple(dict.fromkeys(keys))


def _no_key(written: str) -> str:
    if not written:
        return "There is no key between two commas, or after the last; the comma itself is written comma."
    return f"'{safe_text(written, 40)}' is no key{nearest(written, _NAMED)}."


def nearest(name: str, known: Mapping[str, object] | set[str] | Sequence[str]) -> str:
    """The known name that is most like another one, as a clause `; NAME is one`; empty where none is."""
    import difflib  # what is right needs none

    found = difflib.get_close_matches(name[:60], known, 1, 0.6)
    return f"; `{found[0]}` is one" if found else ""


def _first_clash(keymap: dict[str, tuple[str, ...]], known: Mapping[str, Action]) -> tuple[str, str] | None:
    """The last entry with a key that does not act, since another action has it in the same place, and why."""
    for name in reversed(keymap):
        action = known[name]
        for key in keymap[name]:
            if key in ANSWER_KEYS:
                return name, f"The key {written_key(key)} answers questions, and nothing else."
            if key in MOVE_KEYS and key not in action.keys.split(","):
                return name, f"Every list has the key {written_key(key)} for itself."
            other = next((one for one in known.values() if _clash(action, one, key, keymap)), None)
            if other is not None:
                return name, f"The key {written_key(key)} is that of {other.id}."
    return None


def _clash(action: Action, other: Action, key: str, keymap: Keymap) -> bool:
    """Whether a key of the one is the other's too; what shares a key by the table may go on to share it."""
    if other.id == action.id or not _meet(action, other):
        return False
    usual = key in action.keys.split(",") and key in other.keys.split(",")
    return key in keys_of(other, keymap) and not usual


_ON_MAIN = frozenset({MAIN, HOSTS, CHAIN, LINKS, LIVE})
"""The main screen and the panes on it, which have its keys as well."""


def _meet(action: Action, other: Action) -> bool:
    """Whether two actions can be reached by one key: in one place, or where one place is around the other."""
    return APP in action.homes or APP in other.homes or bool(_reach(action) & _reach(other))


def _reach(action: Action) -> frozenset[str]:
    return frozenset(action.homes) | (_ON_MAIN if MAIN in action.homes else frozenset())


def keys_of(action: Action, keymap: Keymap) -> tuple[str, ...]:
    """The keys of an action under a keymap, as Textual names them."""
    return keymap.get(action.id, tuple(action.keys.split(",")))


def remapped(keymap: Keymap, actions: Sequence[Action] = ACTIONS) -> tuple[Action, ...]:
    """The table of actions with the keys of a keymap, as help and palette show them."""
    return tuple(_remapped(action, keymap[action.id]) if action.id in keymap else action for action in actions)


def _remapped(action: Action, keys: tuple[str, ...]) -> Action:
    shown = " ".join(map(written_key, keys))
    return replace(action, keys=",".join(keys), shown=shown, footer_key="")
