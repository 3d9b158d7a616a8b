"""The advice for Docker and Kubernetes, without either: their formats are read by their own parsers.

The Docker daemon cannot run here; Skopeo reads the same folder of certificates. A Dockerfile is parsed by Docker's
parser (package dockerfile), and its lines are carried out on a machine of the test's own, where apt-get and apk have
stand-ins. kubectl makes the ConfigMap and patches a Deployment without a cluster.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dockerfile  # type: ignore[import-not-found]
import pytest
import yaml

from tests.advise.conftest import Site, run
from tests.advise.machine_clients import OTHERS, accepts, each_other_client
from tests.support.own_machine import OwnMachine, own_machine
from tests.support.programs import require_program
from tui_chain.clients.advice import Deployment
from tui_chain.clients.docker import CLIENT as DOCKER
from tui_chain.net.target import Target

DAEMON, DEBIAN, ALPINE = "Docker daemon", "Dockerfile, Debian base", "Dockerfile, Alpine base"


def test_a_registry_is_reached_with_the_file_of_its_name(site: Site, tmp_path: Path) -> None:
    require_program("skopeo")
    tags = f"skopeo list-tags docker://{site.target}/probe"
    with own_machine(tmp_path) as machine:
        assert "unknown authority" in machine.run("sh", "-c", tags).stderr
        machine.shell(site.of(DAEMON).code)
        assert json.loads(machine.shell(tags))["Tags"] == ["1.0"]
        other = tags.replace("localhost", "127.0.0.1")
        assert "unknown authority" in machine.run("sh", "-c", other).stderr
        machine.shell(site.undo_of(DAEMON))
        assert "unknown authority" in machine.run("sh", "-c", tags).stderr


def test_the_folder_has_the_port_where_images_have_it() -> None:
    assert DOCKER.advice is not None
    targets = (Target("reg.test"), Target("reg.test", 5000), Target("::1", 5000))
    codes = [one.code for target in targets for one in DOCKER.advice(Deployment(target, Path("/x.pem")))]
    folders = [re.findall(r"certs\.d/(\S+)/ca\.crt'", code) for code in codes]
    assert folders == [["reg.test"], ["reg.test:5000"], ["[::1]:5000"]]


# -- lines for a Dockerfile


def image_of(site: Site, machine: OwnMachine, client: str) -> dict[str, str]:
    """Carry the lines out, and return the variables that they set."""
    code = site.of(client).code
    machine.shell(code.splitlines()[0].removeprefix("# "))
    variables: dict[str, str] = {}
    for command in dockerfile.parse_string(code):
        match command.cmd.upper():
            case "COPY":
                name, place = command.value
                machine.shell(f"cp ./{name} {place}")
            case "RUN":
                machine.shell(command.value[0])
            case "ENV":
                variables |= dict(zip(command.value[::2], command.value[1::2], strict=True))
    return variables


@pytest.fixture(scope="module")
def image(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnMachine, dict[str, str]]]:
    require_program("update-ca-certificates")
    with own_machine(tmp_path_factory.mktemp("image")) as machine:
        machine.stand_in(
            "apt-get", '[ "$1" = update ] || [ "$*" = "install -y --no-install-recommends ca-certificates" ]'
        )
        machine.shell("rm -f /etc/ca-certificates/update.d/*")  # a base image has no Java
        yield machine, image_of(site, machine, DEBIAN)


@each_other_client
def test_an_image_leads_everybody_to_its_store(
    site: Site, image: tuple[OwnMachine, dict[str, str]], name: str
) -> None:
    machine, variables = image
    assert accepts(machine, site, name, variables)


@pytest.mark.parametrize("name", ["curl", "git", "ssl", "Go"])
def test_the_variables_take_nothing_from_the_others(
    site: Site, image: tuple[OwnMachine, dict[str, str]], name: str
) -> None:
    machine, variables = image
    assert accepts(machine, site, name, variables)


def test_the_lines_for_alpine_differ_by_the_package_alone(site: Site) -> None:
    debian, alpine = (dockerfile.parse_string(site.of(client).code) for client in (DEBIAN, ALPINE))
    assert [one.value for one in debian if one.cmd != "RUN"] == [one.value for one in alpine if one.cmd != "RUN"]
    (there,), (here,) = ([one.value[0] for one in lines if one.cmd == "RUN"] for lines in (debian, alpine))
    assert here.startswith("apk add --no-cache ca-certificates && ")
    assert here.endswith(there.partition("lists/* && ")[2].lstrip())


# -- Kubernetes

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
      - {name: app, image: shop, env: [{name: KEPT, value: "1"}]}
"""


@pytest.fixture(scope="module")
def pod(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnMachine, dict[str, str]]]:
    """A machine with the volume of the pod, and the variables of its container."""
    require_program("kubectl")
    folder = tmp_path_factory.mktemp("pod")
    template = patched(site, folder)["spec"]["template"]["spec"]
    (container,) = template["containers"]
    (mount,) = container["volumeMounts"]
    (volume,) = template["volumes"]
    made = config_map(site)
    assert volume["configMap"]["name"] == made["metadata"]["name"]
    with own_machine(folder / "machine") as machine:
        place = Path(mount["mountPath"])
        machine.shell(f"mkdir {place}")
        for name, text in made["data"].items():
            machine.run("tee", str(place / name), stdin=text)
        yield machine, {one["name"]: one["value"] for one in container["env"]}


def config_map(site: Site) -> Any:
    """What the command would make."""
    code = site.of("Kubernetes, ConfigMap").code.replace(" < ", " --dry-run=client --output=json < ", 1)
    done = run("sh", "-c", code, cwd=site.folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def patched(site: Site, folder: Path) -> Any:
    """A Deployment with the patch, as kubectl merges it."""
    (folder / "deployment.yaml").write_text(DEPLOYMENT)
    (folder / "patch.yaml").write_text(site.of("Kubernetes, pods").code)
    words = ("patch", "--local", "--filename=deployment.yaml", "--patch-file=patch.yaml", "--output=json")
    done = run("kubectl", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", [*OTHERS, "curl", "git", "ssl", "Go", "Ruby"])
def test_a_pod_reaches_the_host(site: Site, pod: tuple[OwnMachine, dict[str, str]], name: str) -> None:
    machine, variables = pod
    assert accepts(machine, site, name, variables)


def test_a_pod_keeps_what_it_had(site: Site, pod: tuple[OwnMachine, dict[str, str]]) -> None:
    assert pod[1]["KEPT"] == "1"
    assert yaml.safe_load(site.of("Kubernetes, pods").code).keys() == {"spec"}


def test_the_config_map_has_the_whole_file(site: Site) -> None:
    data = config_map(site)["data"]["ca.pem"]
    assert data in {file.read_text() for file in site.folder.glob("*-full-store.pem")}
    assert data.count("BEGIN CERTIFICATE") > 2
    assert "delete configmap tlschain-localhost-" in site.undo_of("Kubernetes, ConfigMap")


def test_kubectl_takes_a_comma_of_a_path_for_a_list(tmp_path: Path) -> None:
    """Why the file comes by standard input."""
    require_program("kubectl")
    (tmp_path / "a,b.pem").write_text("x")
    words = ("create", "configmap", "probe", "--from-file=ca.pem=a,b.pem", "--dry-run=client")
    assert run("kubectl", *words, cwd=tmp_path).returncode != 0
