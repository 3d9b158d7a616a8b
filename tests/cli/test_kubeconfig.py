"""The cluster of a kubeconfig as the host: its certificate authority is the trust store, on both front ends."""

from __future__ import annotations

import base64
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.cli import tlschain
from tests.support.kubectl import kubectl
from tests.support.proxy import LOGIN, ConnectProxy
from tests.support.proxy import start as start_proxy
from tests.support.terminal import in_terminal
from tui_chain.engine.arguments import Arguments, Options, read_arguments
from tui_chain.engine.startup import Run, start
from tui_chain.lab.internet import Lab

TOKEN = "hunter2-token"


def kubeconfig(lab: Lab, folder: Path, name: str, *, authority: str | None = None, more: str = "") -> Path:
    """A kubeconfig whose cluster is a host of the lab; it trusts the lab's root, or what `authority` has."""
    data = base64.b64encode(lab.trust_file.read_bytes()).decode()
    trusted = f"certificate-authority-data: {data}" if authority is None else authority
    file = folder / "config.yaml"
    file.write_text(
        f"current-context: here\nclusters:\n- name: cluster-a\n  cluster:\n    server: https://"
        f"{lab.host(name).target}\n    {trusted}\n    {more}\ncontexts:\n"
        "- {name: here, context: {cluster: cluster-a, user: me}}\n"
        f"users:\n- {{name: me, user: {{token: {TOKEN}}}}}\n",
        encoding="utf-8",
    )
    return file


def test_its_authority_is_what_is_trusted(lab: Lab, tmp_path: Path) -> None:
    file = kubeconfig(lab, tmp_path, "complete")
    done = tlschain("check", "--kubeconfig", file, "--json")
    assert done.code == 0, done.err
    (found,) = done.objects
    assert (found["target"], found["label"], found["status"]) == (lab.host("complete").target, "here", "complete")
    (path,) = (one["source"] for one in found["path"][-1:])
    assert path == f"trust store cluster cluster-a of {file}"


def test_a_file_is_found_from_the_kubeconfigs_folder(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki/ca.pem").write_bytes(lab.trust_file.read_bytes())
    file = kubeconfig(lab, tmp_path, "complete", authority="certificate-authority: pki/ca.pem")
    assert tlschain("check", "--kubeconfig", file).code == 0
    (tmp_path / "pki/ca.pem").unlink()
    assert f"{tmp_path}/pki/ca.pem cannot be read" in tlschain("check", "--kubeconfig", file).complaint


def test_the_repair_is_proven_with_it_and_kubectl_takes_it(lab: Lab, tmp_path: Path) -> None:
    file, bundle = kubeconfig(lab, tmp_path, "leaf-only"), tmp_path / "bundle.pem"
    url = f"--server=https://{lab.host('leaf-only').target}"
    before = kubectl("get", "--raw", "/", f"--kubeconfig={file}", url, code=1)
    assert "x509: certificate signed by unknown authority" in before
    done = tlschain("fix", "--kubeconfig", file, "--no-pool", "-o", bundle)
    assert done.code == 0, done.err
    after = kubectl("get", "--raw", "/", f"--kubeconfig={file}", f"--certificate-authority={bundle}")
    assert "x509" not in after
    assert tlschain("test", "--kubeconfig", file).code == 0
    again = tlschain("refresh", bundle, "--kubeconfig", file)
    assert (again.code, "works" in again.err) == (0, True), again.err
    for text in (done.out, done.err, again.err, bundle.read_text()):
        assert TOKEN not in text


def test_printed_commands_hold_for_it(lab: Lab, tmp_path: Path) -> None:
    file = kubeconfig(lab, tmp_path, "leaf-only")
    host = lab.host("leaf-only").target
    words = shlex.split(Options(kubeconfig=file, context="here").command("fix", host=host))[1:]
    assert words == ["fix", host, "--kubeconfig", str(file), "--context", "here"]
    assert tlschain(*words, "--json", "--no-pool").objects[0]["status"] == "repairable"


def test_instructions_are_for_it_and_a_bundle(lab: Lab, tmp_path: Path) -> None:
    file, bundle = kubeconfig(lab, tmp_path, "leaf-only"), tmp_path / "bundle.pem"
    assert tlschain("fix", "--kubeconfig", file, "--no-pool", "-o", bundle).code == 0
    done = tlschain("advise", "--kubeconfig", file, "--bundle", bundle, "--only", "letter", "--no-pool")
    assert done.code == 0, done.err
    assert lab.host("leaf-only").target in done.out


def test_what_is_named_on_the_command_line_is_trusted_instead(lab: Lab, tmp_path: Path) -> None:
    file = kubeconfig(lab, tmp_path, "complete", authority="certificate-authority-data: AAAA")
    assert "has no certificate to trust" in tlschain("check", "--kubeconfig", file).complaint
    assert tlschain("check", "--kubeconfig", file, "--trust", lab.trust_file).code == 0


def test_a_setting_of_the_config_file_is_not(lab: Lab, tmp_path: Path) -> None:
    settings = Path(os.environ["XDG_CONFIG_HOME"]) / "tlschain" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('trust = "certifi"\n', encoding="utf-8")
    assert tlschain("check", "--kubeconfig", kubeconfig(lab, tmp_path, "complete")).code == 0


def test_without_an_authority_it_is_the_systems_store(lab: Lab, tmp_path: Path) -> None:
    file = kubeconfig(lab, tmp_path, "complete", authority="# none")
    options = Options(kubeconfig=file)
    arguments = read_arguments(options)
    assert isinstance(arguments, Arguments)
    with start(options, arguments) as run:
        assert isinstance(run, Run)
        assert run.journey.trust.name == "system"


def test_verification_that_is_turned_off_is_said(lab: Lab, tmp_path: Path) -> None:
    file = kubeconfig(lab, tmp_path, "complete", authority="insecure-skip-tls-verify: true")
    done = tlschain("check", "--kubeconfig", file)
    assert done.code == 1
    assert "cluster cluster-a, turns verification off (insecure-skip-tls-verify)" in done.err


def test_the_name_that_it_says_is_judged_as_kubectl_does(lab: Lab, tmp_path: Path) -> None:
    good = kubeconfig(lab, tmp_path, "complete", more="tls-server-name: complete.lab.test")
    assert tlschain("check", "--kubeconfig", good).code == 0
    assert "x509" not in kubectl("get", "--raw", "/", f"--kubeconfig={good}")
    wrong = kubeconfig(lab, tmp_path, "complete", more="tls-server-name: other.test")
    done = tlschain("check", "--kubeconfig", wrong, "--json")
    assert done.code == 1
    assert "host-mismatch" in {one["code"] for one in done.objects[0]["findings"]}
    assert "not other.test" in kubectl("get", "--raw", "/", f"--kubeconfig={wrong}", code=1)


def test_its_proxy_is_gone_through_with_its_login(lab: Lab, tmp_path: Path) -> None:
    proxy = ConnectProxy(login=LOGIN)
    url = start_proxy(lab, proxy).replace("http://", "http://joe:s3cret&%2F@")
    file = kubeconfig(lab, tmp_path, "leaf-only", more=f"proxy-url: {url}")
    done = tlschain("fix", "--kubeconfig", file, "--no-pool", "--allow-private-aia", "--json")
    assert done.code == 0, done.err
    assert done.objects[0]["status"] == "repairable"
    assert set(proxy.asked) == {lab.host("leaf-only").target}
    assert "s3cret" not in done.out + done.err


@pytest.mark.parametrize("words", [("other.test",), ("--hosts", "-"), ("a..b",)])
def test_it_is_for_its_own_server_alone(lab: Lab, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = kubeconfig(lab, tmp_path, "complete")
    complaint = tlschain("check", *words, "--kubeconfig", file, stdin=b"other.test\n").complaint
    assert complaint.startswith(f"--kubeconfig is for {lab.host('complete').target} alone")
    assert tlschain("check", lab.host("complete").target, "--kubeconfig", file).code == 0


def test_a_context_needs_its_file() -> None:
    assert tlschain("check", "a.test", "--context", "x").complaint.startswith("--context names a context of the file")


def test_the_screen_takes_it(lab: Lab, tmp_path: Path) -> None:
    file = kubeconfig(lab, tmp_path, "leaf-only", more="insecure-skip-tls-verify: true")
    folders = {name: str(tmp_path) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    command = [sys.executable, "-m", "tui_chain.tui.start", "--kubeconfig", str(file), "--no-pool", "--no-session"]
    with in_terminal(command, environment=os.environ | folders, rows=40, columns=120) as program:
        program.shows("incomplete")
        program.shows("turns verification off")
        program.send("f")
        program.shows("repairable")
        assert TOKEN not in program.text
        program.send("ctrl+q", "q")
