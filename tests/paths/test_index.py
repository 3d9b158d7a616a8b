"""Indexes of candidates: found by name, in order, layered without being built again."""

from __future__ import annotations

from tests.paths.graphs import ca, leaf, root
from tui_chain.paths.index import CertificateIndex, as_index
from tui_chain.x509.certificate import Certificate

ONE, TWO, OTHER = ca("A", "Root"), ca("A", "Elder"), ca("B", "Root")


def test_certificates_are_found_by_subject_in_their_order() -> None:
    index = CertificateIndex([TWO, OTHER, ONE, TWO])
    assert index.named(ONE.subject_name) == (TWO, ONE)
    assert index.named(root().subject_name) == ()
    assert index.named(None) == ()
    assert len(index) == 3
    assert [index.place(one) for one in (TWO, OTHER, ONE, root())] == [0, 1, 2, None]


def test_a_layer_comes_first_and_hides_doubles() -> None:
    pool = CertificateIndex([ONE, OTHER])
    layered = pool.preferring([leaf("A"), TWO, ONE])
    assert layered.named(ONE.subject_name) == (TWO, ONE)
    assert layered.named(OTHER.subject_name) == (OTHER,)
    assert [layered.place(one) for one in (leaf("A"), TWO, ONE, OTHER, root())] == [0, 1, 2, 4, None]
    assert pool.named(ONE.subject_name) == (ONE,), "the pool itself is as it was"


def test_what_cannot_be_read_is_left_out() -> None:
    assert CertificateIndex([Certificate(b"junk"), ONE]).named(ONE.subject_name) == (ONE,)


def test_an_index_is_not_indexed_again() -> None:
    index = CertificateIndex([ONE])
    assert as_index(index) is index
    assert as_index(iter([ONE])).named(ONE.subject_name) == (ONE,)
