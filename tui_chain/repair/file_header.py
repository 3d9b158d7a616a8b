"""The comments on top of a file of ours, as they are read again to refresh the file or to add to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tui_chain.core.text import safe_text
from tui_chain.x509.crl import CrlScope

MAX_COMMENT = 200
"""Characters of a comment line: OpenSSL reads lines in pieces of 254 and takes each piece for a line."""
MAX_HOSTS = 20_000
"""Hosts of a file that can be refreshed; one more is read, which shows that there are too many."""
MADE_BY = "Made by tlschain-tui "
CRL_CHECK = "CRL check: "
MERGED = "# Merged for "
"""How the line begins below which version 0.1.0 put the certificates of further hosts, and their names."""
APART = "# Merged as "
"""How the line begins below which certificates stand that `refresh` does not look at: those of another kind."""


def comment_text(text: str) -> str:
    """Make a text fit for one comment line: ASCII, bounded, and no PEM header in it, whatever it says."""
    shown = safe_text(text, 2 * MAX_COMMENT).encode("ascii", "backslashreplace").decode("ascii")
    while "-----" in shown:
        shown = shown.replace("-----", "- - -")
    return shown if len(shown) <= MAX_COMMENT else shown[: MAX_COMMENT - 3] + "..."


def comment(text: str) -> str:
    """Make one comment line of `text`, as `comment_text` has it."""
    return f"# {comment_text(text)}\n"


@dataclass(frozen=True, order=True)
class FirstEnd:
    """What ends first of a file's certificates, or of its CRLs: when (UTC), and its name, empty where unknown."""

    at: datetime
    name: str = ""


@dataclass(frozen=True)
class Header:
    """What a file says of itself: its kind, its hosts as targets, and the trust store it was proven with.

    `title` is empty where it follows from kind and hosts. `served` are the first and the last day (UTC) on which the
    chains were served that it was made for. `expiry` is the certificate that expires first of those that the hosts
    need, `crl_expiry` the CRL that ends first. `root_alone` says that it has no intermediate. `crl_check` says which
    certificates clients are to look up in its CRLs. `roots` are the SHA-256s of the roots that its user confirmed.
    `sources` says by SHA-256 where its certificates and CRLs came from; it is filled by reading only.
    """

    title: str = ""
    kind: str = ""
    hosts: tuple[str, ...] = ()
    trust: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    crl_check: CrlScope | None = None
    served: tuple[date, date] | None = None
    expiry: FirstEnd | None = None
    crl_expiry: FirstEnd | None = None
    root_alone: bool = False
    roots: tuple[str, ...] = ()

    @property
    def many(self) -> bool:
        """Whether it is for several hosts."""
        return len(self.hosts) > 1


TITLES = {
    "client": "CA bundle",
    "client+store": "Trust store and missing certificates",
    "links": "Missing certificates",
    "server": "Certificate chain",
}
_USUAL = "CA bundle"


def title_of(kind: str, hosts: Sequence[str]) -> str:
    """The title of a file of this kind for these hosts, with as many of them as the line has room for."""
    title = f"{TITLES.get(kind, _USUAL)} for "
    if len(title) + sum(len(host) + 2 for host in hosts) <= MAX_COMMENT:
        return title + ", ".join(hosts)
    room = MAX_COMMENT - len(title) - len(f" and {len(hosts):,} more")
    named = 0
    while (room := room - len(hosts[named]) - 2) >= 0:
        named += 1
    if not named:
        return f"{title}{len(hosts):,} hosts" if len(hosts) > 1 else title + hosts[0]
    return f"{title}{', '.join(hosts[:named])} and {len(hosts) - named:,} more"


def read_header(data: bytes) -> Header | None:
    """Read the comments of a file that this tool made, or return None for any other file.

    Only the lines on top count, up to the first blank line, and the hosts that version 0.1.0 merged: what stands at
    a certificate is somebody else's text. All that is read is safe for a terminal: somebody else may have written it.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace").replace("\r\n", "\n")
    comments = _comments(text.split("\n\n", 1)[0])
    if len(comments) < 2 or not comments[1].startswith(MADE_BY):
        return None
    kind = next(_values(comments, "Kind: "), "")
    hosts = tuple(dict.fromkeys((*_hosts(comments), *_merged_hosts(text))))[: MAX_HOSTS + 1]
    sources = {found[1].replace(":", "").lower(): _safe(found[2]) for found in _BLOCK.finditer(text)}
    return Header(
        "" if comments[0] in _own_titles(kind, tuple(_hosts(comments))) else comments[0],
        kind,
        hosts,
        next(_values(comments, "Trust store: "), ""),
        sources,
        _scope(next(_values(comments, CRL_CHECK), "")),
        _days(comments),
        _first_end(comments, _EXPIRES),
        _first_end(comments, _CRL_ENDS),
        any(_ROOT_ALONE.fullmatch(line) for line in comments),
        confirmed_roots(sources),
    )


def confirmed_roots(sources: Mapping[str, str]) -> tuple[str, ...]:
    """Those of some certificates, named by SHA-256 with their source, whose fingerprint the user confirmed."""
    return tuple(sha256 for sha256, source in sources.items() if source.startswith("confirmed root, "))


_BLOCK = re.compile(
    r"# SHA-256: ([0-9A-F:]{95})\n# (?:Valid|In force): [^\n]*\n(?:# CRL number: [^\n]*\n)?# Source: ([^\n]*)\n"
)


def _comments(text: str) -> list[str]:
    return [_safe(line.removeprefix("# ")) for line in text.split("\n") if is_comment(line)]


def is_comment(line: str) -> bool:
    """Tell whether a line may be a comment of this tool's, in which no PEM header ever stands (`comment_text`)."""
    return line.startswith("# ") and "-----" not in line


def _safe(line: str) -> str:
    """A line at its whole length; an escape takes four characters for one of ASCII."""
    return safe_text(line, 4 * len(line))


def _own_titles(kind: str, hosts: Sequence[str]) -> set[str]:
    """The titles that this tool gives such a file: its own, and that of version 0.1.0, which was cut at its end."""
    if not hosts:
        return set()
    in_full = f"{TITLES.get(kind, _USUAL)} for {', '.join(hosts)}"
    return {comment_text(title_of(kind, hosts)), comment_text(in_full)}


# -- hosts


def _hosts(comments: Iterable[str]) -> Iterator[str]:
    """The hosts on top: one a line, several a line, or one over several lines."""
    pieces = ""
    for line in comments:
        name, _, value = line.partition(": ")
        if pieces and name != MORE:
            yield pieces
            pieces = ""
        if name == ONE:
            yield value
        elif name == SEVERAL:
            yield from value.split()
        elif name == BEGIN or (name == MORE and pieces):
            pieces += value
    if pieces:
        yield pieces


ONE, SEVERAL, BEGIN, MORE = "Host", "Hosts", "Host begins", "Host goes on"
"""How the lines of hosts begin: one host, several, and one that is too long for a line, piece by piece."""


def _merged_hosts(text: str) -> Iterator[str]:
    """The hosts of what version 0.1.0 merged: it named them beside the certificates, and nowhere on top."""
    _, _, rest = text.partition(f"\n{MERGED}")
    for hosts in _values(_comments(rest.partition(f"\n{APART}")[0]), "For: "):
        yield from hosts.split()


# -- dates


def _days(comments: Sequence[str]) -> tuple[date, date] | None:
    """The days in the sentence on what the file was made for."""
    found = next(filter(None, map(_MADE_FOR.fullmatch, comments)), None)
    try:
        days = [date.fromisoformat(text) for text in found.groups() if text] if found is not None else []
    except ValueError:
        return None
    return (days[0], days[-1]) if days else None


_MADE_FOR = re.compile(r"Made for the .* served (?:on|from) (\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d))?")
_ROOT_ALONE = re.compile("It holds (?:for each host )?until .* changes to another root")
_MOMENT = r"(\d{4}-\d\d-\d\d \d\d:\d\d) UTC"
_EXPIRES = re.compile(
    rf"(?:Of what its host[a-z ]*, t|T)he first certificate (?:to expire is (?P<name>.*),|expires) on {_MOMENT}"
    rf"|(?:W|Without the CRL check it w)orks until {_MOMENT}, when its first certificate ends"
)
_CRL_ENDS = re.compile(
    rf"The first CRL (?:to end is that of (?P<name>.*),|ends) on {_MOMENT}; from then on clients that check it refuse"
    rf"|CRLs until {_MOMENT}; tlschain refresh --write gets new ones"
)


def _first_end(comments: Sequence[str], form: re.Pattern[str]) -> FirstEnd | None:
    found = next(filter(None, map(form.fullmatch, comments)), None)
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[2] or found[3], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return FirstEnd(moment, found["name"] or "")


def _scope(word: str) -> CrlScope | None:
    return CrlScope(word) if word in set(CrlScope) else None


def _values(lines: Iterable[str], name: str) -> Iterator[str]:
    return (line.removeprefix(name) for line in lines if line.startswith(name))


# -- what makes no other file


def same_but_notes(old: bytes, new: bytes) -> bool:
    """Whether two files of this tool differ only in notes: which version made them, when, and from which source.

    Every other byte has to be the same. No stranger's text begins a line (`comment`), so none is taken for a note.
    """
    ours = read_header(old) is not None and read_header(new) is not None
    return ours and _NOTE.sub(b"", old) == _NOTE.sub(b"", new)


LOOK = "Whether it still holds: "
"""How the line begins that has the command which looks."""
STORE_DAY = "Its other certificates are those of its trust store on "
_NOTE = re.compile(
    rf"^# (?:{re.escape(MADE_BY)}|Source: |Made for the |{LOOK}|{STORE_DAY})[^\n]*\n".encode(), re.MULTILINE
)
