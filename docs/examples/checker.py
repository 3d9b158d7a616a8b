"""One trust store for as long as a program runs, shared by its tasks."""

import asyncio

from tui_chain import api


async def main() -> None:
    async with api.Checker(trust=["certifi", "system"], timeout=10) as checker:
        async with asyncio.TaskGroup() as group:
            shop = group.create_task(checker.check("shop.example.org"))
            backend = group.create_task(checker.check("api.example.org"))
        print(shop.result().status, backend.result().status)
        print((await checker.check("shop.example.org")).status)


asyncio.run(main())
