"""The examples for systemd and Kubernetes: read by their own programs, and their commands run before real servers."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.readme import EXAMPLES
from tests.support.cli import SECONDS, Done, process
from tests.support.kubectl import kubectl
from tests.support.programs import require_program
from tui_chain.engine.command_options import TAKEN
from tui_chain.lab.internet import Lab

UNITS = sorted((EXAMPLES / "systemd").glob("tlschain-*.*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
MANIFEST = EXAMPLES / "kubernetes" / "refresh.yaml"
EXPOSURE = 2.0
"""What `systemd-analyze security` calls OK; a service without any limits has 9.6."""


def unit(path: Path) -> RawConfigParser:
    """A unit whose keys stand once; systemd's that do not are told apart by their number."""
    seen: dict[str, int] = {}

    def numbered(line: str) -> str:
        key, sign, value = line.partition("=")
        if not sign or line.startswith(("#", "[")):
            return line
        seen[key] = seen.get(key, -1) + 1
        return f"{key}{seen[key] or ''}={value}"

    parser = RawConfigParser()
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string("\n".join(map(numbered, path.read_text(encoding="utf-8").splitlines())))
    return parser


# systemd


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units with a program that is on this machine."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/usr/local/bin/tlschain", "/bin/true")
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder


def systemd(*words: str | Path) -> str:
    done = subprocess.run(
        (require_program("systemd-analyze"), *words),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    return done.stdout + done.stderr


def test_systemd_takes_every_unit_without_a_word(installed: Path) -> None:
    assert systemd("verify", "--man=no", *sorted(installed.iterdir())) == ""


def test_systemd_would_name_a_wrong_key(installed: Path, tmp_path: Path) -> None:
    text = (installed / "tlschain-refresh.service").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.service"
    wrong.write_text(text.replace("ProtectSystem", "ProtectSytem"), encoding="utf-8")
    assert "Unknown key" in systemd("verify", "--man=no", wrong)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_may_do_little(installed: Path, path: Path) -> None:
    text = systemd("security", "--offline=true", "--no-pager", installed / path.name)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", text)
    assert found is not None
    assert float(found[1]) < EXPOSURE
    assert unit(path)["Service"]["User"] != "root"


def test_every_timer_starts_a_service_that_there_is() -> None:
    assert {path.stem for path in UNITS if path.suffix == ".timer"} == {path.stem for path in SERVICES}


def test_the_user_is_made_by_sysusers(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    words = ("--root", tmp_path, EXAMPLES / "systemd" / "tlschain.conf")
    subprocess.run((require_program("systemd-sysusers"), *words), check=True, timeout=SECONDS, capture_output=True)
    names = {line.partition(":")[0] for line in (tmp_path / "etc" / "passwd").read_text().splitlines()}
    assert {unit(path)["Service"]["User"] for path in SERVICES} <= names


# the commands


class Machine:
    """A folder that stands for the root of a file system: the paths of an example lead into it."""

    def __init__(self, root: Path, lab: Lab) -> None:
        self.root, self.lab = root, lab
        for folder in ("etc/tlschain", "var/lib/tlschain", "var/lib/prometheus/node-exporter", "data"):
            (root / folder).mkdir(parents=True)
        (root / "etc/tlschain/config.toml").write_text(f"trust = ['{lab.trust_file}']\n", encoding="utf-8")

    def here(self, text: str) -> str:
        return re.sub(r"(?<![\w.])/(?=etc\b|var\b|data\b)", f"{self.root}/", text)

    def run(self, words: list[str], variables: str = "") -> Done:
        environment = dict(entry.split("=", 1) for entry in self.here(variables).split())
        clean = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "XDG_CONFIG_HOME": f"{self.root}/etc"}
        return process(*map(self.here, words), env=clean | environment)

    def service(self, name: str) -> tuple[Done, set[int]]:
        """Run a service's command with its variables; what came of it, and the codes that are no failure."""
        section = unit(EXAMPLES / "systemd" / f"{name}.service")["Service"]
        program, *words = shlex.split(section["ExecStart"])
        assert program == "/usr/local/bin/tlschain"
        good = {0, *map(int, section["SuccessExitStatus"].split())}
        return self.run(words, section["Environment"]), good

    def bundle(self, place: str, host: str = "leaf-only") -> Path:
        """A bundle as `tlschain fix` writes it, of which its intermediate is taken: it has to be replaced."""
        file = self.root / place
        done = self.run(["fix", str(self.lab.host(host).target), "--no-pool", "-o", str(file)])
        assert done.code == 0, done.err
        return file


@pytest.fixture
def machine(tmp_path: Path, lab: Lab) -> Machine:
    return Machine(tmp_path, lab)


def certificates(data: bytes) -> int:
    return data.count(b"BEGIN CERTIFICATE")


def outdated(file: Path) -> bytes:
    """Leave the root alone in a bundle, as after a renewal under another intermediate; what it was before."""
    before = file.read_bytes()
    head, *blocks = re.split(rb"(?=\n# Subject: )", before)
    file.write_bytes(head + blocks[-1])
    return before


def test_the_service_replaces_a_bundle_that_does_not_work(machine: Machine) -> None:
    file = machine.bundle("var/lib/tlschain/bundle.pem")
    before = outdated(file)
    for _ in range(2):
        done, good = machine.service("tlschain-refresh")
        assert done.code in good, done.err
    assert certificates(file.read_bytes()) == certificates(before) > 1


@pytest.mark.skipif("output" not in {one.name for one in TAKEN["check"]}, reason="check has no -o")
def test_the_service_writes_metrics_again_and_again(machine: Machine) -> None:
    hosts = [f"{machine.lab.host(name).target}\n" for name in ("complete", "leaf-only")]
    (machine.root / "etc/tlschain/hosts.txt").write_text("".join(hosts), encoding="utf-8")
    for _ in range(2):
        done, good = machine.service("tlschain-check")
        assert done.code in good, done.err
    (file,) = (machine.root / "var/lib/prometheus/node-exporter").iterdir()
    assert "tlschain_chain_not_after_seconds{" in file.read_text(encoding="utf-8")


# Kubernetes


def objects(kind: str) -> list[dict[str, Any]]:
    found = yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8"))
    return [one for one in found if one["kind"] == kind]


def pod() -> dict[str, Any]:
    (job,) = objects("CronJob")
    return dict(job["spec"]["jobTemplate"]["spec"]["template"]["spec"])


def containers() -> list[dict[str, Any]]:
    return [*pod()["initContainers"], *pod()["containers"]]


def test_kubectl_knows_every_field(tmp_path: Path) -> None:
    """As types of its own, which leave out what they do not know; `create --dry-run` asks a cluster for the kinds."""
    (job,) = objects("CronJob")
    assert paths(job) - read_by_kubectl(job, tmp_path) == set()
    job["spec"]["startingDeadlineSecond"] = 1
    assert paths(job) - read_by_kubectl(job, tmp_path) == {("spec", "startingDeadlineSecond")}


def read_by_kubectl(job: dict[str, Any], folder: Path) -> set[tuple[object, ...]]:
    file = folder / "job.json"
    file.write_text(json.dumps(job), encoding="utf-8")
    images = [f"{one['name']}={one['image']}x" for one in pod()["containers"]]
    return paths(json.loads(kubectl("set", "image", "--local", "-f", file, *images, "-o", "json")))


def paths(value: object, path: tuple[object, ...] = ()) -> set[tuple[object, ...]]:
    """Where every value of an object is."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {found for key, one in items for found in paths(one, (*path, key))}
    return {path}


def test_no_container_is_root_or_writes_but_where_it_is_given_room() -> None:
    security = pod()["securityContext"]
    assert security["runAsNonRoot"]
    assert security["runAsUser"] > 0
    for one in containers():
        own = one["securityContext"]
        assert (own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, True)
        assert own["capabilities"] == {"drop": ["ALL"]}
        assert {"requests", "limits"} <= set(one["resources"])


def test_what_is_mounted_and_allowed_is_what_there_is() -> None:
    volumes = {one["name"] for one in pod()["volumes"]}
    mounted = {one["name"] for container in containers() for one in container["volumeMounts"]}
    assert volumes == mounted
    (role,), (binding,), (account,) = map(objects, ("Role", "RoleBinding", "ServiceAccount"))
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"][0]["name"] == account["metadata"]["name"] == pod()["serviceAccountName"]
    bundles = {one["configMap"]["name"] for one in pod()["volumes"] if "configMap" in one}
    assert set(role["rules"][0]["resourceNames"]) < bundles


def test_the_steps_of_the_job_put_a_new_bundle_back(machine: Machine) -> None:
    """One after the other in one folder; the last, but for the cluster that it would ask."""
    (settings,) = objects("ConfigMap")
    copy, refresh, apply = containers()
    mounted = {"bundle/bundle.pem": None, "kustomization/kustomization.yaml": settings["data"]["kustomization.yaml"]}
    for name, text in mounted.items():
        (machine.root / name).parent.mkdir()
        if text is not None:
            (machine.root / name).write_text(text, encoding="utf-8")
    before = outdated(machine.bundle("bundle/bundle.pem"))
    for each in copy["volumeMounts"]:
        assert (machine.root / each["mountPath"].strip("/")).is_dir()
    words = [re.sub(r"^/", f"{machine.root}/", word) for word in copy["command"]]
    subprocess.run(words, check=True, timeout=SECONDS)
    done = machine.run(refresh["args"])
    assert done.code == 0, done.err
    program, action, *_, option, folder = apply["command"]
    assert (program, action, option) == ("kubectl", "apply", "--kustomize")
    made = yaml.safe_load(kubectl("kustomize", machine.here(folder)))
    assert made["metadata"]["name"] == objects("Role")[0]["rules"][0]["resourceNames"][0]
    assert certificates(made["data"]["bundle.pem"].encode()) == certificates(before) > 1
