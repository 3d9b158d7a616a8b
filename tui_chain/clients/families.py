"""The client families: each is one set of rules by which programs judge a chain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Engine(StrEnum):
    """What judges for a family: the real OpenSSL, or a model of another library."""

    OPENSSL = "OpenSSL"
    GNUTLS = "GnuTLS"
    GO = "Go"
    JAVA = "Java"
    RUSTLS = "rustls"


class FamilyId(StrEnum):
    """Identities of the families, as JSON and options spell them."""

    REQUESTS = "requests"
    REQUESTS_313 = "requests-3.13"
    PYTHON = "python"
    PYTHON_313 = "python-3.13"
    CURL = "curl"
    GNUTLS = "gnutls"
    GO = "go"
    JAVA = "java"
    RUSTLS = "rustls"


@dataclass(frozen=True)
class Family:
    """A client family: `name` as people read it, `short` for narrow columns; `registry` knows whom it stands for."""

    id: FamilyId
    name: str
    short: str
    engine: Engine

    @property
    def model(self) -> bool:
        """Whether its verdicts come from a model, not from the library itself."""
        return self.engine is not Engine.OPENSSL


FAMILIES: tuple[Family, ...] = (
    Family(FamilyId.REQUESTS, "requests, Python ≤ 3.12", "requests", Engine.OPENSSL),
    Family(FamilyId.REQUESTS_313, "requests, Python ≥ 3.13", "req3.13", Engine.OPENSSL),
    Family(FamilyId.PYTHON, "Python ≤ 3.12", "≤3.12", Engine.OPENSSL),
    Family(FamilyId.PYTHON_313, "Python ≥ 3.13", "≥3.13", Engine.OPENSSL),
    Family(FamilyId.CURL, "curl", "curl", Engine.OPENSSL),
    Family(FamilyId.GNUTLS, "git, wget (GnuTLS)", "git", Engine.GNUTLS),
    Family(FamilyId.GO, "Go", "Go", Engine.GO),
    Family(FamilyId.JAVA, "Java", "Java", Engine.JAVA),
    Family(FamilyId.RUSTLS, "uv, rustls", "uv", Engine.RUSTLS),
)
"""All families, in the order in which they are shown."""

_BY_ID = {family.id: family for family in FAMILIES}


def family(identity: str) -> Family:
    """Return the family of this id; raises ValueError for another word."""
    return _BY_ID[FamilyId(identity)]


def family_names(identities: Collection[str]) -> str:
    """Name families in the order in which they are shown, as in `Go; Java`: some names have a comma in them."""
    return "; ".join(one.name for one in FAMILIES if one.id in identities)
