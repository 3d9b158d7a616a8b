from __future__ import annotations

from tests.explain.making.client import EVERYTHING, FEW, USUAL
from tests.explain.making.python_client import python_client

_VERSIONS = {
    version: f"$PYENVS/{version}/bin/python" for version in ("3.8.18", "3.9.18", "3.10.13", "3.11.7", "3.12.1")
}
_OLD = {version: f"$PYENVS/{version}/bin/python" for version in ("2.7.18", "3.6.15", "3.7.16")}
_URLOPEN = """import ssl
import sys
import urllib.request

url, trust, cert = sys.argv[1], sys.argv[2] or None, sys.argv[3:]
context = ssl.create_default_context(cafile=trust)
if cert:
    context.load_cert_chain(*cert)
with urllib.request.urlopen(url, timeout=4, context=context) as response:
    print(response.read())
"""
_URLOPEN_2 = """import ssl, sys, urllib2
context = ssl.create_default_context(cafile=sys.argv[2] or None)
print(urllib2.urlopen(sys.argv[1], timeout=4, context=context).read())
"""
_SOCKET = """import socket, ssl, sys

host, port, trust = sys.argv[1], int(sys.argv[2]), sys.argv[3] or None
context = ssl.create_default_context(cafile=trust)
try:
    with socket.create_connection((host, port), timeout=4) as sock:
        with context.wrap_socket(sock, server_hostname=host) as tls:
            tls.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            print(tls.recv(1024), tls.recv(1024))
except OSError as error:
    sys.exit("cannot reach %s:%d: %r" % (host, port, error))
"""
_ANY = r"ssl\.|_ssl\.c|urlopen|Traceback|Error\("

CLIENTS = (
    python_client("urlopen", _URLOPEN, _ANY, python="$VARIANT", tags=EVERYTHING, variants=_VERSIONS),
    python_client(
        "urlopen",
        _URLOPEN,
        _ANY,
        python="$PYENVS/3.13.0/bin/python",
        tags=EVERYTHING | {"strict"},
    ),
    python_client(
        "urlopen",
        _URLOPEN_2,
        _ANY,
        python="$VARIANT",
        tags=FEW | {"file"},
        variants={"2.7.18": _OLD["2.7.18"]},
        name="urlopen2",
    ),
    python_client(
        "urlopen",
        _URLOPEN,
        _ANY,
        python="$VARIANT",
        tags=FEW,
        variants={one: _OLD[one] for one in ("3.6.15", "3.7.16")},
    ),
    python_client(
        "socket",
        _SOCKET,
        _ANY,
        args=' "$HOST" "$PORT" "$TRUST"',
        python="$VARIANT",
        tags=USUAL - {"proxy"},
        variants=_VERSIONS,
    ),
)
