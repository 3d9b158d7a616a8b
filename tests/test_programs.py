from __future__ import annotations

import pytest

from tests.support.programs import package_of, require_program


def test_a_program_that_is_there_is_found() -> None:
    assert require_program("sh").name == "sh"


@pytest.mark.parametrize(("value", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_program_that_is_missing_skips_a_test_but_fails_ci(
    monkeypatch: pytest.MonkeyPatch, value: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", value)
    with pytest.raises(outcome, match="no-such-program is not installed"):
        require_program("no-such-program")


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("prosody", "prosody"),
        ("dovecot", "dovecot-imapd"),
        ("/usr/lib/dovecot/lmtp", "dovecot-lmtpd"),
        ("/usr/lib/proftpd/mod_tls.so", "proftpd-mod-crypto"),
        ("no-such-program", ""),
    ],
)
def test_what_is_missing_is_named_with_its_package(name: str, package: str) -> None:
    assert package_of(name) == package
