"""What a variable of trust may name to do harm: pipes, devices, things that are never read to their end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from pathlib import Path

import pytest

from tests.livetest.test_environment import hashed
from tests.support.cli import started
from tests.support.limits import no_wait
from tests.support.posix import mkfifo
from tests.support.proxy import ConnectProxy, start
from tests.support.servers import fresh_chain, server_context
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.livetest import environment as variable_tests
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.environment import VariableTest, audit_environment, try_variables
from tui_chain.livetest.request import LiveRequest
from tui_chain.net.target import Target

SECONDS = 30.0
"""A command that hangs is given up after this time; one that does not takes a few."""


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    mkfifo(path)
    return path


def tried(lab: Lab, name: str, value: str, *, seconds: float = 10.0) -> tuple[VariableTest, ...]:
    environment = {name: value}
    request = LiveRequest(Target("localhost", lab.host("complete").port), timeout=seconds)
    return asyncio.run(try_variables(request, audit_environment(environment), environment, lab.trust_pem))


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"])
def test_a_pipe_does_not_hold_the_command(lab: Lab, pipe: Path, name: str) -> None:
    words = ("test", f"localhost:{lab.host('complete').port}", "--trust", lab.trust_file)
    with started(*words, env={**os.environ, name: str(pipe)}) as running:
        try:
            out, err = running.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            pytest.fail("a pipe that nobody writes to holds the command")
    assert running.returncode == 0, err
    assert b"it names neither a file nor a folder" in out


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_read(lab: Lab, device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"there is no {device} here")
    found = tried(lab, "REQUESTS_CA_BUNDLE", device)
    assert {one.attempt.text for one in found} == {"it names neither a file nor a folder"}


def test_a_pipe_in_a_folder_is_not_looked_up(lab: Lab, pipe: Path, tmp_path: Path) -> None:
    """OpenSSL opens `HASH.0` in the middle of a handshake, where nothing could end it."""
    root = tmp_path / "root.pem"
    root.write_bytes(to_pem([lab.hierarchy["root"].der]))
    folder = hashed(tmp_path / "folder", root)
    (link,) = [file for file in folder.iterdir() if file.is_symlink()]
    link.unlink()
    link.symlink_to(pipe)
    found = tried(lab, "SSL_CERT_DIR", f"/nowhere{os.pathsep}{folder}")
    assert {one.attempt.text for one in found} == {f"what it names has {link.name}, which is no file"}


def test_a_pipe_for_the_system_s_roots_does_not_hold_the_way_to_a_proxy(
    lab: Lab, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pipe))
    url = start(lab, ConnectProxy(tls=server_context(lab, fresh_chain(lab))))
    request = LiveRequest(Target("localhost", lab.host("complete").port), timeout=0.5, proxy=url)
    with no_wait():
        attempt = asyncio.run(request.send(bundle_context(lab.trust_pem), "test"))
        assert attempt.text == "no answer of the proxy within 0.5 s"


def test_what_is_never_read_to_its_end_is_left(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a share whose server is gone; neither the test nor the end of the program waits for it."""
    file, end = tmp_path / "file.pem", threading.Event()
    file.write_bytes(lab.trust_pem)
    monkeypatch.setattr(variable_tests, "_context", lambda *_, **__: end.wait(60))
    try:
        with no_wait():
            found = tried(lab, "PIP_CERT", str(file), seconds=0.2)
    finally:
        end.set()
    assert [one.attempt.text for one in found] == ["what it names was not read within 0.2 s"]


def test_what_goes_away_or_is_no_path_is_said(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "file.pem"
    file.write_bytes(lab.trust_pem)
    environment = {"PIP_CERT": str(file)}
    variables = audit_environment(environment)
    file.unlink()
    request = LiveRequest(Target("localhost", lab.host("complete").port))
    (found,) = asyncio.run(try_variables(request, variables, environment, b""))
    assert found.attempt.text == "what it names is not there any more"
    (found,) = asyncio.run(try_variables(request, variables, {"PIP_CERT": "a\0b"}, b""))
    assert not found.attempt.ok
