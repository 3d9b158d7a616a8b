"""What one search may spend: signature checks, steps, comparisons of names, and time as a far backstop.

What a search finds rests on the first three alone. The time is the processor's, for this thread: other programs,
which make a machine slow, do not use it up.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof, SignatureProver

MAX_CHECKS = 250
"""New signature checks that one search may make."""
MAX_COMPARISONS = 1 << 22
"""Comparisons of names with subtrees of name constraints that one search may make."""
MAX_SECONDS = 30.0
"""Seconds of this thread's processor that one search may take: what else the machine does is not counted."""
LINK_SECONDS = 20.0
"""Seconds of these that go to the proving of links; what was proven by then still has to be made into paths."""
MAX_STEPS = 20_000
"""Links, and partial paths, that one search may look at."""


@dataclass(eq=False)
class Budget:
    """Counts what a search spends; `cut` says which bound it met first, or None."""

    prover: SignatureProver
    cut: str | None = None
    _steps: int = 0
    _checks: int = field(init=False)
    _began: float = field(init=False)
    _seconds: float = LINK_SECONDS

    def __post_init__(self) -> None:
        self._checks = self.prover.checks
        self._began = time.thread_time()

    def step(self, comparisons: int = 0) -> bool:
        """Take one step; False where that is one too many, or after too many `comparisons` of names or seconds."""
        self._steps += 1
        if comparisons > MAX_COMPARISONS:
            return self._end(f"after {MAX_COMPARISONS} comparisons of names")
        if self._steps > MAX_STEPS:
            return self._end(f"after {MAX_STEPS} steps")
        if time.thread_time() - self._began > self._seconds:
            return self._end(f"after {self._seconds:g} seconds of work")
        return True

    def begin_paths(self) -> None:
        """Go on from links to paths, which may take as many steps again, and the rest of the time."""
        self._steps, self._seconds = 0, MAX_SECONDS

    def proof(self, child: Certificate, issuer: Certificate) -> Proof | None:
        """Return the proof of one link, or None where it would be a check too many."""
        if not self.prover.knows(child, issuer) and self.prover.checks - self._checks >= MAX_CHECKS:
            self._end(f"after {MAX_CHECKS} signature checks")
            return None
        return self.prover.proof(child, issuer)

    def stop(self, why: str) -> None:
        """Record that a bound of another kind was met."""
        self._end(why)

    def _end(self, why: str) -> bool:
        self.cut = self.cut or why
        return False
