"""Nothing secret stays: header values, passwords and query strings are in no file and no output of any command."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.livetest.test_hops import FOUND, OK, server
from tests.support.cli import PROGRAM, ROOT
from tui_chain.core.text import shown_url
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
