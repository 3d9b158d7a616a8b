"""Bundles for many hosts, so many at once."""

import asyncio
import re
import sys
from pathlib import Path

from tui_chain import api


async def repaired(target: str, gate: asyncio.Semaphore) -> None:
    async with gate:
        result = await api.afix(target)
    if result.bundle is not None:
        file = Path(re.sub(r"[^\w.-]+", "-", f"{result.target}.pem"))
        await asyncio.to_thread(file.write_text, result.bundle, encoding="ascii")
    print(f"{result.target}: {result.status}")


async def main(targets: list[str]) -> None:
    gate = asyncio.Semaphore(20)
    async with asyncio.TaskGroup() as group:
        for target in targets:
            group.create_task(repaired(target, gate))


asyncio.run(main(sys.argv[1:]))
