"""The CA bundle: the CA certificates of a proven path as canonical PEM that says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tui_chain import __version__
from tui_chain.certs.certificate import Certificate
from tui_chain.certs.pem import to_pem
from tui_chain.certs.text import colon_hex

MAX_COMMENT = 200
"""Characters of a comment line: OpenSSL reads lines in pieces of 254 and takes each piece for a line."""


@dataclass(frozen=True)
class Bundle:
    """CA certificates for clients, in order from the leaf's issuer to the anchor; never a leaf.

    `hosts` are the targets it is for, `sources` says by SHA-256 where each certificate came from.
    """

    certificates: tuple[Certificate, ...]
    hosts: tuple[str, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def earliest_expiry(self) -> datetime | None:
        """When the first of its certificates ends, UTC: from then on OpenSSL clients fail with it."""
        return min((c.not_after for c in self.certificates if c.not_after is not None), default=None)

    @cached_property
    def pem(self) -> bytes:
        """The file: ASCII, LF, comments outside the blocks, the same bytes for the same input."""
        lines = [comment(f"CA bundle for {', '.join(self.hosts)}"), comment(f"Made by tlschain-tui {__version__}")]
        if self.earliest_expiry is not None:
            lines.append(
                comment(f"Works until {self.earliest_expiry:%Y-%m-%d %H:%M} UTC, when its first certificate ends")
            )
        return ("".join(lines) + "".join(self._block(certificate) for certificate in self.certificates)).encode(
            "ascii"
        )

    def _block(self, certificate: Certificate) -> str:
        until = f"{certificate.not_after:%Y-%m-%d %H:%M} UTC" if certificate.not_after else "unreadable"
        since = f"{certificate.not_before:%Y-%m-%d %H:%M} UTC" if certificate.not_before else "unreadable"
        facts = (
            f"Subject: {certificate.subject}",
            f"SHA-256: {colon_hex(certificate.sha256)}",
            f"Valid: {since} to {until}",
            f"Source: {self.sources.get(certificate.sha256, 'unknown')}",
        )
        return "\n" + "".join(map(comment, facts)) + to_pem(certificate)


def comment(text: str) -> str:
    """Make one comment line of `text`: ASCII, bounded, and no PEM header in it, whatever the text says."""
    shown = text.encode("ascii", "backslashreplace").decode("ascii").replace("\n", "\\n").replace("\r", "\\r")
    while "-----" in shown:
        shown = shown.replace("-----", "- - -")
    return f"# {shown if len(shown) <= MAX_COMMENT else shown[: MAX_COMMENT - 3] + '...'}\n"
