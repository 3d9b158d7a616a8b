"""When certificates begin and cease to be valid: between two such moments no verdict changes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from tui_chain.clients.engines.openssl.verifier import NOW
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import DERError
from tui_chain.x509.formats.readers import ProblemKind, read_certificates
from tui_chain.x509.structure import dissect

AROUND = timedelta(seconds=NOW + 2)
"""How near to a date nothing is said: libssl looks at the clock, which may differ by a minute from the time that is
asked about, and libraries do not agree on the very second of a date."""
_UTC_TIME, _GENERALIZED_TIME = (0x17, re.compile(rb"\d{12}Z")), (0x18, re.compile(rb"\d{14}Z"))
_WITHOUT_CERTIFICATE = frozenset({ProblemKind.OTHER, ProblemKind.PRIVATE_KEY})
"""Parts of a trust file in which no library finds a certificate."""

Dates = tuple[datetime, ...]


@dataclass(eq=False)
class TrustDates:
    """Knows when the certificates of a trust file, and of chains that are judged with it, begin and end to be valid.

    `trust` are the bytes of the file. It is read when two times are to be compared for the first time.
    """

    trust: bytes = field(repr=False)

    @cached_property
    def _dates(self) -> Dates | None:
        """All dates of the file in their order; None where one is unknown, or where some library may read more."""
        reading = read_certificates(self.trust)
        dates = [dates_of(one.der) for one in reading.certificates]
        odd = any(problem.kind not in _WITHOUT_CERTIFICATE for problem in reading.problems)
        return None if odd else _joined(dates)

    def alike(self, served: Iterable[bytes], one: datetime, other: datetime) -> bool:
        """Tell whether no client can tell two aware times apart: no certificate begins or ends between or near them.

        `served` is the DER of those beside the trust file's. Only a Yes is certain: odd dates make it a No.
        """
        if one == other:
            return True
        first, last = min(one, other) - AROUND, max(one, other) + AROUND
        own = _joined(map(dates_of, served))
        if own is None or any(first <= date <= last for date in own):
            return False
        kept = self._dates
        return kept is not None and bisect_left(kept, first) == bisect_right(kept, last)


def _joined(dates: Iterable[Dates | None]) -> Dates | None:
    found: list[datetime] = []
    for some in dates:
        if some is None:
            return None
        found += some
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def dates_of(der: bytes) -> Dates | None:
    """Return the begin and the end of a certificate's validity, or None where not every library reads the same.

    That is UTCTime and GeneralizedTime in the forms of RFC 5280 section 4.1.2.5, to the second and in UTC.
    """
    try:
        times = tuple(dissect(der).validity.children())
    except DERError:
        return None
    known = all(
        any(time.tag == tag and form.fullmatch(time.content) for tag, form in (_UTC_TIME, _GENERALIZED_TIME))
        for time in times
    )
    certificate = Certificate(der)
    start, end = certificate.not_before, certificate.not_after
    return (start, end) if known and len(times) == 2 and start is not None and end is not None else None
