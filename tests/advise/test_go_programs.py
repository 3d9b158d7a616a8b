"""kubectl and Terraform, and which of kubectl's settings wins."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.advise.conftest import Site, run
from tests.support.programs import require_program
from tui_chain.lab.authority import Authority, to_pem

KUBECTL, TERRAFORM = "kubectl", "Terraform"
ANSWER = "probe-1.0"
REFUSED = "certificate signed by unknown authority"


def context(site: Site, home: Path, **cluster: str) -> Mapping[str, str]:
    """Variables that lead to a kubeconfig whose current context is the site."""
    file = home / "kubeconfig"
    clusters = [{"name": "c", "cluster": {"server": site.url, **cluster}}]
    contexts = [{"name": "here", "context": {"cluster": "c", "user": "u"}}]
    users = [{"name": "u", "user": {"token": "none"}}]
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "here"}
    file.write_text(yaml.safe_dump({**config, "clusters": clusters, "contexts": contexts, "users": users}))
    return {"KUBECONFIG": str(file)}


def ask(code: str, env: Mapping[str, str], cwd: Path) -> str:
    done = run("sh", "-c", code, env=env, cwd=cwd)
    return " ".join((done.stdout + done.stderr).split())


def test_kubectl_is_given_the_file(site: Site, tmp_path: Path) -> None:
    require_program("kubectl")
    code = site.of(KUBECTL).code
    with_option = ask(code, context(site, tmp_path), tmp_path)
    without = ask("kubectl get --raw /version", context(site, tmp_path), tmp_path)
    assert ANSWER in with_option
    assert without.startswith("Unable to connect to the server")
    assert REFUSED in without


def test_the_option_wins_over_the_kubeconfig_and_that_over_the_variable(site: Site, tmp_path: Path) -> None:
    require_program("kubectl")
    other = to_pem([Authority.root("Elsewhere Root", now=datetime.now(UTC)).der])
    data = {"certificate-authority-data": base64.b64encode(other).decode()}
    file = {"certificate-authority": str(site.bundle)}
    variable = {"SSL_CERT_FILE": str(site.bundle)}
    plain = "kubectl get --raw /version"
    assert ANSWER in ask(site.of(KUBECTL).code, context(site, tmp_path, **data), tmp_path)
    assert ANSWER in ask(plain, context(site, tmp_path, **file), tmp_path)
    assert ANSWER in ask(plain, {**variable, **context(site, tmp_path)}, tmp_path)
    assert REFUSED in ask(plain, {**variable, **context(site, tmp_path, **data)}, tmp_path)
    assert "are both specified" in ask(plain, context(site, tmp_path, **file, **data), tmp_path)


MODULE = 'module "probe" {{\n  source = "{url}probe.zip"\n}}\n'


def test_terraform_fetches_a_module(site: Site, tmp_path: Path) -> None:
    if shutil.which("terraform") is None:
        pytest.skip("Terraform is in no registry of packages that the tests use; the advice for Go is its advice")
    (tmp_path / "main.tf").write_text(MODULE.format(url=site.url))
    env = {"CHECKPOINT_DISABLE": "1"}
    init = "terraform init -input=false -no-color"
    assert "unknown authority" in ask(init, env, tmp_path)
    assert "not a valid zip file" in ask(f"{site.of(TERRAFORM).code}\n{init}", env, tmp_path)
    assert "unknown authority" in ask(f"{site.of(TERRAFORM).code}\n{site.undo_of(TERRAFORM)}\n{init}", env, tmp_path)
