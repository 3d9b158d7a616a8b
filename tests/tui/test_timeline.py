"""The validity of a path, laid out in columns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.chains import NOW, make_pki, views
from tui_chain.lab.authority import Template, days
from tui_chain.trust.loading import PublicStores, load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.tui.render import days_short
from tui_chain.tui.timeline import timeline
from tui_chain.x509.certificate import Certificate

PKI = make_pki()
PATH = views(PKI.leaf, PKI.issuing, PKI.root)


def test_the_spans_of_a_path() -> None:
    line = timeline(PATH, NOW)
    assert [span.certificate for span in line.spans] == list(PATH)
    assert (line.begin, line.end) == (NOW - timedelta(days=120), NOW + timedelta(days=180))
    assert line.until == NOW + timedelta(days=30)
    assert line.ends_first == PATH[0]


def test_columns() -> None:
    line = timeline(PATH, NOW)
    root = line.spans[2]
    assert line.columns(root, 61) == (0, 60)
    assert line.column(NOW, 61) == 24
    assert line.columns(line.spans[0], 61) == (24, 30)
    assert line.column(NOW - timedelta(days=9999), 61) == 0
    assert line.column(NOW + timedelta(days=9999), 61) == 60


def test_nothing_to_lay_out() -> None:
    line = timeline((Certificate(b"garbage"),), NOW)
    assert line.spans == ()
    assert line.column(NOW, 20) == 0
    assert line.ends_first is None


def test_the_stores_of_an_anchor() -> None:
    public = PublicStores("test")
    certifi = load_trust_store("certifi")
    assert isinstance(certifi, TrustStore)
    anchor = certifi.anchors[0]
    assert "certifi" in public.holding(anchor, PKI.trust)
    assert public.holding(PATH[2], PKI.trust) == ("test",)
    assert PublicStores("certifi")() == tuple(store for store in public() if store.name != "certifi")


@pytest.mark.parametrize(
    ("starts", "ends", "text"),
    [(-9, 63, "63 d"), (-9, 800, "2.2 y"), (-9, -0.5, "0 d"), (-90, -42.5, "-42 d"), (2.5, 90, "+2 d")],
)
def test_the_days_that_are_left_in_short(starts: float, ends: float, text: str) -> None:
    (certificate,) = views(PKI.issuing.issue_leaf(template=Template(validity=days(starts, ends))))
    assert days_short(certificate, NOW)[0] == text
