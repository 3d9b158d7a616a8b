"""Which TLS library the curl of this machine has: where it is another than Python's, its row is modelled."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

from tui_chain.clients.engines.openssl.verifier import library

SECONDS = 2.0
"""Seconds that `curl -V` has."""
_LIBRARY = re.compile(
    r"\b(?:OpenSSL|LibreSSL|BoringSSL|quictls|AWS-LC|GnuTLS|mbedTLS|rustls-ffi|wolfSSL|NSS|Schannel)\S*"
)


@cache
def curl_engine() -> str:
    """Name what judges for curl: the OpenSSL in use, called modelled where `curl -V` names another library."""
    theirs = _own_library()
    ours = library()
    if theirs is None or theirs.replace("/", " ") == ours:
        return ours
    return f"{ours}, modelled: curl here has {theirs.replace('/', ' ')}"


def _own_library() -> str | None:
    """The library as `curl -V` writes it, such as `OpenSSL/3.0.19`; None where there is no curl or no such word."""
    path = shutil.which("curl")
    if path is None:
        return None
    try:
        done = subprocess.run((path, "-V"), capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    found = _LIBRARY.search(done.stdout.partition("\n")[0])
    return None if found is None else found[0]
