"""Images: lines for a Dockerfile that put the certificates into the image's system store."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.system_store import DEBIAN_FILE, STORE_KIND, VARIABLES, splitting

_COPY = "/usr/local/share/tlschain-ca.pem"
_PACKAGES = {
    "Debian": "apt-get update && apt-get install -y --no-install-recommends ca-certificates && "
    "rm -rf /var/lib/apt/lists/*",
    "Alpine": "apk add --no-cache ca-certificates",
}
"""How each base gets update-ca-certificates."""
_NOTE = (
    "The comment has the command that puts the file beside the Dockerfile. ENV leads those clients to the system's "
    "file that do not look for it: requests, httpx, boto3, uv, Node. The lines go before those that download. To "
    "undo it, take the lines out and build again."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    for base, package in _PACKAGES.items():
        split = f"{splitting(at.endpoint)} < {_COPY} && update-ca-certificates"
        variables = " \\\n    ".join(f"{name}={DEBIAN_FILE}" for name in VARIABLES)
        code = (
            f"# cp {at.shell(STORE_KIND)} tlschain-ca.pem\n"
            f"COPY tlschain-ca.pem {_COPY}\n"
            f"RUN {package} && \\\n    {split}\n"
            f"ENV {variables}"
        )
        yield at.command(f"Dockerfile, {base} base", code, _NOTE, ADDS, kind=STORE_KIND, language="dockerfile")


CLIENT = Client(
    "Dockerfile",
    place=440,
    settings=(
        Setting("docker run --env", SettingForm.OPTION, ADDS),
        Setting("docker run --env-file", SettingForm.OPTION, ADDS),
        Setting("ENV", SettingForm.CONFIG, ADDS),
    ),
    advice=_advice,
    reaches=any_endpoint,
)
