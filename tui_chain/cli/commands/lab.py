"""`tlschain lab`: the broken internet in the foreground."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tui_chain.cli.output import OK, emit, fail, note
from tui_chain.core.command import command_line
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.arguments import DEMO_HOST

if TYPE_CHECKING:
    from tui_chain.lab.internet import Lab, LabHost


def run_lab(names: tuple[str, ...]) -> int:
    """Open the lab, print where everything is, and wait to be terminated."""
    from tui_chain.engine.startup import opened_lab

    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        with ExitStack() as opened:
            lab = opened_lab(opened, names or None)
            if isinstance(lab, Failure):
                return fail(lab)
            _introduce(lab)
            sys.stdout.flush()
            ended.wait()
    except KeyboardInterrupt:
        note("")
    return OK


def _introduce(lab: Lab) -> None:
    width = max(len(host.name) for host in lab.hosts)
    for host in lab.hosts:
        emit(f"{host.target:<16} {host.name:<{width}}  # {host.summary}")
    shown = worth_trying(lab.hosts)
    note(f"\nIts trust store is {lab.trust_file}; no public store is touched. From another terminal:")
    note(f"  {command_line('fix', '--trust', lab.trust_file, shown.target)}")
    note(f"  curl --cacert {lab.trust_file} https://{shown.target}/\nCtrl-C ends it.")


def worth_trying(hosts: tuple[LabHost, ...]) -> LabHost:
    """The host whose repair is shown first: leaf-only, else the first that is not complete, else the first."""
    broken = [host for host in hosts if host.scenario.expected.status is not Status.COMPLETE]
    usual = [host for host in broken if host.name == DEMO_HOST]
    return (*usual, *broken, *hosts)[0]


def list_lab(names: tuple[str, ...]) -> int:
    """List the lab's hosts, all or these, with what is wrong with each; nothing is opened."""
    from tui_chain.lab.scenarios.catalogue import NoSuchHost, choose_scenarios, every_scenario

    try:
        wanted = {scenario.name for scenario in choose_scenarios(names)} if names else None
    except NoSuchHost as error:
        return fail(Failure("usage", error.message, error.hint))
    groups = every_scenario()
    width = max(len(each.name) for scenarios in groups.values() for each in scenarios)
    for group, scenarios in groups.items():
        chosen = [each for each in scenarios if wanted is None or each.name in wanted]
        if chosen:
            emit(f"# {group}")
        for each in chosen:
            emit(f"{each.name:<{width}}  {each.summary}")
    return OK
