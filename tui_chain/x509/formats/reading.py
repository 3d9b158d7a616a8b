"""What comes out of reading a file: certificates, and the parts that gave none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from tui_chain.x509.certificate import Certificate

MAX_BYTES = 16 << 20
"""Bytes of a file that are read."""
MAX_CERTIFICATES = 10_000
"""Certificates that are read from one file; parts that are none, or broken, count too."""
MAX_CERTIFICATE = 100 << 10
"""Bytes of one certificate: as many as OpenSSL takes for a whole served chain by default."""
MAX_PROBLEMS = 100
"""Problems of one file that are listed; the rest is counted."""


class ProblemKind(StrEnum):
    """Why a part of a file gave no certificate."""

    BROKEN = "broken"
    TRUNCATED = "truncated"
    OTHER = "other content"
    PRIVATE_KEY = "private key"
    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    LIMIT = "limit"


@dataclass(frozen=True)
class Problem:
    """A part of a file that gave no certificate: its line, counted from 1, why, and of which kind that is.

    A binary file is all on line 1; where in it is given by the byte. The reason is safe for a terminal.
    """

    line: int
    reason: str
    kind: ProblemKind = ProblemKind.BROKEN


@dataclass(frozen=True)
class Reading:
    """What some bytes held: their format, the certificates in their order, and the parts that failed.

    `chains` are the places in `certificates` of those that a Java keystore holds as the chain of a private key, for
    each such key; the key's own certificate is the first.
    """

    format: str
    certificates: tuple[Certificate, ...] = ()
    problems: tuple[Problem, ...] = ()
    chains: tuple[tuple[int, ...], ...] = ()

    @property
    def trusted(self) -> tuple[Certificate, ...]:
        """The certificates that a store says it trusts: all but those that its owner shows to others.

        A PKCS#12 file with a private key is an identity: its certificates are all shown, none is trusted.
        """
        if self.format == "PKCS#12" and self.private_keys:
            return ()
        shown = frozenset(chain.from_iterable(self.chains))
        return tuple(one for place, one in enumerate(self.certificates) if place not in shown)

    @property
    def private_keys(self) -> tuple[Problem, ...]:
        """Where a private key stood, which was neither decoded nor kept."""
        return tuple(problem for problem in self.problems if problem.kind is ProblemKind.PRIVATE_KEY)


@dataclass(eq=False)
class Harvest:
    """Gathers certificates and problems while a file is read, within the bounds."""

    password: bytes | None = None
    foreign: bool = False
    certificates: list[Certificate] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stopped: list[Problem] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)
    seen: int = 0
    unlisted: int = 0

    @property
    def full(self) -> bool:
        """Whether the bound is passed, so that reading has to end."""
        return self.seen > MAX_CERTIFICATES

    def add(self, line: int, der: bytes, *, in_chain: bool = False) -> None:
        """Take the DER of what should be a certificate, and keep it if a parser knows it for one.

        `in_chain` says that it belongs to the last of `chains`.
        """
        if len(der) > MAX_CERTIFICATE:
            size = f"{len(der):,} bytes; a certificate has at most {MAX_CERTIFICATE:,}"
            self.complain(line, size, ProblemKind.LIMIT)
        elif not (certificate := Certificate(der)).parseable:
            self.complain(line, f"not a certificate that can be read: {certificate.faults[0].reason}")
        elif self._counted(line):
            self.certificates.append(certificate)
            if in_chain:
                self.chains[-1].append(len(self.certificates) - 1)

    def add_whole(self, line: int, data: bytes) -> bool:
        """Take `data` if it is one certificate and nothing else, as most often; False leaves it to a closer look."""
        if len(data) > MAX_CERTIFICATE or (certificate := Certificate(data)).parsed is None:
            return False
        if self._counted(line):
            self.certificates.append(certificate)
        return True

    def complain(self, line: int, reason: str, kind: ProblemKind = ProblemKind.BROKEN) -> None:
        """Note a part that gave no certificate."""
        if not self._counted(line):
            return
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line, reason, kind))
        else:
            self.unlisted += 1

    def _counted(self, line: int) -> bool:
        self.seen += 1
        if self.seen == MAX_CERTIFICATES + 1:
            self.stop(line, f"only {MAX_CERTIFICATES:,} certificates and other parts are read from one file")
        return not self.full

    def stop(self, line: int, reason: str) -> None:
        """Note where reading ended before the file did."""
        self.stopped.append(Problem(line, reason, ProblemKind.LIMIT))

    def reading(self, format_name: str) -> Reading:
        """Return all that was gathered."""
        problems = list(self.problems)
        if self.unlisted:
            problems.append(Problem(problems[-1].line, f"and {self.unlisted:,} more like these", ProblemKind.LIMIT))
        listed = (*problems, *self.stopped)
        return Reading(format_name, tuple(self.certificates), listed, tuple(map(tuple, self.chains)))
