"""What is wrong in real environments: each has one thing wrong, and its one change puts it right."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.doctor.conftest import PLAIN, Examine, codes
from tests.support.chains import HOST
from tests.support.interpreters import clean_environment, report_of, require_interpreter
from tests.support.own_machine import own_machine
from tests.support.posix import is_root, mkfifo
from tests.support.unsafe import unsafe_in
from tui_chain.clients.engines.openssl.handshake import flight
from tui_chain.core.status import Severity
from tui_chain.doctor.environment_report import CertifiFacts, EnvironmentReport, read_report
from tui_chain.doctor.examination import Examination, examine_report
from tui_chain.doctor.probe_script import ServedFlight, probe_script
from tui_chain.doctor.problems.problem import CODES, TrustProblem
from tui_chain.lab.authority import Authority, Template, key_to_pem, to_pem
from tui_chain.x509.formats.readers import read_certificates

NOW = datetime.now(UTC)
ROOT = Authority.root("Corporate Root", now=NOW)
PEM = to_pem([ROOT.der])


def problem(found: Examination, code: str) -> TrustProblem:
    """The one problem with this code."""
    (one,) = [each for each in found.problems if each.code == code]
    return one


def test_nothing_is_wrong_with_a_clean_environment(examined: Examine) -> None:
    found = examined()
    assert found.problems == ()
    assert found.is_well
    assert found.settings == ()


# -- what variables name


def test_a_missing_file(examined: Examine) -> None:
    found = problem(examined(REQUESTS_CA_BUNDLE="/nonexistent/ca.pem"), "missing-file")
    assert found.severity is Severity.FATAL
    assert "REQUESTS_CA_BUNDLE" in found.message
    assert "/nonexistent/ca.pem" in found.message
    assert found.change == "unset REQUESTS_CA_BUNDLE"
    assert "requests" in found.clients


def test_what_conda_leaves_behind(examined: Examine) -> None:
    """Its scripts of activation set these; a shell that ended otherwise leaves them to what it starts."""
    found = examined(SSL_CERT_FILE="/opt/miniconda3/envs/x/ssl/cacert.pem", SSL_CERT_DIR="/opt/miniconda3/ssl/certs")
    left = [each for each in found.problems if each.code == "leftover-variable"]
    assert [each.change for each in left] == ["unset SSL_CERT_FILE", "unset SSL_CERT_DIR"]
    assert {"httpx", "Python ssl", "uv"} <= set(left[0].clients)


def test_a_leftover_that_is_still_there(examined: Examine, tmp_path: Path) -> None:
    file = tmp_path / "miniconda3" / "ssl" / "cacert.pem"
    file.parent.mkdir(parents=True)
    shutil.copy(certifi.where(), file)
    found = problem(examined(SSL_CERT_FILE=str(file)), "leftover-variable")
    assert (found.severity, found.change) == (Severity.RISK, "unset SSL_CERT_FILE")


def test_quotes_and_a_tilde_are_a_part_of_the_value(examined: Examine) -> None:
    found = problem(examined(REQUESTS_CA_BUNDLE='"/etc/my ca.pem"'), "quoted-value")
    assert found.change == "export REQUESTS_CA_BUNDLE='/etc/my ca.pem'"
    found = problem(examined(SSL_CERT_FILE="~/ca.pem"), "tilde-not-expanded")
    assert found.change == 'export SSL_CERT_FILE="$HOME"/ca.pem'


def test_a_folder_for_a_file_and_a_file_for_a_folder(examined: Examine, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(PEM)
    assert problem(examined(PIP_CERT=str(tmp_path)), "folder-not-file").clients == ("pip",)
    found = problem(examined(SSL_CERT_DIR=str(file)), "file-not-folder")
    assert "httpx" in found.clients
    assert "requests" not in found.clients


def test_a_folder_without_hashed_names_is_read_after_openssl_rehash(examined: Examine, tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    folder.mkdir()
    (folder / "ca.pem").write_bytes(PEM)
    found = problem(examined(SSL_CERT_DIR=str(folder)), "unhashed-folder")
    subprocess.run(found.change.split(), check=True, timeout=60)
    assert "unhashed-folder" not in codes(examined(SSL_CERT_DIR=str(folder)))


BROKEN = {
    "no-certificates": b"hello\n",
    "broken-file": PEM + PEM.replace(b"MII", b"MIJ", 1),
    "byte-order-mark": b"\xef\xbb\xbf" + PEM * 30,
    "private-key-inside": PEM + key_to_pem(ROOT.key),
    "small-file": PEM,
}


@pytest.mark.parametrize("code", BROKEN)
def test_the_content_of_a_file(code: str, examined: Examine, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(BROKEN[code])
    found = problem(examined(REQUESTS_CA_BUNDLE=str(file)), code)
    assert str(file) in found.message
    assert "requests" in found.clients


def test_a_stale_file_lacks_many_public_roots(examined: Examine, tmp_path: Path) -> None:
    ders = [one.der for one in read_certificates(Path(certifi.where()).read_bytes()).certificates]
    stale, whole = tmp_path / "stale.pem", tmp_path / "whole.pem"
    stale.write_bytes(to_pem(ders[:60]))
    whole.write_bytes(to_pem(ders))
    found = problem(examined(REQUESTS_CA_BUNDLE=str(stale)), "stale-file")
    assert "has 60 roots" in found.message
    assert codes(examined(REQUESTS_CA_BUNDLE=str(whole))) == set()
    assert codes(examined(SSL_CERT_FILE=str(stale))) == {"stale-file"}
    assert "Python ssl" not in problem(examined(SSL_CERT_FILE=str(stale)), "stale-file").clients, "it adds to its own"


@pytest.mark.skipif(is_root(), reason="root reads every file")
def test_a_file_that_the_user_cannot_read(examined: Examine, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(PEM)
    file.chmod(0)
    assert problem(examined(REQUESTS_CA_BUNDLE=str(file)), "unreadable-file").change == f"chmod a+r {file}"


def test_a_pipe_is_not_waited_for(examined: Examine, tmp_path: Path) -> None:
    mkfifo(tmp_path / "pipe")
    assert problem(examined(REQUESTS_CA_BUNDLE=str(tmp_path / "pipe")), "unreadable-file").severity is Severity.FATAL


def test_a_store_of_java_is_no_pem_file(examined: Examine, tmp_path: Path) -> None:
    store = tmp_path / "cacerts.jks"
    store.write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2")
    assert codes(examined(JAVA_TOOL_OPTIONS=f"-Xmx1g -Djavax.net.ssl.trustStore={store}")) == set()
    missing = problem(examined(JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=/nonexistent.jks"), "missing-file")
    assert missing.change.startswith("Take")
    assert {"Java", "Maven", "Gradle"} <= set(missing.clients)


def test_a_setting_that_another_beats(examined: Examine, tmp_path: Path) -> None:
    one, other = (tmp_path / name for name in ("one.pem", "other.pem"))
    for file in (one, other):
        shutil.copy(certifi.where(), file)
    found = problem(examined(REQUESTS_CA_BUNDLE=str(one), CURL_CA_BUNDLE=str(other)), "overridden-setting")
    assert found.message.startswith("REQUESTS_CA_BUNDLE wins over CURL_CA_BUNDLE in requests")
    assert found.severity is Severity.COSMETIC
    assert codes(examined(REQUESTS_CA_BUNDLE=str(one), CURL_CA_BUNDLE=str(one))) == set(), "they say the same"


# -- verification that is off


OFF = {
    "PYTHONHTTPSVERIFY": "0",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "GIT_SSL_NO_VERIFY": "1",
    "PIP_TRUSTED_HOST": "pypi.org",
    "CONDA_SSL_VERIFY": "false",
    "UV_INSECURE_HOST": "pypi.org",
    "GOINSECURE": "*",
    "PERL_LWP_SSL_VERIFY_HOSTNAME": "0",
    "YARN_ENABLE_STRICT_SSL": "false",
}


def test_variables_that_turn_verification_off_are_a_risk_and_never_advice(examined: Examine) -> None:
    found = [each for each in examined(**OFF).problems if each.code == "verification-off"]
    assert {each.change for each in found} == {f"unset {name}" for name in OFF}
    assert {each.severity for each in found} == {Severity.RISK}


def test_the_same_variables_that_leave_it_on(examined: Examine) -> None:
    on = {"PYTHONHTTPSVERIFY": "1", "NODE_TLS_REJECT_UNAUTHORIZED": "1", "CONDA_SSL_VERIFY": "true"}
    assert codes(examined(**on)) == set()


# -- certifi


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A copy of certifi as it was installed, with its record."""
    folder = tmp_path / "packages"
    source = Path(certifi.where()).parents[1]
    ignored = shutil.ignore_patterns("__pycache__", "tests")
    for path in (source / "certifi", *source.glob("certifi-*.dist-info")):
        shutil.copytree(path, folder / path.name, ignore=ignored)
    file = folder / "certifi" / "cacert.pem"
    whole = file.read_bytes()  # to which a machine may have added its own
    last = whole.index(b"-----END", whole.rindex(b"# Issuer"))
    file.write_bytes(whole[: whole.index(b"\n", last) + 1])
    _record(folder)
    return folder


def _record(folder: Path) -> None:
    """Write what an installer records of the file as it is."""
    digest = hashlib.sha256((folder / "certifi" / "cacert.pem").read_bytes()).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    (record,) = folder.glob("certifi-*.dist-info/RECORD")
    record.write_text(f"certifi/__init__.py,,\ncertifi/cacert.pem,sha256={hashed},1\n")


def test_certifi_as_it_was_installed(packages: Path, examined: Examine) -> None:
    found = examined(PYTHONPATH=str(packages))
    assert found.report.certifi is not None
    assert found.report.certifi.changed is False
    assert codes(found) == set()


def test_certifi_with_a_root_appended_and_one_removed(packages: Path, examined: Examine) -> None:
    file = packages / "certifi" / "cacert.pem"
    whole = file.read_bytes()
    begin, end = whole.index(b"# Issuer", 1), whole.index(b"# Issuer", whole.index(b"-----END"))
    gone = read_certificates(whole[begin:end]).certificates[0]
    file.write_bytes(whole[:begin] + whole[end:] + PEM)
    found = problem(examined(PYTHONPATH=str(packages)), "certifi-edited")
    assert found.severity is Severity.FATAL
    appended = read_certificates(PEM).certificates[0]
    assert f"1 certificate appended: {appended.subject} (SHA-256 {appended.sha256})" in found.message
    assert f"1 certificate removed: {gone.subject} (SHA-256 {gone.sha256})" in found.message
    assert "--force-reinstall" in found.change
    assert "requests" in found.clients


def test_an_old_certifi_is_known_by_its_version(packages: Path, examined: Examine) -> None:
    module = packages / "certifi" / "__init__.py"
    module.write_text("from .core import contents, where\n__version__ = '2021.10.08'\n")
    found = problem(examined(PYTHONPATH=str(packages)), "certifi-old")
    assert "certifi 2021.10.08" in found.message
    assert found.change.endswith("-m pip install --upgrade certifi")


def test_certifi_that_leads_elsewhere_or_nowhere(packages: Path, examined: Examine, tmp_path: Path) -> None:
    """As a distribution or a package patches it, and as PyInstaller leaves it without its data."""
    other = tmp_path / "system.pem"
    shutil.copy(certifi.where(), other)
    module = packages / "certifi" / "__init__.py"
    module.write_text(f"__version__ = '2026.10.18'\ndef where(): return {str(other)!r}\n")
    assert "certifi-redirected" in codes(examined(PYTHONPATH=str(packages)))
    other.unlink()
    found = problem(examined(PYTHONPATH=str(packages)), "certifi-missing")
    assert str(other) in found.message
    (packages / "sitecustomize.py").write_text("import sys; sys.frozen = True; sys._MEIPASS = '/tmp/_MEI1'\n")
    frozen = problem(examined(PLAIN, PYTHONPATH=str(packages)), "certifi-missing")
    assert frozen.message.startswith("The frozen application was built without certifi's file")
    assert frozen.change == "pyinstaller --collect-data certifi"


# -- OpenSSL and the clock


def _config(folder: Path, lines: str) -> str:
    file = folder / "openssl.cnf"
    file.write_text(
        f"openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n[default]\n{lines}\n"
    )
    return str(file)


@pytest.mark.parametrize("version", ["3.9", "3.11"])
def test_a_config_that_raises_the_security_level(version: str, tmp_path: Path) -> None:
    """Python 3.10 and later set their own; before, the file's counts: an RSA key of 2048 bits is refused (66)."""
    leaf = ROOT.issue_leaf([HOST], Template(new_key=lambda: rsa.generate_private_key(65537, 2048)))
    trusted = tmp_path / "root.pem"
    trusted.write_bytes(PEM)
    config = _config(tmp_path, "CipherString = DEFAULT:@SECLEVEL=3")
    environment = clean_environment(tmp_path / "home", OPENSSL_CONF=config, SSL_CERT_FILE=str(trusted))
    served = ServedFlight(HOST, 443, flight((leaf.der,), rsa=True))
    report = report_of(require_interpreter(version), environment, served)
    verdict = next(one.verdict for one in report.libraries if one.name == "Python ssl")
    assert verdict is not None
    refused = version == "3.9"
    assert (verdict.ok, verdict.code) == ((False, 66) if refused else (True, None))
    assert ("security-level" in codes(examine_report(report, NOW))) == refused


def test_a_config_that_allows_tls_1_3_alone(examined: Examine, tmp_path: Path) -> None:
    config = _config(tmp_path, "MinProtocol = TLSv1.3")
    assert config in problem(examined(OPENSSL_CONF=config), "minimum-version").change


def test_a_config_that_is_missing(examined: Examine) -> None:
    assert problem(examined(OPENSSL_CONF="/nonexistent.cnf"), "openssl-config").change == "unset OPENSSL_CONF"


def test_a_config_by_which_openssl_makes_no_context(examined: Examine, tmp_path: Path) -> None:
    """A provider that is activated without the default one; no trust file is to blame for what comes of it."""
    file, trusted = tmp_path / "openssl.cnf", tmp_path / "root.pem"
    file.write_text("openssl_conf = a\n[a]\nproviders = b\n[b]\nbase = c\n[c]\nactivate = 1\n")
    trusted.write_bytes(PEM)
    found = examined(OPENSSL_CONF=str(file), SSL_CERT_FILE=str(trusted))
    assert found.report.complete
    assert codes(found) == {"openssl-config", "small-file"}
    assert problem(found, "openssl-config").severity is Severity.FATAL


def test_a_clock_that_is_behind(examined: Examine) -> None:
    report = examined().report
    late = replace(
        report,
        certifi=CertifiFacts("2026.01.04", "/x", "/x", changed=None),
        time=datetime(2025, 12, 31, tzinfo=UTC).timestamp(),
    )
    assert "The clock says 2025-12-31" in problem(examine_report(late, NOW), "clock-behind").message
    on_time = replace(late, time=(datetime(2026, 1, 4, tzinfo=UTC) + timedelta(days=1)).timestamp())
    assert "clock-behind" not in codes(examine_report(on_time, NOW))


def test_a_machine_without_any_ca_package(tmp_path: Path) -> None:
    """In a mount namespace whose /etc/ssl has nothing; installing it again is the change."""
    with own_machine(tmp_path / "machine") as machine:
        machine.shell("rm -rf /etc/ssl/certs; mkdir /etc/ssl/certs")
        done = machine.run(str(PLAIN), "-", stdin=probe_script())
    report = read_report(done.stdout.encode(), "the machine")
    assert isinstance(report, EnvironmentReport), done.stderr
    one = problem(examine_report(report, NOW), "no-system-store")
    assert one.severity is Severity.FATAL
    assert "ca-certificates" in one.change


# -- what is printed of it


def test_values_of_variables_cannot_attack_a_terminal(examined: Examine) -> None:
    evil = "/x\x1b]0;t\x07\x1b[2J\u202e[bold]red[/]\n<b>"
    found = examined(REQUESTS_CA_BUNDLE=evil, SSL_CERT_FILE=evil, NODE_EXTRA_CA_CERTS=evil)
    text = repr(found)
    assert unsafe_in(text) == set()
    assert len([each for each in found.problems if each.code == "missing-file"]) == 1


ATTACKS = (
    "/x; :>pwned; #",
    "/x$(:>pwned)",
    "/x`:>pwned`",
    "/x'; :>pwned; '",
    '/x"; :>pwned; "',
    "/x\n:>pwned\n",
    "/x & :>pwned",
)
"""Each makes a file with what every shell has built in, wherever it is not quoted."""


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_command_of_a_hostile_report_does_more_than_it_says(attack: str, tmp_path: Path) -> None:
    """Whoever runs a container may have written its report; the commands are there to be copied."""
    store = {"kind": "file", "format": "PEM", "certificates": 1, "roots": [["a", "b"]], "error": attack}
    kinds: list[dict[str, object]] = [
        store, {**store, "error": "", "bom": True}, {**store, "error": "", "private_key": True},
        {"kind": "folder"}, {"kind": "missing"}, {"kind": "unreadable"}, {**store, "certificates": 0},
    ]  # fmt: skip
    commands: set[str] = set()
    for kind in kinds:
        for path in (attack, f"~/{attack}", f"'{attack}'"):
            report = read_report(json.dumps(_hostile({**kind, "path": path}, path, attack)).encode(), "x")
            assert isinstance(report, EnvironmentReport)
            changes = (one.change for one in examine_report(report, NOW).problems)
            commands |= {change for change in changes if not change.endswith(".")}
    assert len(commands) >= 8
    for command in commands:
        subprocess.run(("/bin/bash", "-c", command), cwd=tmp_path, env={"PATH": ""}, timeout=60, check=False)
        assert list(tmp_path.iterdir()) == [], command


def _hostile(store: dict[str, object], path: str, attack: str) -> dict[str, object]:
    names = [*("REQUESTS_CA_BUNDLE", "PIP_CERT"), f"POETRY_CERTIFICATES_{attack}_CERT"]
    entry = {"setting": "cafile", "value": path, "line": 1}
    return {
        "doctor": 1,
        "complete": True,
        "errors": ["context: x"],
        "interpreter": {"executable": attack, "version": f"3.8{attack}", "platform": "darwin"},
        "variables": dict.fromkeys(names, path) | {"SSL_CERT_DIR": path.replace(":", "")},
        "files": [{"client": "npm", "path": attack, "entries": [entry]}],
        "certifi": {"version": "2020.1.1", "where": path, "own": path, "changed": True},
        "openssl": {"file": path, "folder": path, "config": {"path": attack, "settings": {"MinProtocol": "TLSv1.3"}}},
        "stores": [store],
    }


def test_no_credentials_of_a_proxy_or_url_leave_the_interpreter(tmp_path: Path) -> None:
    secret = "s3cret"
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        f'[http "https://user:{secret}@git.test/"]\n\tsslCAInfo = /x\n[user]\n\tpassword = {secret}\n'
    )
    (home / ".npmrc").write_text(f"//registry.npmjs.org/:_authToken={secret}\ncafile=/x\n")
    (home / ".my.cnf").write_text(f"[client]\npassword={secret}\nssl-ca=/x\n")
    environment = clean_environment(
        home,
        HTTPS_PROXY=f"http://user:{secret}@proxy.test:3128",
        all_proxy=f"user:{secret}@proxy.test:3128",
        http_proxy=f"socks5://a@b:{secret}@proxy.test",
        JAVA_TOOL_OPTIONS=f"-Djavax.net.ssl.trustStore=/x -Djavax.net.ssl.trustStorePassword={secret}",
        PIP_INDEX_URL=f"https://user:{secret}@index.test/simple",
    )
    report = report_of(PLAIN, environment)
    assert secret not in repr(report.raw)
    assert report.proxies["HTTPS_PROXY"] == "http://***@proxy.test:3128"
    settings = {each.name for each in report.settings}
    assert {"http.<url>.sslCAInfo", "cafile", "ssl-ca", "-Djavax.net.ssl.trustStore"} <= settings


def test_every_code_is_that_of_a_rule() -> None:
    folder = Path(__file__).parents[2]
    sources = "".join(path.read_text() for path in (folder / "tui_chain" / "doctor" / "problems").glob("*.py"))
    for code in CODES:
        assert sources.count(f'"{code}"') >= 2, f"no rule has {code}"
