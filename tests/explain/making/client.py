"""What a client is to the makers of texts: a script that asks for a URL, and how its texts are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYTHING = frozenset(
    ("path", "more", "rare", "file", "store", "alert", "rare-alert", "own", "identity", "connect", "slow", "proxy")
)
"""All but what Python 3.13 alone refuses."""
USUAL = frozenset(("path", "more", "file", "store", "alert", "own", "connect", "proxy"))
SOME = frozenset(("path", "file", "connect", "proxy"))
FEW = frozenset(("path",))


@dataclass(frozen=True)
class Client:
    """A client with the label of its texts.

    `script` is bash, with $URL, $HOST and $PORT, and $TRUST, $CERT, $KEY and $PROXY, each empty where the client
    keeps to what it has. `shows` is a pattern of the texts by which one can see who wrote them; empty where none can.
    `version` prints the version in its last word that begins with a digit. `port` is that of its protocol, `host` the
    well-known host that it asks where a situation has such ones. `tags` are those of its situations. `variants` are
    versions with what $VARIANT is then, taken in turn. `sources` are files beside it, `prepare` makes more once.
    """

    label: str
    script: str
    shows: str
    version: str = "true"
    port: int = 443
    host: str = ""
    tags: frozenset[str] = SOME
    variants: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    prepare: str = ""
    seconds: float = 15.0
