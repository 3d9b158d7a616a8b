"""All clients: every module of this folder that declares one is found, so that a new one is one new file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tui_chain.clients.advice import Effect
from tui_chain.clients.client import Client, SettingForm, Takes
from tui_chain.clients.errors import CauseSign, ErrorOutput, ErrorText
from tui_chain.clients.families import FamilyId
from tui_chain.clients.quick_pattern import QuickPattern
from tui_chain.clients.trust_file import TrustFileReader
from tui_chain.core.found import declared

NO_CLIENTS = frozenset(
    {
        *(
            "advice",
            "alerts",
            "cause_codes",
            "client",
            "config_file",
            "errors",
            "program",
            "python_code",
            "quick_pattern",
            "python_library",
            "readers",
            "registry",
            "spellings",
            "system_store",
            "trust_file",
            "verify_errors",
        ),
        *("families", "handshake", "judge", "verdict"),
    }
)
"""Modules of this folder that declare no client: what one is made of, and how the families judge."""


@cache
def clients() -> tuple[Client, ...]:
    """Every client, in the order in which they are shown."""
    found = declared("tui_chain.clients", "CLIENT", Client, NO_CLIENTS)
    return tuple(sorted(found, key=lambda client: client.place))


_SECTIONS = (
    (100, "Python"),
    (200, "Command line"),
    (220, "JavaScript"),
    (230, "Java"),
    (300, "Other languages"),
    (330, "Command line"),
    (400, "Databases, mail, LDAP"),
    (435, "System store"),
    (475, "Containers and CI"),
)
"""What clients are for, each with the place that follows those of its clients; the others are of a language."""


@cache
def sections() -> Mapping[str, tuple[Client, ...]]:
    """Every client under what it is for, in the order in which a list shows them."""
    found: dict[str, list[Client]] = {}
    for client in clients():
        section = next((name for end, name in _SECTIONS if client.place < end), "Other languages")
        found.setdefault(section, []).append(client)
    return {section: tuple(members) for section, members in found.items()}


def stands_for(family: FamilyId) -> str:
    """The programs that a family stands for, as in `curl, PHP-curl, Perl`."""
    return ", ".join(client.families[family] for client in clients() if family in client.families)


@cache
def readers() -> Mapping[TrustFileReader, str]:
    """Every reader of trust files, each with the clients that do so, as they are shown."""
    found: dict[TrustFileReader, list[str]] = {}
    for client in clients():
        for reads in client.reads:
            found.setdefault(reads.reader, []).append(reads.by)
    return {reader: ", ".join(found[reader]) for reader in sorted(found, key=lambda reader: reader.place)}


@dataclass(frozen=True)
class _Website:
    """An HTTPS server at its usual port."""

    host: str = "localhost"
    port: int = 443
    starttls: str | None = None
    is_ip: bool = False
    url: str = "https://localhost/"


def _for_websites(client: Client) -> bool:
    return client.reaches(_Website())


@dataclass(frozen=True)
class VariableUse:
    """An environment variable as some clients use it, all of them alike."""

    effect: Effect
    takes: Takes
    clients: tuple[str, ...]


@cache
def variables() -> Mapping[str, tuple[VariableUse, ...]]:
    """The environment variables of trust for HTTPS, each with how clients use it: alike ones together, in order."""
    found: dict[str, dict[tuple[Effect, Takes], list[str]]] = {}
    for client in filter(_for_websites, clients()):
        for setting in client.settings:
            if setting.form is SettingForm.VARIABLE:
                alike = found.setdefault(setting.name, {}).setdefault((setting.effect, setting.takes), [])
                alike.append(client.name)
    return {
        name: tuple(VariableUse(*key, tuple(users)) for key, users in uses.items()) for name, uses in found.items()
    }


@cache
def keywords(name: str) -> frozenset[str]:
    """The values of a variable that are no file's name to a client, as `truststore`."""
    settings = (setting for client in clients() for setting in client.settings if setting.name == name)
    return frozenset(word for setting in settings for word in setting.words)


def weaker_settings(name: str) -> Mapping[str, tuple[str, ...]]:
    """The settings over which a variable wins, by client; those where it wins over none are left out."""
    return {
        client.name: setting.wins_over
        for client in clients()
        for setting in client.settings
        if setting.name == name and setting.wins_over
    }


@dataclass(frozen=True)
class TextSource:
    """Who prints a kind of error texts: `name` as it is shown, `signs` by which they are known, and its output."""

    name: str
    signs: QuickPattern
    output: ErrorOutput

    @property
    def version(self) -> re.Pattern[str] | None:
        """Finds the version, in its first group."""
        return re.compile(self.output.version) if self.output.version else None


@cache
def text_sources() -> tuple[TextSource, ...]:
    """Whose texts can be recognised, in the order in which that is tried: a program before what it is made of."""
    signed = [(client, client.errors) for client in clients() if client.errors is not None and client.errors.signs]
    signed.sort(key=lambda pair: pair[1].layer)
    return tuple(TextSource(out.name or client.name, QuickPattern(out.signs), out) for client, out in signed)


def error_texts() -> tuple[ErrorText, ...]:
    """The error texts of all clients."""
    return tuple(text for client in clients() if client.errors is not None for text in client.errors.texts)


def help_hosts() -> frozenset[str]:
    """Hosts that clients name in their own advice."""
    return frozenset(host for client in clients() if client.errors is not None for host in client.errors.help_hosts)


def server_signs() -> tuple[str, ...]:
    """By what the texts of servers are known that are written with a client's library."""
    return tuple(
        client.errors.server_signs for client in clients() if client.errors is not None and client.errors.server_signs
    )


def cause_signs() -> tuple[CauseSign, ...]:
    """What the texts of all clients tell beside their errors, in the order of the clients."""
    return tuple(sign for client in clients() if client.errors is not None for sign in client.errors.cause_signs)
