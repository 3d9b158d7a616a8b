"""Jobs of GitLab CI in an image of Debian or Alpine: the file in a variable of type file, and lines that install it.

docs.gitlab.com: CI/CD variables, "Use file type CI/CD variables" and "CI/CD variable precedence".
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.system_store import DEBIAN_FILE, STORE_KIND, VARIABLES, splitting

_NOTE = (
    "The comment has the command that stores the file as a variable of type file (Settings, CI/CD, Variables): the "
    "job finds its path in it. The image needs the package ca-certificates. A before_script of the job takes the "
    "place of the default's. Where this host is the GitLab server itself, the runner needs the file: see GitLab "
    "Runner."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    variables = "\n".join(f"    {name}: {DEBIAN_FILE}" for name in VARIABLES)
    code = f"""# glab variable set TLSCHAIN_CA --type file < {at.shell(STORE_KIND)}
job:
  variables:
{variables}
  before_script:
    - |
      {splitting(at.endpoint)} < "$TLSCHAIN_CA"
      update-ca-certificates"""
    undo = "glab variable delete TLSCHAIN_CA"
    yield at.command("GitLab CI", code, _NOTE, ADDS, kind=STORE_KIND, language="yaml", undo=undo)


CLIENT = Client(
    "GitLab CI",
    place=455,
    settings=(
        Setting("variables of the pipeline", SettingForm.CONFIG, ADDS),
        Setting("variables of the project", SettingForm.CONFIG, ADDS),
        Setting("variables of the group", SettingForm.CONFIG, ADDS),
        Setting("variables: of the job", SettingForm.CONFIG, ADDS),
        Setting("variables: of the whole file", SettingForm.CONFIG, ADDS),
    ),
    advice=_advice,
    reaches=any_endpoint,
)
