"""Every step at which a host can fail, on real sockets, and what the user is told."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from tests.support.chains import NOW
from tests.support.limits import no_wait
from tests.support.servers import endless, fresh_chain, refused_port, reset, saying, unanswered_port
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.tls import TlsOptions, stay_silent
from tui_chain.net.target import Target
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

ALERTS = ssl.AlertDescription
HELLO_REQUEST = bytes.fromhex("160303000400000000")
"""A TLS 1.2 handshake record that clients skip (RFC 5246 section 7.4.1.1)."""


def probe(target: Target, timeout: float = 5.0) -> ServedChain | Failure:
    result = asyncio.run(Prober(lambda: NOW, timeout).probe(target))
    gc.collect()  # a socket that was left open warns here, and a warning is an error
    return result


def fail(target: Target, timeout: float = 5.0) -> Failure:
    failure = probe(target, timeout)
    assert isinstance(failure, Failure), failure
    assert failure.hint
    return failure


def local(port: int) -> Target:
    return Target("127.0.0.1", port)


def resolver(answer: Callable[[], object]) -> Callable[..., object]:
    return lambda *_, **__: answer()


def raising(error: Exception) -> Callable[[], object]:
    def answer() -> object:
        raise error

    return answer


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "There is no such name (step: name)."),
        (socket.gaierror(socket.EAI_NODATA, "No address"), "There is no such name (step: name)."),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary"), "The resolver gave no answer (step: name)."),
        (
            socket.gaierror(socket.EAI_FAIL, "Non-recoverable"),
            "The name lookup failed: non-recoverable (step: name).",
        ),
        (UnicodeError("label too long"), "There is no such name (step: name)."),
    ],
)
def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch, error: Exception, words: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver(raising(error)))
    failure = fail(Target("nowhere.test"))
    assert (failure.kind, failure.message) == ("name", words)


def test_a_stalled_lookup_holds_up_neither_the_probe_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", resolver(lambda: released.wait(120) and []))
    with no_wait():
        failure = fail(Target("stalled.test"), timeout=0.1)
    released.set()
    assert failure == Failure(
        "timeout",
        "The name lookup did not answer within 0.1 s (step: name).",
        "Check the resolver, or give an IP address.",
    )


def test_an_answer_that_comes_after_the_end_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", resolver(lambda: released.wait(30) and []))
    fail(Target("stalled.test"), timeout=0.05)
    released.set()
    for thread in threading.enumerate():
        if thread.name.startswith("lookup"):
            thread.join(10)


def test_a_refused_connection() -> None:
    with refused_port() as port:
        failure = fail(local(port))
    assert (failure.kind, failure.message) == ("refused", "Nothing listens on that port (step: connect).")


def test_a_connection_without_an_answer() -> None:
    with unanswered_port() as port:
        failure = fail(local(port), timeout=0.1)
    assert failure.message == "No answer to the connection within 0.1 s (step: connect)."


NO_TLS = "What answers there does not speak TLS{} (step: TLS)."
CLOSED = "The server closed the connection during the TLS handshake (step: TLS)."
TOO_LONG = "The server sent over 1 MiB and no end of the handshake (step: TLS)."
CASES: dict[str, tuple[Handler, str, str]] = {
    "silent": (
        stay_silent,
        "timeout",
        "The server accepted the connection and then said nothing within 1.5 s (step: TLS).",
    ),
    "plain http": (
        saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        "no-tls",
        NO_TLS.format(": it begins with 'HTTP/1.1 400 Bad Request'"),
    ),
    "ssh": (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "no-tls", NO_TLS.format(": it begins with 'SSH-2.0-OpenSSH_9.2'")),
    "a long line": (saying(b"220 " + b"m" * 500), "no-tls", NO_TLS.format(f": it begins with '220 {'m' * 56}'")),
    "what acts on a terminal": (saying(b"220 \x1b[2Jmail\r\n"), "no-tls", NO_TLS.format("")),
    "no text": (saying(b"J\x00\x00\x00\n8.0.36\x00"), "no-tls", NO_TLS.format("")),
    "closed": (saying(), "reset", CLOSED),
    "reset": (reset, "reset", "The server cut the connection during the TLS handshake (step: TLS)."),
    "half a record": (
        saying(b"\x16\x03\x03\x40\x00\x02"),
        "reset",
        CLOSED,
    ),
    "endless": (
        endless(HELLO_REQUEST * 1000),
        "tls",
        TOO_LONG,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_server_that_does_not_shake_hands(lab: Lab, name: str) -> None:
    handler, kind, words = CASES[name]
    failure = fail(local(lab.listen(handler)), timeout=1.5 if name == "silent" else 10)
    assert (failure.kind, failure.message) == (kind, words)


@pytest.mark.parametrize(
    ("alert", "name"),
    [
        (ALERTS.ALERT_DESCRIPTION_UNRECOGNIZED_NAME, "unrecognized name"),
        (ALERTS.ALERT_DESCRIPTION_HANDSHAKE_FAILURE, "handshake failure"),
        (ALERTS.ALERT_DESCRIPTION_INTERNAL_ERROR, "internal error"),
        (ALERTS.ALERT_DESCRIPTION_ACCESS_DENIED, "access denied"),
    ],
)
def test_an_alert_is_called_by_its_name(lab: Lab, alert: ssl.AlertDescription, name: str) -> None:
    fresh = fresh_chain(lab)
    port = lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(sni_alert=alert))
    failure = fail(Target("localhost", port))
    assert failure.kind == "alert"
    assert failure.message == f"The server ended the handshake with the alert '{name}' (step: alert)."


@pytest.mark.parametrize(
    ("number", "name"), [(70, "protocol version"), (40, "handshake failure"), (80, "internal error")]
)
def test_an_alert_that_is_the_first_answer(lab: Lab, number: int, name: str) -> None:
    port = lab.listen(saying(bytes((0x15, 3, 3, 0, 2, 2, number))))
    assert f"'{name}'" in fail(local(port)).message


def test_garbage_in_tls_records_is_told_plainly(lab: Lab) -> None:
    """A ServerHello that is no ServerHello."""
    port = lab.listen(saying(bytes.fromhex("160303000802000004ffffffff")))
    failure = fail(local(port))
    assert failure.kind == "tls"
    assert failure.message.startswith("The TLS handshake failed: ")
