"""The client's certificate and private key, for a server that asks for them; the key is nowhere but in memory."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.text import safe_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
    from OpenSSL import SSL

_PEM = b"-----BEGIN "


@dataclass(frozen=True)
class ClientIdentity:
    """Certificates, the client's own first, and its key; `files` are those that they came from.

    Nothing but the handshake with the one target that it was given for gets it.
    """

    certificates: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes = field(repr=False, compare=False)
    files: tuple[tuple[str, Path], ...] = ()

    def words(self) -> Iterator[str]:
        """The options that name its files, as a command line has them."""
        for flag, path in self.files:
            yield from (flag, str(path.absolute()))

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let a context show it; raises ssl.SSLError where OpenSSL does not take it.

        Python's ssl takes a key by the name of a file only: it gets one that is encrypted, with a password that
        nobody but this process knows.
        """
        from tui_chain.clients.engines.openssl.trust_path import as_path

        password = secrets.token_hex(32)
        encryption = BestAvailableEncryption(password.encode())
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        chain = b"".join(one.public_bytes(Encoding.PEM) for one in self.certificates)
        with as_path(chain + key) as path:
            context.load_cert_chain(path, password=password)

    def show_in(self, context: SSL.Context) -> None:
        """Let a context of pyOpenSSL show it; raises ssl.SSLError where OpenSSL does not take it."""
        from OpenSSL import SSL

        first, *others = self.certificates
        try:
            context.use_certificate(first)
            for one in others:
                context.add_extra_chain_cert(one)
            context.use_privatekey(self.key)  # type: ignore[arg-type]
        except (SSL.Error, TypeError) as error:
            raise ssl.SSLError(1, f"the client certificate cannot be used: {safe_text(str(error), 80)}") from None


def read_identity(certificate: Path, key: Path | None, password_file: Path | None) -> ClientIdentity | Failure:
    """Read a client's certificate and key: PEM in one file or two, or PKCS#12.

    The first line of `password_file` is the password of the key or the PKCS#12.
    """
    password = _password(password_file) if password_file is not None else None
    if isinstance(password, Failure):
        return password
    data = read_file(certificate, "client certificate")
    if isinstance(data, Failure):
        return data
    read = _pem(certificate, data, key, password) if _PEM in data else _pkcs12(certificate, data, key, password)
    if isinstance(read, Failure):
        return read
    certificates, private = read
    try:
        fits = _fits(private, certificates[0])
    except (ValueError, UnsupportedAlgorithm):
        return _bad(certificate, "has a key of a kind that cannot be used", "Use a certificate with another key.")
    if not fits:
        return _bad(
            key or certificate, "has a key that does not belong to the certificate", "Give the key that does."
        )
    named = (("--cert", certificate), ("--key", key), ("--cert-password-file", password_file))
    files = tuple((flag, path) for flag, path in named if path is not None)
    return _usable(certificate, ClientIdentity(certificates, private, files))


def _usable(file: Path, identity: ClientIdentity) -> ClientIdentity | Failure:
    """The identity, or why OpenSSL would not show it: a key that is too weak, or of a kind that TLS does not have."""
    try:
        identity.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except (ssl.SSLError, ValueError, TypeError) as error:
        why = safe_text(str(getattr(error, "reason", None) or error).lower().replace("_", " "), 80)
        return _bad(file, f"cannot be used by OpenSSL: {why}", "Use a certificate with another key.")
    return identity


_Read = tuple[tuple[x509.Certificate, ...], "PrivateKeyTypes"]


def _password(file: Path) -> bytes | Failure:
    data = read_file(file, "password file")
    return data if isinstance(data, Failure) else data.split(b"\n", maxsplit=1)[0].rstrip(b"\r")


def _pem(file: Path, data: bytes, key: Path | None, password: bytes | None) -> _Read | Failure:
    try:
        certificates = tuple(x509.load_pem_x509_certificates(data))
    except ValueError:
        return _bad(file, "holds no certificate", "Give the PEM or PKCS#12 file of the client's own certificate.")
    holder = key or file
    secret = data if key is None else read_file(key, "private key")
    if isinstance(secret, Failure):
        return secret
    private = _key(holder, secret, password)
    return private if isinstance(private, Failure) else (certificates, private)


def _key(file: Path, data: bytes, password: bytes | None) -> PrivateKeyTypes | Failure:
    load = load_pem_private_key if _PEM in data else load_der_private_key
    try:
        return load(data, password)
    except TypeError:
        if password is not None:
            return _key(file, data, None)  # it is not encrypted: a password that it does not need does no harm
        hint = "Put its password into a file and name that: cert-password-file."
        return _bad(file, "holds an encrypted key", hint)
    except ValueError:
        if password is not None and b"ENCRYPTED" in data:
            return _bad(file, "is not opened by that password", "Check the first line of the password file.")
        return _bad(file, "holds no private key", "Name the file of its key too.")
    except Exception as error:  # noqa: BLE001 - kinds of keys that cryptography does not know have errors of their own
        return _bad(file, f"holds a private key that cannot be used: {safe_text(str(error), 80)}", "Use another one.")


def _pkcs12(file: Path, data: bytes, key: Path | None, password: bytes | None) -> _Read | Failure:
    if key is not None:
        return _bad(file, "is no PEM file, and a key of its own goes with PEM only", "Give the PKCS#12 file alone.")
    if password is not None and not _is_text(password):
        return _bad(file, "has no password like that", "A password of a PKCS#12 is UTF-8 text without a NUL.")
    try:
        private, own, others = pkcs12.load_key_and_certificates(data, password)
    except Exception:  # noqa: BLE001 - cryptography has errors of their own for what it does not know
        if password is None:
            return _bad(
                file,
                "is no PEM file, and no PKCS#12 without a password",
                "Name a file with its password: cert-password-file.",
            )
        return _bad(
            file,
            "is no PKCS#12 that this password opens",
            "Check the file and the first line of the password file.",
        )
    if private is None or own is None:
        return _bad(file, "holds no private key with its certificate", "Export both into it.")
    return (own, *others), private


def _is_text(password: bytes) -> bool:
    try:
        return "\0" not in password.decode()
    except UnicodeDecodeError:
        return False


def _fits(key: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    return _spki(key.public_key()) == _spki(certificate.public_key())


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _bad(file: Path, what: str, hint: str) -> Failure:
    return Failure("file", f"The file {safe_text(str(file))} {what}.", hint)
