"""Merges what texts cannot tell apart: a text may come from every situation in which its client says the same."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import sha256

from tests.explain.making.collecting import Made
from tests.explain.making.machine import HOSTS
from tests.explain.making.shape import shape_of
from tests.explain.making.situations import OWN_HOSTS

WELL_KNOWN = frozenset(HOSTS) - {
    *OWN_HOSTS,
    "db.corp.internal",
    "nexus.intern.example.net",
    "proxy.corp.internal",
    "www.example.com",
    "api.example.org",
}
"""Hosts that everybody knows to be whole: what is odd about them comes from in between."""


_ANY_VERDICT = (
    *("missing-issuer", "untrusted-root", "interception-likely", "self-signed", "expired", "not-yet-valid"),
    "no-ca-store",
)
_ALSO: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(r"certificate verify failed(?!:| \((?!_ssl|see))(?!.*verify failed(?:: \w| \(\w))", re.DOTALL),
        _ANY_VERDICT,
    ),
    # curl says so of an alert, which it does not name
    (re.compile(r"60\W{1,2} SSL certificate verification failed"), _ANY_VERDICT),
    # of several intermediate certificates the upper one may be missing
    (re.compile(r"unable to get local issuer certificate"), ("missing-issuer", "untrusted-root")),
    (re.compile(r"self-signed certificate in certificate chain"), ("untrusted-root", "interception-likely")),
    (re.compile(r"CAfile: none"), ("no-ca-store",)),
    (re.compile(r"Could not verify the SSL certificate for"), ("no-ca-store",)),
    (re.compile(r"trustAnchors parameter must be non-empty"), ("ca-file", "no-ca-store")),
    (re.compile(r"Proxy tunneling failed: Proxy Authentication"), ("proxy-auth",)),
    (re.compile(r"The certificate issuer is unknown"), ("untrusted-root", "missing-issuer")),
    (re.compile(r"Failed writing HTTP request|without sending any data back|other side closed"), ("reset",)),
    (re.compile(r"All attempts to connect to"), ("refused", "name", "reset", "timeout")),
    (re.compile(r"legacy sigalg disallowed"), ("weak-signature",)),
    (re.compile(r"GnuTLS recv error.*fatal alert has been received"), ("alert-handshake-failure",)),
    (re.compile(r"Can't connect to server on '.*' \(115\)"), ("timeout",)),
    (re.compile(r"Failed to connect to proxy URL: \"https"), ("proxy-unreachable",)),
)
"""What else an expert would say to texts of a pattern, whatever was tried here with their client."""
_PROXY = re.compile(r"proxy(?!\.golang)|tunnel", re.IGNORECASE)


def _more(one: Made, causes: Sequence[str]) -> Iterator[str]:
    """The causes that no situation brought about with this client, and that its text allows as well."""
    for pattern, more in _ALSO:
        if pattern.search(one.text):
            yield from more
    if {"expired", "ca-expired"} & {*causes} and "depth" not in one.text:
        yield from ("expired", "ca-expired")
    if "proxy-scheme" in causes and not _PROXY.search(one.text):
        yield "no-tls"


def _shape(one: Made) -> tuple[str, str]:
    return one.client, shape_of(one.text)


MOST = 2
"""Texts of one client and one shape that are kept."""


def merged(made: Sequence[Made]) -> Iterator[Made]:
    """Yield each text once, with the causes of all situations in which its client says the same.

    Of texts that differ in the host or the version alone, the first is kept, and one whose host makes others right.
    """
    causes: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for one in made:
        causes[_shape(one)].update(dict.fromkeys(one.causes))
    kept: dict[tuple[str, str], list[frozenset[str]]] = defaultdict(list)
    for one in made:
        shape = _shape(one)
        right = _right(one, (*causes[shape], *_more(one, tuple(causes[shape]))))
        if frozenset(right) not in kept[shape] and len(kept[shape]) < MOST:
            kept[shape].append(frozenset(right))
            yield replace(one, causes=right)


_EVERYDAY = frozenset(
    (
        "curl",
        "git",
        "go",
        "httpx",
        "java",
        "node",
        "openssl",
        "pip",
        "psycopg",
        "pymongo",
        "requests",
        "ruby",
        "urlopen",
    )
) | {"uv", "wget", "aiohttp"}
"""The clients whose texts most people bring."""


def _limits(client: str) -> tuple[int, int]:
    """How many texts of a client are chosen, and how many characters they have altogether."""
    return (26, 78_000) if client in _EVERYDAY else (10, 30_000)


def chosen(texts: Sequence[Made], frequency: Mapping[frozenset[str], int]) -> Iterator[Made]:
    """Yield some texts of one client: first one for each set of causes, the rarest among all clients first.

    The others follow in an order without a reason.
    """
    # a digest is the same in every run, and nobody's choice
    order = sorted(texts, key=lambda one: sha256((one.scenario + shape_of(one.text)).encode()).digest())
    first: dict[frozenset[str], Made] = {}
    for one in order:
        first.setdefault(frozenset(one.causes), one)
    rest = [one for one in order if one is not first[frozenset(one.causes)]]
    most, left = _limits(texts[0].client)
    for one in (*sorted(first.values(), key=lambda one: frequency[frozenset(one.causes)]), *rest)[:most]:
        if len(one.text) <= left:
            left -= len(one.text)
            yield one


def _kind(host: str) -> str:
    if host in WELL_KNOWN:
        return "well-known"
    return "own" if host in OWN_HOSTS or host[0].isdigit() else "open"


_FROM_BETWEEN = ("missing-issuer", "untrusted-root", "self-signed", "interception-likely")


def _right(one: Made, causes: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out what the host speaks against: nobody intercepts one's own, and the well-known have whole chains."""
    kind = "open" if one.host is None else _kind(one.asked)
    left = list(causes)
    if kind == "own" and "interception-likely" in left:
        left.remove("interception-likely")
    if kind == "well-known" and "interception-likely" in left:
        left = [cause for cause in left if cause not in _FROM_BETWEEN or cause == "interception-likely"]
    own_first = [cause for cause in one.causes if cause in left]
    return tuple(dict.fromkeys((*own_first, *left)))


def line_of(one: Made) -> str:
    """A line of the kept files."""
    fields = asdict(one)
    del fields["asked"]
    return json.dumps(fields, ensure_ascii=False) + "\n"
