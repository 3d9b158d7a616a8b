"""What a client family says of a served chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Code = int | str
"""OpenSSL's verify code (X509_V_ERR_*), or the name that another library gives the error, such as `UnknownIssuer`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accepted, or refused with `code`, the reason in words (`error`) and the SHA-256 of the certificate refused.

    `code`, `error` and `certificate` are None where the chain is accepted; `certificate` also where the library does
    not say which one it refused. `error` is safe for a terminal.
    """

    ok: bool
    code: Code | None = None
    error: str | None = None
    certificate: str | None = None


Verdicts = Mapping[str, Verdict]
"""A verdict by the id of its family, in the order in which families are shown."""

ACCEPTED = Verdict(True)
"""The chain is accepted."""


def refused(code: Code | None, error: str, certificate: str | None = None) -> Verdict:
    """Return a refusal."""
    return Verdict(False, code, error, certificate)


def reason(verdict: Verdict) -> str:
    """The reason of a refusal in words, and its code in brackets, as in `certificate has expired (10)`."""
    text = (verdict.error or "it gives no reason").rstrip(".")
    return text if verdict.code is None else f"{text} ({verdict.code})"
