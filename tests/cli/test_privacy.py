"""Nothing secret stays: header values, passwords and query strings are in no file and no output of any command."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from tests.livetest.test_hops import FOUND, OK, server
from tests.support.cli import PROGRAM, ROOT
from tests.support.proxy import ConnectProxy, start
from tui_chain.core.text import shown_url
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.lab.internet import Lab, open_lab

SECRETS = re.compile(r"sekret-\w+")
"""Every secret that a test gives to a command is of this form."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["leaf-only"]) as opened:
        yield opened


@pytest.fixture
def target(lab: Lab) -> str:
    """A host that redirects to a URL with a token in it."""
    end = server(lab, lambda _: OK)
    return f"localhost:{server(lab, lambda _: FOUND % f'https://localhost:{end}/go?to=sekret-redirect'.encode())}"


COMMANDS = {
    "test": "test https://u:sekret-user@{target}/u?x=sekret-url#sekret-part {request}",
    "test as JSON": "test {target} {request} --json",
    "test by programs": "test {target} {request} --programs",
    "test by a proxy": "test {target} {request} --proxy",
    "test by a proxy as JSON": "test {target} {request} --proxy --json",
    "check": "check https://u:sekret-user@{target}/u?x=sekret-url",
    "check as JSON": "check https://{target}/u?x=sekret-url --json",
    "fix": "fix https://{target}/u?x=sekret-url -o bundle.pem",
    "fix as JSON": "fix https://{target}/u?x=sekret-url --json",
    "advise": "advise https://{target}/u?x=sekret-url",
    "report": "report https://{target}/u?x=sekret-url --live-test -o report.md",
    "report as HTML": "report https://{target}/u?x=sekret-url --live-test --format html -o report.html",
    "report as JSON": "report https://{target}/u?x=sekret-url --live-test --format json",
    "doctor": "doctor {target} --json",
}
REQUEST = "--path /p?token=sekret-path --header X-Team:sekret-header"


@pytest.mark.parametrize("name", COMMANDS)
def test_no_secret_is_left_anywhere(lab: Lab, target: str, tmp_path: Path, name: str) -> None:
    command = COMMANDS[name].format(target=target, request=REQUEST).split(" ")
    assert SECRETS.search(" ".join(command)) or name == "doctor"
    proxy = f"http://user:sekret-proxy@127.0.0.1:{lab.dead_port}"
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("STATE", "DATA", "CONFIG", "CACHE")}
    environment = os.environ | homes | {"https_proxy": proxy, "http_proxy": proxy, "HOME": str(tmp_path)}
    environment |= {"PYTHONPATH": str(ROOT)}
    words = (*PROGRAM, *command, "--trust", str(lab.trust_file))
    done = subprocess.run(words, capture_output=True, timeout=120, check=False, cwd=tmp_path, env=environment)
    printed = (done.stdout + done.stderr).decode()
    assert printed or "-o" in command
    assert "Traceback" not in printed
    assert SECRETS.findall(printed) == []
    for file in tmp_path.rglob("*"):
        assert SECRETS.findall(file.name) == []
        if file.is_file():
            assert SECRETS.findall(file.read_bytes().decode("latin-1")) == [], file


@pytest.fixture(scope="module")
def secrets(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a client's certificate, whose key has a password, and that password."""
    folder = tmp_path_factory.mktemp("secrets")
    client = lab.hierarchy["issuing"].issue_leaf(("client.test",))
    locked = BestAvailableEncryption(b"sekret-key")
    made = pkcs12.serialize_key_and_certificates(b"me", client.key, client.certificate, None, locked)  # type: ignore[arg-type]
    (folder / "client.p12").write_bytes(made)
    (folder / "client.pem").write_bytes(to_pem([client.der]) + key_to_pem(client.key))
    (folder / "password").write_text("sekret-key\n")
    return folder


CONNECTIONS = {
    "check": "check {host} --json {options}",
    "fix": "fix {host} --no-pool -o bundle.pem {options}",
    "test": "test {host} --bundle {roots} {options}",
    "advise": "advise {host} {options}",
    "report": "report {host} --live-test -o report.md {options}",
    "host list": "check --hosts {listed}",
    "a fault": "check {host} --connect-to localhost:1 --retries 1 {options}",
}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_no_login_and_no_key_is_left_anywhere(lab: Lab, secrets: Path, tmp_path: Path, name: str) -> None:
    proxy = start(lab, ConnectProxy()).replace("://", "://user:sekret-login@")
    host = lab.host("leaf-only").target
    files = {"cert": secrets / "client.p12", "cert-password-file": secrets / "password"}
    options = " ".join(f"--{option} {file}" for option, file in files.items())
    listed = secrets / "hosts"
    own = " ".join(f"{option}={file}" for option, file in files.items())
    listed.write_text(
        f"{host} proxy={proxy} {own} label\n{host} proxy=http://u:sekret-wrong@[ cert={secrets}/client.pem\n"
    )
    command = CONNECTIONS[name].format(
        host=host, options=f"--proxy {proxy} {options}", listed=listed, roots=lab.trust_file
    )
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("STATE", "DATA", "CONFIG", "CACHE")}
    environment = os.environ | homes | {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    words = (*PROGRAM, *command.split(" "), "--trust", str(lab.trust_file), "--allow-private-aia")
    words = words[:-1] if name == "host list" else words
    done = subprocess.run(words, capture_output=True, timeout=120, check=False, cwd=tmp_path, env=environment)
    printed = (done.stdout + done.stderr).decode()
    assert printed or "-o" in command
    assert "Traceback" not in printed
    key = base64.b64encode(
        load_pem_private_key((secrets / "client.pem").read_bytes(), None).private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
        )
    )[:60].decode()
    texts = [printed, *(file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*") if file.is_file())]
    for text in texts:
        assert SECRETS.findall(text) == []
        assert "PRIVATE KEY" not in text
        assert key not in text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.test/b/c", "https://a.test/b/c"),
        ("https://a.test/b?c=d#e", "https://a.test/b?…"),
        ("https://a.test/b#e?f", "https://a.test/b?…"),
        ("https://u:p@a.test:8443/@x?y@z", "https://a.test:8443/@x?…"),
        ("//u:p@a.test", "//a.test"),
        ("smtp+starttls://a.test:25", "smtp+starttls://a.test:25"),
        ("?q", "?…"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert shown_url(url) == shown
