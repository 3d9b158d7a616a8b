"""GitLab Runner as the client of a GitLab server.

docs.gitlab.com/runner/configuration/tls-self-signed; the runner's network/client.go adds the file to the system's
pool.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm

_NOTE = (
    "As root, where this host is the GitLab server; the name has no port. The runner hands the file on: git in a job "
    "uses it for this server, and the job finds its path in CI_SERVER_TLS_CA_FILE. It serves nothing else in the job."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    file = shlex.quote(f"/etc/gitlab-runner/certs/{at.endpoint.host}.crt")
    code = f"install -D -m 644 {at.shell()} {file}"
    yield at.command("GitLab Runner", code, _NOTE, ADDS, undo=f"rm {file}")


CLIENT = Client(
    "GitLab Runner",
    place=460,
    settings=(
        Setting("tls-ca-file", SettingForm.CONFIG, ADDS),
        Setting("/etc/gitlab-runner/certs/HOST.crt", SettingForm.CONFIG, ADDS),
    ),
    advice=_advice,
)
