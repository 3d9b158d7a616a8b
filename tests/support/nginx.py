"""A real nginx on loopback, for one test or module."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.programs import require_program

SECONDS = 10.0
_CONF = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    default_type text/html;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name localhost;
        ssl_protocols TLSv1.2 TLSv1.3;
        {certificate}
        ssl_certificate_key {folder}/server.key;
        {extra}
        location / {{ return 200 "<a href='probe-1.0.tar.gz'>probe-1.0.tar.gz</a>\\n"; }}
    }}
}}
"""


@contextlib.contextmanager
def nginx(folder: Path, chain: bytes, key: bytes, *, certificate: str = "", extra: str = "") -> Iterator[int]:
    """Serve a PEM chain and key; `certificate` replaces the ssl_certificate line. Yields the port."""
    program = require_program("nginx")
    folder.mkdir(exist_ok=True)
    (folder / "server.pem").write_bytes(chain)
    (folder / "server.key").write_bytes(key)
    port = free_port()
    line = certificate or f"ssl_certificate {folder}/server.pem;"
    (folder / "nginx.conf").write_text(_CONF.format(folder=folder, port=port, certificate=line, extra=extra))
    words = (str(program), "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf")
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port, process, folder)
            yield port
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Poll until it shakes hands; an nginx that has ended says why."""
    lax = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.check_hostname, lax.verify_mode = False, ssl.CERT_NONE
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as sock, lax.wrap_socket(sock):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "error.log").read_text()) from None
            time.sleep(0.01)
