"""The trust file of the OpenSSL engine: trust settings, what cannot be read, and the times at which it is asked."""

from __future__ import annotations

import re
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.clients.handshakes import CLIENTS, client_context, server_context, verify_code
from tests.paths.graphs import HOST, NOW, ca, general, key, leaf, root
from tests.support.programs import require_program
from tests.support.trusted import ANY, CLIENT, EMAIL, SERVER, block, trusted_block
from tui_chain.clients.engines.openssl.verifier import OpenSSLVerifier, Settings
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.clients.judge import OPENSSL_SETTINGS, Judge
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
CHAIN = (LEAF, ISSUING)
DERS = tuple(one.der for one in CHAIN)
PLAIN = pem_of([ROOT])
REJECTED = trusted_block(ROOT.der, rejected=[SERVER])

SETTINGS = {
    "rejected for servers": (REJECTED, 28),
    "rejected for any use": (trusted_block(ROOT.der, rejected=[ANY]), 28),
    "rejected for clients": (trusted_block(ROOT.der, rejected=[CLIENT]), 0),
    "trusted for e-mail only": (trusted_block(ROOT.der, trusted=[EMAIL]), 28),
    "trusted for servers": (trusted_block(ROOT.der, trusted=[SERVER]), 0),
    "trusted for any use": (trusted_block(ROOT.der, trusted=[ANY]), 0),
    "trusted and rejected": (trusted_block(ROOT.der, trusted=[SERVER], rejected=[SERVER]), 28),
    "trusted for nothing": (trusted_block(ROOT.der, trusted=[]), 28),
    "nothing is said": (trusted_block(ROOT.der), 0),
}
"""Trust files and the codes of a chain under them: 28 is X509_V_ERR_CERT_REJECTED."""


def judged(trust: bytes, at: datetime = NOW) -> dict[str, int | str]:
    """The codes of the OpenSSL families, 0 where they accept."""
    families = [one for one in FAMILIES if one.engine is Engine.OPENSSL]
    verdicts = Judge(trust).verdicts(DERS, host=HOST, at=at, families=families)
    return {name: verdict.code or 0 for name, verdict in verdicts.items()}


def real(trust: bytes, folder: Path) -> dict[str, int]:
    """The codes of real handshakes of the ssl module with that file."""
    file = folder / "trust.pem"
    file.write_bytes(trust)
    server = server_context(CHAIN, key("leaf"), folder)
    return {name: verify_code(server, client_context(file, client), HOST) for name, client in CLIENTS.items()}


@pytest.mark.parametrize("name", SETTINGS)
def test_trust_settings_count(name: str, tmp_path: Path) -> None:
    trust, code = SETTINGS[name]
    assert set(real(trust, tmp_path).values()) == {code}
    assert set(judged(trust).values()) == {code}


@pytest.mark.parametrize("trust", [REJECTED + PLAIN, PLAIN + REJECTED], ids=["rejected first", "plain first"])
def test_one_rejecting_block_beside_the_plain_one_is_heeded_as_openssl_does(trust: bytes, tmp_path: Path) -> None:
    said = judged(trust)
    said.pop("curl")
    assert said == real(trust, tmp_path)


def test_a_rejected_anchor_is_named() -> None:
    verdict = OpenSSLVerifier(REJECTED).verify(DERS, HOST, NOW, Settings())
    assert (verdict.code, verdict.certificate) == (28, ROOT.sha256)


def test_the_blocks_are_those_of_openssl(tmp_path: Path) -> None:
    program = str(require_program("openssl"))
    (tmp_path / "root.pem").write_bytes(PLAIN)
    words = (program, "x509", "-in", "root.pem", "-addreject", "serverAuth", "-trustout")
    done = subprocess.run(words, capture_output=True, check=True, cwd=tmp_path, timeout=30)
    assert done.stdout == REJECTED


KEY = block("PRIVATE KEY", b"\x30\x03\x02\x01\x00")
UNREADABLE = {
    "empty": b"",
    "text alone": b"no certificate is here\n",
    "DER": ROOT.der,
    "a key that cannot be decoded": PLAIN + KEY,
    "END and BEGIN on one line": (PLAIN + PLAIN).replace(
        b"-----END CERTIFICATE-----\n", b"-----END CERTIFICATE-----", 1
    ),
    "a broken block": PLAIN + block("CERTIFICATE", b"\x30\x03\x02\x01\x00"),
    "base64 that is none": PLAIN.replace(b"MII", b"M*I", 1),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_openssl_cannot_read_is_refused_as_a_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLError):
        real(UNREADABLE[name], tmp_path)
    families = [one for one in FAMILIES if one.engine is Engine.OPENSSL]
    verdicts = Judge(UNREADABLE[name]).verdicts(DERS, host=HOST, at=NOW, families=families)
    assert {(verdict.ok, verdict.code, verdict.certificate) for verdict in verdicts.values()} == {
        (False, "ca-file", None)
    }
    assert all("cannot read the trust file" in str(verdict.error) for verdict in verdicts.values())


@pytest.mark.parametrize(
    "odd",
    [
        PLAIN + PLAIN,
        b"# a comment\r\n" + PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.rstrip(b"\n"),
        block("X509 CERTIFICATE", ROOT.der),
    ],
    ids=["twice", "CRLF", "no newline at the end", "old label"],
)
def test_a_file_that_openssl_reads_counts(odd: bytes, tmp_path: Path) -> None:
    assert set(real(odd, tmp_path).values()) == {0}
    assert set(judged(odd).values()) == {0}


LATER = NOW + timedelta(days=20)
"""A time that neither the clock nor the certificates' makers have."""
ELSEWHERE = leaf("Issuing", names=("elsewhere.test",))
ASTRAY = "the issuer that is valid then leads nowhere"
TIMES = {
    "valid then": (CHAIN, ROOT, 0, None),
    "leaf over": ((leaf("Issuing", days=(-10, 10)), ISSUING), ROOT, 10, 0),
    "intermediate over": ((LEAF, ca("Issuing", "Root", days=(-10, 10))), ROOT, 10, 1),
    "root over": (CHAIN, root(days=(-10, 10)), 10, 2),
    "leaf over now, not yet then": ((leaf("Issuing", days=(25, 30)), ISSUING), ROOT, 9, 0),
    "valid then, not yet now": ((leaf("Issuing", days=(15, 30)), ISSUING), ROOT, 0, None),
    "an issuer that is valid then is taken first": (
        (LEAF, ca("Issuing", "Root", days=(-10, 10)), ISSUING),
        ROOT,
        0,
        None,
    ),
    ASTRAY: ((LEAF, ca("Issuing", "Root", days=(-10, 10)), ca("Issuing", "Nowhere")), ROOT, 20, 1),
    "unknown issuer goes before the date": ((leaf("Issuing", days=(-10, 10)),), ROOT, 20, 0),
    "host goes before the date": ((leaf("Issuing", names=("x.test",), days=(-10, 10)), ISSUING), ROOT, 62, 0),
}


@pytest.mark.parametrize("name", TIMES)
def test_another_time_than_now_is_openssls_attime(name: str, tmp_path: Path) -> None:
    served, anchor, code, depth = TIMES[name]
    assert attime(tmp_path, served, anchor, LATER) == (code, depth)
    ders = tuple(one.der for one in served)
    verdict = OpenSSLVerifier(pem_of([anchor])).verify(ders, HOST, LATER, OPENSSL_SETTINGS["python"])
    named = None if depth is None else (*served, anchor)[2 if name == ASTRAY else depth].sha256
    assert (verdict.code or 0, verdict.certificate) == (code, named)


def attime(
    folder: Path, served: tuple[Certificate, ...], anchor: Certificate, at: datetime
) -> tuple[int, int | None]:
    """Code and depth of `openssl verify` at a time, (0, None) for a good chain."""
    program = str(require_program("openssl"))
    for file, certificates in {"leaf": served[:1], "rest": served[1:], "ca": (anchor,)}.items():
        (folder / f"{file}.pem").write_bytes(pem_of(certificates) or b"\n")
    words = [program, "verify", "-no-CApath", "-no-CAstore", "-CAfile", "ca.pem", "-purpose", "sslserver"]
    words += ["-auth_level", "2", "-verify_hostname", HOST, "-attime", str(int(at.timestamp()))]
    words += ["-untrusted", "rest.pem"] if served[1:] else []
    done = subprocess.run([*words, "leaf.pem"], capture_output=True, text=True, check=False, cwd=folder, timeout=30)
    found = re.search(r"^error (\d+) at (\d+) depth", done.stderr, re.MULTILINE)
    assert found or "leaf.pem: OK" in done.stdout, done.stderr
    return (int(found[1]), int(found[2])) if found else (0, None)


def test_a_naive_neighbour_of_now_is_now() -> None:
    """Within a minute of the clock libssl itself judges, and says the same as for another time."""
    short = (leaf("Issuing", days=(-10, 10)), ISSUING)
    ders = tuple(one.der for one in short)
    engine = OpenSSLVerifier(PLAIN)
    for at, good in ((datetime.now(UTC), True), (LATER, False), (datetime.now(UTC), True)):
        assert engine.verify(ders, HOST, at, Settings()).ok is good


def test_name_constraints_come_after_the_dates() -> None:
    limited = ca("Issuing", "Root", extra=((x509.NameConstraints([general("elsewhere.test")], None), True),))
    for days, code in (((-10, 10), 10), ((-10, 30), 47)):
        served = (leaf("Issuing", days=days).der, limited.der)
        assert OpenSSLVerifier(PLAIN).verify(served, HOST, LATER, Settings()).code == code
