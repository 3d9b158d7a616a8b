"""One thing that is wrong in an environment, and what every rule looks at."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui_chain.clients.registry import clients
from tui_chain.core.status import Severity
from tui_chain.doctor.environment_report import EnvironmentReport

CODES: Mapping[str, str] = {
    "quoted-value": "a variable has quotes as a part of its value",
    "tilde-not-expanded": "a variable begins with ~, which no client replaces by the home folder",
    "missing-file": "a setting names a file or folder that does not exist",
    "leftover-variable": "a variable names a file of another environment",
    "folder-not-file": "a setting for a file names a folder",
    "file-not-folder": "a setting for a folder names a file",
    "unhashed-folder": "a folder has no names by which OpenSSL finds certificates",
    "unreadable-file": "a setting names a file that this user cannot read",
    "no-certificates": "a trust file has no certificates",
    "broken-file": "OpenSSL refuses a trust file",
    "byte-order-mark": "a trust file begins with a byte order mark",
    "private-key-inside": "a trust file has a private key in it",
    "small-file": "a file that replaces the client's trust store has few roots",
    "stale-file": "a file that replaces the client's trust store lacks many public roots",
    "overridden-setting": "a setting means nothing beside a stronger one",
    "verification-off": "a setting turns verification off",
    "context-verifies-nothing": "a library verifies no certificate",
    "library-fails": "a library fails before it connects",
    "no-roots": "a library trusts no root at all",
    "certifi-missing": "certifi's file is missing",
    "certifi-edited": "certifi's file was changed by hand",
    "certifi-old": "certifi is old",
    "certifi-redirected": "certifi names another file than its own",
    "no-ssl-module": "the interpreter has no module ssl",
    "no-system-store": "OpenSSL's default file and folder have no certificates",
    "openssl-config": "openssl.cnf cannot be used",
    "security-level": "openssl.cnf raises the security level",
    "minimum-version": "openssl.cnf allows no TLS older than 1.3",
    "clock-behind": "the clock is behind",
    "incomplete-report": "the report ended at its deadline",
}
"""Every code, which never changes, with what it means."""


@dataclass(frozen=True)
class TrustProblem:
    """One thing that is wrong: `change` is the one change that repairs it, a command, or a sentence where it is none.

    `clients` are those that it concerns. `variables` are those whose removal is the change.
    """

    code: str
    severity: Severity
    message: str
    change: str
    clients: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What the rules look at: the report, the public roots as they are today, and the time now (aware).

    `roots` are SHA-256 with subject, of certifi in `roots_version`. `begins` is when the CAs that a server sends
    begin to be valid (aware), where a host is looked at too.
    """

    report: EnvironmentReport
    roots: Mapping[str, str] = field(repr=False)
    roots_version: str
    now: datetime
    begins: datetime | None = None

    def installer(self, *words: str) -> str:
        """The command of this interpreter's package installer."""
        return shlex.join((self.report.executable, "-m", "pip", *words))


def users_of(distribution: str) -> tuple[str, ...]:
    """The clients that are libraries standing on a package; for an empty one those that come with the interpreter."""
    libraries = {client.name: client.library.distributions for client in clients() if client.library is not None}
    return tuple(name for name, names in libraries.items() if distribution in (names or ("",)))


def listed(names: tuple[str, ...], most: int = 4) -> str:
    """Names as a list for a sentence."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def release(version: str) -> datetime | None:
    """The day of a version of certifi, which is its name."""
    try:
        year, month, day = (int(part) for part in version.split(".")[:3])
        return datetime(year, month, day, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
