"""The advice for jobs of GitHub and GitLab: YAML is parsed, and its shell lines run as a runner runs them.

GitHub runs `run:` by `bash -e`; GitLab a script by the image's shell with `set -eo pipefail`. Neither runner, gh nor
glab is here: what stores the file is read, and the variable filled as the runner fills it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.advise.conftest import Site
from tests.advise.machine_clients import OTHERS, accepts
from tests.support.own_machine import OwnMachine, own_machine
from tests.support.programs import require_program
from tui_chain.clients.advice import Deployment
from tui_chain.clients.github_actions import CLIENT as GITHUB_ACTIONS
from tui_chain.clients.gitlab_runner import CLIENT as GITLAB_RUNNER
from tui_chain.net.target import Target

Job = tuple[OwnMachine, dict[str, str]]
GITHUB, GITLAB = "GitHub Actions", "GitLab CI"
each_client = pytest.mark.parametrize("name", [*OTHERS, "curl", "git", "ssl", "Go"])


def stored(site: Site, client: str, command: list[str]) -> str:
    """What the command of the first line stores: its standard input."""
    words = shlex.split(site.of(client).code.splitlines()[0].removeprefix("# "))
    assert words[:-2] == command
    assert words[-2] == "<"
    return Path(words[-1]).read_text()


@pytest.fixture(scope="module")
def github(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A machine after the step, and the variables of the steps that follow."""
    require_program("update-ca-certificates")
    (step,) = yaml.safe_load(site.of(GITHUB).code)
    assert step["env"] == {"TLSCHAIN_CA": "${{ vars.TLSCHAIN_CA }}"}
    with own_machine(tmp_path_factory.mktemp("github")) as machine:
        machine.stand_in("sudo", 'exec "$@"')
        machine.shell("rm -f /etc/ca-certificates/update.d/*")
        file = machine.folder / "env"
        text = stored(site, GITHUB, ["gh", "variable", "set", "TLSCHAIN_CA"]).rstrip("\n")
        done = machine.run("bash", "-e", "-c", step["run"], env={"TLSCHAIN_CA": text, "GITHUB_ENV": str(file)})
        assert done.returncode == 0, done.stderr
        yield machine, dict(line.split("=", 1) for line in file.read_text().splitlines())


@each_client
def test_the_steps_that_follow_reach_the_host(site: Site, github: Job, name: str) -> None:
    machine, variables = github
    assert accepts(machine, site, name, variables)


def test_a_variable_of_github_is_large_enough(site: Site) -> None:
    assert len(stored(site, GITHUB, ["gh", "variable", "set", "TLSCHAIN_CA"])) < 48_000


def test_nothing_of_a_name_is_yaml() -> None:
    assert GITHUB_ACTIONS.advice is not None
    for target in (Target("::1", 8443), Target("host.test")):
        (one,) = GITHUB_ACTIONS.advice(Deployment(target, Path("/a: b #c.pem")))
        (step,) = yaml.safe_load(one.code)
        assert step["name"] == f"Trust the CA certificates of {target.host}"


@pytest.fixture(scope="module")
def gitlab(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Job]:
    """A machine after the job's before_script, and the job's variables."""
    require_program("update-ca-certificates")
    job = yaml.safe_load(site.of(GITLAB).code)["job"]
    with own_machine(tmp_path_factory.mktemp("gitlab")) as machine:
        machine.shell("rm -f /etc/ca-certificates/update.d/*")
        file = machine.folder / "TLSCHAIN_CA"
        file.write_text(stored(site, GITLAB, ["glab", "variable", "set", "TLSCHAIN_CA", "--type", "file"]))
        for script in job["before_script"]:
            machine.shell(f"set -eo pipefail\n{script}", env={"TLSCHAIN_CA": str(file)}, by="bash")
        yield machine, job["variables"]


@each_client
def test_a_job_of_gitlab_reaches_the_host(site: Site, gitlab: Job, name: str) -> None:
    machine, variables = gitlab
    assert accepts(machine, site, name, variables)


def test_the_runner_finds_the_file_by_the_name_of_its_server(site: Site, tmp_path: Path) -> None:
    client, file = "GitLab Runner", "/etc/gitlab-runner/certs/localhost.crt"
    with own_machine(tmp_path) as machine:
        machine.shell(site.of(client).code)
        assert machine.shell(f"cat {file}") == site.bundle.read_text()
        machine.shell(site.undo_of(client))
        assert machine.run("test", "-e", file).returncode == 1
    assert GITLAB_RUNNER.advice is not None
    (one,) = GITLAB_RUNNER.advice(Deployment(Target("git.test", 8443), Path("/x.pem")))
    assert one.code.endswith("/git.test.crt")
