"""A machine that the clients have to themselves: networks that end at it, its names, its folder.

All of it lies in namespaces of Linux that end with the process: nothing is reached from it, and nothing stays.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

APP = Path("/srv/app")
"""Where the clients run: a folder in memory, whose paths stand in their texts."""
PKI = APP / "pki"
VENV = APP / ".venv"
NEWER_VENV = Path("/srv/app313/.venv")
NODE = Path("/srv/node")
"""This Python's environment, that of Python 3.13 and the packages of Node, at the places that texts name."""
PROXY_PORT = 3128
PROXY_HOST = "proxy.corp.internal"

HOSTS = {
    "git.corp.internal": "10.20.0.5",
    "api.staging.lan": "10.20.0.6",
    "db.corp.internal": "10.20.0.7",
    "nexus.intern.example.net": "10.20.0.9",
    PROXY_HOST: "10.20.0.3",
    "www.example.com": "203.0.113.80",
    "api.example.org": "203.0.113.81",
    "github.com": "203.0.113.90",
    "pypi.org": "203.0.113.91",
    "registry.npmjs.org": "203.0.113.92",
    "rubygems.org": "203.0.113.93",
    "index.rubygems.org": "203.0.113.93",
    "proxy.golang.org": "203.0.113.94",
    "repo.maven.apache.org": "203.0.113.95",
    "index.crates.io": "203.0.113.96",
    "files.pythonhosted.org": "203.0.113.97",
    "registry.yarnpkg.com": "203.0.113.98",
}
"""The names that this machine knows, and where they lead: all to itself."""
NO_HOSTS = ("git.typo.example", "www.no-such.example", "git.branch.lan", "proxy.old.example")
"""Names that lead nowhere."""
ADDRESSES = ("127.0.0.1", *dict.fromkeys(HOSTS.values()))

HOME = Path.home()
"""The home of who starts this, where pyenv and rustup keep what they have installed."""
_ENTRY = "TLSCHAIN_EXPLAIN_MACHINE"
_HIDDEN = ("/etc/pip.conf", "/etc/npmrc", "/usr/etc/npmrc", "/etc/gitconfig", "/usr/local/etc/npmrc")
"""Settings of this machine that would lead clients to its own files."""


def enter(words: list[str]) -> None:
    """Start this program again on the machine, unless it runs there already; needs root."""
    if os.environ.get(_ENTRY):
        _set_up()
        return
    os.environ[_ENTRY] = "1"
    namespaces = ["unshare", "--net", "--mount", "--uts"]
    os.execvp("unshare", [*namespaces, sys.executable, "-m", "tests.explain", *words])  # noqa: S606 - no shell wanted


def _set_up() -> None:
    # another machine's name would stand in texts
    _run("hostname", "build-7")
    _run("ip", "link", "set", "lo", "up")
    for network in ("203.0.113.1/24", "10.20.0.1/24"):
        _run("ip", "address", "add", network, "dev", "lo")
    _run("mount", "-t", "tmpfs", "tmpfs", "/srv")
    for made in (PKI, APP / "home", APP / "empty-folder"):
        made.mkdir(parents=True)
    _bind(Path(sys.prefix), VENV)
    for beside, place in ((".venv-3.13", NEWER_VENV), (".node", NODE)):
        folder = Path(sys.prefix).with_name(beside)
        if folder.is_dir():
            _bind(folder, place)
    names = "".join(f"{address} {name}\n" for name, address in HOSTS.items())
    _replace("/etc/hosts", f"127.0.0.1 localhost\n{names}")
    _replace("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    for file in _HIDDEN:
        if Path(file).exists():
            _run("mount", "--bind", "/dev/null", file)
    threading.Thread(target=_deny_names, daemon=True).start()


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


def _bind(folder: Path, place: Path) -> None:
    place.mkdir(parents=True)
    _run("mount", "--bind", str(folder), str(place))


def _replace(file: str, text: str) -> None:
    own = Path("/srv") / Path(file).name
    own.write_text(text)
    _run("mount", "--bind", str(own), file)


_QUERY_RESPONSE, _NXDOMAIN, _SERVFAIL = 0x8180, 3, 2


def _deny_names() -> None:
    """Answer every question of RFC 1035 that there is no such name; for `.lan` that the server has failed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 53))
        while True:
            query, client = sock.recvfrom(4096)
            code = _SERVFAIL if b"\x03lan\x00" in query else _NXDOMAIN
            head = struct.pack("!HHHHHH", int.from_bytes(query[:2], "big"), _QUERY_RESPONSE | code, 1, 0, 0, 0)
            end = query.index(b"\0", 12) + 5
            sock.sendto(head + query[12:end], client)
