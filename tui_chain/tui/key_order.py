"""The key that is under way: the next one is handed over when it has had its effect."""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_chain.tui.messages import KeyHandled

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen

KEY_SECONDS = 2.0
"""Seconds after which a key is handed over although that before it has not come back."""
KEY_ROUNDS = 2
"""One for the key, one for the message that its action may have sent."""


@dataclass(frozen=True)
class KeyUnderWay:
    """The key that has not had its effect yet: its number, 0 for none; the screen it was for; its monotonic time."""

    number: int = 0
    screen: Screen[Any] | None = None
    since: float = 0.0


NO_KEY = KeyUnderWay()


def send_after(target: MessagePump, number: int, rounds: int) -> None:
    """Send after a key, up to the app, what comes there once the key has had its effect.

    It is made without a sender: what comes back to its sender would stop below it.
    """
    target.post_message(Context().run(KeyHandled, target, number, rounds))
