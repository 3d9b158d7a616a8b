"""Odd certificates anywhere: nothing raises, and nothing good is said of what was tampered with."""

from __future__ import annotations

from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths.graphs import HOST, NOW, ca, leaf, root, trust
from tui_chain.certs.certificate import Certificate
from tui_chain.certs.readers import read_certificates
from tui_chain.paths.opinions import second_opinions
from tui_chain.paths.profiles import PROFILES, Judge
from tui_chain.paths.search import find_paths

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
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
    return Judge([ROOT])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2), st.integers(0, 2000), st.integers(1, 255))
def test_one_changed_byte(place: int, at: int, change: int) -> None:
    """Every byte of a certificate is signed, or is the signature: no changed one is in a path, but as an anchor."""
    path = [LEAF, ISSUING, ROOT]
    der = bytearray(path[place].der)
    der[at % len(der)] ^= change
    path[place] = Certificate(bytes(der))
    result = find_paths(path[0], path[1:], trust(ROOT), host=HOST, at=NOW)
    assert len(result.paths) == (place == 2)
    # cryptography's verifier overlooks the octet that counts the unused bits of a signature.
    for profile in PROFILES[:-1]:
        verdict = Judge([ROOT]).verdict(profile, tuple(path), host=HOST, at=NOW)
        assert verdict.ok == (place == 2) or verdict.error == "a served certificate cannot be parsed by OpenSSL"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2000), st.integers(1, 255))
def test_a_changed_anchor(at: int, change: int) -> None:
    der = bytearray(ROOT.der)
    der[at % len(der)] ^= change
    odd = Certificate(bytes(der))
    result = find_paths(LEAF, [ISSUING], trust(odd), host=HOST, at=NOW)
    for path in result.paths:
        second_opinions(path, host=HOST, at=NOW)
    Judge([odd]).verdicts((LEAF, ISSUING), host=HOST, at=NOW)


def test_odd_certificates_as_leaf_issuer_and_anchor(judge: Judge) -> None:
    odd = vectors()
    assert len(odd) > 100
    pool = [*odd, ISSUING, ROOT]
    for one in odd:
        result = find_paths(one, pool, trust(ROOT, *odd[:20]), host=HOST, at=NOW)
        assert all(path.certificates[0] == one for path in result.paths)
        for path in result.paths[:2]:
            second_opinions(path, host=HOST, at=NOW)
        judge.verdicts((one, ISSUING), host=HOST, at=NOW)
        judge.verdicts((LEAF, one, ISSUING), host=HOST, at=NOW)
    every = Judge(odd)
    assert not any(verdict.ok for verdict in every.verdicts((LEAF, ISSUING), host=HOST, at=NOW).values())
