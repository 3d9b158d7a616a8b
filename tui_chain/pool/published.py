"""The published list of intermediates: fetched over https, verified and bounded, and read."""

from __future__ import annotations

import asyncio
import csv
import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.net.errors import AnswerTooLarge, failure_text
from tui_chain.net.lookup import lookup
from tui_chain.net.proxy import environment_proxy, read_proxy
from tui_chain.net.route import Route
from tui_chain.net.target import Target
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

if TYPE_CHECKING:
    import httpx

URL = "https://ccadb.my.salesforce-sites.com/mozilla/PublicAllIntermediateCertsWithPEMCSV"
"""Where the list is published; some 3 MB, 1,700 records."""
PEM_COLUMN = "PEM Info"
FINGERPRINT_COLUMN = "SHA-256 Fingerprint"
MAX_RECORDS = 20_000
"""Records that are read of one list."""


@dataclass(frozen=True)
class IntermediateList:
    """The certificates of a list in its order, and in words the records that gave none."""

    certificates: tuple[Certificate, ...]
    problems: tuple[str, ...] = ()


def read_listing(data: bytes) -> IntermediateList | Failure:
    """Read the CSV, in UTF-8 with or without a byte order mark; columns are found by their names.

    Single quotes around the PEM and blank lines in it are taken as they come. A record whose certificate cannot
    be read, or is not the one of the record's fingerprint, is a problem; the others count all the same.
    """
    lines = data.decode("utf-8-sig", "replace").splitlines(keepends=True)
    rows = csv.reader(lines, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        return _no_list(safe_text(str(error)))
    if PEM_COLUMN not in header:
        return _no_list(f"it has no column {PEM_COLUMN!r}")
    found: dict[Certificate, None] = {}
    problems: list[str] = []
    for number, row in _records(rows, problems):
        record = dict(zip(header, row, strict=False))
        certificate = _certificate(record)
        if isinstance(certificate, Certificate):
            found[certificate] = None
        else:
            problems.append(f"record {number}: {certificate}")
    return IntermediateList(tuple(found), tuple(problems))


def _no_list(why: str) -> Failure:
    return Failure("file", f"This is not CCADB's list of intermediates: {why}.", f"It is published at {URL}.")


def _records(rows: Iterator[list[str]], problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its number, the header being 1; what is no CSV ends the list with a problem."""
    try:
        for number, row in enumerate(rows, 2):
            if number > MAX_RECORDS:
                problems.append(f"only the first {MAX_RECORDS} records were read")
                return
            if row:
                yield number, row
    except csv.Error as error:
        problems.append(f"the list breaks off: {safe_text(str(error))}")


def _certificate(record: dict[str, str]) -> Certificate | str:
    reading = read_certificates(record.get(PEM_COLUMN, "").strip().strip("'").encode("ascii", "replace"))
    if len(reading.certificates) != 1:
        return reading.problems[0].reason if reading.problems else "more than one certificate in a record"
    certificate = reading.certificates[0]
    fingerprint = record.get(FINGERPRINT_COLUMN, "").replace(":", "").strip().lower()
    if fingerprint and fingerprint != certificate.sha256:
        return "the certificate is not the one of the record's fingerprint"
    return certificate


MAX_BYTES = 32 << 20
"""Bytes of a list, unpacked; more is a failure."""
TOTAL_SECONDS = 300.0
"""Seconds for all of it, redirects included: a byte now and then is an answer in time to every read."""
MAX_REDIRECTS = 5
_HINT = f"Download it on a machine with access, then {hinted('pool', 'update', '--file', 'FILE')}."


class LeavesHTTPSError(Exception):
    """A redirect away from https, which is not followed."""


async def _only_https(request: httpx.Request) -> None:
    """Called before every request, the redirected ones too."""
    if request.url.scheme != "https":
        raise LeavesHTTPSError


def download(url: str, context: ssl.SSLContext) -> bytes | Failure:
    """GET `url`, which has to be https as have its redirects; never unverified, never more than 32 MiB or 5 min.

    For programs without an event loop, since it runs one.
    """
    shown = safe_text(url)
    if not url.lower().startswith("https://"):
        return Failure("usage", f"{shown} is no https URL.", "Name one, or a local file with --file.")

    try:
        return asyncio.run(_in_time(url, context, shown))
    except TimeoutError:
        return Failure("network", f"{shown} did not come whole within {TOTAL_SECONDS:g} s.", _HINT)


async def _in_time(url: str, context: ssl.SSLContext, shown: str) -> bytes | Failure:
    async with asyncio.timeout(TOTAL_SECONDS):
        return await _fetched(url, context, shown)


class ProxyUnreadableError(Exception):
    """The environment names a proxy that is none; `failure` says so."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


async def _route(url: httpx.URL) -> Route:
    """The addresses of a URL's host, or the proxy that the environment names for it; raises OSError."""
    target = Target(url.raw_host.decode("ascii"), url.port or 443)
    named = environment_proxy(os.environ, target)
    proxy = read_proxy(named) if named is not None else None
    if isinstance(proxy, Failure):
        raise ProxyUnreadableError(proxy)
    looked_up = proxy is None or proxy.looks_up_here
    return Route(await lookup(target.host) if looked_up else (), proxy)


def _client(context: ssl.SSLContext) -> httpx.AsyncClient:
    import httpx

    from tui_chain.net.http1 import Bounds
    from tui_chain.net.http_transport import Transport

    return httpx.AsyncClient(
        transport=Transport(_route, context, Bounds(body=MAX_BYTES)),
        timeout=None,  # noqa: S113 - there is one for all of it
        trust_env=False,
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        event_hooks={"request": [_only_https]},
        headers={"User-Agent": "tlschain-tui"},
    )


async def _fetched(url: str, context: ssl.SSLContext, shown: str) -> bytes | Failure:
    import httpx

    too_large = Failure("network", f"{shown} is larger than {MAX_BYTES >> 20} MiB.", _HINT)
    try:
        async with _client(context) as client, client.stream("GET", url) as reply:
            if reply.status_code != httpx.codes.OK:
                return Failure("network", f"{shown} answered with HTTP status {reply.status_code}.", _HINT)
            body = await _body(reply)
            return too_large if body is None else body
    except LeavesHTTPSError:
        return Failure("network", f"{shown} leads away from https; it was not read.", _HINT)
    except ProxyUnreadableError as error:
        return error.failure
    except AnswerTooLarge:
        return too_large
    except httpx.InvalidURL:
        return Failure("network", f"{shown} cannot be fetched: it is no URL.", _HINT)
    except (httpx.HTTPError, ValueError, OSError) as error:
        return Failure("network", f"{shown} cannot be fetched: {failure_text(error)[0]}.", _HINT)


async def _body(reply: httpx.Response) -> bytes | None:
    """The body, unpacked, or None where it is too large."""
    body = bytearray()
    async for piece in reply.aiter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            return None
    return bytes(body)
