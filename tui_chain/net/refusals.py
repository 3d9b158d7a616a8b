"""Why a fetch was not made or brought nothing."""

from __future__ import annotations

from tui_chain.net.addresses import Reach


class FetchRefusedError(Exception):
    """A fetch that the bounds forbid or that brought nothing; the text is plain words, safe for a terminal.

    `hint` says what to do about it, where there is something, `address` which IP or proxy was asked.
    """

    def __init__(self, words: str, hint: str = "", address: str | None = None) -> None:
        super().__init__(words)
        self.hint = hint
        self.address = address


class ConsentNeededError(FetchRefusedError):
    """A fetch that would lead to an address inside; `inside` and `kind` are what to ask the user about."""

    def __init__(self, address: str, kind: Reach) -> None:
        super().__init__(f"{address} is a {kind} address; it is asked only with your consent")
        self.inside = address
        self.kind = kind
