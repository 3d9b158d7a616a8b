"""Roots that the user pins for one run: by a fingerprint from a second source, and by nothing else (law 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.text import colon_hex, safe_text

if TYPE_CHECKING:
    from tui_chain.x509.certificate import Certificate

TYPED_DIGITS = 20
"""Leading hex digits of the SHA-256 that are typed at least: 80 bits. 32 were matched by a forged root in minutes."""
FINGERPRINT_DIGITS = 64

_LABEL = re.compile(r"\s*(?:sha-?256)?(?:[ -]?fingerprint)?\s*[:=]?\s*", re.IGNORECASE)
_SEPARATED = re.compile(r"[0-9a-fA-F]{2}(?:([: -]?)[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2})*")


@dataclass(frozen=True)
class ConfirmedRoot:
    """A root that the user vouched for, by its SHA-256 in lower-case hex.

    `how` is `typed`, `pasted` or `fingerprint`.
    Holds for one run. Nothing but the functions here should make one.
    """

    sha256: str
    how: str


def hidden_fingerprint(root: Certificate) -> str:
    """The SHA-256 with the first digits, those that are compared, as dots: `··:··:··: … :5E:…`."""
    shown = colon_hex(root.sha256)
    width = TYPED_DIGITS // 2 * 3 - 1
    return re.sub("[0-9A-F]", "·", shown[:width]) + shown[width:]


def confirm_typed(
    root: Certificate, typed: str, *, pasted: bool = False, warned: bool = False, warning: Failure | None = None
) -> ConfirmedRoot | Failure:
    """Trust `root` if its SHA-256 begins with the 20 or more hex digits of `typed`; capitals and colons are allowed.

    Of what was `pasted` (the caller knows) only a whole fingerprint counts, as `confirm_fingerprint` takes it: nobody
    compared a piece. Characters that only look like digits are refused. Where there is a `warning`,
    `warned` has to say that the user read it.
    """
    unfit = _unfit(root)
    if unfit is not None:
        return unfit
    if warning is not None and not warned:
        return Failure("root", warning.message, warning.hint)
    digits = _pasted_digits(typed) if pasted else _typed_digits(typed)
    if isinstance(digits, Failure):
        return digits
    if not root.sha256.startswith(digits):
        return _refused(
            "The digits are not those of this root.", "Compare with your source; if they differ, it is another root."
        )
    return ConfirmedRoot(root.sha256, "pasted" if pasted else "typed")


def _pasted_digits(text: str) -> str | Failure:
    whole = confirm_fingerprint(text)
    if isinstance(whole, Failure):
        return _refused(
            "What was pasted is no whole SHA-256 fingerprint.",
            f"Paste all {FINGERPRINT_DIGITS} digits from the second source, or type the first {TYPED_DIGITS}.",
        )
    return whole.sha256


def _typed_digits(text: str) -> str | Failure:
    digits = re.sub(r"[:\s-]", "", text)
    if not digits.isascii() or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        return _refused("These are not only hexadecimal digits.", "Type 0-9 and a-f.")
    if len(digits) > FINGERPRINT_DIGITS:
        return _refused(f"These are {len(digits)} digits.", f"A SHA-256 has {FINGERPRINT_DIGITS}.")
    if len(digits) < TYPED_DIGITS:
        return _refused(f"These are {len(digits)} of {TYPED_DIGITS} digits.", "Type the first of the SHA-256.")
    return digits.lower()


def confirm_fingerprint(text: str) -> ConfirmedRoot | Failure:
    """Trust the root with this full SHA-256, as `--trust-root` takes it: 64 hex digits, colons or spaces allowed.

    A label that programs put before it (`sha256 Fingerprint=`) are taken off. The root itself has to turn up in the
    chain or in a search.
    """
    body = text[label.end() :] if (label := _LABEL.match(text)) is not None else text
    body = body.strip()
    digits = re.sub(r"[: -]", "", body)
    if not _SEPARATED.fullmatch(body) or len(digits) != FINGERPRINT_DIGITS:
        return Failure(
            "usage",
            f"{safe_text(text, 80)!r} is no SHA-256 fingerprint.",
            f"Give all {FINGERPRINT_DIGITS} hex digits, as `openssl x509 -noout -fingerprint -sha256` prints them.",
        )
    return ConfirmedRoot(digits.lower(), "fingerprint")


def _unfit(root: Certificate) -> Failure | None:
    """Only what signed itself and is a CA can be a root; anything else would be trusted beyond its issuer's will."""
    from tui_chain.x509.signatures import Proof, signature_proof  # a fingerprint alone needs none

    if not root.is_ca or not root.self_issued or signature_proof(root, root) is not Proof.SIGNED:
        return Failure("root", f"{root.label} is no root: it did not sign itself as a CA.", "Trust its root instead.")
    return None


def _refused(message: str, hint: str) -> Failure:
    return Failure("root", message, hint)
