from __future__ import annotations

from tests.explain.making.client import EVERYTHING, FEW, SOME
from tests.explain.making.python_client import NEWER, python_client

_REQUESTS_FILE = 'export TRUST ${TRUST:+REQUESTS_CA_BUNDLE="$TRUST"}; '
_REQUESTS = """import sys

import requests

url, cert = sys.argv[1], tuple(sys.argv[2:]) or None
response = requests.get(url, cert=cert, timeout=4)
print(response.text)
"""
_REQUESTS_PRINTED = """import sys
import requests
try:
    print(requests.get(sys.argv[1], cert=tuple(sys.argv[2:]) or None, timeout=4).text)
except (requests.RequestException, OSError) as error:
    sys.exit("ERROR sync: fetching inventory failed: %s" % error)
"""
_REQUESTS_JSON = """import json, sys, traceback
import requests
try:
    print(requests.get(sys.argv[1], timeout=4).text)
except Exception as error:
    print(json.dumps({"asctime": "2026-11-27 06:12:44,310", "levelname": "ERROR", "name": "inventory.sync",
                      "message": "fetch failed", "exc_info": traceback.format_exc()}))
"""
_RETRIES = """import logging, sys
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry
logging.basicConfig(format="%(asctime)s %(levelname)s [%(name)s] %(message)s")
session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(1, backoff_factor=0.1)))
try:
    print(session.get(sys.argv[1], timeout=2).text)
except Exception as error:
    logging.error("giving up: %s", error)
"""
_REQUESTS_SHOWS = r"requests|HTTPSConnectionPool|TLS CA certificate"
_PLAIN = ' "$URL" $CERT $KEY'

CLIENTS = (
    python_client(
        "requests", _REQUESTS, _REQUESTS_SHOWS, args=_PLAIN, module="requests", before=_REQUESTS_FILE, tags=EVERYTHING
    ),
    python_client(
        "requests",
        _REQUESTS_PRINTED,
        _REQUESTS_SHOWS,
        args=_PLAIN,
        module="requests",
        before=_REQUESTS_FILE,
        tags=EVERYTHING,
        name="requests_printed",
    ),
    python_client(
        "requests",
        _REQUESTS_JSON,
        _REQUESTS_SHOWS,
        args=_PLAIN,
        module="requests",
        before=_REQUESTS_FILE,
        tags=FEW | {"file", "proxy"},
        name="requests_json",
    ),
    python_client(
        "requests",
        _RETRIES,
        _REQUESTS_SHOWS,
        args=_PLAIN,
        module="requests",
        before=_REQUESTS_FILE,
        tags=SOME,
        name="requests_retries",
    ),
    python_client(
        "requests",
        _REQUESTS,
        _REQUESTS_SHOWS,
        args=_PLAIN,
        module="requests",
        before=_REQUESTS_FILE,
        python=NEWER,
        tags=FEW | {"strict", "own"},
    ),
    python_client(
        "requests",
        _REQUESTS_PRINTED,
        _REQUESTS_SHOWS,
        args=_PLAIN,
        module="requests",
        tags=SOME | {"own"},
        before=_REQUESTS_FILE + 'export PYTHONPATH="$LIBRARIES/requests-2.28"; ',
        name="requests_printed",
        python="$PYENVS/3.10.13/bin/python",
    ),
    python_client(
        "niquests",
        _REQUESTS.replace("requests", "niquests"),
        "niquests",
        args=_PLAIN,
        module="niquests",
        before=_REQUESTS_FILE,
        python="/srv/app/.venv/apart/niquests/bin/python",
    ),
)
