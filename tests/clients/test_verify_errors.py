"""OpenSSL's verify errors: every code's own words, as the library here and those before it say them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.bindings.openssl.binding import Binding

from tui_chain.clients.errors import ErrorKind
from tui_chain.clients.verify_errors import VERIFY_ERRORS, kind_of_code
from tui_chain.diagnose.explain.explanation import Explanation, explain
from tui_chain.diagnose.explain.symptoms import SYMPTOMS
from tui_chain.paths.codes import MEANINGS

OTHERS = {17: "out of memory", 69: "invalid certificate verification context"}
"""Codes of programs, whose words stand in many texts that are not of TLS."""


def library_words() -> dict[int, str]:
    """X509_verify_cert_error_string of the OpenSSL inside cryptography, without what newer ones append."""
    binding = Binding()
    words = {
        code: binding.ffi.string(binding.lib.X509_verify_cert_error_string(code)).decode() for code in range(1, 120)
    }
    return {code: text for code, text in words.items() if "unknown certificate verification error" not in text}


def test_no_code_of_the_library_is_left_out() -> None:
    assert len(library_words()) >= 92
    assert set(library_words()) == set(VERIFY_ERRORS)
    assert set(MEANINGS) <= set(VERIFY_ERRORS)
    assert kind_of_code(0) is None


@pytest.mark.parametrize("code", sorted(set(VERIFY_ERRORS) - set(OTHERS)))
def test_the_words_of_a_code_mean_the_code(code: int) -> None:
    known = MEANINGS.get(code)
    for words in filter(None, (library_words()[code], known and known.error, *VERIFY_ERRORS[code][1])):
        for text in (
            f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {words} (_ssl.c:1006)",
            f"curl: (60) SSL certificate problem: {words}",
            f"SSL_connect returned=1 errno=0 state=error: certificate verify failed ({words})",
            f"VERIFY ERROR: depth=0, error={words}: CN=example",
        ):
            found = explain(text)
            assert isinstance(found, Explanation), text
            assert found.symptom == SYMPTOMS[VERIFY_ERRORS[code][0]], text
            assert found.openssl_code in {code, *twins(code)}, text


def twins(code: int) -> set[int]:
    """Codes with the same words: 24 was `invalid CA certificate` before OpenSSL 3, which has 79."""
    return {79} if code == 24 else set()


@pytest.mark.parametrize("code", sorted(VERIFY_ERRORS))
def test_a_number_means_the_code(code: int) -> None:
    for text in (
        f"{code}",
        f" {code}\n",
        f"depth=0 CN = example\nverify error:num={code}:some words of an OpenSSL to come",
        f"    Verify return code: {code} (some words)",
        f"client SSL certificate verify error: ({code}:some words) while reading client request headers",
        f"error {code} at 0 depth lookup: some words",
    ):
        found = explain(text)
        assert isinstance(found, Explanation), text
        assert found.openssl_code == code


def test_success_is_no_error() -> None:
    found = explain("CONNECTED(00000003)\n    Verify return code: 0 (ok)\nwrite:errno=104")
    assert isinstance(found, Explanation)
    assert found.symptom == SYMPTOMS[ErrorKind.ENDED]
    assert found.openssl_code is None
