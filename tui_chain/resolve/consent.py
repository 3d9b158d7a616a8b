"""Asking the user whether AIA may lead inside: once for each host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tui_chain.net.addresses import Reach


@dataclass(frozen=True)
class ConsentRequest:
    """What the user is asked: the host whose certificate names `url`, which leads to `address`; all safe text.

    A yes lets every AIA address of this host lead inside, for this search.
    """

    host: str
    url: str
    address: str
    kind: Reach

    @property
    def question(self) -> str:
        """The question in one sentence, and what it means in another."""
        return (
            f"The certificate of {self.host} names {self.url}, which leads to {self.address}, a {self.kind} address. "
            "Whoever made the certificate may want your machine to send a request inside your network."
        )


Consent = Callable[[ConsentRequest], Awaitable[bool]]
"""Puts a question to the user; the search waits, and its time limits with it."""
