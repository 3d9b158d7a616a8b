"""The table of verify codes."""

from __future__ import annotations

import ssl

import pytest

from tests.clients.openssl_cases import CASES
from tui_chain.paths.codes import MEANINGS, is_strict, meaning


@pytest.mark.parametrize("code", sorted({case.python for case in CASES.values()} - {0}))
def test_every_code_that_clients_met_is_explained(code: int) -> None:
    assert meaning(code) is MEANINGS[code]


def test_strict_codes_are_marked() -> None:
    assert {code for code in MEANINGS if is_strict(code)} == set(range(78, 94)) - {79}, (
        "79 comes without strict checks too"
    )
    assert not is_strict(9999)
    assert not is_strict("UnknownIssuer")
    assert not is_strict(None)


def test_an_unknown_code_has_words_too() -> None:
    assert meaning(9999).text == "OpenSSL refuses it for a reason of its own"


@pytest.mark.skipif(ssl.OPENSSL_VERSION_INFO[:2] != (3, 0), reason="the words are those of OpenSSL 3.0")
def test_words_are_openssls_own() -> None:
    assert meaning(20).error == "unable to get local issuer certificate"
    assert meaning(85).error == "Missing Authority Key Identifier"
