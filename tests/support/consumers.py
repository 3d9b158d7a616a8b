"""Programs and libraries that read a CA bundle: what each of them loads from it."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.programs import require_program

SECONDS = 30.0
BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n")


def run(*words: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*map(str, words)], input=stdin, capture_output=True, timeout=SECONDS, check=False)


def by_cadata(file: Path) -> set[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=file.read_text(encoding="ascii"))
    return set(context.get_ca_certs(binary_form=True))


def by_cafile(file: Path) -> set[bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=file)
    return set(context.get_ca_certs(binary_form=True))


def by_openssl(file: Path) -> set[bytes]:
    openssl = require_program("openssl")
    packed = run(openssl, "crl2pkcs7", "-nocrl", "-certfile", file)
    assert packed.returncode == 0, packed.stderr
    printed = run(openssl, "pkcs7", "-print_certs", stdin=packed.stdout)
    assert printed.returncode == 0, printed.stderr
    blocks = re.findall(
        r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n", printed.stdout.decode("latin-1")
    )
    return {ssl.PEM_cert_to_DER_cert(block) for block in blocks}


READERS: Mapping[str, Callable[[Path], set[bytes]]] = {
    "ssl cadata": by_cadata,
    "ssl cafile": by_cafile,
    "openssl": by_openssl,
}
"""What each reader loads, as DER."""
