"""Second opinions on exactly one path, and why they differ where they do."""

from __future__ import annotations

import pytest

from tests.paths.graphs import CLIENT, HOST, NOW, ca, leaf, naming, root, trust, usage
from tests.paths.situations import ANY_USE, excluding
from tui_chain.certs.certificate import Certificate
from tui_chain.paths.opinions import SecondOpinion, second_opinions
from tui_chain.paths.search import Path, find_paths

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")


def opinions(*path: Certificate) -> tuple[SecondOpinion, SecondOpinion]:
    result = find_paths(path[0], path[1:], trust(path[-1]), host=HOST, at=NOW)
    (found,) = [one for one in result.paths if one.certificates == path]
    openssl, cryptography = second_opinions(found, host=HOST, at=NOW)
    assert (openssl.verifier, cryptography.verifier) == ("OpenSSL", "cryptography")
    return openssl, cryptography


@pytest.mark.parametrize(
    "path",
    [
        (LEAF, ISSUING, ROOT),
        (LEAF, ISSUING),
        (leaf("leaf", key="leaf"),),
        (leaf("Issuing", days=(-20, -1)), ISSUING, ROOT),
        (LEAF, ca("Issuing", "Root", days=(-20, -1)), ROOT),
        (leaf("Issuing", names=("elsewhere.test",)), ISSUING, ROOT),
        (LEAF, ca("Issuing", "Root", uses=(CLIENT,)), ROOT),
        (leaf("Lower"), ca("Lower", "Upper"), ca("Upper", "Root", path_length=0), ROOT),
        (LEAF, ca("Issuing", "Root", extra=(excluding(HOST),)), ROOT),
    ],
)
def test_where_all_agree(path: tuple[Certificate, ...]) -> None:
    assert [(one.agrees, one.reason) for one in opinions(*path)] == [(True, ""), (True, "")]


def test_only_the_paths_own_anchor_is_trusted() -> None:
    path = Path((LEAF, ca("Issuing", "Root", key="decoy"), ROOT))
    openssl, cryptography = second_opinions(path, host=HOST, at=NOW)
    assert not openssl.verdict.ok
    assert not cryptography.verdict.ok
    assert not openssl.agrees, "a path that our search would not have made"


def test_cryptography_asks_for_more() -> None:
    openssl, cryptography = opinions(LEAF, ca("Issuing", "Root", uncritical=True), ROOT)
    assert openssl.agrees
    assert not cryptography.agrees
    assert cryptography.reason.startswith("cryptography asks for more than RFC 5280: ")
    assert "incorrect criticality" in cryptography.reason


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ((LEAF, ca("Issuing", "Root", uses=(ANY_USE,)), ROOT), "uses that a CA or a key is for"),
        ((leaf("Issuing", extra=((usage("content_commitment"), True),)), ISSUING, ROOT), "uses that a CA"),
        ((naming(b"another"), ISSUING, ROOT), "not by key identifiers"),
        ((leaf("Issuing", key="rsa1024:x"), ISSUING, ROOT), "does not weigh the server's own key"),
    ],
)
def test_cryptography_asks_for_less(path: tuple[Certificate, ...], why: str) -> None:
    openssl, cryptography = opinions(*path)
    assert openssl.agrees
    assert not cryptography.agrees
    assert cryptography.verdict.ok
    assert why in cryptography.reason


def test_openssl_rounds_a_short_key_up() -> None:
    openssl, _ = opinions(leaf("Issuing", key="rsa2040:x"), ISSUING, ROOT)
    assert openssl.verdict.ok
    assert not openssl.agrees
    assert "just short of 2048 bits" in openssl.reason
