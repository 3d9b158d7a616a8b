"""Why a path's CRLs cannot be had, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_chain.core.failure import Failure
from tui_chain.revocation.crl import NEEDS_CONSENT
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.revocation import RevocationAnswer, RevocationCheck

LEAF_ALONE = "Check the leaf alone (VERIFY_CRL_CHECK_LEAF; on the command line that is --crl-leaf)"
_FROM_FILE = "the CRL of {issuer} from a file (on the command line that is --pool FILE)"
MAX_REASONS = 3
"""Addresses and files that a failure tells of."""


@dataclass(frozen=True)
class Revoked(Failure):
    """A certificate of the path was revoked; `check` is what was said of it, for the host's diagnosis."""

    check: RevocationCheck | None = None


def revoked(certificate: Certificate, said: RevocationAnswer) -> Revoked:
    """A certificate of the path was revoked: there is nothing that a client could trust."""
    return Revoked(
        "revoked",
        f"{certificate.label} was {said.words}, says the CRL {said.url}.",
        "No file is made for it; ask the server's owner for a chain without it.",
        RevocationCheck(certificate.sha256, certificate.label, (said,)),
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
        return "its issuer answers by OCSP alone, which `tlschain check --revocation` asks."
    return "its issuer publishes nothing else."


def nothing_came(certificate: Certificate, reasons: Sequence[str], *, leaf_would_do: bool) -> Failure:
    """Every place where a certificate's CRL could be had gave none that counts."""
    told = "; ".join(reasons[:MAX_REASONS]) + (" …" if len(reasons) > MAX_REASONS else "")
    hints = [f"{LEAF_ALONE}."] if leaf_would_do else []
    if any(NEEDS_CONSENT in reason for reason in reasons):
        hints.insert(0, "Allow private addresses (on the command line that is --allow-private-aia).")
    return Failure(
        "crl",
        f"There is no CRL in force for {certificate.label}: {told}.",
        " ".join(hints) or "Try again later, or add its issuer's CRL from a file (--pool FILE).",
    )


def too_large(size: int, *, leaf_would_do: bool) -> Failure:
    """All lists together make a file that is not read again."""
    return Failure(
        "crl",
        f"The CRLs of this path have {size >> 20} MiB, too many for a file that every client reads at its start.",
        f"{LEAF_ALONE}." if leaf_would_do else "Ask by OCSP: `tlschain check --revocation`.",
    )
