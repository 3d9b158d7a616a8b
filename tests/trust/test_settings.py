"""Trust settings of TRUSTED CERTIFICATE blocks: who may be the anchor of a TLS server, as OpenSSL reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.chains import make_pki, views
from tests.support.programs import require_program
from tests.support.trusted import ANY, CLIENT, EMAIL, SERVER, Uses, block, trusted_block
from tui_chain.lab.authority import to_pem
from tui_chain.trust.settings import TrustSettings, refused_anchors, refusing_blocks

PKI = make_pki()
ROOT, ISSUING = views(PKI.root, PKI.issuing)
PLAIN = to_pem([ROOT.der])


@pytest.mark.parametrize(
    ("trusted", "rejected", "serves"),
    [
        (None, (), True),
        (None, (CLIENT, EMAIL), True),
        (None, (SERVER,), False),
        (None, (ANY,), False),
        ((SERVER,), (), True),
        ((ANY,), (), True),
        ((EMAIL, CLIENT), (), False),
        ((), (), False),
        ((SERVER,), (SERVER,), False),
        ((ANY,), (SERVER,), False),
        ((SERVER,), (EMAIL,), True),
    ],
)
def test_who_serves(trusted: Uses | None, rejected: Uses, serves: bool) -> None:
    """The same as real handshakes say: see `tests/clients/test_openssl_trust.py`."""
    dotted = [None if uses is None else frozenset(one.dotted_string for one in uses) for uses in (trusted, rejected)]
    assert TrustSettings(dotted[0], dotted[1] or frozenset()).serves is serves
    file = trusted_block(ROOT.der, trusted=trusted, rejected=rejected)
    assert refused_anchors(file) == (frozenset() if serves else frozenset({ROOT.der}))


def test_one_block_that_rejects_is_enough() -> None:
    rejected, trusted = trusted_block(ROOT.der, rejected=[SERVER]), trusted_block(ROOT.der, trusted=[SERVER])
    for file in (rejected + PLAIN, PLAIN + rejected, trusted + rejected, rejected + trusted):
        assert refused_anchors(file) == {ROOT.der}
    assert refused_anchors(rejected + to_pem([ISSUING.der])) == {ROOT.der}


def test_the_blocks_that_refuse_are_given_as_they_are() -> None:
    rejected, mailing = trusted_block(ROOT.der, rejected=[SERVER]), trusted_block(ISSUING.der, trusted=[EMAIL])
    trusted = trusted_block(ISSUING.der, trusted=[SERVER])
    assert refusing_blocks(PLAIN + trusted + rejected + b"text\n" + mailing) == rejected + mailing
    assert refusing_blocks(PLAIN + trusted) == b""


@pytest.mark.parametrize(
    "file",
    [
        b"",
        PLAIN,
        b"TRUSTED CERTIFICATE is only spoken of here\n" + PLAIN,
        block("TRUSTED CERTIFICATE", b""),
        block("TRUSTED CERTIFICATE", b"text"),
        block("TRUSTED CERTIFICATE", ROOT.der[:-1]),
        block("TRUSTED CERTIFICATE", ROOT.der),
        block("TRUSTED CERTIFICATE", ROOT.der + b"\x05\x00"),
        block("TRUSTED CERTIFICATE", ROOT.der + b"\x30\x03\xa0\x01"),
        block("TRUSTED CERTIFICATE", ROOT.der + b"\x30\x04\x30\x02\x05\x00"),
        b"-----BEGIN TRUSTED CERTIFICATE-----\n!!!\n-----END TRUSTED CERTIFICATE-----\n",
        b"-----BEGIN TRUSTED CERTIFICATE-----\nMIIB\n",
    ],
)
def test_nothing_is_rejected_where_nothing_can_be_read(file: bytes) -> None:
    assert refused_anchors(file) == frozenset()


def test_alias_and_key_id_are_passed_over(tmp_path: Path) -> None:
    """What `openssl x509` writes with every setting it has."""
    program = str(require_program("openssl"))
    (tmp_path / "root.pem").write_bytes(PLAIN)
    words = [program, "x509", "-in", "root.pem", "-setalias", "a name", "-trustout"]
    said = {
        uses: refused_anchors(
            subprocess.run([*words, *uses], cwd=tmp_path, capture_output=True, check=True, timeout=30).stdout
        )
        for uses in ((), ("-addtrust", "serverAuth"), ("-addtrust", "emailProtection"), ("-addreject", "serverAuth"))
    }
    assert {uses for uses, refused in said.items() if refused} == {
        ("-addtrust", "emailProtection"),
        ("-addreject", "serverAuth"),
    }
