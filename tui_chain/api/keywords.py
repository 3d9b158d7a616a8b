"""The keywords of the functions: each has the meaning of a command's option, and but for a few its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Literal, TypedDict

File = str | PathLike[str]
Trust = File | Sequence[File]
"""`certifi`, `system` or the name of a file; several are used together."""
Files = File | Iterable[File]


class ConnectionKeywords(TypedDict, total=False):
    """How a host is connected to.

    `starttls` is the protocol by which TLS is asked for where the target names none, or `auto`. `sni` and
    `verify_name` are names, `connect_to` is `HOST` or `HOST:PORT`. `proxy` is a URL, with its login where it wants
    one; `no_proxy` takes none, where otherwise the environment's is used. `cert`, `key` and `cert_password_file` name
    files of a client certificate. `ip_version` is "4" or "6", `bind` a local IP address, `ehlo` a name for mail
    servers, `tls` "1.2" or "1.3". A host that is not reached is tried `retries` times more.
    """

    starttls: str
    sni: str
    connect_to: str
    verify_name: str
    proxy: str
    no_proxy: bool
    cert: File
    key: File
    cert_password_file: File
    ip_version: str
    bind: str
    ehlo: str
    tls: str
    retries: int


class ServerKeywords(TypedDict, total=False):
    """Which of the servers behind a name are probed, and compared; the answers are `more["servers"]` of a result.

    `all_addresses` probes every address of the name, `key_types` asks for the RSA and the ECDSA chain, `repeat` is
    how often each is asked. Where one of several servers is broken, the result is that one's.
    """

    all_addresses: bool
    key_types: bool
    repeat: int


class SearchKeywords(TypedDict, total=False):
    """Where missing certificates are looked for.

    `pool` are files and folders to look in first. `offline` asks nobody but the host. `allow_private_aia` is True for
    every private address that certificates name, or has those that may be asked as `ADDRESS:PORT`. `no_pool` and
    `no_learn` leave the pool of earlier runs alone.
    """

    pool: Files
    offline: bool
    allow_private_aia: bool | str | Iterable[str]
    no_pool: bool
    no_learn: bool


class CheckOptions(ConnectionKeywords, ServerKeywords, total=False):
    """The keywords of `check`.

    `timeout` is in seconds for each step, `at` an aware time to judge at, `warn_days` how many days before its end,
    or how much of its lifetime as `33%`, a certificate expires soon. `no_sni` probes without naming
    the host too, `revocation` asks the issuers whether certificates were revoked; the answers are
    `more["revocation"]` of the result.
    """

    trust: Trust
    timeout: float
    at: datetime | None
    warn_days: int | str
    no_sni: bool
    revocation: bool


class CheckManyOptions(CheckOptions, total=False):
    """The keywords of `check_many` and of `Checker`: at most `jobs` hosts at once, and `rate` a second."""

    jobs: int
    rate: float


class FixOptions(ConnectionKeywords, ServerKeywords, SearchKeywords, total=False):
    """The keywords of `fix`.

    `trust`, `timeout`, `at` and `warn_days` are those of `check`. `trust_root` are full SHA-256 fingerprints of
    private roots, got from their owners. `crl` puts the CRLs of the path into the bundle, for clients that check the
    whole `chain` or the `leaf` alone. A bundle in which an intermediate loses a limit of the CA above it is left out
    without `accept_lost_constraints`; the finding `constraints-lost` says so.
    """

    trust: Trust
    timeout: float
    at: datetime | None
    warn_days: int | str
    trust_root: str | Iterable[str]
    crl: Literal["chain", "leaf"]
    accept_lost_constraints: bool


class DoctorOptions(ConnectionKeywords, SearchKeywords, total=False):
    """The keywords of `doctor`.

    `python` names the interpreter or the folder of its environment, by default that which a shell would start.
    `environment` are the variables that it runs with, by default those of this process. The others are for a target.
    """

    python: str | None
    environment: Mapping[str, str] | None
    trust: Trust
    timeout: float
