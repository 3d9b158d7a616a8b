"""Variables of proxies that are no text, or no URL: one clear sentence in every command, and never a traceback."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.cli import Done, process, tlschain
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.net.addresses import FetchRefusedError
from tui_chain.net.proxy import proxy_for, read_proxy

BYTES = "\udcff"
"""How Python shows the byte 0xFF in a variable."""
NO_TEXT = [
    f"http://us{BYTES}er:pass@127.0.0.1:9",
    f"http://user:pass{BYTES}@127.0.0.1:9",
    f"http://pr{BYTES}xy.test:9",
    f"http://127.0.0.1:9/{BYTES}",
    BYTES,
    f"socks5://{BYTES}:1",
]
NO_HOST = [f"http://{'a' * 70}.test:9", "http://a..test:9", "http://.:9", "http://[:9"]
SENTENCE = "the environment names a proxy whose URL has bytes that are no UTF-8 text"


@pytest.mark.parametrize("address", NO_TEXT)
def test_a_proxy_that_is_no_text_is_refused(address: str) -> None:
    with pytest.raises(FetchRefusedError, match="no UTF-8 text"):
        proxy_for(urlsplit("http://aia.test/a.crt"), {"http": address})
    assert isinstance(read_proxy(address), Failure)


@pytest.mark.parametrize("address", NO_HOST)
def test_a_proxy_whose_host_cannot_be_looked_up_is_refused(address: str) -> None:
    with pytest.raises(FetchRefusedError, match="not supported"):
        proxy_for(urlsplit("http://aia.test/a.crt"), {"http": address})
    assert isinstance(read_proxy(address), Failure)


def test_other_letters_of_a_login_go_to_the_proxy_as_they_are() -> None:
    proxy = proxy_for(urlsplit("http://aia.test/"), {"http": "http://\u00fcser:p%FC%C3%BC@pr\u00f6xy.test:9"})
    assert proxy is not None
    assert proxy.credentials is not None
    assert proxy.credentials[0] == "\u00fcser".encode()


COMMANDS = {
    "check": ("check", "TARGET", "--trust", "TRUST"),
    "check --revocation": ("check", "TARGET", "--trust", "TRUST", "--revocation"),
    "fix": ("fix", "TARGET", "--trust", "TRUST", "--no-pool"),
    "test": ("test", "TARGET", "--trust", "TRUST", "--proxy"),
    "report": ("report", "TARGET", "--trust", "TRUST"),
    "advise": ("advise", "TARGET", "--trust", "TRUST"),
    "doctor": ("doctor",),
    "explain": ("explain", "TEXT"),
    "refresh": ("refresh", "BUNDLE", "--trust", "TRUST"),
    "audit": ("audit", "BUNDLE"),
    "verify": ("verify", "BUNDLE", "--host", "a.test"),
    "pool": ("pool", "update"),
    "config": ("config",),
}


def run(lab: Lab, bundle: Path, folder: Path, name: str, value: str) -> Done:
    text = folder / "error.txt"
    text.write_text("ssl.SSLCertVerificationError: unable to get local issuer certificate (_ssl.c:1000)")
    places = {"TARGET": lab.host("leaf-only").target, "TRUST": lab.trust_file, "BUNDLE": bundle, "TEXT": text}
    words = [str(places.get(word, word)) for word in COMMANDS[name]]
    names = ("http_proxy", "HTTPS_PROXY", "all_proxy", "https_proxy")
    return tlschain(*words, env={**dict.fromkeys(names, value), "no_proxy": BYTES, "NO_PROXY": BYTES})


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_ends_in_a_fault(lab: Lab, bundle: Path, tmp_path: Path, name: str) -> None:
    done = run(lab, bundle, tmp_path, name, NO_TEXT[0])
    assert done.code in {0, 1, 2, 3}, done.err
    assert "Traceback" not in done.err
    assert "Usage:" not in done.err
    assert all(line.isprintable() for line in done.err.splitlines())
    assert "pass@" not in done.out + done.err


def test_a_fetch_that_it_stops_says_so(lab: Lab, bundle: Path, tmp_path: Path) -> None:
    done = run(lab, bundle, tmp_path, "fix", NO_TEXT[0])
    assert done.code == 1
    assert SENTENCE in done.err


def test_a_request_that_it_stops_says_so(lab: Lab, bundle: Path, tmp_path: Path) -> None:
    done = run(lab, bundle, tmp_path, "test", NO_TEXT[0])
    message = "The environment's proxy has a URL with bytes that are no UTF-8 text: http://127.0.0.1:9."
    assert message in done.out + done.err


def test_the_bytes_themselves_come_from_the_environment() -> None:
    done = process("pool", "update", env={"http_proxy": NO_TEXT[0], "https_proxy": NO_TEXT[0]})
    assert done.code == 2, done.err
    assert "Traceback" not in done.err
