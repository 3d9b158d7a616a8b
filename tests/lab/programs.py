"""Real programs against lab hosts: those of the measured suite, each over many hosts at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.clients.making import Case
from tests.clients.programs import Outcome, Program, ServedCase
from tests.support.proxy import ConnectProxy
from tui_chain.lab.internet import Lab, LabHost
from tui_chain.lab.servers.stream import Stream


class ByPort(ConnectProxy):
    """A proxy that leads every name to this machine's port of that number."""

    async def _tunnel(self, stream: Stream, place: str) -> None:
        await super()._tunnel(stream, f"127.0.0.1:{place.rpartition(':')[2]}")


def outcomes(lab: Lab, trust: Mapping[str, Path], program: Program, folder: Path) -> Mapping[str, Outcome]:
    """Run a program over the hosts of these names, each with a file as its only store; outcomes by name.

    `folder` is an empty one of this run.
    """
    served = [ServedCase(_case(lab.host(name)), lab.host(name).port, file) for name, file in trust.items()]
    return program.run(served, lab.listen(ByPort()), folder)


def _case(host: LabHost) -> Case:
    """The host as a case of the suite; the lab serves it, so that its key is not needed."""
    return Case(host.name, host.served_der, ec.generate_private_key(ec.SECP256R1()), b"", host.scenario.host)
