"""What OpenSSL said of a chain is kept for its second alone, and for these bytes alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.chains import NOW, make_pki, views
from tui_chain.certs.certificate import Certificate
from tui_chain.paths.openssl import PARTIAL, OpenSSL
from tui_chain.paths.openssl_rules import Refusal

PKI = make_pki()
CHAIN = views(PKI.leaf, PKI.issuing)
LONG_AFTER = NOW + timedelta(days=40_000)


def test_the_time_counts_whatever_was_said_before() -> None:
    openssl = OpenSSL(PKI.trust.anchors)
    for at, good in ((NOW, True), (LONG_AFTER, False), (NOW, True), (NOW + timedelta(microseconds=1), True)):
        assert isinstance(openssl.verify(CHAIN, 0, at), Refusal) is not good


def test_flags_and_chain_count() -> None:
    openssl = OpenSSL(views(PKI.issuing))
    refused = openssl.verify(CHAIN, 0, NOW)
    assert isinstance(refused, Refusal)
    assert not isinstance(openssl.verify(CHAIN, PARTIAL, NOW), Refusal)
    assert isinstance(openssl.verify(views(make_pki("Other").leaf), PARTIAL, NOW), Refusal)
    assert openssl.verify(CHAIN, 0, NOW) is refused


def test_the_verified_chain_is_the_one_that_was_given() -> None:
    anchors = PKI.trust.anchors
    chain = OpenSSL(anchors).verify(CHAIN, 0, NOW)
    assert not isinstance(chain, Refusal)
    assert [id(one) for one in chain] == [id(one) for one in (*CHAIN, *anchors)]


def test_garbage_is_refused_each_time() -> None:
    openssl = OpenSSL(PKI.trust.anchors)
    for _ in range(2):
        with pytest.raises(ValueError, match="cannot parse"):
            openssl.verify((Certificate(b"garbage"),), 0, NOW)
