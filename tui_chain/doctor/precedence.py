"""Which of the settings that are made wins in which client, by what the clients declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tui_chain.clients.advice import Effect
from tui_chain.clients.client import Client, Setting
from tui_chain.clients.config_file import ANY, Switch
from tui_chain.clients.registry import clients
from tui_chain.doctor.environment_report import EnvironmentReport, FoundSetting

_PLACEHOLDER = re.compile(r"<[^>]*>")
_NOTHING = frozenset({"", "[]"})


@dataclass(frozen=True)
class ClientSetting:
    """A setting as it counts in one client: `beaten_by` is the stronger one, or None where it counts."""

    client: str
    found: FoundSetting
    setting: Setting
    beaten_by: FoundSetting | None

    @property
    def wins(self) -> bool:
        """Whether the client uses it."""
        return self.beaten_by is None

    @property
    def effect(self) -> Effect:
        """What it does to the client's own trust store."""
        return self.setting.effect


def client_settings(report: EnvironmentReport) -> tuple[ClientSetting, ...]:
    """Every setting of trust that is made, client by client, the strongest first."""
    return tuple(one for client in clients() for one in _of_client(client, report))


def _of_client(client: Client, report: EnvironmentReport) -> Iterator[ClientSetting]:
    counted: list[tuple[Setting, FoundSetting]] = []
    off = frozenset(switched_off(client, report))
    for setting in client.settings:
        for found in report.settings:
            if found not in off and _is(setting, found, client) and found.value not in {"", *setting.words}:
                stronger = (one for known, one in counted if known is setting or setting.name in known.wins_over)
                yield ClientSetting(client.name, found, setting, next(stronger, None))
                counted.append((setting, found))


def _is(setting: Setting | Switch, found: FoundSetting, client: Client) -> bool:
    pattern = _PLACEHOLDER.sub("*", setting.name) if not found.client else setting.name
    same = fnmatchcase(found.name, pattern) if not found.client else found.name == pattern
    return same and found.client in {"", client.name}


def switched_off(client: Client, report: EnvironmentReport) -> Iterator[FoundSetting]:
    """The settings that turn a client's verification off."""
    for switch in client.switches:
        for found in report.settings:
            if switch.variable == (not found.client) and _is(switch, found, client) and _turns_off(switch, found):
                yield found


def _turns_off(switch: Switch, found: FoundSetting) -> bool:
    value = found.value.strip().lower()
    return value in switch.values or (ANY in switch.values and value not in _NOTHING)
