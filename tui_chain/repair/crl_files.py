"""CRLs beside the certificates of a file: which kinds of output have them, and their proof as clients check them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import crl_to_pem
from tui_chain.x509.formats.pem import pem_of

if TYPE_CHECKING:
    from tui_chain.repair.proof import BundleProof
    from tui_chain.x509.crl import CrlSet

_EXTENDED = frozenset({OutputKind.LINKS, OutputKind.CLIENT_STORE})
"""Kinds that stand beside the trust store, or hold it."""


def with_crls(
    kind: OutputKind, bundle: Bundle, crls: CrlSet, proofs: Sequence[BundleProof], store: TrustStore
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
