"""Textual's bindings of the one table of actions, which `engine.actions` has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.binding import Binding, BindingType

from tui_chain.engine.actions import ACTIONS, APP, CHAIN, HOSTS, LINKS, LIVE, MAIN, MOVES, NAMES, RANK, Action
from tui_chain.engine.keymap import Keymap, written_key

__all__ = [
    "ACTIONS",
    "APP",
    "CHAIN",
    "HOSTS",
    "LINKS",
    "LIVE",
    "MAIN",
    "MOVES",
    "NAMES",
    "RANK",
    "Action",
    "bindings",
    "keymap_of",
    "textual_keymap",
    "with_user_keys",
    "written_keys",
]


def bindings(home: str) -> list[BindingType]:
    """The bindings of the app, of the main screen or of a pane, made from the table."""
    here = [action for action in ACTIONS if home in action.homes]
    return [_binding(action, home, key) for action in here for key in action.keys.split(",")]


def _binding(action: Action, home: str, key: str) -> Binding:
    footer = action.homes[home]
    first = key == action.keys.split(",")[0]
    return Binding(
        key,
        action.call,
        footer or action.description,
        show=first and bool(footer),
        key_display=action.footer_key or action.shown or None,
        # Textual binds the palette so where the app does not
        priority=action.id == "palette",
        tooltip=action.description,
        id=_binding_id(action, key),
    )


def _binding_id(action: Action, key: str) -> str:
    return action.id if key == action.keys.split(",")[0] else f"{action.id}.{key}"


def written_keys(action: Action, keymap: Mapping[str, str]) -> str:
    """The keys of an action as people write them, under a keymap as `App.set_keymap` takes it."""
    usual = action.keys.split(",")
    if not any(_binding_id(action, key) in keymap for key in usual):
        return action.key_names
    names = [name for key in usual for name in keymap.get(_binding_id(action, key), key).split(",")]
    return " ".join(map(written_key, dict.fromkeys(names)))


def textual_keymap(keymap: Keymap) -> dict[str, str]:
    """A keymap of actions as `App.set_keymap` takes it; its keys take the place of all usual ones of an action."""
    return {
        _binding_id(action, key): ",".join(keymap[action.id])
        for action in ACTIONS
        if action.id in keymap
        for key in action.keys.split(",")
    }


@runtime_checkable
class _Remapped(Protocol):
    keymap: Mapping[str, str]


def keymap_of(app: App[Any]) -> Mapping[str, str]:
    """The user's keymap in the app, as `App.set_keymap` takes it; empty in an app that has none."""
    return app.keymap if isinstance(app, _Remapped) else {}


_VERBS = (
    "adds|asks|brings|clears|closes|copies|does|filters|goes|has|keeps|looks|opens|puts|quits|reads|reverses|saves|says"
    "|shows|sorts|stops|tests|tries|writes"
)
_KEY = r"(?:ctrl\+\w|[Ee]sc|enter|/|\b\w)"
_KEY_IN_STEP = re.compile(rf"(?<=[Pp]ress )\S+|(?<=, )\w(?= to )|(?<![\w.`-]){_KEY}(?= (?:{_VERBS})\b)")
"""The keys that a next step or a hint names, as `press f to find it`, `esc stops it` and `; u brings it back`."""


def with_user_keys(step: str, keymap: Mapping[str, str]) -> str:
    """A next step that names the user's keys in place of the usual ones."""
    return _KEY_IN_STEP.sub(lambda found: _user_key(found[0], keymap), step) if keymap else step


def _user_key(usual: str, keymap: Mapping[str, str]) -> str:
    name = "escape" if usual.lower() == "esc" else usual
    action = next((one for one in ACTIONS if name in one.keys.split(",")), None)
    if action is None or _binding_id(action, name) not in keymap:
        return usual
    return written_keys(action, keymap).partition(" ")[0]
