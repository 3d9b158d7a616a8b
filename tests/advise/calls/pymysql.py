from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

_BARE = """import pymysql
verified = dict(ssl_verify_cert=True, ssl_verify_identity=True)
print(pymysql.connect(host='{host}', port={port}, **verified).get_server_info())"""
CALLS = (CodeCall("PyMySQL", PYTHON, "MariaDB", bare=_BARE, protocol="mysql", variables={"USER": "root"}),)
