"""The file: canonical, and harmless whatever the certificates call themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chains import HOST, Pki, make_pki, repair_of, served_by, views
from tests.support.consumers import READERS
from tests.support.hostile import ATTACKS, HEADER, hostile_pki
from tests.support.unsafe import unsafe_in
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.file_header import comment
from tui_chain.repair.repair import Repair
from tui_chain.x509.certificate import Certificate


def bundle_of(pki: Pki, *hosts: str, source: str = "file x") -> Bundle:
    certificates = views(pki.issuing, pki.root)
    return Bundle(certificates, hosts or (HOST,), {one.sha256: source for one in certificates})


def blocks(pem: bytes) -> list[bytes]:
    """The lines of the file that are inside PEM blocks, their markers included."""
    inside, found = False, []
    for line in pem.split(b"\n"):
        inside = inside or line == HEADER.encode()
        if inside:
            found.append(line)
        inside = inside and line != b"-----END CERTIFICATE-----"
    return found


def test_the_bytes_are_canonical() -> None:
    pki = make_pki()
    pem = bundle_of(pki).pem
    assert pem == bundle_of(pki).pem
    assert pem.isascii()
    assert b"\r" not in pem
    assert pem.endswith(b"-----END CERTIFICATE-----\n")
    assert b"PRIVATE" not in pem
    assert pem.count(HEADER.encode()) == 2


def test_blocks_have_neither_blank_nor_foreign_lines() -> None:
    lines = blocks(bundle_of(make_pki()).pem)
    body = [line for line in lines if not line.startswith(b"-----")]
    assert all(0 < len(line) <= 64 for line in body)
    assert b"".join(body).translate(None, b"+/=").isalnum()


def test_the_comments_say_what_is_in_it() -> None:
    pki = make_pki()
    text = bundle_of(pki, "one.test", "two.test").pem.decode("ascii")
    assert text.startswith("# CA bundle for one.test, two.test\n")
    issuing = Certificate(pki.issuing.der)
    assert f"# Subject: {issuing.subject}\n" in text
    assert issuing.sha256.upper()[:4] in text.replace(":", "")
    assert "# Source: file x\n" in text
    assert f"{issuing.not_after:%Y-%m-%d %H:%M} UTC" in text.split("\n\n")[0]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_a_hostile_name_changes_nothing_that_a_client_loads(tmp_path: Path, attack: str, reader: str) -> None:
    pki = hostile_pki(attack, [HOST])
    repair = repair_of(pki.trust, served_by(pki.leaf), pki.issuing)
    assert isinstance(repair, Repair), repair
    file = tmp_path / "bundle.pem"
    file.write_bytes(repair.bundle.pem)
    assert READERS[reader](file) == {pki.issuing.der, pki.root.der}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda text: repr(text[:12]))
def test_a_hostile_text_stays_a_short_comment_of_plain_ascii(attack: str) -> None:
    for given_text in (attack, attack * 3):
        line = comment(given_text)
        assert line.startswith("# ")
        assert line.count("\n") == 1
        assert line.isascii()
        assert unsafe_in(line) == set()
        assert "-----" not in line
        assert len(line) < 254, "OpenSSL reads a longer line in pieces and takes each for a line"


def test_a_header_at_the_place_where_openssl_breaks_a_line(tmp_path: Path) -> None:
    """PEM_read_bio reads 254 characters at a time; the next piece then begins a line of its own."""
    pki = make_pki()
    for place in range(220, 256):
        source = "s" * place + HEADER + "\nMIIB\n-----END CERTIFICATE-----"
        file = tmp_path / "bundle.pem"
        file.write_bytes(bundle_of(pki, "h" * place + HEADER, source=source).pem)
        assert READERS["ssl cafile"](file) == {pki.issuing.der, pki.root.der}


@settings(database=None, deadline=None)
@given(st.text())
def test_no_text_breaks_out_of_its_comment(text: str) -> None:
    line = comment(text)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert "-----" not in line
    assert unsafe_in(line) == set()
    assert len(line) < 254
