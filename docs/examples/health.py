"""A web service whose /health says how the chains of our hosts are: a request reads the last look, and makes none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from aiohttp import web

from tui_chain import api

HOSTS = ("shop.example.org", "api.example.org")
PAUSE = 300
"""Seconds from one look to the next."""
LIMIT = 60
"""Seconds that a look may take in all; `timeout` is for each step of a host."""
OLD = timedelta(seconds=3 * (PAUSE + LIMIT))
RESULTS = web.AppKey("results", dict[str, api.HostResult])


async def look(results: dict[str, api.HostResult]) -> None:
    """Check all hosts once; the trust store is read anew, in a thread, so that the event loop goes on."""
    number = 0
    async with asyncio.timeout(LIMIT):
        async for result in api.acheck_many(HOSTS, timeout=5, warn_days=14):
            results[HOSTS[number]] = result
            number += 1


async def watch(results: dict[str, api.HostResult]) -> None:
    while True:
        try:
            await look(results)
        except (TimeoutError, ValueError):  # too slow; or the trust store cannot be read now
            logging.getLogger(__name__).exception("The chains were not checked.")
        await asyncio.sleep(PAUSE)


async def watching(app: web.Application) -> AsyncIterator[None]:
    """Look for as long as the service runs."""
    task = asyncio.create_task(watch(app[RESULTS]))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def state(result: api.HostResult | None) -> str:
    if result is None or datetime.now(UTC) - result.time > OLD:
        return "unknown"
    return result.status


async def health(request: web.Request) -> web.Response:
    states = {host: state(request.app[RESULTS].get(host)) for host in HOSTS}
    good = all(each == "complete" for each in states.values())
    return web.json_response(states, status=200 if good else 503)


def service() -> web.Application:
    app = web.Application()
    app[RESULTS] = {}
    app.cleanup_ctx.append(watching)
    app.router.add_get("/health", health)
    return app


if __name__ == "__main__":
    web.run_app(service(), host="127.0.0.1", port=8080)
