"""Strength of keys and signatures, at OpenSSL's level 2 and in the web PKI."""

from __future__ import annotations

import pytest

from tests.paths.graphs import leaf
from tui_chain.paths.checks import key_security, rsa_security, weak_key, weak_signature
from tui_chain.x509.certificate import Certificate


@pytest.mark.parametrize(
    ("bits", "security"), [(0, 0), (512, 56), (1024, 80), (1976, 112), (2048, 112), (3072, 128), (4096, 152)]
)
def test_rsa_security_is_as_openssl_counts(bits: int, security: int) -> None:
    assert rsa_security(bits) == security


@pytest.mark.parametrize(
    ("key", "weak", "security"),
    [("rsa1024:x", True, 80), ("rsa2048:x", False, 112), ("x", False, 128), ("p384:x", False, 192)],
)
def test_keys(key: str, weak: bool, security: int) -> None:
    server = leaf("Issuing", key=key)
    assert bool(weak_key(server)) is weak
    assert key_security(server) == security


def test_an_rsa_key_just_short_of_2048_bits() -> None:
    """OpenSSL rounds its security up, the web PKI counts its bits."""
    server = leaf("Issuing", key="rsa2040:x")
    assert weak_key(server) == "its RSA 2040 key is too short; clients ask for 2048 bits"
    assert key_security(server) == 112


@pytest.mark.parametrize(("digest", "said"), [("sha256", None), ("sha1", "SHA-1"), ("md5", "MD5")])
def test_signatures(digest: str, said: str | None) -> None:
    found = weak_signature(leaf("Issuing", signer="rsa2048:ca", digest=digest))
    assert (found is None) == (said is None)
    assert said is None or f"signed with {said}," in str(found)


def test_nothing_is_said_of_what_cannot_be_read() -> None:
    junk = Certificate(b"junk")
    assert (weak_key(junk), weak_signature(junk), key_security(junk)) == (None, None, None)
