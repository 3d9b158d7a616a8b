"""The comments on top of a file of ours: written for people, and read again to look after the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui_chain import __version__
from tui_chain.core.text import safe_text
from tui_chain.x509.crl import CrlScope

MAX_COMMENT = 200
"""Characters of a comment line: OpenSSL reads lines in pieces of 254 and takes each piece for a line."""
MAX_HOSTS = 20_000
"""Hosts that are read from a file's comments."""

_MADE_BY = "Made by tlschain-tui "
_CRL_CHECK = "CRL check: "
_BLOCK = re.compile(
    r"# SHA-256: ([0-9A-F:]{95})\n# (?:Valid|In force): [^\n]*\n(?:# CRL number: [^\n]*\n)?# Source: ([^\n]*)\n"
)


def comment(text: str) -> str:
    """Make one comment line of `text`: ASCII, bounded, and no PEM header in it, whatever the text says."""
    shown = safe_text(text, 2 * MAX_COMMENT).encode("ascii", "backslashreplace").decode("ascii")
    while "-----" in shown:
        shown = shown.replace("-----", "- - -")
    return f"# {shown if len(shown) <= MAX_COMMENT else shown[: MAX_COMMENT - 3] + '...'}\n"


@dataclass(frozen=True)
class Header:
    """What a file says of itself: its title, its kind, its hosts as targets, and the trust store it was proven with.

    `sources` says by SHA-256 where its certificates and CRLs came from; it is filled by reading only. `crl_check`
    says which certificates clients are to look up in its CRLs, `crls_until` when the first of these ends, UTC.
    """

    title: str
    kind: str = ""
    hosts: tuple[str, ...] = ()
    trust: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    crl_check: CrlScope | None = None
    crls_until: datetime | None = None

    def lines(self, expiry: datetime | None) -> Iterator[str]:
        """The comment lines; `expiry` is when the first certificate ends, UTC."""
        yield comment(self.title)
        yield comment(f"{_MADE_BY}{__version__}")
        if expiry is not None:
            without = "Without the CRL check it works" if self.crls_until is not None else "Works"
            yield comment(f"{without} until {expiry:%Y-%m-%d %H:%M} UTC, when its first certificate ends")
        if self.crls_until is not None:
            first, what = _first_end(self.crls_until, expiry)
            yield comment(f"With the CRL check it works until {first:%Y-%m-%d %H:%M} UTC, when its first {what} ends")
            yield comment(f"CRLs until {self.crls_until:%Y-%m-%d %H:%M} UTC; tlschain refresh --write gets new ones")
        if self.kind:
            yield comment(f"Kind: {self.kind}")
        if self.crl_check is not None:
            yield comment(f"{_CRL_CHECK}{self.crl_check}")
            yield comment(f"To check in Python: {self.crl_check.python}")
        if self.trust:
            yield comment(f"Trust store: {self.trust}")
        yield from (comment(f"Host: {host}") for host in self.hosts)


def _first_end(crls: datetime, certificates: datetime | None) -> tuple[datetime, str]:
    if certificates is not None and certificates < crls:
        return certificates, "certificate"
    return crls, "CRL"


def read_header(data: bytes) -> Header | None:
    """Read the comments of a file that this tool made, or return None for any other file.

    Only the lines on top count, up to the first blank line: what stands at a certificate is a stranger's text.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace").replace("\r\n", "\n")
    top = text.split("\n\n", 1)[0].split("\n")
    comments = [line.removeprefix("# ") for line in top if line.startswith("# ")]
    if len(comments) < 2 or not comments[1].startswith(_MADE_BY):
        return None
    return Header(
        comments[0],
        next(_values(comments, "Kind: "), ""),
        tuple(dict.fromkeys(_values(comments, "Host: ")))[:MAX_HOSTS],
        next(_values(comments, "Trust store: "), ""),
        {found[1].replace(":", "").lower(): found[2] for found in _BLOCK.finditer(text)},
        _scope(next(_values(comments, _CRL_CHECK), "")),
    )


def same_but_notes(old: bytes, new: bytes) -> bool:
    """Whether two files of this tool differ only in its version and in where it found a certificate or CRL.

    Every other byte has to be the same. No stranger's text begins a line (`comment`), so none is taken for a note.
    """
    ours = read_header(old) is not None and read_header(new) is not None
    return ours and _NOTE.sub(b"", old) == _NOTE.sub(b"", new)


_NOTE = re.compile(rf"^# (?:{re.escape(_MADE_BY)}|Source: )[^\n]*\n".encode(), re.MULTILINE)


def _scope(word: str) -> CrlScope | None:
    return CrlScope(word) if word in set(CrlScope) else None


def _values(lines: list[str], name: str) -> Iterator[str]:
    return (line.removeprefix(name) for line in lines if line.startswith(name))
