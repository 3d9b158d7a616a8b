"""All scenarios of the lab: whatever module of this folder has `SCENARIOS`, in the order of the modules' names.

The modules are loaded when one of their scenarios is named; `usual` is all that the lab needs otherwise.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from itertools import chain
from types import MappingProxyType

from tui_chain.core.command import hinted
from tui_chain.core.text import safe_text
from tui_chain.lab import scenarios
from tui_chain.lab.scenarios.scenario import Scenario, ScenarioGroup, ScenarioGroups
from tui_chain.lab.scenarios.usual import USUAL


class NoSuchHost(ValueError):
    """The lab has no scenario of these names; `message` and `hint` are for the user, safe for a terminal."""

    hint = f"{hinted('lab', '--list')} names them all."

    def __init__(self, names: Iterable[str]) -> None:
        listed = ", ".join(names)
        self.message = f"The lab has no host {safe_text(listed)}."
        super().__init__(f"the lab has no scenario {listed}")


class CannotServeError(NoSuchHost):
    """The TLS library of this machine lacks what a host of the lab needs; `why` names it."""

    hint = "Update cryptography and pyOpenSSL."

    def __init__(self, name: str, why: str) -> None:
        super().__init__((name,))
        self.message = f"The lab cannot serve {name}: {why}."


@cache
def every_scenario() -> ScenarioGroups:
    """Return all scenarios there are by their group."""
    names = sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__))
    modules = [import_module(f"{scenarios.__name__}.{name}") for name in names]
    declared: list[ScenarioGroups] = [getattr(module, "SCENARIOS", {}) for module in modules]
    return MappingProxyType(
        {group: tuple(chain.from_iterable(one.get(group, ()) for one in declared)) for group in ScenarioGroup}
    )


def choose_scenarios(names: Iterable[str] | None = None) -> tuple[Scenario, ...]:
    """Return the scenarios of these names in the lab's order; None takes the usual ones.

    Raises NoSuchHost for an unknown name.
    """
    if names is None:
        return USUAL
    wanted, every = set(names), USUAL
    if not wanted <= {scenario.name for scenario in USUAL}:
        every = tuple(chain.from_iterable(every_scenario().values()))
    unknown = wanted - {scenario.name for scenario in every}
    if unknown:
        raise NoSuchHost(sorted(unknown))
    return tuple(scenario for scenario in every if scenario.name in wanted)
