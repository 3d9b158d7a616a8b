"""What a bundle rests on, old and new: looking after it never swaps its roots for others unasked (laws 1 and 4)."""

from __future__ import annotations

from collections.abc import Sequence

from tui_chain.core.failure import Failure
from tui_chain.repair.file_header import Header
from tui_chain.repair.output import Output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate


def root_above(known: Sequence[Certificate], bundle: Sequence[Certificate]) -> Certificate | None:
    """The root of a bundle to which the names lead from the first, a leaf; nothing is proven by it."""
    named = {one.subject_name: one for one in (*known, *bundle)}
    one: Certificate | None = known[0]
    for _ in named:
        if one is None or one.self_issued:
            break
        one = named.get(one.issuer_name)
    return one if one is not None and one.self_issued and one in bundle else None


def other_anchors(
    header: Header, certificates: Sequence[Certificate], output: Output, store: TrustStore
) -> Failure | None:
    """Refuse a new file that rests on something its user has not chosen; `certificates` are those of the old one.

    A server that is taken over would else have a bundle for a company's own root replaced by one for any public
    root. The store in force has to be the one that the old file names, and to have the roots of the old file.
    """
    another_store = header.trust not in {"", store.name}
    roots = [one for one in certificates if one.self_issued]
    fresh = [one for one in output.certificates if one not in certificates]
    # what extends the clients' roots has none of its own: there every certificate that comes counts
    counted = fresh if output.kind is OutputKind.LINKS else [one for one in fresh if one.self_issued]
    strange = [] if output.kind is OutputKind.CLIENT_STORE else [one for one in roots if one not in store]
    if not counted or not (another_store or strange):
        return None
    made = f"trust store {header.trust}" if another_store else strange[0].label
    words = f"The new file would rest on trust store {store.name} ({counted[0].label}), and the old one on {made}."
    return Failure("refresh", words, "It is not made unasked; if that is right, name the trust store with --trust.")
