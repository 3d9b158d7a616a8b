"""What the user chose between alternatives: an input of the repair."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from tui_chain.paths.search import Path


@dataclass(frozen=True)
class PathChoice:
    """Links that the path has to use, and the path itself, where the user chose them; SHA-256s in hex.

    `links` says for a certificate who is to be its issuer; a path that the certificate is not in is not bound by
    that. `path` runs leaf first.
    """

    links: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    path: tuple[str, ...] | None = None

    def with_link(self, wanted_by: str, issuer: str) -> PathChoice:
        """Choose an issuer for a certificate; the same choice again takes it back. A chosen path is dropped."""
        others = frozenset(link for link in self.links if link[0] != wanted_by)
        link = (wanted_by, issuer)
        return PathChoice(others if link in self.links else others | {link})

    def with_path(self, path: Path | None) -> PathChoice:
        """Choose a path, or leave it open again."""
        return replace(self, path=None if path is None else digests(path))

    def allows(self, path: Path) -> bool:
        """Whether a path goes along with what was chosen."""
        chain = digests(path)
        if self.path is not None:
            return chain == self.path
        wanted = dict(self.links)
        return all(wanted.get(child, issuer) == issuer for child, issuer in pairwise(chain))

    def __bool__(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.links) or self.path is not None


ANY = PathChoice()
"""Nothing chosen: the best path is taken."""


def digests(path: Path) -> tuple[str, ...]:
    """A path by its SHA-256s, leaf first."""
    return tuple(certificate.sha256 for certificate in path.certificates)
