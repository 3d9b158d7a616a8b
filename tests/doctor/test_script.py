"""The script in other interpreters: every version runs it, and whatever runs around it there is one report."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import certifi
import pytest

from tests.support.chains import HOST, make_pki
from tests.support.interpreters import VERSIONS, clean_environment, report_of, require_interpreter
from tests.support.limits import no_wait
from tests.support.unsafe import unsafe_in
from tui_chain.clients.engines.openssl.handshake import flight, uses_rsa
from tui_chain.core.failure import Failure
from tui_chain.doctor.environment_report import EnvironmentReport, read_report
from tui_chain.doctor.interpreter import run_script
from tui_chain.doctor.probe_script import ServedFlight, probe_script
from tui_chain.lab.authority import to_pem

STRICT_AND_PARTIAL = 0x80020
PLAIN = Path(sys.executable).resolve()
"""The interpreter without the packages of the tests, which take a second to load."""
PKI = make_pki(now=datetime.now(UTC))
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_gives_a_whole_report_and_judges_as_its_handshakes_do(version: str, tmp_path: Path) -> None:
    """The lone leaf: 20; with its intermediate and the root in SSL_CERT_FILE it is accepted."""
    path, trusted = require_interpreter(version), tmp_path / "root.pem"
    trusted.write_bytes(to_pem([PKI.root.der]))
    environment = clean_environment(tmp_path / "home", SSL_CERT_FILE=str(trusted))
    for served, expected in (((PKI.leaf.der,), (False, 20)), ((PKI.leaf.der, PKI.issuing.der), (True, None))):
        report = report_of(path, environment, ServedFlight(HOST, 443, flight(served, rsa=uses_rsa(served[0]))))
        assert (report.complete, report.errors) == (True, ())
        assert report.version.startswith(f"{version}.")
        assert report.openssl is not None
        assert report.openssl.version.startswith("OpenSSL")
        assert not [library for library in report.libraries if library.error]
        libraries = {library.name: library for library in report.libraries}
        assert {"Python ssl", "pip"} <= libraries.keys()
        flags, verdict = libraries["Python ssl"].flags, libraries["Python ssl"].verdict
        assert flags is not None
        assert bool(flags & STRICT_AND_PARTIAL) == (version == "3.13")
        assert verdict is not None
        assert (verdict.ok, verdict.code) == expected


def test_it_is_one_file_that_writes_nothing_and_reaches_nothing(tmp_path: Path) -> None:
    """Read from standard input, as by `docker exec -i NAME python -`.

    An audit hook sees every socket that is connected and every name that is looked up, of whatever library. Nothing
    is written in the home, in the folder it runs in, and no compiled module beside one that it imports.
    """
    home, packages, log = tmp_path / "home", tmp_path / "packages", tmp_path / "log"
    ignored = shutil.ignore_patterns("__pycache__", "tests")
    shutil.copytree(Path(certifi.where()).parent, packages / "certifi", ignore=ignored)
    _site(packages, _HOOK.replace("LOG", repr(str(log))))
    environment = clean_environment(home, PYTHONPATH=str(packages), PYTHONDONTWRITEBYTECODE="", TMPDIR=str(home))
    subprocess.run((sys.executable, "-c", ""), check=True, timeout=60, env=environment)  # compiles the hook
    log.unlink(missing_ok=True)
    before, script = sorted(tmp_path.rglob("*")), probe_script()
    assert script.isascii()
    done = subprocess.run(
        (sys.executable, "-"), input=script, capture_output=True, text=True, timeout=60, check=True, env=environment,
        cwd=home,
    )  # fmt: skip
    report = read_report(json.dumps(json.loads(done.stdout)).encode(), "it")
    assert isinstance(report, EnvironmentReport)
    assert {"requests", "httpx", "aiohttp", "urllib3", "boto3"} <= {one.name for one in report.libraries}
    assert not [one for one in report.libraries if one.error]
    assert not log.exists(), log.read_text()
    assert sorted(tmp_path.rglob("*")) == before


_HOOK = """import sys
def hook(event, args):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.sendto", "subprocess.Popen", "os.system"):
        open(LOG, "a").write(f"{event} {args}\n")
sys.addaudithook(hook)
"""


def test_the_pieces_have_no_name_twice() -> None:
    """They become one module, where a second function of one name takes the place of the first."""
    named = Counter(
        one.name
        for one in ast.parse(probe_script()).body
        if isinstance(one, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
    )
    assert {name for name, times in named.items() if times > 1} == set()


def _site(folder: Path, code: str) -> None:
    (folder / "sitecustomize.py").write_text(code)


_PRINTS = """import atexit, os, sys, threading, time
print("hello")
print('{"doctor": 1, "complete": true, "errors": ["false"]}', flush=True)
atexit.register(print, "bye")
def go():
    while True:
        print("x")
        time.sleep(0.01)
threading.Thread(target=go, daemon=True).start()
os.write(1, b"{")
"""
NOISE = {
    "texts at every time": _PRINTS,
    "no standard error": "import os; os.close(2)",
    "ssl that raises": "import sys; sys.modules['ssl'] = None",
    "a folder that is gone": "import os, tempfile; folder = tempfile.mkdtemp(); os.chdir(folder); os.rmdir(folder)",
    "a library that ends the program": "import urllib.request; urllib.request.urlopen = lambda *_, **__: exit(3)",
}


@pytest.mark.parametrize("name", NOISE)
def test_whatever_other_code_prints_there_is_one_report(name: str, tmp_path: Path) -> None:
    _site(tmp_path, NOISE[name])
    report = report_of(PLAIN, clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path)))
    assert report.complete
    assert report.errors == ()


def test_an_interpreter_without_ssl_gives_its_report(tmp_path: Path) -> None:
    _site(tmp_path, "import sys; sys.modules['_ssl'] = None")
    report = report_of(PLAIN, clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path)))
    assert report.complete
    assert report.interpreter["ssl"] is False
    assert report.openssl is None
    assert report.libraries == ()


def test_truststore_in_the_place_of_ssl_is_seen_and_judged(tmp_path: Path) -> None:
    """As a package injects it at the start; it verifies by a context of its own inside."""
    code = "import sys\nfrom pip._vendor import truststore\nsys.modules['truststore'] = truststore\n"
    _site(tmp_path, f"{code}truststore.inject_into_ssl()\n")
    trusted = tmp_path / "root.pem"
    trusted.write_bytes(to_pem([PKI.root.der]))
    environment = clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path), SSL_CERT_FILE=str(trusted))
    served = (PKI.leaf.der, PKI.issuing.der)
    report = report_of(sys.executable, environment, ServedFlight(HOST, 443, flight(served, rsa=uses_rsa(served[0]))))
    assert report.injected == ("truststore",)
    libraries = {library.name: library for library in report.libraries}
    assert not [library for library in report.libraries if library.error]
    verdict = libraries["Python ssl"].verdict
    assert verdict is not None
    assert verdict.ok


def test_modules_of_the_current_folder_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -` would take them first; a folder that was downloaded is no reason to run what is in it."""
    marker = tmp_path / "ran"
    for name in ("json", "ssl", "socket", "requests", "certifi", "threading"):
        (tmp_path / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').write(__name__)\n")
    monkeypatch.chdir(tmp_path)
    assert report_of(PLAIN, clean_environment(tmp_path / "home")).complete
    assert not marker.exists()


def test_the_report_comes_at_the_deadline_as_far_as_it_has_come(tmp_path: Path) -> None:
    _site(tmp_path, "import time, urllib.request\nurllib.request.urlopen = lambda *_, **__: time.sleep(600)")
    environment = clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path))
    with no_wait():
        report = report_of(PLAIN, environment, seconds=2.0)
    assert not report.complete
    assert report.openssl is not None


HOSTILE = {
    "hangs at its start": "import time; time.sleep(600)",
    "endless output": "import os\nwhile True: os.write(1, b'{\"doctor\": 1' * 9999)",
    "ends": "import os; os._exit(3)",
    "no JSON": "import os; os.write(1, b'{\"doctor\": 1, '); os._exit(0)",
    "deep JSON": "import os; os.write(1, b'{\"doctor\": 1, \"x\": ' + b'[' * 99999 + b'\\n'); os._exit(0)",
    "not an object": "import os; os.write(1, b'[\"doctor\"]\\n'); os._exit(0)",
}


@posix_only
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_interpreter_is_a_failure_within_bounds(name: str, tmp_path: Path) -> None:
    _site(tmp_path, HOSTILE[name])
    environment = clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path))
    with no_wait():
        found = run_script(PLAIN, probe_script(), environment, seconds=2.0)
    assert isinstance(found, Failure)
    assert found.kind == "python"
    assert unsafe_in(str(found)) == set()


def _leaves_a_process(log: Path, first: str = "") -> str:
    """Code whose process stays behind, does `first`, writes its number down and sleeps."""
    return (
        f"import os, time\nif os.fork() == 0:\n    {first}open({str(log)!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(600)\n    os._exit(0)\n"
    )


@posix_only
def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    """A process that it left behind holds the pipes open and is ended with its group."""
    log = tmp_path / "pid"
    _site(tmp_path, _leaves_a_process(log))
    with no_wait():
        report = report_of(PLAIN, clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path)))
    assert report.complete
    with pytest.raises(ProcessLookupError):
        _wait_for_its_end(int(log.read_text()))


def _wait_for_its_end(pid: int) -> None:
    """Return after many looks while a process is there, a zombie of the group being none."""
    stat = Path(f"/proc/{pid}/stat")
    for _ in range(2000):
        os.kill(pid, 0)
        if Path("/proc/self").exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError


@posix_only
def test_what_leaves_its_group_is_not_waited_for(tmp_path: Path) -> None:
    """A daemon holds the pipes open as long as it likes."""
    log = tmp_path / "pid"
    _site(tmp_path, _leaves_a_process(log, "os.setsid(); "))
    with no_wait():
        report = report_of(PLAIN, clean_environment(tmp_path / "home", PYTHONPATH=str(tmp_path)))
    assert report.complete
    os.kill(int(log.read_text()), signal.SIGTERM)


@pytest.mark.parametrize("path", ["/nonexistent/python", "/etc/passwd", "/bin/cat"])
def test_what_is_no_interpreter_is_a_failure(path: str, tmp_path: Path) -> None:
    found = run_script(Path(path), probe_script(), clean_environment(tmp_path / "home"))
    assert isinstance(found, Failure)


def test_a_report_is_found_after_other_lines_and_inside_a_result() -> None:
    plain = json.dumps({"doctor": 1, "complete": True})
    for text in (plain, f"noise\n{plain}\n", json.dumps({"schema": 1, "environment": json.loads(plain)})):
        found = read_report(text.encode(), "a.json")
        assert isinstance(found, EnvironmentReport)
        assert found.complete
    for text in ("", "noise", "{}", '{"doctor": 2}', '{"environment": 3}', '{"environment": {"doctor": 2}}'):
        assert isinstance(read_report(text.encode(), "a\x1b[2J.json"), Failure)


def test_whatever_a_report_holds_comes_out_bounded_and_safe() -> None:
    """Every value of the wrong type, and texts that attack a terminal."""
    evil = "\x1b]0;x\x07\u202e" + "y" * 9999
    odd: list[object] = [None, True, 1e999, -1, [], {}, evil, [evil], {evil: evil}, [[evil]], 10**400]
    names = json.loads(json.dumps(_shape()))
    for value in odd:
        for name in names:
            found = read_report(json.dumps({**names, name: value, "doctor": 1}).encode(), "x")
            assert isinstance(found, EnvironmentReport)
            assert unsafe_in(repr(found)) == set()
            assert unsafe_in(json.dumps(dict(found.raw), ensure_ascii=False)) == set()


def _shape() -> dict[str, object]:
    """A report with every member."""
    return {
        "doctor": 1, "time": 1.5, "complete": True, "errors": ["x"], "interpreter": {"version": "3.8.1"},
        "variables": {"A": "b"}, "proxies": {},
        "files": [{"client": "x", "path": "y", "entries": [{"setting": "z"}]}],
        "packages": {}, "injected": [], "certifi": {"version": "1"}, "openssl": {"config": {"settings": {}}},
        "context": {}, "stores": [{"path": "x", "roots": [["a", "b"]]}], "libraries": [{"name": "x", "verdict": {}}],
    }  # fmt: skip
