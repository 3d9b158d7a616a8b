"""The OpenSSL engine against clients that connect to servers: Python's ssl as each family sets it, and curl."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.handshakes import CLIENTS, client_context, server_context
from tests.clients.loopback import serving
from tests.clients.openssl_cases import CASES, CHAIN, ISSUING, LEAF, LOW_LEAF, LOWER_CA, NO_KEY_ID, PINNED, ROOT, Case
from tests.paths.graphs import AKI, HOST, NOW, ca, key, leaf
from tui_chain.clients.families import FAMILIES, Engine
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import ACCEPTED, Verdicts
from tui_chain.paths.codes import MEANINGS
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

CURL = shutil.which("curl")
OPENSSL = [one for one in FAMILIES if one.engine is Engine.OPENSSL]
OF_OPENSSL_3 = pytest.mark.skipif(ssl.OPENSSL_VERSION_INFO[0] != 3, reason="the codes are those of OpenSSL 3")


def no_curl() -> str:
    """Why curl cannot be asked, or nothing."""
    if CURL is None:
        return "curl is not installed"
    version = subprocess.run([CURL, "--version"], capture_output=True, text=True, check=True).stdout
    return "" if "OpenSSL/3" in version else "this curl is not built with OpenSSL 3"


def judged(served: tuple[Certificate, ...], *bundle: Certificate, host: str = HOST) -> Verdicts:
    ders = tuple(one.der for one in served)
    return Judge.of(bundle).verdicts(ders, host=host, at=NOW, families=OPENSSL)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def port(case: Case, tmp_path: Path) -> Iterator[int]:
    with serving(server_context(case.served, key(case.key), tmp_path)) as port:
        yield port


@OF_OPENSSL_3
def test_verdicts(case: Case) -> None:
    verdicts = judged(case.served, *case.bundle, host=case.host)
    assert {name: verdict.code or 0 for name, verdict in verdicts.items()} == case.codes
    for verdict in verdicts.values():
        if verdict.code is None:
            assert verdict == ACCEPTED
        else:
            assert not verdict.ok
            assert verdict.error
            assert verdict.certificate in {one.sha256 for one in (*case.served, *case.bundle)}


@OF_OPENSSL_3
def test_python_says_the_same(case: Case, port: int, tmp_path: Path) -> None:
    trust = tmp_path / "bundle.pem"
    trust.write_bytes(pem_of(case.bundle))
    for name, client in CLIENTS.items():
        assert connected(port, client_context(trust, client), case.host) == case.codes[name], name


def connected(port: int, context: ssl.SSLContext, host: str) -> int:
    """The verify code of a connection, 0 where the server's answer came."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=host) as tls,
        ):
            tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert tls.recv(64).startswith(b"HTTP/1.0 200")
    except ssl.SSLCertVerificationError as error:
        return error.verify_code
    return 0


@pytest.mark.skipif(bool(no_curl()), reason=no_curl())
def test_curl_says_the_same(case: Case, port: int, tmp_path: Path) -> None:
    assert CURL is not None
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(pem_of(case.bundle))
    command = [CURL, "--disable", "--silent", "--show-error", "--max-time", "10", "--noproxy", "*"]
    command += ["--cacert", str(bundle), "--capath", str(tmp_path), "--resolve", f"{case.host}:{port}:127.0.0.1"]
    done = subprocess.run(
        [*command, f"https://{case.host}:{port}/"], capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode == 0) == (case.curl == 0), done.stderr
    if case.curl:
        assert WORDS[case.curl] in done.stderr
        assert done.returncode == (35 if case.curl == 7 else 60)
    else:
        assert done.stdout == "ok\n"


WORDS = {
    2: "unable to get issuer certificate",
    7: "asn1 encoding routines::EVP lib",
    10: "certificate has expired",
    18: "self-signed certificate",
    19: "self-signed certificate in certificate chain",
    20: "unable to get local issuer certificate",
    25: "path length constraint exceeded",
    26: "certificate purpose",
    47: "permitted subtree violation",
    62: "no alternative certificate subject name matches target host name",
    64: "no alternative certificate subject name matches target host name",
    66: "EE certificate key too weak",
    67: "CA certificate key too weak",
    68: "CA signature digest algorithm too weak",
}
"""curl's words for a code: OpenSSL's, or its own for names."""

SILENT_CA = ca("Issuing", "Root", without=NO_KEY_ID)
LOOSE_CA = ca("Issuing", "Root", uncritical=True)
SILENT_LEAF = leaf("Issuing", without=frozenset({AKI}))
OLD_CA = ca("Issuing", "Root", days=(-20, -1))
OLD_LEAF = leaf("Issuing", days=(-20, -1))
NAMED = {
    "issuer of the leaf is missing": ((LEAF,), (ROOT,), "python", 20, LEAF),
    "issuer of the intermediate is missing": ((LOW_LEAF, LOWER_CA), (ROOT,), "python", 20, LOWER_CA),
    "issuer of an anchor is missing": ((LEAF,), (ISSUING,), "python", 2, ISSUING),
    "expired intermediate": ((LEAF, OLD_CA), (ROOT,), "curl", 10, OLD_CA),
    "expired leaf": ((OLD_LEAF, ISSUING), (ROOT,), "requests", 10, OLD_LEAF),
    "self-signed": ((PINNED,), (ROOT,), "python", 18, PINNED),
    "CA without key identifier": ((LEAF, SILENT_CA), (ROOT,), "python-3.13", 86, SILENT_CA),
    "leaf without authority key identifier": ((SILENT_LEAF, ISSUING), (ROOT,), "requests-3.13", 85, SILENT_LEAF),
    "what the newer library no longer asks": ((LEAF, LOOSE_CA), (ROOT,), "python-3.13", 89, LOOSE_CA),
}


@OF_OPENSSL_3
@pytest.mark.parametrize("name", NAMED)
def test_a_refusal_names_its_certificate(name: str) -> None:
    served, bundle, family, code, certificate = NAMED[name]
    verdict = judged(served, *bundle)[family]
    assert (verdict.code, verdict.certificate) == (code, certificate.sha256)
    assert verdict.error == MEANINGS[code].error


@pytest.mark.parametrize("host", ["other.example.test", "192.0.2.1"])
def test_a_wrong_host_is_the_leafs(host: str) -> None:
    verdicts = judged(CHAIN, ROOT, host=host)
    assert {verdict.certificate for verdict in verdicts.values()} == {LEAF.sha256}
    assert {verdict.code for verdict in verdicts.values()} == {64 if host[0].isdigit() else 62}
