"""Results as JSON lines, and what has changed since the last run."""

from pathlib import Path

from tui_chain import api

file = Path("chains.jsonl")
results = api.check_many(["shop.example.org", "api.example.org"])
if file.exists():
    lines = file.read_text(encoding="ascii").splitlines()
    before = {one.target: one for one in map(api.HostResult.from_json, lines)}
    for result in results:
        old = before.get(result.target)
        if old is not None and (old.status, old.served) != (result.status, result.served):
            print(f"{result.target}: {old.status} before, {result.status} now")
file.write_text("".join(f"{result.to_json()}\n" for result in results), encoding="ascii")
