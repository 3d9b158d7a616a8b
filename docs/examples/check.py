"""What clients make of a host."""

from tui_chain import api

result = api.check("shop.example.org", warn_days=21)
print(f"{result.target}: {result.status}, {result.headline}")
for finding in result.findings:
    print(f"{finding.severity}: {finding.message} {finding.hint}")
for client in result.clients:
    if not client.as_served.ok:
        print(f"{client.name} refuses it: {client.as_served.error} ({client.as_served.code})")
