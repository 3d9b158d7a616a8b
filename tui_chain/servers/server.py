"""What a server program is: one frozen value in a module of its own in this folder, which `registry` finds there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_chain.core.endpoint import Endpoint


@dataclass(frozen=True)
class Installation:
    """Where things are on the server; no path has a character that means something to a shell or a parser.

    `name` is the host's, safe for a path, `host` as it stands in a configuration, an IPv6 address in brackets.
    """

    name: str
    chain: str
    key: str
    host: str
    port: int

    def beside(self, file: str, suffix: str) -> str:
        """The path of another file that is made from `file`, with `suffix` in place of its own."""
        return file.rpartition(".")[0] + suffix


@dataclass(frozen=True)
class ServerLines:
    """How one server program is given the chain file: the configuration, and the commands around it.

    `check` says whether the configuration is sound and `reload` puts it into force; `first` has to be run before
    it; `check` and `first` may be empty. `note` is what else there is to know. `comment` is how a line of the
    configuration that means nothing looks, with `{}` for its text.
    """

    server: str
    lines: str
    reload: str
    check: str = ""
    language: str = ""
    first: str = ""
    note: str = ""
    comment: str = "# {}"

    @property
    def code(self) -> str:
        """The configuration with its commands as comments, to copy as it stands."""
        before = self.comment.format(f"first: {self.first}") + "\n" if self.first else ""
        then = " && ".join(filter(None, (self.check, self.reload)))
        return f"{before}{self.lines}\n{self.comment.format(f'then: {then}')}"


@dataclass(frozen=True)
class Server:
    """A server program. `place` orders lists; numbers have gaps for more.

    `starttls` and `ports` are the protocols and ports that are its own: for those it comes first. `only` says that
    it is there for nothing else.
    """

    name: str
    place: int
    lines: Callable[[Installation], ServerLines]
    starttls: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset()
    only: bool = False

    def owns(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint is most likely a server of this kind."""
        if endpoint.starttls is not None:
            return endpoint.starttls in self.starttls
        return endpoint.port in self.ports
