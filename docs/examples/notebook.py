"""A table of hosts: a list of dictionaries, which every tool for tables takes."""

from tui_chain import api


def row(result: api.HostResult) -> dict[str, str | int]:
    ends = [one.not_after for one in result.served if one.not_after is not None]
    return {
        "host": result.target,
        "status": result.status,
        "accepted by": sum(client.as_served.ok for client in result.clients),
        "first to expire": f"{min(ends):%Y-%m-%d}" if ends else "",
        "TLS": result.tls.version or "",
    }


def as_text(rows: list[dict[str, str | int]]) -> str:
    lines = [list(rows[0]), *(list(map(str, each.values())) for each in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


rows = [row(result) for result in api.check_many(["shop.example.org", "api.example.org"])]
print(as_text(rows))
