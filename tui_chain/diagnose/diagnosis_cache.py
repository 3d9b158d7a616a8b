"""Diagnoses that were made before: a chain seen again costs nothing, for as long as nothing about it has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Generic, Protocol, TypeVar

from tui_chain.clients.engines.openssl.hostnames import host_class
from tui_chain.clients.engines.openssl.verifier import is_now
from tui_chain.clients.engines.trust_dates import TrustDates
from tui_chain.clients.verdict import Verdicts
from tui_chain.core.expiry import Threshold
from tui_chain.diagnose.case import JudgedChain
from tui_chain.diagnose.findings.certificate import told_of_end
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.paths.search import Search
from tui_chain.x509.certificate import Certificate

MAX_KEPT = 1_000
"""Diagnoses that are kept; the one not asked for longest goes first."""
MAX_BYTES = 8 << 20
"""Bytes of the questions to them: servers may send a hundred times what is usual."""
ENTRY = 2_000
"""Bytes that a question is counted with beside its certificates and names."""
AHEAD = timedelta(minutes=5)
"""How far a look at the time goes, so that the hosts of a list do not cost one each."""

_BESIDE_HOST = attrgetter(*(one.name for one in fields(JudgedChain) if one.name != "host"))
"""Every other field of a judged chain: what a rule comes to see is a part of the question by itself."""

Question = tuple[object, ...]


class RememberedDiagnosis(Protocol):
    """What has to be known of a diagnosis to tell for how long, and for whom, it holds."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What it finds, in words."""

    @property
    def verdicts(self) -> Verdicts:
        """What the families say, with the reasons in words."""

    @property
    def search(self) -> Search:
        """The paths, and with them the certificates whose end it may speak of."""


D = TypeVar("D", bound=RememberedDiagnosis)


@dataclass(eq=False)
class _KeptDiagnosis(Generic[D]):
    """A diagnosis and the time `at` that it was made for; it is known to hold until `until`.

    `ders` are the certificates that it was made of, `size` is what it is counted with.
    """

    diagnosis: D
    ders: tuple[bytes, ...]
    size: int
    at: datetime
    until: datetime

    def holds(self, at: datetime, dates: TrustDates, wanted: timedelta | None) -> bool:
        """Whether it would be the same at another time; one look is for some minutes, where nothing changes.

        `wanted` is how long before its end a certificate expires soon, where the user says.
        """
        if self.at <= at <= self.until:
            return True
        if at > self.at and self._same(at + AHEAD, dates, wanted):
            self.until = at + AHEAD
            return True
        return self._same(at, dates, wanted)

    def _same(self, at: datetime, dates: TrustDates, wanted: timedelta | None) -> bool:
        if not dates.alike(self.ders, self.at, at):
            return False
        return all(
            told_of_end(one, self.at, wanted) == told_of_end(one, at, wanted)
            for one in dict.fromkeys(_certificates(self.diagnosis))
        )


def _certificates(diagnosis: RememberedDiagnosis) -> Iterator[Certificate]:
    search = diagnosis.search
    trails = [path.certificates for path in search.paths] + [missing.trail for missing in search.missing]
    for trail in (*trails, *search.untrusted, *search.circles):
        yield from trail


@dataclass(eq=False)
class DiagnosisCache(Generic[D]):
    """Remembers the diagnoses of one diagnoser; `dates` are those of its trust file, `warn_days` is its own.

    Two chains get one diagnosis where all is equal that a rule can see: certificates, facts of the handshake, note,
    what was found elsewhere, and a host name that no client tells from the other's. Of two times that is so where no
    certificate begins or ends to be valid between them, and no finding counts other days or hours; a time that is
    not now is only equal to itself. What rests on more is not kept: a stapled OCSP response has dates of its own,
    and a search that its bounds ended goes further when it is made again.
    """

    dates: TrustDates
    warn_days: Threshold | None = None
    _kept: OrderedDict[Question, _KeptDiagnosis[D]] = field(default_factory=OrderedDict, init=False, repr=False)
    _size: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def get(self, chain: JudgedChain, found: tuple[Certificate, ...], at: datetime) -> D | None:
        """Return the diagnosis of a chain at `at` (aware) with what was `found`, where it is known."""
        question = _question(chain, found, at)
        with self._lock:
            kept = self._kept.get(question)
            if kept is None or not kept.holds(at, self.dates, self._wanted(chain)):
                return None
            self._kept.move_to_end(question)
            return kept.diagnosis

    def _wanted(self, chain: JudgedChain) -> timedelta | None:
        leaf = chain.certificates[0]
        return None if self.warn_days is None else self.warn_days.of_life(leaf.not_before, leaf.not_after)

    def put(self, chain: JudgedChain, found: tuple[Certificate, ...], at: datetime, diagnosis: D) -> None:
        """Keep a diagnosis, where it rests on nothing but the question."""
        if chain.staple or diagnosis.search.cut is not None or _speaks_of(diagnosis, chain):
            return
        ders = tuple(one.der for one in (*chain.certificates, *found))
        size = ENTRY + sum(map(len, (*ders, *chain.tls.client_cas, chain.note)))
        question = _question(chain, found, at)
        with self._lock:
            before = self._kept.pop(question, None)
            self._size += size - (before.size if before is not None else 0)
            self._kept[question] = _KeptDiagnosis(diagnosis, ders, size, at, at)
            while len(self._kept) > MAX_KEPT or self._size > MAX_BYTES:
                self._size -= self._kept.popitem(last=False)[1].size


def _question(chain: JudgedChain, found: tuple[Certificate, ...], at: datetime) -> Question:
    name = host_class(chain.certificates[0].der, chain.host)
    return name, _BESIDE_HOST(chain), found, None if is_now(at) else at


def _speaks_of(diagnosis: RememberedDiagnosis, chain: JudgedChain) -> bool:
    """Whether a diagnosis that would be given for other hosts too names this one."""
    if host_class(chain.certificates[0].der, chain.host) == chain.host:
        return False
    texts = [text for one in diagnosis.findings for text in (one.message, one.advice)]
    errors = [verdict.error or "" for verdict in diagnosis.verdicts.values()]
    return any(chain.host in text for text in (*texts, *errors))
