"""Gathering the CRLs of a path for clients that check them: each signed, in force, in scope, and without the path."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from tui_chain.core.command import HOST, hinted, option
from tui_chain.core.failure import Failure
from tui_chain.core.text import first_few, safe_text
from tui_chain.net.addresses import NEEDS_CONSENT
from tui_chain.resolve.aia import MAX_URLS, HostFetches
from tui_chain.revocation.crl import CrlFetches, crl_at, judge_crl
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CheckedCrl, CrlScope, CrlSet, RevocationList
from tui_chain.x509.revocation import Revocation, RevocationAnswer, RevocationCheck

LEAF_ALONE = f"Check the leaf alone, VERIFY_CRL_CHECK_LEAF {option('--crl-leaf')}"
_BY_OCSP = hinted("check", "--revocation", HOST)
_FROM_FILE = f"the CRL of {{issuer}} from a file {option('--pool FILE')}"
MAX_REASONS = 3
"""Addresses and files that a failure tells of."""


@dataclass(frozen=True)
class Revoked(Failure):
    """A certificate of the path was revoked; `check` is what was said of it, for the host's diagnosis."""

    check: RevocationCheck | None = None


def revoked(certificate: Certificate, answer: RevocationAnswer) -> Revoked:
    """A certificate of the path was revoked: there is nothing that a client could trust."""
    return Revoked(
        "revoked",
        f"{certificate.label} was {answer.text}, says the CRL {answer.url}.",
        "No file is made for it; ask the server's owner for a chain without it.",
        RevocationCheck(certificate.sha256, certificate.label, (answer,)),
    )


def no_list_named(certificate: Certificate, issuer: Certificate, *, offline: bool, leaf_would_do: bool) -> Failure:
    """A certificate names no CRL, or is not to be asked about, and no file has one."""
    names = "names no CRL" if not certificate.crl_urls else "names a CRL, which is not fetched offline"
    file = _FROM_FILE.format(issuer=issuer.label)
    return Failure(
        "crl",
        f"{certificate.label} {names}; clients that check want one for it.",
        f"{LEAF_ALONE}, or add {file}." if leaf_would_do else f"Add {file}; {_otherwise(certificate, offline)}",
    )


def _otherwise(certificate: Certificate, offline: bool) -> str:
    if offline and certificate.crl_urls:
        return "or let it be fetched."
    if certificate.ocsp_urls:
        return f"its issuer answers by OCSP alone, which {_BY_OCSP} asks."
    return "its issuer publishes nothing else."


def nothing_came(certificate: Certificate, reasons: Sequence[str], *, leaf_would_do: bool) -> Failure:
    """Every place where a certificate's CRL could be had gave none that counts."""
    shown = first_few(reasons, MAX_REASONS, "; ")
    hints = [f"{LEAF_ALONE}."] if leaf_would_do else []
    if any(NEEDS_CONSENT in reason for reason in reasons):
        hints.insert(0, f"Allow private addresses {option('--allow-private-aia')}.")
    return Failure(
        "crl",
        f"There is no CRL in force for {certificate.label}: {shown}.",
        " ".join(hints) or f"Try again later, or add its issuer's CRL from a file {option('--pool FILE')}.",
    )


def too_large(size: int, *, leaf_would_do: bool) -> Failure:
    """All lists together make a file that is not read again."""
    return Failure(
        "crl",
        f"The CRLs of this path have {size >> 20} MiB, too many for a file that every client reads at its start.",
        f"{LEAF_ALONE}." if leaf_would_do else f"Ask by OCSP: {_BY_OCSP}.",
    )


MAX_TOTAL = 11 << 20
"""Bytes of all CRLs of a file as DER: as PEM they have to stay below the 16 MiB that are read again."""


@dataclass
class _Inquiry:
    """One certificate and its issuer, the lists that may speak of it, judged, and why other places gave none."""

    child: Certificate
    issuer: Certificate
    judged: list[tuple[CheckedCrl, RevocationAnswer]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CrlCollector:
    """Gathers at the time `at`, within the bounds of the host's `fetches`; nothing is fetched `offline`.

    `own` are lists of the user's files with their names; they are judged like any other. `known` has what addresses
    answered to other hosts.
    """

    at: datetime
    fetches: HostFetches
    scope: CrlScope = CrlScope.CHAIN
    offline: bool = False
    own: tuple[tuple[RevocationList, str], ...] = ()
    known: CrlFetches = field(default_factory=CrlFetches)

    async def collect(self, path: Sequence[Certificate]) -> CrlSet | Failure:
        """Find a CRL in force for every certificate of `path`, leaf first, that has its issuer there.

        For the leaf alone where the scope says so. All are looked for at once; what the bounds keep from being asked
        does not count. A revoked certificate, one that names no CRL, or one for which none could be had is a failure.
        """
        pairs = list(pairwise(path))[: 1 if self.scope is CrlScope.LEAF else None]
        if not pairs:
            return Failure("crl", "The path is a single certificate, which no CRL speaks of.", "Leave CRLs out.")
        inquiries = [_Inquiry(child, issuer) for child, issuer in pairs]
        await asyncio.gather(*map(self._ask, inquiries))
        return self._gathered([self._decided(inquiry, path) for inquiry in inquiries], path)

    async def _ask(self, inquiry: _Inquiry) -> None:
        """Look at the user's own lists first, and ask the addresses all the same: they may have a newer one."""
        child = inquiry.child
        for crl, name in self.own:
            if crl.issuer_name == child.issuer_name:
                await self._judge(inquiry, CheckedCrl(crl, name))
        for url in () if self.offline else dict.fromkeys(child.crl_urls[:MAX_URLS]):
            came = await crl_at(url, child, self.fetches, self.known)
            if isinstance(came, str):
                inquiry.reasons.append(f"{safe_text(url)}: {came}")
            elif await self._judge(inquiry, CheckedCrl(came, f"CRL {safe_text(url)}")):
                return

    async def _judge(self, inquiry: _Inquiry, one: CheckedCrl) -> bool:
        """Judge a list, and tell whether it counts."""
        child, issuer = inquiry.child, inquiry.issuer
        answer = await asyncio.to_thread(judge_crl, one.crl, child, issuer, at=self.at, url=one.place)
        inquiry.judged.append((one, answer))
        return answer.status is not Revocation.UNKNOWN

    def _decided(self, inquiry: _Inquiry, path: Sequence[Certificate]) -> CheckedCrl | Failure:
        child = inquiry.child
        bad = next((answer for _, answer in inquiry.judged if answer.status is Revocation.REVOKED), None)
        if bad is not None:
            return revoked(child, bad)
        good = [
            one for one, answer in inquiry.judged if answer.status is Revocation.GOOD and one.crl.in_force(self.at)
        ]
        if good:
            return max(good, key=_freshness)
        reasons = [f"{one.source}: {_why_not(one.crl, answer)}" for one, answer in inquiry.judged] + inquiry.reasons
        leaf_would_do = self.scope is CrlScope.CHAIN and child != path[0]
        if not reasons:
            return no_list_named(child, inquiry.issuer, offline=self.offline, leaf_would_do=leaf_would_do)
        return nothing_came(child, reasons, leaf_would_do=leaf_would_do)

    def _gathered(self, found: Sequence[CheckedCrl | Failure], path: Sequence[Certificate]) -> CrlSet | Failure:
        failures = [one for one in found if isinstance(one, Failure)]
        if failures:
            return min(failures, key=lambda one: one.kind != "revoked")
        unique = {one.crl: one for one in found if isinstance(one, CheckedCrl)}
        size = sum(len(crl.der) for crl in unique)
        if size > MAX_TOTAL:
            return too_large(size, leaf_would_do=self.scope is CrlScope.CHAIN)
        return self._revoked_anchor(path, tuple(unique)) or CrlSet(self.scope, tuple(unique.values()))

    def _revoked_anchor(self, path: Sequence[Certificate], crls: Sequence[RevocationList]) -> Failure | None:
        """A root that stands in its own list: OpenSSL 3 refuses the path, later ones do not look."""
        anchor = path[-1]
        if self.scope is CrlScope.LEAF or not anchor.self_issued:
            return None
        answers = (judge_crl(crl, anchor, anchor, at=self.at, url="of the root itself") for crl in crls)
        bad = next((one for one in answers if one.status is Revocation.REVOKED), None)
        return None if bad is None else revoked(anchor, bad)


def _why_not(crl: RevocationList, answer: RevocationAnswer) -> str:
    if answer.status is not Revocation.GOOD:
        return answer.text
    return "it does not say until when it holds" if crl.next_update is None else "it is not in force now"


def _freshness(one: CheckedCrl) -> tuple[datetime, int]:
    """A later list counts more; of one date, that with the higher number."""
    begin = one.crl.this_update
    if begin is None:
        raise ValueError("a list without a date was believed")
    return begin, one.crl.number or 0
