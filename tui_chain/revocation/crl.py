"""Certificate revocation lists (RFC 5280 section 5), fetched once; they count when signed, fresh and in scope."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from tui_chain.core.text import safe_text
from tui_chain.net.addresses import BoundReachedError, ConsentNeededError, FetchRefusedError, Permission
from tui_chain.net.fetch import fetch
from tui_chain.resolve.aia import HostFetches
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, find_crls
from tui_chain.x509.faults import Fault, attempt
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, signed_by, staleness

MAX_CRL = 8 << 20
"""Bytes of a CRL: those of public authorities are of up to a few MiB."""


def judge_crl(
    crl: RevocationList, certificate: Certificate, issuer: Certificate, *, at: datetime, url: str = ""
) -> RevocationAnswer:
    """Look `certificate` up in a CRL at the time `at`; one that does not hold is `unknown`, with the reason."""
    times = (crl.this_update, crl.next_update)
    flaw = crl_flaw(crl, certificate, issuer) or staleness(*times, at)
    if flaw is not None:
        return RevocationAnswer(Means.CRL, Revocation.UNKNOWN, f"the list does not count: {flaw}", url, *times)
    entry = crl.lookup(certificate)
    if isinstance(entry, Fault):
        return RevocationAnswer(
            Means.CRL, Revocation.UNKNOWN, f"the list does not count: {entry.reason}", url, *times
        )
    if entry is None:
        text = f"good: not in the issuer's list of {crl.this_update:%Y-%m-%d %H:%M} UTC"
        return RevocationAnswer(Means.CRL, Revocation.GOOD, text, url, *times)
    reason = _reason(entry)
    text = f"revoked on {entry.revocation_date_utc:%Y-%m-%d}" + (f" ({reason})" if reason else "")
    return RevocationAnswer(Means.CRL, Revocation.REVOKED, text, url, *times, entry.revocation_date_utc, reason)


def _reason(entry: x509.RevokedCertificate) -> str | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, ValueError):
        return None


def crl_flaw(crl: RevocationList, certificate: Certificate, issuer: Certificate) -> str | None:
    """RFC 5280 section 6.3.3: the right issuer, its right to sign, its signature, and the right scope; time apart."""
    if crl.issuer_name is None or crl.issuer_name != certificate.issuer_name:
        return "it is another issuer's"
    if issuer.key_usage is not None and not issuer.key_usage.crl_sign:
        return "its issuer's keyUsage does not let it sign CRLs"
    if not is_signed(crl, issuer):
        return "its signature is not the issuer's"
    return crl.out_of_scope(certificate)


def is_signed(crl: RevocationList, issuer: Certificate) -> bool:
    """Tell whether the issuer's key made a CRL's signature; what cannot be checked is no signature."""
    parsed = crl.parsed
    if parsed is None:
        return False
    proof = attempt(
        "signature",
        lambda: signed_by(
            issuer.public_key, parsed.signature, parsed.tbs_certlist_bytes, parsed.signature_hash_algorithm
        ),
    )
    return proof is True or _is_signed_otherwise(parsed, issuer)


def _is_signed_otherwise(crl: x509.CertificateRevocationList, issuer: Certificate) -> bool:
    """RSA with PSS padding, whose parameters stand in the list (RFC 4055)."""
    key = None if issuer.parsed is None else attempt("key", issuer.parsed.public_key)
    return attempt("signature", lambda: crl.is_signature_valid(key)) is True  # type: ignore[arg-type]


Fetched = RevocationList | str
"""A list, not judged yet, or why there is none, in words that are safe for a terminal."""
_Place = tuple[str, Permission]

NO_CRL = "what came is no CRL"


@dataclass
class CrlFetches:
    """What CRL addresses answered in this run; use one for all hosts, in one event loop."""

    _known: dict[_Place, Fetched] = field(default_factory=dict)
    _gates: dict[_Place, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def fetch(self, url: str, allowed: Permission) -> Fetched:
        """Fetch the list at a raw URL within the bounds of law 7, 8 MiB; a failure is remembered as well.

        Not so what is a matter of the host that asks: ConsentNeededError and BoundReachedError are raised.
        """
        place = url, allowed
        async with self._gates[place]:
            if place not in self._known:
                self._known[place] = await _fetched(url, allowed)
        return self._known[place]


async def _fetched(url: str, allowed: Permission) -> Fetched:
    try:
        answer = await fetch(url, allowed=allowed, limit=MAX_CRL)
    except (ConsentNeededError, BoundReachedError):
        raise
    except FetchRefusedError as refused:
        return safe_text(str(refused))
    if answer.status != 200:
        return f"HTTP status {answer.status}"
    # a list of some MiB takes 0.1 s to read: not on the event loop
    found = await asyncio.to_thread(find_crls, answer.body)
    return found[0][1] if found else NO_CRL


async def crl_at(url: str, named_by: Certificate, fetches: HostFetches, known: CrlFetches) -> Fetched:
    """The list at a URL that a certificate names, within the bounds of its host's `fetches`."""
    try:
        return await fetches.get(url, named_by, lambda permission: known.fetch(url, permission))
    except (FetchRefusedError, TimeoutError) as stopped:
        return safe_text(str(stopped))
