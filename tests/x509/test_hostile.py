"""Files made to be slow or large end soon, and say what was left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.limits import own_seconds
from tests.x509.forge import KEY, Forgery, extension, name, rdn
from tests.x509.touching import touch
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import BIT_STRING, CONTEXT, OCTET_STRING, OID, SEQUENCE, encode
from tui_chain.x509.formats.pem import to_pem
from tui_chain.x509.formats.readers import (
    MAX_BYTES,
    MAX_CERTIFICATE,
    MAX_CERTIFICATES,
    MAX_PROBLEMS,
    ProblemKind,
    read_certificates,
)

DEADLINE = 4.0
"""Seconds; each of them takes less than 1 on one core of the machine it was written on."""
MIB = 1 << 20
BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


def _filled(piece: bytes) -> bytes:
    return piece * (MAX_BYTES // len(piece) + 1)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "half BEGIN lines": lambda: _filled(b"-----BEGIN "),
    "BEGIN lines": lambda: _filled(BEGIN + b"\n"),
    "END lines": lambda: _filled(END),
    "dashes": lambda: _filled(b"-"),
    "long labels": lambda: _filled(b"-----BEGIN " + b"A" * 400),
    "spaces": lambda: _filled(b" "),
    "line ends": lambda: _filled(b"\n"),
    "a body of spaces": lambda: BEGIN + b" \n" * (8 * MIB - 50) + END,
    "a body of quotes": lambda: BEGIN + b"\n>" * (8 * MIB - 50) + END,
    "a body of base64": lambda: BEGIN + b"A" * (16 * MIB - 100) + END,
    "a body of backslashes": lambda: BEGIN + rb"\n" * (8 * MIB - 50) + END,
    "garbage blocks": lambda: _filled(BEGIN + b"\nMAA=\n" + END + b"\n"),
    "private keys": lambda: _filled(b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"),
    "deep DER": lambda: _filled(b"\x30\x80"),
    "deep constructed octets": lambda: _filled(b"\x24\x80"),
    "empty DER": lambda: b"\x30\x82\0\0" * (4 * MIB - 1),
    "zeros after DER": lambda: b"\x30\x82\0\0".ljust(MAX_BYTES, b"\0"),
    "PKCS#7 of nothing": lambda: _signed_data(encode(SEQUENCE) * (5 * MIB)),
    "PKCS#7 of strangers": lambda: _signed_data(b"\xa1\0" * (5 * MIB)),
}


def _signed_data(certificates: bytes) -> bytes:
    kind = encode(OID, bytes.fromhex("2a864886f70d010702"))
    return encode(SEQUENCE, kind, encode(CONTEXT, encode(SEQUENCE, encode(CONTEXT, certificates))))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_ends_soon(kind: str) -> None:
    data = HOSTILE[kind]()
    with own_seconds(DEADLINE):
        reading = read_certificates(data)
    assert reading.certificates == ()
    assert 0 < len(reading.problems) <= MAX_PROBLEMS + 3


def test_the_bounds_are_told() -> None:
    assert read_certificates(b"\n" * (MAX_BYTES + 1)).problems[-1].kind is ProblemKind.LIMIT
    broken = read_certificates((END + b"\n") * (MAX_CERTIFICATES + 5)).problems
    assert f"only {MAX_CERTIFICATES:,}" in broken[-1].reason
    assert f"{MAX_CERTIFICATES - MAX_PROBLEMS:,} more" in broken[-2].reason


def test_certificates_beyond_the_bound_are_left() -> None:
    good = Certificate(Forgery().der)
    for data in (to_pem(good).encode() * (MAX_CERTIFICATES + 1), good.der * (MAX_CERTIFICATES + 1)):
        reading = read_certificates(data)
        assert reading.certificates == (good,) * MAX_CERTIFICATES
        (problem,) = reading.problems
        assert problem.kind is ProblemKind.LIMIT
        assert f"{MAX_CERTIFICATES:,}" in problem.reason


def test_a_certificate_that_is_too_large_is_left() -> None:
    comment = encode(OID, bytes.fromhex("6086480186f842010d"))
    large = Forgery(extensions=(extension(comment, bytes(MAX_CERTIFICATE)),)).der
    assert Certificate(large).parseable
    reading = read_certificates(large + Forgery().der)
    assert [view.der for view in reading.certificates] == [Forgery().der]
    assert [problem.kind for problem in reading.problems] == [ProblemKind.LIMIT]


def test_a_cut_at_the_bound_keeps_what_stands_before_it() -> None:
    good = to_pem(Certificate(Forgery().der)).encode()
    reading = read_certificates(good + b" " * MAX_BYTES + good)
    assert len(reading.certificates) == 1
    assert [problem.kind for problem in reading.problems] == [ProblemKind.LIMIT]


RSA_KEY = encode(SEQUENCE, encode(OID, bytes.fromhex("2a864886f70d010101")))
LARGE = {
    "a name of many parts": Forgery(subject=encode(SEQUENCE, rdn(b"a") * 8_000)),
    "a long name": Forgery(subject=name("\x1b" * 40_000), issuer=name("b" * 40_000)),
    "many extensions": Forgery(extensions=(extension(encode(OID, b"\x2a\x03\x04"), b"\5\0"),) * 8_000),
    "many broken extensions": Forgery(
        extensions=tuple(extension(encode(OID, bytes((0x2A, 3 + n % 90, 1 + n // 90))), b"\5") for n in range(6_000))
    ),
    "many names": Forgery(
        extensions=(extension(encode(OID, b"\x55\x1d\x11"), encode(SEQUENCE, encode(0x82, b"a.b") * 18_000)),)
    ),
    "a large key": Forgery(key=encode(SEQUENCE, RSA_KEY, encode(BIT_STRING, bytes(90_000)))),
    "a long identifier": Forgery(inner=encode(SEQUENCE, encode(OID, b"\xff" * 40_000 + b"\1")), sign=KEY.sign),
    "octets": Forgery(extensions=(extension(encode(OID, b"\x55\x1d\x0e"), encode(OCTET_STRING, bytes(90_000))),)),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_certificate_is_read_soon(kind: str) -> None:
    certificate = Certificate(LARGE[kind].der)
    with own_seconds(DEADLINE):
        touch(certificate, Certificate(Forgery().der))
    assert len(certificate.subject) <= 160
    assert len(certificate.issuer) <= 160
