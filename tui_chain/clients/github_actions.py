"""Jobs of GitHub Actions on a runner with Ubuntu: the file in a variable, and a step that installs it.

docs.github.com: Variables reference; Workflow commands, "Setting an environment variable".
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.system_store import DEBIAN_FILE, STORE_KIND, VARIABLES, splitting

_NOTE = (
    "The comment has the command that stores the file, which is public, as a variable of the repository; a variable "
    "takes 48 KB, which is enough for it. The step goes before those that download. A job in a "
    "container runs as root, mostly without sudo: leave that word out there."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    name = json.dumps(f"Trust the CA certificates of {at.endpoint.host}")
    code = f"""# gh variable set TLSCHAIN_CA < {at.shell(STORE_KIND)}
- name: {name}
  env:
    TLSCHAIN_CA: ${{{{ vars.TLSCHAIN_CA }}}}
  run: |
    printf '%s\\n' "$TLSCHAIN_CA" | sudo {splitting(at.endpoint)}
    sudo update-ca-certificates
    for name in {" ".join(VARIABLES)}; do
      echo "$name={DEBIAN_FILE}" >> "$GITHUB_ENV"
    done"""
    undo = "gh variable delete TLSCHAIN_CA"
    yield at.command("GitHub Actions", code, _NOTE, ADDS, kind=STORE_KIND, language="yaml", undo=undo)


CLIENT = Client(
    "GitHub Actions",
    place=450,
    settings=(
        Setting("env of a step", SettingForm.CONFIG, ADDS),
        Setting("$GITHUB_ENV", SettingForm.CONFIG, ADDS),
        Setting("env of the job", SettingForm.CONFIG, ADDS),
        Setting("env of the workflow", SettingForm.CONFIG, ADDS),
    ),
    advice=_advice,
    reaches=any_endpoint,
)
