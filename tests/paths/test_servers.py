"""Offline verdicts against clients that connect to servers: Python's ssl with each profile's flags, and curl."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths.cases import CASES, Case
from tests.paths.graphs import NOW, key, pem
from tests.paths.handshake import NO_FLAGS, STRICT, client_context, server_context
from tests.paths.servers import serving
from tui_chain.paths.profiles import PROFILES, Judge

CURL = shutil.which("curl")
LOWER, CURL_PROFILE, WEB = "python ≤ 3.12", "curl", "web pki"
UPPER = "python ≥ 3.13"


def no_curl() -> str:
    """Why curl cannot be asked, or nothing."""
    if CURL is None:
        return "curl is not installed"
    version = subprocess.run([CURL, "--version"], capture_output=True, text=True, check=True).stdout
    return "" if "OpenSSL/3" in version else "this curl is not built with OpenSSL 3"


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def port(case: Case, tmp_path: Path) -> Iterator[int]:
    with serving(server_context(case.served, key(case.key), tmp_path)) as port:
        yield port


def test_verdicts(case: Case) -> None:
    verdicts = Judge(case.bundle).verdicts(case.served, host=case.host, at=NOW)
    said = {name: verdict.code or 0 for name, verdict in verdicts.items() if name != WEB}
    assert said == {LOWER: case.python, UPPER: case.strict, CURL_PROFILE: case.curl}
    assert {name: verdict.ok for name, verdict in verdicts.items()} == {
        LOWER: not case.python,
        UPPER: not case.strict,
        CURL_PROFILE: not case.curl,
        WEB: case.web,
    }
    assert list(verdicts) == [profile.name for profile in PROFILES]


@pytest.mark.skipif(ssl.OPENSSL_VERSION_INFO[0] != 3, reason="the codes are those of OpenSSL 3")
@pytest.mark.parametrize(("flags", "profile"), [(NO_FLAGS, LOWER), (STRICT, UPPER)], ids=["no flags", "strict"])
def test_python_says_the_same(case: Case, port: int, flags: ssl.VerifyFlags, profile: str) -> None:
    context = client_context(case.bundle, flags)
    code = 0
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname=case.host) as tls,
        ):
            tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert tls.recv(64).startswith(b"HTTP/1.0 200")
    except ssl.SSLCertVerificationError as error:
        code = error.verify_code
    assert code == {LOWER: case.python, UPPER: case.strict}[profile]


@pytest.mark.skipif(bool(no_curl()), reason=no_curl())
def test_curl_says_the_same(case: Case, port: int, tmp_path: Path) -> None:
    assert CURL is not None
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(pem(case.bundle))
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
    67: "CA certificate key too weak",
    68: "CA signature digest algorithm too weak",
}
"""curl's words for a code: OpenSSL's, or its own for names."""
