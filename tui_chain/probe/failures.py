"""Why a host was not reached, said at its step, with what to do. Whoever shows it names the host."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterable

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.net.route import NoSuchAddressError
from tui_chain.probe.handshake import HandshakeTooLong, PlainAnswer
from tui_chain.probe.tls import ClientCertificate, TLSFacts

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
        FindingCode.REFUSED,
        "Nothing listens on that port",
        "Check the port, and that the service runs.",
    ),
    errno.ENETUNREACH: (FindingCode.NETWORK, "There is no route to it", "Check the network, a VPN or the proxy."),
    errno.EHOSTUNREACH: (FindingCode.NETWORK, "There is no route to it", "Check the network, a VPN or a firewall."),
    errno.EADDRNOTAVAIL: (
        FindingCode.CONNECT,
        "This machine does not have the local address",
        "Connect from an address that it has.",
    ),
    errno.ECONNRESET: (
        FindingCode.RESET,
        "The connection was reset",
        "A firewall or the server cut it; try from another network.",
    ),
}
_STEPS = {"name": "name", "connect": "connect", "starttls": "STARTTLS", "tls": "TLS"}
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def timed_out(step: str, seconds: float, *, by: str = "") -> Failure:
    """Say that a step used up its time; `by` is the proxy that was waited for, if one was."""
    if by:
        return by_proxy(f"no tunnel came about within {seconds:g} s", by)
    message, hint = {
        "name": ("The name lookup did not answer", "Check the resolver, or give an IP address."),
        "connect": ("No answer to the connection", "A firewall may drop it; check the port and the network."),
        "starttls": (
            "The server's side of STARTTLS did not end",
            "It may speak TLS from the first byte there, or another protocol.",
        ),
        "tls": (
            "The server accepted the connection and then said nothing",
            "It may not speak TLS there; check the port.",
        ),
    }[step]
    return Failure(FindingCode.TIMEOUT, f"{message} within {seconds:g} s (step: {_STEPS[step]}).", hint)


def by_proxy(what: str, proxy: str) -> Failure:
    """Say what a proxy did in place of connecting."""
    begin = f"By the proxy {proxy}" if proxy else "There is a proxy"
    return Failure(
        FindingCode.PROXY,
        f"{begin}: {what} (step: connect).",
        "Check the proxy and its login; NO_PROXY names hosts that go without it.",
    )


def explain(step: str, error: OSError) -> Failure:
    """Turn an error of a step into a failure."""
    if isinstance(error, ssl.SSLError):
        return _tls(error)
    if isinstance(error, NoSuchAddressError):
        return Failure(
            FindingCode.NAME, f"The host has no {error} (step: name).", "Connect by the other version of IP."
        )
    if step == "name":
        return _name(error)
    if step != "connect":
        return _broken(step, error)
    other = (
        FindingCode.CONNECT,
        f"The connection failed: {_error_text(error)}",
        "Check the host, the port and the network.",
    )
    kind, message, hint = _CONNECT.get(error.errno or 0, other)
    return Failure(kind, f"{message} (step: connect).", hint)


def _broken(step: str, error: OSError) -> Failure:
    cut = "cut" if error.errno == errno.ECONNRESET else "closed"
    if step == "starttls":
        message = f"The server {cut} the connection before STARTTLS was agreed (step: STARTTLS)."
        return Failure(FindingCode.STARTTLS, message, "Check the protocol and the port.")
    return Failure(
        FindingCode.RESET,
        f"The server {cut} the connection during the TLS handshake (step: TLS).",
        "It may want another name (SNI), a client certificate, or TLS by STARTTLS.",
    )


def _error_text(error: OSError) -> str:
    return safe_text((error.strerror or str(error) or type(error).__name__).lower(), 120)


def _name(error: OSError) -> Failure:
    if error.errno == socket.EAI_AGAIN:
        return Failure(
            FindingCode.NAME, "The resolver gave no answer (step: name).", "Check the network and the DNS server."
        )
    if error.errno in _NO_SUCH_NAME:
        return Failure(
            FindingCode.NAME, "There is no such name (step: name).", "Check the spelling, or a VPN that knows it."
        )
    return Failure(
        FindingCode.NAME, f"The name lookup failed: {_error_text(error)} (step: name).", "Check the resolver."
    )


def _tls(error: ssl.SSLError) -> Failure:
    reason = error.reason or ""
    alert = _ALERT.search(reason)
    if alert:
        name = (alert[1] or alert[2]).lower().replace("_", " ")
        hint = _ALERT_HINTS.get(name, "The server refused the handshake; its log says why.")
        return Failure(
            FindingCode.ALERT, f"The server ended the handshake with the alert '{name}' (step: alert).", hint
        )
    if reason in _NO_TLS:
        answer = (
            f": it begins with '{safe_text(error.line)}'" if isinstance(error, PlainAnswer) and error.line else ""
        )
        return Failure(
            FindingCode.NO_TLS,
            f"What answers there does not speak TLS{answer} (step: TLS).",
            "Check the port; auto+starttls:// before the host finds out which protocol it speaks.",
        )
    message = safe_text(reason.lower().replace("_", " ") or str(error), 120)
    return Failure(
        FindingCode.TLS, f"The TLS handshake failed: {message} (step: TLS).", "The server's log may say more."
    )


def handshake_too_long(error: HandshakeTooLong) -> Failure:
    """Say that the server would not come to an end."""
    return Failure(FindingCode.TLS, f"{error} (step: TLS).", "No client takes that; the server is broken or hostile.")


def starttls_refused(answer: str, hint: str) -> Failure:
    """Say that the server would not switch to TLS; `answer` is what it did instead, `hint` what to do."""
    return Failure(FindingCode.STARTTLS, f"The server did not agree to STARTTLS: {answer} (step: STARTTLS).", hint)


def plain_after_starttls(first: bytes) -> Failure:
    """Say that plain text came after the server's agreement, where only TLS may: nothing of it is believed.

    That is how somebody between injects an answer (CVE-2011-0411).
    """
    text = safe_text(first.split(b"\n")[0].decode("latin-1").strip(), 60)
    return Failure(
        FindingCode.NO_TLS,
        f"After it agreed to STARTTLS the server went on in plain text: '{text}' (step: TLS).",
        "The server is broken, or somebody between put it there; try from another network.",
    )


def no_known_protocol(tried: Iterable[str]) -> Failure:
    """Say that a port speaks none of the protocols that were tried."""
    return Failure(
        FindingCode.STARTTLS,
        f"None of the protocols that are known here was understood: {', '.join(tried)} (step: STARTTLS).",
        "Check the port, or write the protocol before the host, as in smtp+starttls://.",
    )


def no_certificate() -> Failure:
    """Say that a handshake succeeded without a certificate."""
    return Failure(
        FindingCode.TLS, "The server sent no certificate (step: TLS).", "It uses anonymous or pre-shared keys."
    )


def after_chain(error: Exception, tls: TLSFacts) -> str:
    """Say what ended the handshake after the certificates had come."""
    if tls.client_certificate is ClientCertificate.REQUIRED:
        return "the handshake ended after the certificates: client certificate required"
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return f"the handshake ended after the certificates: {safe_text(str(reason).lower().replace('_', ' '), 100)}"
