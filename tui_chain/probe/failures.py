"""Why a host was not reached, said at its step, with what to do."""

from __future__ import annotations

import errno
import re
import socket
import ssl

from tui_chain.certs.text import safe_text
from tui_chain.failure import Failure
from tui_chain.probe.target import Target

_ALERT = re.compile(r"(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z0-9_]+)|TLSV1_(UNRECOGNIZED_NAME)")
_NO_TLS = {
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
}
_ALERT_HINTS = {
    "unrecognized name": "The server has no certificate for this name; check the name and its virtual hosts.",
    "protocol version": "The server and this OpenSSL share no TLS version; the server is very old or very strict.",
    "handshake failure": "No cipher or key type in common, or the server wants a client certificate.",
    "certificate required": "The server wants a client certificate.",
    "bad certificate": "The server wants a client certificate.",
    "internal error": "The server failed by itself, often because it has no certificate for this name.",
}
_CONNECT = {
    errno.ECONNREFUSED: (
        "refused",
        "nothing listens on that port",
        "Check the port, and that the service runs.",
    ),
    errno.ENETUNREACH: ("network", "there is no route to it", "Check the network, a VPN or the proxy."),
    errno.EHOSTUNREACH: ("network", "there is no route to it", "Check the network, a VPN or a firewall."),
    errno.ECONNRESET: (
        "reset",
        "the connection was reset",
        "A firewall or the server cut it; try from another network.",
    ),
}


def timed_out(step: str, target: Target, seconds: float) -> Failure:
    """Say that a step used up its time."""
    what = {
        "name": ("The name lookup did not answer", "Check the resolver, or give an IP address."),
        "connect": ("No answer to the connection", "A firewall may drop it; check the port and the network."),
        "tls": (
            "The server accepted the connection and then said nothing",
            "It may not speak TLS there; check the port.",
        ),
    }[step]
    return Failure("timeout", f"{target}: {what[0]} within {seconds:g} s (step: {_STEPS[step]}).", what[1])


def explain(step: str, target: Target, error: OSError) -> Failure:
    """Turn an error of a step into a failure."""
    if isinstance(error, ssl.SSLError):
        return _tls(target, error)
    if isinstance(error, socket.gaierror):
        return _name(target, error)
    if step == "tls":
        return Failure(
            "reset",
            f"{target}: the server closed the connection during the TLS handshake (step: TLS).",
            "It may want another name (SNI), a client certificate, or TLS by STARTTLS.",
        )
    kind, words, hint = _CONNECT.get(
        error.errno or 0, ("connect", _words(error), "Check the host, the port and the network.")
    )
    return Failure(kind, f"{target}: {words} (step: {_STEPS[step]}).", hint)


_STEPS = {"name": "name", "connect": "connect", "tls": "TLS"}


def _words(error: OSError) -> str:
    return safe_text(error.strerror or str(error) or type(error).__name__, 120)


def _name(target: Target, error: socket.gaierror) -> Failure:
    if error.errno == socket.EAI_AGAIN:
        return Failure(
            "name",
            f"{target}: the resolver gave no answer (step: name).",
            "Check the network and the DNS server.",
        )
    return Failure(
        "name",
        f"{target}: there is no such name (step: name).",
        "Check the spelling, or a VPN that knows it.",
    )


def _tls(target: Target, error: ssl.SSLError) -> Failure:
    reason = error.reason or ""
    alert = _ALERT.search(reason)
    if alert:
        name = (alert[1] or alert[2]).lower().replace("_", " ")
        hint = _ALERT_HINTS.get(name, "The server refused the handshake; its log says why.")
        return Failure(
            "alert", f"{target}: the server ended the handshake with the alert '{name}' (step: alert).", hint
        )
    if reason in _NO_TLS:
        return Failure(
            "no-tls",
            f"{target}: what answers there does not speak TLS (step: TLS).",
            "Check the port; mail and databases need scheme+starttls://.",
        )
    words = safe_text(reason.lower().replace("_", " ") or str(error), 120)
    return Failure(
        "tls", f"{target}: the TLS handshake failed: {words} (step: TLS).", "The server's log may say more."
    )


def starttls_refused(target: Target, answer: str) -> Failure:
    """Say that the server would not switch to TLS."""
    return Failure(
        "starttls",
        f"{target}: the server did not agree to STARTTLS; it answered: {answer} (step: TLS).",
        "Check the protocol and the port.",
    )


def no_certificate(target: Target) -> Failure:
    """Say that a handshake succeeded without a certificate."""
    return Failure(
        "tls",
        f"{target}: the server sent no certificate (step: TLS).",
        "It uses anonymous or pre-shared keys.",
    )


def after_chain(error: Exception) -> str:
    """Say what ended the handshake after the certificates had come."""
    reason = getattr(error, "reason", None) or str(error)
    return f"the handshake ended after the certificates: {safe_text(str(reason).lower().replace('_', ' '), 100)}"
