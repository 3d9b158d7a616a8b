from __future__ import annotations

from tests.advise.calls.call import SHELL, CodeCall

_BARE = "mariadb -h {host} -P {port} --ssl-verify-server-cert -e status"
_USER = {"USER": "root"}
CALLS = (
    CodeCall(
        "mariadb, mysql", SHELL, "Cipher in use is TLS", "mariadb", bare=_BARE, protocol="mysql", variables=_USER
    ),
)
