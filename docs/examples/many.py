"""Many hosts at once over one trust store, each result as soon as it and those before it are there."""

import asyncio
import sys

from tui_chain import api


async def main(targets: list[str]) -> None:
    async for result in api.acheck_many(targets, jobs=200, retries=1):
        print(f"{result.target}: {result.status}")


asyncio.run(main(sys.argv[1:]))
