"""The comments on top of a file of ours as they are written: sentences that a later renewal makes no lie of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tui_chain import __version__
from tui_chain.core.command import FILE, command_line
from tui_chain.repair.file_header import (
    BEGIN,
    CRL_CHECK,
    LOOK,
    MADE_BY,
    MAX_COMMENT,
    MORE,
    ONE,
    SEVERAL,
    STORE_DAY,
    FirstEnd,
    Header,
    comment,
    comment_text,
    is_comment,
    read_header,
    title_of,
)

MAX_NAME = 90
"""Characters of a certificate's name in a sentence: what follows it has to stay in the line."""
FEW_HOSTS = 50
"""Hosts that have a line each; of more, each line has as many as there is room for."""
_PUBLIC = {"certifi", "system"}
_REFRESHED = {"client", "client+store", "links"}


def header_lines(header: Header) -> Iterator[str]:
    """The comment lines of a header."""
    yield comment(header.title or title_of(header.kind, header.hosts))
    yield comment(f"{MADE_BY}{__version__}")
    yield from map(comment, _sentences(header))
    if header.kind:
        yield comment(f"Kind: {header.kind}")
    if header.crl_check is not None:
        yield comment(f"{CRL_CHECK}{header.crl_check}")
        yield comment(f"To check in Python: {header.crl_check.python}")
    if header.trust and header.kind != "server":  # a server has no use for a path on the machine where it was made
        yield comment(f"Trust store: {header.trust}")
    yield from map(comment, host_lines(header.hosts))


def _sentences(header: Header) -> Iterator[str]:
    """What the file was made for, until what happens it holds, what ends first, and the command that looks."""
    if header.hosts:
        yield from _bound_to(header)
    if header.kind == "client+store" and header.served is not None:
        yield f"{STORE_DAY}{header.served[1]}; what changes there later is not in this file"
    if header.kind == "links":
        yield "It adds to the trust store that clients have by themselves"
    if header.expiry is not None:
        needed = header.kind in {"client+store", "links"} and header.hosts
        whose = "its hosts need" if header.many else "its host needs"
        what = f"Of what {whose}, the first certificate" if needed else "The first certificate"
        yield _end(what, "expire", "", header.expiry)
    if header.crl_expiry is not None:
        yield (
            _end("The first CRL", "end", "that of ", header.crl_expiry)
            + "; from then on clients that check it refuse"
        )
    if header.kind in _REFRESHED and header.hosts:
        yield _look(header, FILE)


def _bound_to(header: Header) -> Iterator[str]:
    """Which chains it was made for, and what ends its use, whatever the dates in its certificates are."""
    who = f"its {len(header.hosts):,} hosts" if header.many else header.hosts[0]
    who = who if len(who) < MAX_COMMENT // 2 else "its host"
    if header.served is not None:
        first, last = header.served
        days = f"on {first}" if first == last else f"from {first} to {last}"
        thing = "certificate" if header.kind == "server" else "chains" if header.many else "chain"
        yield f"Made for the {thing} that {who} served {days}"
    if header.kind == "server":
        yield "It holds until that certificate is renewed: make it anew then"
    elif header.kind:
        each, whose = ("for each host ", "its") if header.many else ("", "the")
        other = "root" if header.root_alone else "intermediate"
        yield f"It holds {each}until {whose} server changes to another {other}"


def _end(what: str, does: str, whose: str, first: FirstEnd) -> str:
    when = f"on {first.at:%Y-%m-%d %H:%M} UTC"
    if not first.name:
        return f"{what} {does}s {when}"
    return f"{what} to {does} is {whose}{name_in_comment(first.name)}, {when}"


def name_in_comment(label: str) -> str:
    """A certificate's or CRL's name as the sentences of a header have it."""
    return comment_text(label)[:MAX_NAME]


# -- the command


def _look(header: Header, file: str) -> str:
    """The command that looks whether the file at this path still holds."""
    stores, roots = trust_options(header), root_options(header)
    store = () if header.trust in {"", *_PUBLIC} else ("--trust", "STORE")
    root = roots and ("--trust-root", "SHA256")
    write = ("--write",) if header.crl_check is not None else ()
    for words in ((file, *(stores or store), *roots), (FILE, *(stores or store), *roots), (FILE, *store, *roots)):
        line = f"{LOOK}{command_line('refresh', *words, *write)}"
        if _is_exact(line):
            return line
    return f"{LOOK}{command_line('refresh', FILE, *store, *root, *write)}"


def trust_options(header: Header) -> tuple[str, ...]:
    """The options with which `refresh` takes the trust stores of a file; none where it takes the store by itself.

    None either where a name is no full path, as version 0.1.0 wrote it: in another folder it is another file's.
    """
    names = () if header.trust in {"", *_PUBLIC} else stores_named(header.trust)
    known = all(name in _PUBLIC or Path(name).is_absolute() for name in names)
    return tuple(word for name in names if known for word in ("--trust", name))


def root_options(header: Header) -> tuple[str, ...]:
    """The options with which `refresh` takes the roots that the user of a file confirmed."""
    return tuple(word for root in header.roots for word in ("--trust-root", root))


def stores_named(trust: str) -> Sequence[str]:
    """The trust stores that a header names; a path that has the sign between two of them in it stays whole."""
    names = trust.split(" + ")
    return names if all(name in _PUBLIC or Path(name).is_absolute() for name in names) else [trust]


def _is_exact(line: str) -> bool:
    """Whether a comment has the line as it is; what stands for other characters may be of an earlier comment."""
    return comment_text(line) == line and "\\" not in line and "- - -" not in line


def with_file_name(data: bytes, path: Path) -> bytes:
    """Name the file at `path`, which may be relative, in the command on top of a file of ours; others stay."""
    top, blank, rest = data.partition(b"\n\n")
    if b"\n# " + LOOK.encode("ascii") not in top:
        return data
    header = read_header(data)
    if header is None:
        return data
    whole = Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - Path's raises for a user that is none
    line = comment(_look(header, str(whole))).encode("ascii")
    return _LOOK_LINE.sub(lambda _: line, top + b"\n", count=1)[:-1] + blank + rest


_LOOK_LINE = re.compile(rf"^# {LOOK}[^\n]*\n".encode(), re.MULTILINE)


# -- hosts


def host_lines(hosts: Sequence[str]) -> Iterator[str]:
    """The hosts as lines from which each is read again letter by letter."""
    few = len(hosts) <= FEW_HOSTS
    for fitting, some in groupby(hosts, _fits):
        if fitting and not few:
            yield from packed_lines(SEVERAL, some)
        else:
            for host in some:
                yield from _host_lines(host)


def _fits(host: str) -> bool:
    line = f"{SEVERAL}: {host}"
    return comment_text(line) == line and len(host.split()) == 1


def _host_lines(host: str) -> Iterator[str]:
    """One host: as a line, or in pieces where a line would be cut or hold what begins a PEM block."""
    if _fits(host) or len(host.split()) != 1 or not (host.isascii() and host.isprintable()):
        yield f"{ONE}: {host}"
        return
    for number, piece in enumerate(_PIECE.findall(host)):
        yield f"{MORE if number else BEGIN}: {piece}"


_PIECE = re.compile(r"(?:(?!-----).){1,150}-{0,4}|-{1,4}")


def packed_lines(name: str, hosts: Iterable[str]) -> Iterator[str]:
    """Several hosts a line, as many as it has room for."""
    line = ""
    for host in hosts:
        if line and len(name) + 2 + len(line) + 1 + len(host) > MAX_COMMENT:
            yield f"{name}: {line}"
            line = ""
        line = f"{line} {host}" if line else host
    if line:
        yield f"{name}: {line}"


# -- another header on an existing file


def with_header(data: bytes, header: Header) -> bytes:
    """Give a file of ours another header: lines on top that are somebody else's stay, below those of the header."""
    end = b"\r\n" if b"\r\n" in data.partition(b"\n\n")[0][:MAX_COMMENT] else b"\n"
    top, blank, rest = data.partition(end * 2)
    lines = [line.rstrip("\n").encode("ascii") for line in header_lines(header)]
    return end.join([*lines, *_foreign(top.split(end))]) + blank + rest


def _foreign(lines: Sequence[bytes]) -> list[bytes]:
    """The lines on top that a header does not replace: the first two comments are its title and who made it.

    What somebody put before them stays, as blocks of a file that was joined to this one do.
    """
    comments = [number for number, line in enumerate(lines) if is_comment(line.decode("ascii", "replace"))]
    own = {*comments[:2], *(number for number in comments if _OURS.match(lines[number]))}
    return [line for number, line in enumerate(lines) if number not in own]


_SENTENCES = (
    "Made for the |It holds (?:for each host )?until |It is for clients that have the |It adds to the trust store "
    "|Of what its host[a-z ]*, the |The first certificate (?:to expire|expires) |The first CRL (?:to end|ends) "
    "|Works until |With(?:out)? the CRL |CRLs until "
)
_NAMES = f"Kind: |{CRL_CHECK}|To check in Python: |Trust store: |{ONE}: |{SEVERAL}: |{BEGIN}: |{MORE}: "
_OURS = re.compile(f"# (?:{LOOK}|{STORE_DAY}|{_SENTENCES}|{_NAMES})".encode())


def names_store(header: Header, store: str) -> bool:
    """Whether a file names this trust store, or none; version 0.1.0 wrote a path as it was typed in some folder."""
    here = comment_text(store)
    return header.trust in {"", here} or ("/" in here and here.endswith("/" + header.trust.removeprefix("./")))


def store_to_name(header: Header, store: str) -> str:
    """Which trust store to name for a bundle that was made with the one that its header names."""
    made = header.trust
    if names_store(header, store):
        return "Name the store that has its root"
    paths = (Path(name) for name in stores_named(made))
    gone = next((path for path in paths if path.is_absolute() and not path.is_file()), None)
    if gone is None:
        return f"It was made with trust store {made}: name it"
    which = "which" if str(gone) == made else f"of which {gone}"
    return f"It was made with trust store {made}, {which} is not on this machine: name the file that has its root"
