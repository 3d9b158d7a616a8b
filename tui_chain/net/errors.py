"""What goes wrong between here and an answer, as exceptions whose texts are plain and safe for a terminal."""

from __future__ import annotations

import os
import ssl

from tui_chain.core.text import safe_text
from tui_chain.net.starttls.conversation import StartTLSRefused


class NoConnection(Exception):
    """No connection, or no TLS with the server, came about; `error` is what the system or OpenSSL said."""

    def __init__(self, error: OSError) -> None:
        super().__init__(failure_text(error)[0])
        self.error = error


class BrokenHTTP(Exception):
    """What a server or a proxy sent is no answer of HTTP; the text says why."""


class AnswerTooLarge(Exception):
    """An answer's body is larger than was asked for."""


class ProxyTrouble(Exception):
    """A proxy did not connect us; the text says what it did instead."""


class ProxyUnreachable(ProxyTrouble):
    """No connection to a proxy came about."""


def broken(error: BaseException) -> BrokenHTTP:
    """What a library or the system raised while an answer was read, as `BrokenHTTP`."""
    if isinstance(error, BrokenHTTP):
        return error
    if isinstance(error, OSError):
        return BrokenHTTP(failure_text(error)[0])
    text = str(error).partition(": <")[0]  # what follows is an object's place in memory
    return BrokenHTTP(safe_text(text or type(error).__name__, 120))


def failure_text(error: BaseException) -> tuple[str, int | None]:
    """An error in plain text, and OpenSSL's verify code where it is one."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {safe_text(error.verify_message, 160)}", error.verify_code
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {safe_text((error.reason or str(error)).lower().replace('_', ' '), 120)}", None
    if isinstance(error, StartTLSRefused):
        return f"STARTTLS failed: {error}", None
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        # the system's own text: asyncio puts "Connect call failed" in their place
        return safe_text(os.strerror(error.errno).lower(), 120), None
    if isinstance(error, OSError) and error.strerror:
        return safe_text(error.strerror.lower(), 120), None
    return safe_text(str(error) or type(error).__name__, 120), None
