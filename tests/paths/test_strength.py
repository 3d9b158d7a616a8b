"""Strength of keys and signatures, at OpenSSL's level 2 and in the web PKI."""

from __future__ import annotations

import pytest

from tests.paths.graphs import leaf
from tui_chain.paths.checks import weak_key, weak_signature
from tui_chain.x509.certificate import Certificate


@pytest.mark.parametrize(
    ("key", "weak"), [("rsa1024:x", True), ("rsa2048:x", False), ("x", False), ("p384:x", False)]
)
def test_keys(key: str, weak: bool) -> None:
    server = leaf("Issuing", key=key)
    assert bool(weak_key(server)) is weak


def test_an_rsa_key_just_short_of_2048_bits() -> None:
    """OpenSSL rounds its security up, the web PKI counts its bits."""
    server = leaf("Issuing", key="rsa2040:x")
    assert weak_key(server) == "its RSA 2040 key is too short; clients ask for 2048 bits"


@pytest.mark.parametrize(("digest", "said"), [("sha256", None), ("sha1", "SHA-1"), ("md5", "MD5")])
def test_signatures(digest: str, said: str | None) -> None:
    found = weak_signature(leaf("Issuing", signer="rsa2048:ca", digest=digest))
    assert (found is None) == (said is None)
    assert said is None or f"signed with {said}," in str(found)


def test_nothing_is_said_of_what_cannot_be_read() -> None:
    junk = Certificate(b"junk")
    assert (weak_key(junk), weak_signature(junk)) == (None, None)
