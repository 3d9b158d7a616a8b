from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

_BARE = """import pymongo
with pymongo.MongoClient('{host}', {port}, tls=True, serverSelectionTimeoutMS=5000) as client:
    print(client.admin.command('ping'))"""
CALLS = (CodeCall("pymongo", PYTHON, "'ok': 1.0", bare=_BARE, protocol="mongo"),)
