"""Why Java refuses: the exceptions of its path validation, for the modules of this model alone."""

from __future__ import annotations


class Refusal(Exception):
    """A CertPathValidatorException or the like: this path fails, another one may hold."""

    def __init__(self, code: str, error: str, certificate: str | None = None) -> None:
        super().__init__(error)
        self.code = code
        self.error = error
        self.certificate = certificate


class Fatal(Refusal):
    """An exception that no try of another path catches: the handshake ends."""


class JavaUnreadable(ValueError):
    """What Java's parser refuses: an IOException or CertificateException while it reads."""
