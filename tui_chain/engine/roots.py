"""Private roots: trusting one is the user's act, by its fingerprint from a second source (law 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame
from tui_chain.core.text import colon_hex, safe_text
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.findings.interception import vendor_of
from tui_chain.repair.bundle import comment
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, signature_proof

if TYPE_CHECKING:
    from tui_chain.repair.write import WritePlan

TYPED_DIGITS = 8
"""Hex digits of the SHA-256 that are typed: 32 bits, which nobody hits by guessing once."""
FINGERPRINT_DIGITS = 64

_LABEL = re.compile(r"\s*(?:sha-?256)?(?:[ -]?fingerprint)?\s*[:=]?\s*", re.IGNORECASE)
_SEPARATED = re.compile(r"[0-9a-fA-F]{2}(?:([: -]?)[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2})*")

MEANING = (
    "Whoever holds the key of this root can stand in for any site, to every program that uses the bundle. "
    "Trust it only if the people who run it gave you its fingerprint."
)
"""What trusting a root means, for the dialog."""


@dataclass(frozen=True)
class ConfirmedRoot:
    """A root that the user vouched for, by its SHA-256 in lower-case hex; `how` is `typed` or `fingerprint`.

    Holds for one run. Nothing but the functions here should make one.
    """

    sha256: str
    how: str


@dataclass(frozen=True)
class RootQuestion:
    """What to show before a private root is trusted.

    `shown` is its fingerprint without the digits that have to be typed, so that the screen does not give them away.
    `warning` is None, or says that somebody seems to sit in between; then the bar is higher: `confirm_typed` wants
    `warned`.
    """

    root: Certificate
    shown: str
    meaning: str
    warning: Failure | None


def private_root(diagnosis: Diagnosis) -> Certificate | None:
    """Return the root outside the trust store in which a host's chain ends, or None.

    A self-signed leaf is none, and nobody is asked for one that the trust store's owner rejects.
    """
    if diagnosis.path is not None:
        return None
    rejected = {found.at for found in diagnosis.findings if found.code == FindingCode.REJECTED}
    roots = (trail[-1] for trail in diagnosis.search.untrusted if len(trail) > 1)
    return next((root for root in roots if root.sha256 not in rejected), None)


def ask_about(root: Certificate, diagnosis: Diagnosis) -> RootQuestion:
    """Return what the user has to know before trusting `root`."""
    return RootQuestion(root, hidden_fingerprint(root), MEANING, interception_warning(root, diagnosis))


def hidden_fingerprint(root: Certificate) -> str:
    """The SHA-256 with the digits that are to be typed as dots: `··:··:··:··:5E:…`."""
    shown = colon_hex(root.sha256)
    width = TYPED_DIGITS // 2 * 3 - 1
    return re.sub("[0-9A-F]", "·", shown[:width]) + shown[width:]


def interception_warning(root: Certificate, diagnosis: Diagnosis) -> Failure | None:
    """Say who seems to sit in between, where the diagnosis or the root's name tells of interception."""
    vendor = vendor_of((root,))
    if vendor is None and diagnosis.blame is not Blame.INTERCEPTION:
        return None
    who = f"by {vendor}" if vendor is not None else "by a proxy on the way"
    return Failure(
        "interception",
        f"This connection seems to be opened and read {who}: the root is not the site's.",
        "Get the root, or its fingerprint, from the people who run that proxy; never from this connection.",
    )


def confirm_typed(
    root: Certificate, typed: str, *, pasted: bool = False, warned: bool = False, warning: Failure | None = None
) -> ConfirmedRoot | Failure:
    """Trust `root` if `typed` is the first 8 hex digits of its SHA-256; capitals, colons and spaces do not matter.

    More than 8 digits are refused, since whoever has them all copied them, and so is what was `pasted` (the caller
    knows). Characters that only look like digits are refused. Where there is a `warning`, `warned` has to say that
    the user read it.
    """
    unfit = _unfit(root)
    if unfit is not None:
        return unfit
    if warning is not None and not warned:
        return Failure("root", warning.message, warning.hint)
    if pasted:
        return _refused("The digits were pasted.", "Type them from the second source.")
    digits = re.sub(r"[:\s-]", "", typed)
    if not digits.isascii() or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        return _refused("These are not only hexadecimal digits.", "Type 0-9 and a-f.")
    if len(digits) > TYPED_DIGITS:
        return _refused(f"These are {len(digits)} digits.", f"Type only the first {TYPED_DIGITS}.")
    if len(digits) < TYPED_DIGITS:
        return _refused(f"These are {len(digits)} of {TYPED_DIGITS} digits.", "Type the first of the SHA-256.")
    if digits.lower() != root.sha256[:TYPED_DIGITS]:
        return _refused(
            "The digits are not those of this root.", "Compare with your source; if they differ, it is another root."
        )
    return ConfirmedRoot(root.sha256, "typed")


def confirm_fingerprint(text: str) -> ConfirmedRoot | Failure:
    """Trust the root with this full SHA-256, as `--trust-root` takes it: 64 hex digits, colons or spaces allowed.

    Words that programs put before it (`sha256 Fingerprint=`) are taken off. The root itself has to turn up in the
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
    if not root.is_ca or not root.self_issued or signature_proof(root, root) is not Proof.SIGNED:
        return Failure("root", f"{root.label} is no root: it did not sign itself as a CA.", "Trust its root instead.")
    return None


def _refused(message: str, hint: str) -> Failure:
    return Failure("root", message, hint)


def plan_trust_file(path: Path, root: Certificate, confirmed: ConfirmedRoot) -> WritePlan | Failure:
    """Plan to add a confirmed root to a trust file that `--trust` takes; what stands there stays as it is.

    The plan is shown and written as that of a bundle (repair.write).
    """
    from tui_chain.repair.write import WritePlan, plan_write

    if confirmed.sha256 != root.sha256:
        return Failure("root", "Another root was confirmed.", "Confirm this one first.")
    plan = plan_write(path, b"")
    if isinstance(plan, Failure):
        return plan
    old = plan.old or b""
    if b"PRIVATE KEY-----" in old:
        return Failure("file", f"{safe_text(str(path))} holds a private key.", "Name a file of its own.")
    reading = read_certificates(old)
    if old.strip() and reading.format != "PEM":
        return Failure("file", f"{safe_text(str(path))} is no PEM file.", "Name another file.")
    if root in reading.certificates:
        return WritePlan(plan.path, old, plan.old)
    return WritePlan(plan.path, _joined(old, root), plan.old)


def _joined(old: bytes, root: Certificate) -> bytes:
    before = old if not old or old.endswith(b"\n") else old + b"\n"
    words = comment(f"Private root, confirmed by its fingerprint: {root.subject}")
    return before + (words + comment(f"SHA-256: {colon_hex(root.sha256)}") + to_pem(root)).encode("ascii")
