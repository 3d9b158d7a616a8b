"""CRLs beside the certificates of a file: which kinds of output have them, and their proof as clients check them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.kinds import Kind
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import crl_to_pem
from tui_chain.x509.formats.pem import pem_of

if TYPE_CHECKING:
    from tui_chain.repair.proof import Proof
    from tui_chain.x509.crl_set import CrlSet

_REFUSED: Mapping[Kind, str] = {
    Kind.SERVER: "A server sends no CRLs: its chain file has none",
    Kind.JAVA: "A Java trust store holds no CRLs; Java fetches them itself with "
    "-Dcom.sun.net.ssl.checkRevocation=true and -Dcom.sun.security.enableCRLDP=true",
    Kind.PKCS7: "No client checks the CRLs of a PKCS#7 file",
    Kind.DER: "A DER file is one certificate, without CRLs",
}
"""Why a kind of output has no CRLs; the others are PEM files that OpenSSL reads whole."""
_EXTENDED = frozenset({Kind.LINKS, Kind.CLIENT_STORE})
"""Kinds that stand beside the trust store, or hold it."""


def without_crls(kind: Kind) -> Failure | None:
    """Why a file of this kind cannot have CRLs, or None."""
    reason = _REFUSED.get(kind)
    return None if reason is None else Failure("usage", f"{reason}.", "Take the kind client, or leave CRLs out.")


def with_crls(
    kind: Kind, bundle: Bundle, crls: CrlSet, proofs: Sequence[Proof], store: TrustStore
) -> Bundle | Failure:
    """Put CRLs into a bundle of PEM, proven for every host with the check turned on (law 4)."""
    beside = store.file.rstrip(b"\n") + b"\n" if kind in _EXTENDED else b""
    lists = "".join(map(crl_to_pem, crls.crls)).encode("ascii")
    judge = Judge(beside + pem_of(bundle.certificates) + lists, crls.scope)
    refused = next(filter(None, (proof.crl_refusal(judge, crls.scope) for proof in proofs)), None)
    if refused is not None:
        return Failure("no-repair", f"{kind} does not work with the CRLs: {refused}.", "Leave CRLs out.")
    return add_crls(bundle, crls)


def add_crls(bundle: Bundle, crls: CrlSet) -> Bundle:
    """The bundle with CRLs that were proven with it."""
    sources = {one.crl.sha256: one.source for one in crls.lists}
    return replace(bundle, sources={**bundle.sources, **sources}, crls=crls.crls, crl_check=crls.scope)
