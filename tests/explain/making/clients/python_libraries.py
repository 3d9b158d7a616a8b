from __future__ import annotations

from tests.explain.making.client import FEW, SOME, USUAL
from tests.explain.making.python_client import NEWER, python_client

_SSL_FILE = 'export TRUST ${TRUST:+SSL_CERT_FILE="$TRUST"}; '
_HTTPX = """import ssl
import sys

import httpx

url, trust, cert = sys.argv[1], sys.argv[2], sys.argv[3:]
context = ssl.create_default_context(cafile=trust) if trust else True
if cert:
    context.load_cert_chain(*cert)
response = httpx.get(url, verify=context, timeout=4)
print(response.text)
"""
_HTTPX_PRINTED = """import logging, sys
import httpx
logging.basicConfig(level="INFO", format="%(levelname)s:%(name)s:%(message)s")
try:
    print(httpx.get(sys.argv[1], timeout=4).text)
except Exception as error:
    logging.error("%s for %s: %s", type(error).__name__, sys.argv[1], error)
"""
_AIOHTTP = """import asyncio
import ssl
import sys

import aiohttp


async def main(url, trust):
    context = ssl.create_default_context(cafile=trust or None)
    timeout = aiohttp.ClientTimeout(total=4)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True) as session:
        async with session.get(url, ssl=context) as response:
            print(await response.text())


asyncio.run(main(*sys.argv[1:3]))
"""
_URLLIB3 = """import sys
import urllib3

http = urllib3.PoolManager(ca_certs=sys.argv[2] or None)
try:
    print(http.request("GET", sys.argv[1], timeout=4, retries=False).data)
except Exception as error:
    sys.exit(f"{type(error).__module__}.{type(error).__name__}: {error}")
"""
_HTTPLIB2 = """import sys
import httplib2

response, content = httplib2.Http(ca_certs=sys.argv[2] or None, timeout=4).request(sys.argv[1])
print(content)
"""
_BOTO3 = """import boto3
import sys
from botocore.config import Config

config = Config(retries={"max_attempts": 1}, connect_timeout=3, read_timeout=3)
s3 = boto3.client("s3", region_name="eu-central-1", endpoint_url=sys.argv[1], aws_access_key_id="AKIAEXAMPLE",
                  aws_secret_access_key="example", config=config)
print(s3.list_buckets())
"""
_GRPC = """import sys
import grpc

place, trust = sys.argv[1], sys.argv[2]
credentials = grpc.ssl_channel_credentials(open(trust, "rb").read() if trust else None)
with grpc.secure_channel(place, credentials) as channel:
    call = channel.unary_unary("/inventory.Inventory/List")
    print(call(b"", timeout=3))
"""
_WEBSOCKETS = """import ssl
import sys
from websockets.sync.client import connect

context = ssl.create_default_context(cafile=sys.argv[2] or None)
with connect(sys.argv[1].replace("https", "wss"), ssl=context, open_timeout=3) as websocket:
    websocket.send("hello")
"""

CLIENTS = (
    python_client("httpx", _HTTPX, r"httpx|httpcore", module="httpx", tags=USUAL),
    python_client(
        "httpx",
        _HTTPX_PRINTED,
        r"httpx",
        args=' "$URL"',
        module="httpx",
        before=_SSL_FILE,
        tags=USUAL,
        name="httpx_printed",
    ),
    python_client("aiohttp", _AIOHTTP, r"aiohttp|Cannot connect to host", module="aiohttp", tags=USUAL),
    python_client(
        "aiohttp",
        _AIOHTTP,
        r"aiohttp|Cannot connect to host",
        module="aiohttp",
        python=NEWER,
        tags=frozenset({"strict"}),
    ),
    python_client("urllib3", _URLLIB3, "urllib3|HTTPSConnection", module="urllib3", tags=USUAL),
    python_client("httplib2", _HTTPLIB2, "httplib2", module="httplib2", tags=FEW),
    python_client(
        "boto3",
        _BOTO3,
        "boto",
        args=' "$URL"',
        module="boto3",
        before='export TRUST ${TRUST:+AWS_CA_BUNDLE="$TRUST"}; ',
    ),
    python_client(
        "grpc",
        _GRPC,
        r"grpc|StatusCode",
        args=' "$HOST:$PORT" "$TRUST"',
        module="grpcio",
        port=50051,
        tags=SOME - {"proxy"},
    ),
    python_client("websockets", _WEBSOCKETS, "websockets", module="websockets", tags=SOME - {"file"}),
)
