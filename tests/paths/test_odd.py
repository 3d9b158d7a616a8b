"""Odd certificates anywhere: nothing raises, and nothing good is said of what was tampered with."""

from __future__ import annotations

from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths.graphs import HOST, NOW, ca, leaf, root, trust
from tui_chain.clients.engines.raw_certificate import RawCertificate
from tui_chain.clients.families import FAMILIES, Engine, FamilyId
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import Verdicts
from tui_chain.paths.search import find_paths
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
OPENSSL = {family.id for family in FAMILIES if family.engine is Engine.OPENSSL}
VECTORS = Path(cryptography_vectors.__file__).parent / "x509"


def vectors() -> list[Certificate]:
    """Every certificate of cryptography's own odd ones that is read at all."""
    files = [file for file in sorted(VECTORS.rglob("*")) if file.suffix in {".pem", ".der", ".crt", ".cer"}]
    found = [
        one for file in files if "PKITS" not in str(file) for one in read_certificates(file.read_bytes()).certificates
    ]
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.of([ROOT])


def judged(judge: Judge, *served: Certificate) -> Verdicts:
    return judge.verdicts([one.der for one in served], host=HOST, at=NOW)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2), st.integers(0, 2000), st.integers(1, 255))
def test_one_changed_byte(place: int, at: int, change: int) -> None:
    """Every byte of a certificate is signed, or is the signature: no changed one is in a path, but as an anchor.

    Java clears the bits of a signature that are called unused, so that zeros may be called so.
    """
    path = [LEAF, ISSUING, ROOT]
    der = bytearray(path[place].der)
    der[at % len(der)] ^= change
    path[place] = Certificate(bytes(der))
    result = find_paths(path[0], path[1:], trust(ROOT), host=HOST, at=NOW)
    assert len(result.paths) == (place == 2)
    verdicts = judged(Judge.of([ROOT]), *path)
    accepting = {name for name, verdict in verdicts.items() if verdict.ok}
    if place < 2:
        unused = RawCertificate(bytes(der)).signature_unused_bits if FamilyId.JAVA in accepting else 0
        assert accepting == ({FamilyId.JAVA} if unused else set())
        assert path[place].der[-1] & ((1 << unused) - 1) == 0
    else:
        unread = {name for name in OPENSSL if verdicts[name].code == "unreadable"}
        assert accepting >= OPENSSL - unread
        assert unread in (set(), OPENSSL)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_changed_anchor(at: int, change: int) -> None:
    der = bytearray(ROOT.der)
    der[at % len(der)] ^= change
    odd = Certificate(bytes(der))
    find_paths(LEAF, [ISSUING], trust(odd), host=HOST, at=NOW)
    judged(Judge.of([odd]), LEAF, ISSUING)


def test_odd_certificates_as_leaf_issuer_and_anchor(judge: Judge) -> None:
    odd = vectors()
    assert len(odd) > 100
    pool = [*odd, ISSUING, ROOT]
    for one in odd:
        result = find_paths(one, pool, trust(ROOT, *odd[:20]), host=HOST, at=NOW)
        assert all(path.certificates[0] == one for path in result.paths)
        assert not any(verdict.ok for verdict in judged(judge, one, ISSUING).values())
        judged(judge, LEAF, one, ISSUING)
    assert not any(verdict.ok for verdict in judged(Judge.of(odd), LEAF, ISSUING).values())
