"""What raises: input that means nothing. Whatever a server does is a result."""

from tui_chain import api

for host in ("shop.example.org", "shop example org"):
    try:
        result = api.check(host, trust="certifi", timeout=5)
    except ValueError as error:
        print(f"Wrong input: {error}")
        continue
    if result.status == "unreachable" and result.probe.failure is not None:
        print(f"Not reached ({result.probe.failure.kind}): {result.probe.failure.message}")
    else:
        print(result.headline)
