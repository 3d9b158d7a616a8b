"""What each kind of client says: the chain as served, one set of trust anchors, the client's own flags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.crls import CrlScope, RevocationList
from tui_chain.certs.names import AlternativeNames, parse_ip
from tui_chain.certs.store import NameIndex, by_subject
from tui_chain.certs.text import safe_text
from tui_chain.paths.codes import meaning
from tui_chain.paths.crl_rules import anchor_refusal
from tui_chain.paths.index import Chain
from tui_chain.paths.openssl import CRL_CHAIN, CRL_LEAF, PARTIAL, STRICT, OpenSSL
from tui_chain.paths.openssl_chain import ChainBuilder
from tui_chain.paths.openssl_rules import (
    AFTERWARDS,
    IDENTITY,
    STRICT_CODES,
    Refusal,
    Stage,
    chain_refusals,
)
from tui_chain.paths.webpki import WebPKI


@dataclass(frozen=True)
class Verdict:
    """What one client profile says: `ok`, or the error in its words, OpenSSL's code, and the certificate.

    `at` is a SHA-256. `extension` is the one to mend, as RFC 5280 names it, where the code is about one.
    `note` says where versions of the client differ.
    """

    ok: bool
    error: str | None = None
    code: int | None = None
    at: str | None = None
    extension: str | None = None
    note: str = ""

    @property
    def words(self) -> str:
        """The verdict in plain words about the certificate `at`."""
        if self.ok:
            return "accepted"
        return (self.error or "refused") if self.code is None else meaning(self.code).words


@dataclass(frozen=True)
class Profile:
    """A kind of client: OpenSSL with these flags, or cryptography's verifier where `flags` is None.

    `own_host_check` is for clients that compare names themselves after OpenSSL is content, and then take the
    common name of a certificate without any subjectAltName.
    """

    name: str
    flags: int | None
    own_host_check: bool = False


PROFILES: tuple[Profile, ...] = (
    Profile("python ≤ 3.12", 0),
    Profile("python ≥ 3.13", STRICT | PARTIAL),
    Profile("curl", PARTIAL, own_host_check=True),
    Profile("web pki", None),
)
"""The client profiles; Python's flags are those of `ssl.create_default_context`, curl's are in lib/vtls/openssl.c.

Python's common name fallback is left out, as urllib3 and requests do. Python and Debian's curl ask for OpenSSL's
security level 2.
"""

CRL_PROFILES: Mapping[CrlScope, tuple[Profile, ...]] = {
    CrlScope.CHAIN: (
        Profile("python ≤ 3.12", CRL_CHAIN),
        Profile("python ≥ 3.13", CRL_CHAIN | STRICT),
        Profile("curl", CRL_CHAIN, own_host_check=True),
    ),
    CrlScope.LEAF: (
        Profile("python ≤ 3.12", CRL_LEAF),
        Profile("python ≥ 3.13", CRL_LEAF | STRICT | PARTIAL),
    ),
}
"""The profiles that can look into CRLs, with the check turned on.

Over a whole chain none of them has PARTIAL_CHAIN: with it an intermediate of the file ends the chain, and OpenSSL
then looks for its issuer's key among the chain for the CRL, in vain (code 3 or 8). curl leaves it off by itself where
it has CRLs, and has no check of the leaf alone; Python has to be told.
"""

Verdicts = Mapping[str, Verdict]

_COMMON_NAME_NOTE = "It has no subjectAltName: curl still reads its common name, hardly any other client does."
_NO_LONGER_NOTE = "OpenSSL 4.0 no longer asks for it; OpenSSL 3.0, on which most clients run, does."


class Judge:
    """Asks every client profile about served chains, with one set of anchors as the only trust store.

    `crls` are for the profiles that look into them.
    """

    def __init__(self, anchors: Iterable[Certificate], crls: Sequence[RevocationList] = ()) -> None:
        self._anchors = tuple(anchors)
        self._crls = tuple(crls)
        self._openssl = OpenSSL(self._anchors, self._crls)

    def verdicts(self, served: tuple[Certificate, ...], *, host: str, at: datetime) -> Verdicts:
        """Return each profile's verdict by its name, for `host` (ASCII) at `at` (aware)."""
        return {profile.name: self.verdict(profile, served, host=host, at=at) for profile in PROFILES}

    def verdict(self, profile: Profile, served: tuple[Certificate, ...], *, host: str, at: datetime) -> Verdict:
        """Verify `served`, leaf first, the way `profile` does."""
        if not self._anchors:
            return Verdict(False, "there is no trust anchor to verify with")
        if not served:
            return Verdict(False, "the server sent no certificate")
        if profile.flags is None:
            refused = self._web_pki.refusal(served, host, at)
            return Verdict(refused is None, refused)
        try:
            return self._ask_openssl(profile, profile.flags, served, host, at)
        except ValueError:
            return Verdict(False, "a served certificate cannot be parsed by OpenSSL")

    @cached_property
    def _index(self) -> NameIndex:
        return by_subject(self._anchors)

    @cached_property
    def _web_pki(self) -> WebPKI:
        return WebPKI(self._anchors)

    def _ask_openssl(self, profile: Profile, flags: int, served: Chain, host: str, at: datetime) -> Verdict:
        """Take the first error of OpenSSL's own and of those that pyOpenSSL cannot ask it for."""
        outcome = self._openssl.verify(served, flags & ~STRICT, at)
        refusals = [*_identity(profile, served[0], host)]
        if isinstance(outcome, Refusal):
            refusals.append(outcome)
            chain = self._chain_of(outcome, served, flags, at)
        else:
            chain = outcome
        refusals += chain_refusals(chain, strict=bool(flags & STRICT))
        newer = self._openssl.verify(served, flags, at) if flags & STRICT else None
        if isinstance(newer, Refusal) and newer.code in STRICT_CODES:
            refusals.append(newer)
        refusals += self._unlisted(outcome, flags)
        if refusals:
            return _refused(min(refusals, key=lambda refusal: refusal.when))
        return Verdict(True, note=_newer_note(newer) or _common_name_note(served[0]))

    def _unlisted(self, outcome: Chain | Refusal, flags: int) -> tuple[Refusal, ...]:
        if isinstance(outcome, Refusal) or flags & CRL_CHAIN != CRL_CHAIN:
            return ()
        refused = anchor_refusal(outcome, self._crls)
        return () if refused is None else (refused,)

    def _chain_of(self, refusal: Refusal, served: Chain, flags: int, at: datetime) -> Chain:
        """The chain that was refused, which pyOpenSSL does not give; the leaf alone where that is uncertain."""
        chain = ChainBuilder(self._index, bool(flags & PARTIAL), at).build(served)
        return chain if refusal.certificate in chain else served[:1]


def _identity(profile: Profile, leaf: Certificate, host: str) -> Iterator[Refusal]:
    """X509_check_host and X509_check_ip within OpenSSL, or the client's own check after it."""
    if leaf.alternative_names.covers(host):
        return
    if profile.own_host_check and _common_name_covers(leaf, host):
        return
    code = 62 if parse_ip(host) is None else 64
    yield Refusal(Stage(AFTERWARDS if profile.own_host_check else IDENTITY), code, leaf)


def _common_name_covers(leaf: Certificate, host: str) -> bool:
    """Whether a certificate without alternative names has this host as its last common name (ossl_verifyhost)."""
    name = None if leaf.alternative_names else leaf.common_name
    return name is not None and (name == host or AlternativeNames((name,)).covers(host))


def _common_name_note(leaf: Certificate) -> str:
    return "" if leaf.alternative_names else _COMMON_NAME_NOTE


def _refused(refusal: Refusal) -> Verdict:
    known = meaning(refusal.code)
    note = _NO_LONGER_NOTE if refusal.code == 89 else ""
    error = refusal.words or known.error
    return Verdict(False, error, refusal.code, refusal.certificate.sha256, known.extension, note)


def _newer_note(newer: Chain | Refusal | None) -> str:
    if not isinstance(newer, Refusal):
        return ""
    return safe_text(f"Newer OpenSSL refuses it (code {newer.code}: {newer.words}), OpenSSL 3.0 does not.")
