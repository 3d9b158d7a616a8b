"""What a client is: one frozen value in a module of its own in this folder, which `registry` finds there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from pathlib import Path

from tui_chain.clients.advice import Advice, CrlUse, Deployment, Effect
from tui_chain.clients.config_file import ConfigFile, Switch
from tui_chain.clients.errors import ErrorOutput
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.clients.trust_file import Reads
from tui_chain.core.endpoint import Endpoint


class SettingForm(StrEnum):
    """Where a setting is made."""

    VARIABLE = "environment variable"
    OPTION = "command line option"
    ARGUMENT = "argument in code"
    CONFIG = "configuration file"


class Takes(Enum):
    """What a client expects a setting to name."""

    FILE = "a file"
    FOLDER = "a folder"
    """Of certificates that are named by their hash (OpenSSL's X509_LOOKUP_hash_dir)."""
    EITHER = "a file or a folder"
    ALL_FILES = "a folder of any files"


@dataclass(frozen=True)
class Setting:
    """What makes a client use a trust file: `name` as it is written, and whether it adds to the client's own store.

    `wins_over` are the names of the client's other settings that mean nothing beside it. `words` are values that are
    no file's name to it.
    """

    name: str
    form: SettingForm
    effect: Effect
    takes: Takes = Takes.FILE
    wins_over: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def variable(
    name: str,
    effect: Effect,
    takes: Takes = Takes.FILE,
    *,
    wins_over: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
) -> Setting:
    """Return an environment variable as a setting."""
    return Setting(name, SettingForm.VARIABLE, effect, takes, wins_over, words)


_WEB_PORTS = frozenset({443, 8443})
_OTHER_PORTS = frozenset(
    {465, 563, 636, 853, 990, 993, 995, 3269, 5061, 5223, 5270, 5671, 6379, 6380, 6697, 8883, 27017, 27018, 27019}
)
"""Where TLS begins with the first byte and no HTTP follows: mail, news, LDAP, DNS, FTP, chat, queues, databases."""


def speaks_https(endpoint: Endpoint) -> bool:
    """Whether TLS begins with the first byte and HTTP may follow: nearly all clients are for HTTPS."""
    return endpoint.starttls is None and endpoint.port not in _OTHER_PORTS


def speaks_tls(*ports: int) -> Callable[[Endpoint], bool]:
    """Return whether TLS begins with the first byte at one of `ports`, or at one that is no other service's."""
    others = (_WEB_PORTS | _OTHER_PORTS) - set(ports)

    def reached(endpoint: Endpoint) -> bool:
        return endpoint.starttls is None and endpoint.port not in others

    return reached


def speaks(protocol: str, *ports: int) -> Callable[[Endpoint], bool]:
    """Return whether an endpoint has this STARTTLS protocol, or TLS from the first byte at one of its `ports`."""

    def reached(endpoint: Endpoint) -> bool:
        return endpoint.starttls == protocol or (endpoint.starttls is None and endpoint.port in ports)

    return reached


def any_endpoint(_: Endpoint) -> bool:
    """Whether a client speaks to an endpoint, for one that asks for no protocol above TLS."""
    return True


@dataclass(frozen=True)
class Client:
    """A program or library that connects, as people name it. `place` orders lists; numbers have gaps for more.

    `families` are those whose rules it judges by, each with the programs that it is there for. `settings` are those
    of trust, the strongest first; `files` says where those of configuration files stand, `switches` what turns
    verification off. `library` is what it is to an interpreter of Python. `reads` says how it reads a trust file,
    `advice` how it is made to use one, `crl_advice` the same with a check of the file's CRLs, `lenient_advice` how it
    reaches a host whose
    certificates break a rule of form. `program` runs it, None where it cannot be run for an endpoint. `reaches` says
    for which endpoints there is advice.
    """

    name: str
    place: int
    families: Mapping[FamilyId, str] = field(default_factory=dict)
    settings: tuple[Setting, ...] = ()
    files: tuple[ConfigFile, ...] = ()
    switches: tuple[Switch, ...] = ()
    library: PythonLibrary | None = None
    reads: tuple[Reads, ...] = ()
    advice: Callable[[Deployment], Iterable[Advice]] | None = None
    crl_advice: Callable[[Deployment, CrlUse], Iterable[Advice]] | None = None
    lenient_advice: Callable[[Endpoint, Path | None, str | None], Advice] | None = None
    program: Callable[[ProgramRun], Program | None] | None = None
    errors: ErrorOutput | None = None
    reaches: Callable[[Endpoint], bool] = speaks_https

    @property
    def precedence(self) -> tuple[str, ...]:
        """The settings of which each makes those behind it mean nothing; empty where all of them count together."""
        order: list[Setting] = []
        for setting in self.settings:
            if all(setting.name in stronger.wins_over for stronger in order):
                order.append(setting)
        return tuple(setting.name for setting in order) if len(order) > 1 else ()
