"""Textual's bindings of the one table of actions, which `engine.actions` has."""

from __future__ import annotations

from collections.abc import Mapping

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
    "textual_keymap",
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
