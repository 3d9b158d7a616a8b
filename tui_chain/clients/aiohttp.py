"""aiohttp: a default context of Python's, or the one that it is given."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_code import TRUST_COMMAND, with_context, with_crl_context
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads

_CALL = """import asyncio
import aiohttp


async def main():
    async with aiohttp.ClientSession() as session, session.get({url}, ssl=context) as answer:
        print(answer.status)


asyncio.run(main())"""
"""The call, with the URL as a Python literal in `url`."""

_CONNECT = """import aiohttp
import asyncio


async def connect():
    connector = aiohttp.TCPConnector(resolver=aiohttp.ThreadedResolver())
    async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as answer:
        await answer.read()


asyncio.run(connect())"""


def _call(at: Deployment) -> str:
    return _CALL.format(url=repr(at.url))


def _advice(at: Deployment) -> Iterator[Advice]:
    yield with_context(at, "aiohttp", _call(at))


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, "aiohttp", _call(at))


CLIENT = Client(
    "aiohttp",
    place=40,
    families={FamilyId.PYTHON: "aiohttp", FamilyId.PYTHON_313: "aiohttp"},
    settings=(Setting("ssl=", SettingForm.ARGUMENT, ADDS),),
    library=PythonLibrary(("aiohttp",), _CONNECT, "SSL_CERT_FILE"),
    reads=(Reads(OPENSSL, "aiohttp"),),
    advice=_advice,
    crl_advice=_crl_advice,
    errors=ErrorOutput(
        (spelled(Kind.PROXY_UNREACHABLE, "ClientProxyConnectionError"),),
        signs=r"\baiohttp\b|Cannot connect to host \S+ ssl:|ClientConnector\w{0,40}Error",
        version=r"\baiohttp[/ ]v?(\d+\.\d+(?:\.\d+)?)",
        trust_command=TRUST_COMMAND,
        layer=Layer.LIBRARY,
    ),
)
