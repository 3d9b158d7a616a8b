"""A script for any Python: connects as ssl, httpx, urllib or requests do, and prints one JSON line a case.

Its one argument is a JSON file: `{"client", "proxy", "cases": [[host, port, trust file], …]}`.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMEOUT = 30.0

Connect = Callable[[str, int, str, int], None]


def connect_ssl(host: str, port: int, trust: str, proxy: int) -> None:
    """Shake hands as `ssl.create_default_context` does."""
    del proxy
    context = ssl.create_default_context(cafile=trust)
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT)
    with plain, context.wrap_socket(plain, server_hostname=host) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        stream.recv(64)


def connect_urllib(host: str, port: int, trust: str, proxy: int) -> None:
    """Ask with urllib."""
    from urllib.request import HTTPSHandler, ProxyHandler, build_opener

    context = ssl.create_default_context(cafile=trust)
    opener = build_opener(ProxyHandler({"https": f"http://127.0.0.1:{proxy}"}), HTTPSHandler(context=context))
    with opener.open(url(host, port), timeout=TIMEOUT) as answer:
        answer.read()


def connect_httpx(host: str, port: int, trust: str, proxy: int) -> None:
    """Ask with httpx."""
    import httpx

    context = ssl.create_default_context(cafile=trust)
    with httpx.Client(verify=context, proxy=f"http://127.0.0.1:{proxy}", trust_env=False, timeout=TIMEOUT) as client:
        client.get(url(host, port))


def connect_requests(host: str, port: int, trust: str, proxy: int) -> None:
    """Ask with requests."""
    import requests

    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"https": f"http://127.0.0.1:{proxy}"}
        session.get(url(host, port), verify=trust, timeout=TIMEOUT)


CLIENTS: dict[str, Connect] = {
    "ssl": connect_ssl,
    "urllib": connect_urllib,
    "httpx": connect_httpx,
    "requests": connect_requests,
}


def url(host: str, port: int) -> str:
    """Return the URL of a host and port."""
    return f"https://[{host}]:{port}/" if ":" in host else f"https://{host}:{port}/"


def outcome(connect: Connect, host: str, port: int, trust: str, proxy: int) -> dict[str, Any]:
    """Connect once; `kind` is `ok`, `ssl` (with `code` and `reason`) or `other`."""
    try:
        connect(host, port, trust, proxy)
    except Exception as error:  # noqa: BLE001 - whatever a client raises is its answer
        return described(error)
    return {"kind": "ok"}


def described(error: BaseException) -> dict[str, Any]:
    """Describe the ssl error inside a client's own, or the outermost one."""
    inner = ssl_error(error, 8)
    if inner is None:
        return {"kind": "other", "reason": f"{type(error).__name__}: {error}"}
    code = inner.verify_code if isinstance(inner, ssl.SSLCertVerificationError) else None
    return {"kind": "ssl", "code": code, "reason": str(inner)}


def ssl_error(error: object, depth: int) -> ssl.SSLError | None:
    """Find an SSLError among causes, contexts and arguments."""
    if isinstance(error, ssl.SSLError) or not isinstance(error, BaseException) or not depth:
        return error if isinstance(error, ssl.SSLError) else None
    inside = (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args)
    return next((found for one in inside if (found := ssl_error(one, depth - 1))), None)


def versions() -> dict[str, Any]:
    """Return the versions of this Python, its OpenSSL and its clients."""
    import httpx
    import requests

    return {
        "python": list(sys.version_info[:3]),
        "openssl": ssl.OPENSSL_VERSION.split(" ")[1],
        "requests": requests.__version__,
        "httpx": httpx.__version__,
    }


def main(arguments: list[str]) -> None:
    """Print versions, or the outcome of each case of a file."""
    if not arguments:
        print(json.dumps(versions()))  # noqa: T201 - the caller reads standard output
        return
    jobs = json.loads(Path(arguments[0]).read_text())
    connect = CLIENTS[jobs["client"]]
    for host, port, trust in jobs["cases"]:
        found = outcome(connect, host, port, trust, jobs["proxy"])
        print(json.dumps(found))  # noqa: T201 - as above


if __name__ == "__main__":
    main(sys.argv[1:])
