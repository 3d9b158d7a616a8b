"""What the clients of a host need: a bundle, a private root, a context without strict checks, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tui_chain.clients.client import Client
from tui_chain.clients.families import FAMILIES, family_names
from tui_chain.clients.handshake import CANNOT_SHAKE_HANDS
from tui_chain.clients.verdict import Verdict, Verdicts, reason
from tui_chain.core.status import Status
from tui_chain.engine.host_state import HostState
from tui_chain.engine.private_root import root_for_clients
from tui_chain.paths.codes import is_strict
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class Situation:
    """What clients say of a host with the file that there is for them, or as it is served where there is none.

    `root` is a root that the chosen trust store has and clients by themselves have not; `trust` is that store's name.
    """

    state: HostState
    verdicts: Verdicts
    root: Certificate | None
    trust: str

    @property
    def refusing(self) -> Verdicts:
        """The verdicts of the families that refuse."""
        return {name: one for name, one in self.verdicts.items() if not one.ok}

    @property
    def nothing_to_do(self) -> bool:
        """Whether every client accepts the host without anything."""
        return self.state.proven is None and self.root is None and self.state.status is Status.COMPLETE

    @property
    def is_accepted(self) -> bool:
        """Whether some client accepts the host, or does with what it is given."""
        return any(one.ok for one in self.verdicts.values())

    @property
    def is_without_remedy(self) -> bool:
        """Whether some family refuses the host as it is served, and nothing that a client does helps it."""
        return self.state.proven is None and any(not is_strict(one.code) for one in self.refusing.values())

    def reaches(self, client: Client) -> bool:
        """Whether a client has a family that accepts; of most programs it is not known whose rules they have."""
        known = [self.verdicts[name] for name in client.families if name in self.verdicts]
        return not known or any(one.ok for one in known)

    @property
    def agreements(self) -> tuple[str, ...]:
        """What whoever runs the commands for the file agrees to: each limit that it loses."""
        return tuple(
            f"In the file {loss.certificate.label} loses the {loss.limit} of {loss.limited_by.label}; the commands "
            "agree to that by --accept-lost-constraints."
            for loss in (self.state.proven.losses if self.state.proven is not None else ())
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What clients need, and who refuses the host whatever it is given."""
        return (*self._needs(), *self._refusals())

    def _needs(self) -> Iterator[str]:
        target, total = self.state.target, len(self.verdicts)
        passed = total - len(self.refusing)
        if self.nothing_to_do:
            yield f"{target} sends its whole chain, and every client family accepts it: nothing needs doing."
        elif self.root is not None:
            yield (
                f"{target} sends its whole chain. Its root {self.root.label} is in the trust store {self.trust}, and "
                "clients do not have it by themselves: every one of them has to be given it."
            )
        elif not passed:
            yield f"No client family accepts {target} as it is served."
        elif self.state.proven is None:
            yield f"{passed} of {total} client families accept {target} as it is served, and need nothing."
        elif self.refusing:
            yield f"With the file {passed} of {total} client families accept {target}."

    def _refusals(self) -> Iterator[str]:
        groups: dict[Verdict, list[str]] = {}
        for name, verdict in self.refusing.items():
            groups.setdefault(verdict, []).append(name)
        for verdict, names in groups.items():
            yield f"Refused by {family_names(names)}: {reason(verdict)}. {_remedy(verdict)}"


def _remedy(verdict: Verdict) -> str:
    if is_strict(verdict.code):
        return "No file changes that; a context without strict checks does."
    if verdict.code in CANNOT_SHAKE_HANDS:
        return "It is a matter of the server's TLS settings, and no file changes it."
    return "No file changes that: the server has to."


def situation(state: HostState, trust: TrustStore, at: datetime) -> Situation:
    """Return what clients need of a host that was probed and searched for, at the time `at` (aware)."""
    verdict = state.verdict
    proven = state.proven.verdicts if state.proven is not None else None
    verdicts = proven or (verdict.verdicts if verdict is not None else {})
    ordered = {family.id.value: verdicts[family.id] for family in FAMILIES if family.id in verdicts}
    return Situation(state, ordered, root_for_clients(state, trust, at), trust.name)
