"""The Docker daemon as the client of a registry; Podman, Buildah and Skopeo read the same folder.

docs.docker.com/engine/security/certificates; containers-certs.d(5).
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, Takes
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, HostKind, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.core.endpoint import Endpoint, bracketed

_NOTE = (
    "As root, where this host is a registry. The folder has the registry's name as images spell it: with the port "
    "only where they do. The daemon reads it at each pull and needs no restart; Podman, Buildah and Skopeo read it "
    "too. Docker Desktop takes ~/.docker/certs.d when it starts. It is for pulls and pushes: what runs in a "
    "container does not see it."
)


def _advice(at: Deployment) -> Iterator[Advice]:
    folder = f"/etc/docker/certs.d/{_registry(at.endpoint)}"
    # brackets of an IPv6 address are a pattern to a shell
    code, undo = f"install -D -m 644 {at.shell()} '{folder}/ca.crt'", f"rm -r '{folder}'"
    yield at.command("Docker daemon", code, _NOTE, ADDS, undo=undo)


def _registry(endpoint: Endpoint) -> str:
    host = bracketed(endpoint.host)
    return host if endpoint.port == 443 else f"{host}:{endpoint.port}"


CLIENT = Client(
    "Docker daemon",
    place=435,
    settings=(Setting("/etc/docker/certs.d", SettingForm.CONFIG, ADDS, Takes.ALL_FILES),),
    advice=_advice,
    errors=ErrorOutput(
        (spelled(Kind.REFUSED, "Cannot connect to the Docker daemon"),),
        signs=r"Error response from daemon|Cannot connect to the Docker daemon|container registry"
        r"|\bdocker(?: compose)? (?:pull|push|login|build|run)\b"
        r"|\bdockerd?\b\[|registry-1\.docker\.io"
        r"|error during connect|failed to do request: Head|\bbuildkit\b|\bdocker://",
        version=r"\b[Dd]ocker(?: version)?[ /](\d+\.\d+\.\d+)",
        trust_command="ls /etc/docker/certs.d/*",
        cause_signs=(
            CauseSign(
                ISSUER_KINDS,
                r"\b[Aa]lpine\b|^FROM |^#\d+ \[|/kaniko|\bdistroless\b",
                (Code.NO_CA_STORE, Code.INTERCEPTION_LIKELY),
                host=HostKind.WELL_KNOWN,
            ),
        ),
    ),
)
