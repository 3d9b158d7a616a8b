"""What OpenSSL says of a certificate that cryptography refuses, by pyOpenSSL's public and lasting calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from tui_chain.x509.faults import Fault, attempt


@dataclass(frozen=True)
class OpenSSLView:
    """The fields that OpenSSL reads; None where it cannot. `version` counts from 1, times are aware, in UTC."""

    version: int | None
    serial: int | None
    not_before: datetime | None
    not_after: datetime | None


def openssl_view(der: bytes) -> OpenSSLView | None:
    """Parse `der` with OpenSSL, or return None where it refuses too; the first call loads pyOpenSSL (20 ms)."""
    view = attempt("certificate", lambda: _view(der))
    return None if isinstance(view, Fault) else view


def _view(der: bytes) -> OpenSSLView:
    from OpenSSL import crypto

    parsed = crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    version = attempt("version", parsed.get_version)
    serial = attempt("serial number", parsed.get_serial_number)
    before = attempt("validity", lambda: _moment(parsed.get_notBefore()))
    after = attempt("validity", lambda: _moment(parsed.get_notAfter()))
    return OpenSSLView(
        None if isinstance(version, Fault) else version + 1,
        None if isinstance(serial, Fault) else serial,
        None if isinstance(before, Fault) else before,
        None if isinstance(after, Fault) else after,
    )


def _moment(text: bytes | None) -> datetime | None:
    """Read GeneralizedTime as RFC 5280 section 4.1.2.5.2 wants it; other forms, which OpenSSL lets pass, raise."""
    return None if text is None else datetime.strptime(text.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
