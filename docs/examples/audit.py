"""What clients load from a trust file."""

from pathlib import Path

import certifi

from tui_chain import api

result = api.audit(Path(certifi.where()).read_bytes())
print(f"{result.format} with {len(result.certificates)} certificates")
for name, loaded in result.clients.items():
    print(f"{name} loads {len(loaded.certificates)}{f', {loaded.refused}' if loaded.refused else ''}")
for finding in result.findings:
    print(f"{finding.severity}: {finding.message}")
