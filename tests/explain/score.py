"""How many error texts `explain` answers right: its first cause, the client and the host."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tui_chain.core.failure import Failure
from tui_chain.diagnose.explain.explanation import explain

TEXTS = Path(__file__).with_name("texts")
"""The kept texts, a file a client, one JSON object a line."""

PROXIES = ("proxy.corp.internal", "proxy.old.example")
"""The proxies of the kept texts."""

_NAMES = {
    "aiohttp313": "aiohttp",
    "apt": "apt|gnutls",
    "aws": "aws|boto",
    "boto3": "boto",
    "bundler": "bundler|ruby",
    "composer": "composer|php|curl",
    "deno": "deno|rustls",
    "asyncio": "asyncio|python",
    "docker": "docker|go",
    "elasticsearch": "elastic|python|urllib3",
    "gem": "gem|ruby",
    "gnutls": "gnutls",
    "imaplib": "imaplib|python",
    "java-http": "java",
    "kafka": "kafka|python",
    "kubectl": "kubectl|go",
    "ldap3": "ldap3|python",
    "lwp": "lwp|perl",
    "maven": "maven|java",
    "mysql": "mysql|mariadb",
    "niquests": "niquests|requests",
    "node-fetch": "node",
    "paho": "paho|python",
    "php-curl": "php|curl",
    "pika": "pika|python",
    "pnpm": "pnpm|node",
    "psql": "psql|libpq",
    "psycopg": "psycopg|psql|libpq",
    "pymysql": "pymysql|python",
    "requests-old": "requests",
    "requests313": "requests",
    "smtplib": "smtplib|python",
    "socat": "socat|openssl",
    "socket": "python",
    "terraform": "terraform|go",
    "urllib3": "urllib3|requests",
    "urlopen": "python|urllib",
    "urlopen313": "python|urllib",
    "uv": "uv|rustls",
    "yarn1": "yarn|node",
    "yarn": "yarn|node",
}
"""The names that `explain` may give the client of a label, as a pattern; that of every other label is the label."""


@dataclass(frozen=True)
class Text:
    """A text with what is true of it: the codes that may be its first cause, and whose it is.

    `client` is empty where the text does not show it. `hosts` are those that it names and that may be the answer: the
    one that was asked, and the proxy where it is the proxy that failed.
    """

    text: str
    client: str
    hosts: tuple[str, ...]
    causes: tuple[str, ...]
    label: str
    scenario: str


@dataclass(frozen=True)
class Judged:
    """A text and what was answered: whether it was `known`, the first cause's code, the client and the host."""

    text: Text
    known: bool
    code: str | None
    client: str | None
    host: str | None

    @property
    def cause_right(self) -> bool:
        return self.code in self.text.causes

    @property
    def client_right(self) -> bool:
        pattern = _NAMES.get(self.text.client, re.escape(self.text.client))
        return re.search(pattern, self.client or "", re.IGNORECASE) is not None

    @property
    def host_right(self) -> bool:
        return self.host in self.text.hosts


@dataclass(frozen=True)
class Score:
    """What was answered to all texts."""

    judged: tuple[Judged, ...]

    @property
    def with_client(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.text.client)

    @property
    def with_host(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.text.hosts)

    @property
    def right(self) -> float:
        """The share of first causes that are right."""
        return _share(one.cause_right for one in self.judged)

    @property
    def not_known(self) -> float:
        """The share of texts without any answer."""
        return _share(not one.known for one in self.judged)

    @property
    def clients_right(self) -> float:
        """The share of clients that are right, of the texts that show theirs."""
        return _share(one.client_right for one in self.with_client)

    @property
    def hosts_right(self) -> float:
        """The share of hosts that are right, of the texts that name one."""
        return _share(one.host_right for one in self.with_host)

    def __str__(self) -> str:
        right = sum(one.cause_right for one in self.judged)
        not_known = sum(not one.known for one in self.judged)
        clients = sum(one.client_right for one in self.with_client)
        hosts = sum(one.host_right for one in self.with_host)
        return (
            f"{right} of {len(self.judged)} first causes right ({100 * self.right:.1f} %), {not_known} not known,"
            f" clients right {clients} of {len(self.with_client)}, hosts right {hosts} of {len(self.with_host)}"
        )


def _share(facts: Iterable[bool]) -> float:
    counted = list(facts)
    return sum(counted) / len(counted) if counted else 1.0


def load(files: Iterable[Path]) -> Iterator[Text]:
    """Yield the texts of files: those kept here, or others that have no more than text, client and causes."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            yield _text(json.loads(line))


def _text(given: dict[str, Any]) -> Text:
    label = given["client"]
    shown = label if given.get("shows_client", True) else ""
    scenario = given.get("scenario") or given.get("true_cause", "")
    return Text(given["text"], shown, tuple(_hosts(given)), tuple(given["causes"]), label, scenario)


def _hosts(given: dict[str, Any]) -> Iterator[str]:
    if given.get("host"):
        yield given["host"]
        if given["speaker"] == "proxy":
            yield from PROXIES


def judge(text: Text) -> Judged:
    """Ask `explain` for one text."""
    answer = explain(text.text)
    if isinstance(answer, Failure):
        return Judged(text, known=False, code=None, client=None, host=None)
    code = answer.causes[0].code if answer.causes else None
    host = None if answer.host is None else re.sub(r":\d+$", "", str(answer.host))
    return Judged(text, known=True, code=code and str(code), client=answer.client, host=host)


@cache
def kept_score() -> Score:
    """The score of the kept texts."""
    return score(sorted(TEXTS.glob("*.jsonl")))


def score(files: Sequence[Path]) -> Score:
    """Judge all texts of files."""
    return Score(tuple(judge(text) for text in load(files)))


def print_score(file: Path | None, *, wrong: bool) -> int:
    """Print the score of a file, or of the kept texts, and what is wrong where that is wanted."""
    found = score([file]) if file else kept_score()
    if wrong:
        for line in _wrong(found):
            sys.stdout.write(line + "\n")
    sys.stdout.write(f"{found}\n")
    return 0


def _wrong(found: Score) -> Iterator[str]:
    for one in found.judged:
        where = f"{one.text.label}, {one.text.scenario}"
        if not one.cause_right:
            answer = (one.code or "a cause without a code") if one.known else "not known"
            yield f"cause  {where}: {answer}, not {' or '.join(one.text.causes)}\n       {_last(one.text.text)}"
        if one.text.client and not one.client_right:
            yield f"client {where}: {one.client}\n       {_last(one.text.text)}"
        if one.text.hosts and not one.host_right:
            yield f"host   {where}: {one.host}, not {' or '.join(one.text.hosts)}\n       {_last(one.text.text)}"


def _last(text: str) -> str:
    return text.strip().splitlines()[-1][-200:]
