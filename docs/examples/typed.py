"""Options and results have types, for mypy and for an editor."""

from tui_chain import api

OURS: api.CheckOptions = {"trust": ["certifi", "system"], "timeout": 10, "warn_days": 30}


def refused_by(target: str) -> dict[str, api.Verdict]:
    """The verdict of each client family that refuses a host, by its name."""
    result: api.HostResult = api.check(target, **OURS)
    return {client.name: client.as_served for client in result.clients if not client.as_served.ok}


for name, verdict in refused_by("api.example.org").items():
    print(f"{name}: {verdict.error}")
