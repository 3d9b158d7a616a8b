"""Textual's bindings of the one table of actions, which `engine.actions` has."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui_chain.engine.actions import ACTIONS, APP, CHAIN, HOSTS, LINKS, LIVE, MAIN, MOVES, NAMES, RANK, Action

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
]


def bindings(home: str) -> list[BindingType]:
    """The bindings of the app, of the main screen or of a pane, made from the table."""
    here = [action for action in ACTIONS if home in action.homes]
    # Textual itself binds the palette's key
    return [_binding(action, home, key) for action in here for key in action.keys.split(",") if key != "ctrl+p"]


def _binding(action: Action, home: str, key: str) -> Binding:
    first = key == action.keys.split(",")[0]
    footer = action.homes[home]
    return Binding(
        key,
        action.call,
        footer or action.description,
        show=first and bool(footer),
        key_display=action.footer_key or action.shown or None,
        tooltip=action.description,
        id=action.id if first else f"{action.id}.{key}",
    )
