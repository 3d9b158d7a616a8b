"""A host as the libraries of an interpreter judge it, and the one change: what is printed works when it is typed."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import certifi
import pytest

from tests.advise.calls.call import apart
from tests.doctor.conftest import PLAIN
from tests.support.interpreters import clean_environment, require_interpreter
from tests.support.own_machine import own_machine
from tests.support.programs import require_file
from tui_chain.core.failure import Failure
from tui_chain.doctor.environment_report import LibraryContext
from tui_chain.doctor.examination import Examination, examine_host
from tui_chain.engine.arguments import Arguments, Options
from tui_chain.engine.host_state import HostState, utc_now
from tui_chain.engine.startup import Run, start
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.target import Target, parse_target
from tui_chain.x509.formats.readers import read_certificates

HOSTS = ["complete", "leaf-only", "wrong-host-name", "no-tls", "strict-aki"]
OLD = Path(apart("requests"))
"""requests 2.28 with urllib3 1.26."""
NEW = Path(sys.executable)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(HOSTS) as opened:
        yield opened


def tried(lab: Lab, name: str, interpreter: Path, environment: Mapping[str, str], trust: str = "") -> Examination:
    found = examined(lab, name, interpreter, environment, trust)
    assert not isinstance(found, Failure), found
    return found


def examined(
    lab: Lab, name: str, interpreter: Path, environment: Mapping[str, str], trust: str = ""
) -> Examination | Failure:
    target = parse_target(lab.host(name).target)
    assert isinstance(target, Target)
    options = Options(trust=(trust or str(lab.trust_file),), no_pool=True)
    with start(options, Arguments((), utc_now, ()), every_source=True) as run:
        assert isinstance(run, Run)
        return asyncio.run(examine_host(run.journey, HostState(target), interpreter, environment))


def library(found: tuple[LibraryContext, ...] | None, name: str) -> LibraryContext:
    assert found is not None
    return next(one for one in found if one.name == name)


CALLS = {
    "requests": "import requests; print(requests.get(URL, timeout=9).status_code)",
    "httpx": "import httpx; print(httpx.get(URL, timeout=9).status_code)",
    "urllib3": "import urllib3; print(urllib3.PoolManager().request('GET', URL, retries=False).status)",
    "Python ssl": "import urllib.request; print(urllib.request.urlopen(URL, timeout=9).status)",
    "aiohttp": (
        "import asyncio, aiohttp\nasync def main():\n    async with aiohttp.ClientSession() as session:\n"
        "        async with session.get(URL) as answer: print(answer.status)\nasyncio.run(main())"
    ),
}
"""Programs that set nothing, as people write them."""


def accepted_by(interpreter: Path, name: str, lab: Lab, host: str, environment: Mapping[str, str]) -> bool:
    """Whether the real library gets through TLS to the host."""
    code = CALLS[name].replace("URL", repr(f"https://{lab.host(host).target}/"))
    done = subprocess.run(
        (interpreter, "-c", code), capture_output=True, text=True, timeout=60, check=False, env=dict(environment)
    )
    return done.stdout.strip() == "200"


@pytest.mark.parametrize("interpreter", [OLD, NEW], ids=["requests 2.28, urllib3 1.26", "latest"])
def test_the_verdicts_are_those_of_real_requests_and_the_change_works_as_it_is_typed(
    interpreter: Path, lab: Lab, tmp_path: Path
) -> None:
    require_file(interpreter)
    environment = clean_environment(tmp_path / "home")
    found = tried(lab, "leaf-only", interpreter, environment)
    trial = found.trial
    assert trial is not None
    here = [name for name in CALLS if name in {one.name for one in trial.before}]
    assert {"requests", "urllib3", "Python ssl"} <= set(here)
    for name in here:
        judged = library(trial.before, name).verdict
        assert judged is not None
        assert (judged.ok, judged.code) == (False, 20)
        assert not accepted_by(interpreter, name, lab, "leaf-only", environment)
        assert library(trial.with_bundle, name).accepts
    assert trial.change is not None
    assert trial.change.refused == ()
    typed = environment | _typed(trial.change.steps, tmp_path)
    for name in here:
        assert accepted_by(interpreter, name, lab, "leaf-only", typed)


def _typed(steps: tuple[str, ...], folder: Path) -> dict[str, str]:
    """What the steps leave in the environment of a shell."""
    program = f'tlschain() {{ {sys.executable} -m tui_chain.cli "$@"; }}\n'
    script = program + "\n".join(steps) + "\nexport -p | grep ca.pem"
    root = str(Path(__file__).parents[2])
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": root}
    done = subprocess.run(
        ("bash", "-c", script), cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    lines = (line.removeprefix("declare -x ").partition("=") for line in done.stdout.splitlines())
    return {name: value.strip('"') for name, _, value in lines}


def test_where_a_leftover_variable_is_the_fault_the_change_is_to_unset_it(lab: Lab, tmp_path: Path) -> None:
    """The folder has the root, and httpx does not look there beside the file that is gone."""
    folder = tmp_path / "certs"
    folder.mkdir()
    for number, root in enumerate(read_certificates(lab.trust_pem).certificates):
        (folder / f"{number}.pem").write_bytes(to_pem([root.der]))
    subprocess.run(("openssl", "rehash", folder), check=True, timeout=60)
    good = {"SSL_CERT_DIR": str(folder), **dict.fromkeys(_FILES, str(lab.trust_file))}
    environment = clean_environment(tmp_path / "home", SSL_CERT_FILE="/opt/miniconda3/ssl/cacert.pem", **good)
    found = tried(lab, "complete", NEW, environment)
    trial = found.trial
    assert trial is not None
    assert "httpx" in found.report.refusing
    assert library(trial.before, "Python ssl").accepts
    assert not accepted_by(NEW, "httpx", lab, "complete", environment)
    assert trial.change is not None
    assert trial.change.steps == ("unset SSL_CERT_FILE",)
    assert trial.change.refused == ()
    del environment["SSL_CERT_FILE"]
    assert accepted_by(NEW, "httpx", lab, "complete", environment)


_FILES = ("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")


def test_where_certifi_was_edited_the_change_is_to_install_it_again(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lab's root is a public one for this test, and somebody removed it from the interpreter's certifi."""
    public, packages = tmp_path / "public.pem", tmp_path / "packages"
    public.write_bytes(lab.trust_pem)
    monkeypatch.setattr(certifi, "where", lambda: str(public))
    source = Path(certifi.__file__).parents[1]
    shutil.copytree(source / "certifi", packages / "certifi", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copytree(next(source.glob("certifi-*.dist-info")), packages / "certifi-2026.1.1.dist-info")
    (packages / "certifi" / "cacert.pem").write_bytes(b"# edited\n" + (source / "certifi/cacert.pem").read_bytes())
    require_file(OLD)
    environment = clean_environment(tmp_path / "home", PYTHONPATH=str(packages), SSL_CERT_FILE=str(public))
    found = tried(lab, "complete", OLD, environment, trust="certifi")
    assert found.trial is not None
    assert "requests" in found.report.refusing
    assert found.trial.change is not None
    (step,) = found.trial.change.steps
    assert step.endswith("-m pip install --upgrade --force-reinstall --no-deps certifi")
    assert "requests" in found.trial.change.accepted


def test_where_the_system_has_the_root_the_change_is_to_use_its_store(lab: Lab, tmp_path: Path) -> None:
    """As on the machines of a company: its root is in the system's store, and certifi has it not."""
    require_file(OLD)
    with own_machine(tmp_path / "machine") as machine:
        machine.shell(f"cat {lab.trust_file} >> /etc/ssl/certs/ca-certificates.crt")
        inside = tmp_path / "python"
        inside.write_text(f'#!/bin/sh\nexec nsenter --target={machine.pid} --mount {OLD} "$@"\n')
        inside.chmod(0o755)
        found = tried(lab, "complete", inside, clean_environment(tmp_path / "home"))
    assert "requests" in found.report.refusing
    assert "Python ssl" not in found.report.refusing
    assert found.trial is not None
    assert found.trial.change is not None
    assert found.report.openssl is not None
    assert found.trial.change.steps == (f"export REQUESTS_CA_BUNDLE={found.report.openssl.file}",)


def test_what_no_change_helps_is_said_to_be_so(lab: Lab, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path / "home", SSL_CERT_FILE=str(lab.trust_file))
    found = tried(lab, "wrong-host-name", PLAIN, environment)
    assert found.trial is not None
    assert {"Python ssl"} <= set(found.report.refusing)
    judged = library(found.trial.before, "Python ssl").verdict
    assert judged is not None
    assert judged.code == 62
    assert found.trial.change is None
    assert not found.is_well


def test_a_host_that_all_accept_is_well(lab: Lab, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path / "home", SSL_CERT_FILE=str(lab.trust_file))
    trusting = environment | dict.fromkeys((*_FILES, "PIP_CERT"), str(lab.trust_file))
    found = tried(lab, "complete", PLAIN, trusting)
    assert found.trial is not None
    assert found.report.refusing == ()
    shaken = library(found.trial.before, "Python ssl").handshake
    assert shaken is not None
    assert shaken.ok


def test_a_host_without_tls_is_the_failure_of_its_probe(lab: Lab, tmp_path: Path) -> None:
    found = examined(lab, "no-tls", PLAIN, clean_environment(tmp_path / "home"))
    assert isinstance(found, Failure)


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_a_version_judges_by_its_own_flags(version: str, lab: Lab, tmp_path: Path) -> None:
    """The strict checks that Python 3.13 turned on."""
    environment = clean_environment(tmp_path / "home", SSL_CERT_FILE=str(lab.trust_file))
    found = tried(lab, "strict-aki", require_interpreter(version), environment)
    assert found.trial is not None
    one = library(found.trial.before, "Python ssl")
    assert one.verdict is not None
    assert one.handshake is not None
    expected = (True, None) if version == "3.12" else (False, 85)
    assert (one.verdict.ok, one.verdict.code) == (one.handshake.ok, one.handshake.code) == expected


def test_no_folder_for_the_files_of_a_change_is_a_failure(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container whose file system can only be read."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    found = examined(lab, "leaf-only", PLAIN, clean_environment(tmp_path / "home"))
    assert isinstance(found, Failure)
    assert found.hint == "Set TMPDIR to a folder that can be written."
