"""Indexes of candidates: found by name, in order."""

from __future__ import annotations

from tests.paths.graphs import ca, root
from tui_chain.paths.index import CertificateIndex
from tui_chain.x509.certificate import Certificate

ONE, TWO, OTHER = ca("A", "Root"), ca("A", "Elder"), ca("B", "Root")


def test_certificates_are_found_by_subject_in_their_order() -> None:
    index = CertificateIndex([TWO, OTHER, ONE, TWO])
    assert index.named(ONE.subject_name) == (TWO, ONE)
    assert index.named(root().subject_name) == ()
    assert index.named(None) == ()
    assert [index.place(one) for one in (TWO, OTHER, ONE, root())] == [0, 1, 2, None]


def test_what_cannot_be_read_is_left_out() -> None:
    assert CertificateIndex([Certificate(b"junk"), ONE]).named(ONE.subject_name) == (ONE,)
