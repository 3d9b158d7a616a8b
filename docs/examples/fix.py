"""A bundle for the clients of a server that does not send its whole chain."""

from pathlib import Path

from tui_chain import api

result = api.fix("api.example.org")
if result.bundle is not None:
    new = Path("bundle.pem.new")
    new.write_text(result.bundle, encoding="ascii")
    new.replace("bundle.pem")  # who reads it finds the old file or the new one, never a half of either
print(f"{result.target}: {result.status}, {result.headline}")
