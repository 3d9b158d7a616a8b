"""kubeconfig files: the server and what its clients trust; nothing of their users."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path

import pytest

from tests.support.kubectl import kubectl
from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.net.connection_options import USUAL_CONNECTION
from tui_chain.net.kubeconfig import Cluster, read_kubeconfig

SECRETS = ("hunter2-password", "hunter2-token", "aHVudGVyMi1rZXk=", "hunter2-exec")
PEM = b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
CONFIG = f"""
apiVersion: v1
kind: Config
current-context: staging
preferences: {{}}
clusters:
- name: one
  cluster:
    server: https://one.test:6443
    certificate-authority-data: {base64.b64encode(PEM).decode()}
- name: two
  cluster:
    server: https://[2001:db8::1]:8443/k8s/clusters/c-1
    certificate-authority: pki/ca.pem
    tls-server-name: two.test
    proxy-url: socks5://user:{SECRETS[0]}@proxy.test:1080
    insecure-skip-tls-verify: True
- name: bare
  cluster: {{server: "https://bare.test"}}
contexts:
- {{name: staging, context: {{cluster: one, user: me}}}}
- {{name: other, context: {{cluster: two, user: me, namespace: default}}}}
- {{name: bare, context: {{cluster: bare}}}}
- {{name: lost, context: {{cluster: gone}}}}
users:
- name: me
  user:
    password: {SECRETS[0]}
    token: {SECRETS[1]}
    client-key-data: {SECRETS[2]}
    exec: {{command: {SECRETS[3]}}}
"""


HERE = ("certificate-authority-data: ",)
ESCAPE = r'"x\e[31m"'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config"
    file.write_text(CONFIG, encoding="utf-8")
    return file


def cluster(path: Path, context: str | None = None) -> Cluster:
    found = read_kubeconfig(path, context)
    assert isinstance(found, Cluster), found
    return found


def refused(path: Path, context: str | None = None) -> str:
    found = read_kubeconfig(path, context)
    assert isinstance(found, Failure), found
    assert unsafe_in(str(found)) == set()
    assert not any(secret in str(found) for secret in SECRETS)
    return str(found)


def test_the_current_context_is_the_cluster(config: Path) -> None:
    found = cluster(config)
    assert (str(found.target), found.context, found.name) == ("one.test:6443", "staging", "one")
    assert found.authority == PEM
    assert (found.target.connection, found.unverified, found.notices) == (USUAL_CONNECTION, False, ())


def test_another_context_is_named(config: Path) -> None:
    found = cluster(config, "other")
    assert str(found.target) == "[2001:db8::1]:8443"
    assert found.authority == config.parent / "pki/ca.pem"
    connection = found.target.connection
    assert (connection.sni, connection.verify_name) == ("two.test", "two.test")
    assert connection.proxy == f"socks5://user:{SECRETS[0]}@proxy.test:1080"
    assert found.unverified
    assert "turns verification off (insecure-skip-tls-verify)" in found.notices[0]
    assert cluster(config, "bare").authority is None


def test_a_server_name_that_is_an_address_is_judged_and_not_sent(config: Path) -> None:
    config.write_text(CONFIG.replace("tls-server-name: two.test", "tls-server-name: 192.0.2.7"), encoding="utf-8")
    connection = cluster(config, "other").target.connection
    assert (connection.sni, connection.verify_name) == (None, "192.0.2.7")


def test_nothing_of_a_user_is_kept_or_shown(config: Path) -> None:
    for context in ("staging", "other", "bare"):
        found = cluster(config, context)
        kept = f"{found!r}{found.authority!r}{found.notices}{found.target.connection!r}"
        assert not any(secret in kept for secret in SECRETS)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("current-context: staging", "current-context: ''", "no current context; it has 'staging', 'other'"),
        ("current-context: staging", "current-context: \"x\\e[31m\"", "no context 'x\\\\x1b[31m'; it has 'staging'"),
        ("current-context: staging", "current-context: lost", "names the cluster 'gone', which is not in it"),
        ("https://one.test:6443", "http://one.test:6443", "http:// has no TLS"),
        ("https://one.test:6443", "''", "has no server that can be probed. Write server: https://HOST:PORT."),
        ("certificate-authority-data: ", "certificate-authority-data: '*", "is not valid YAML"),
        ("certificate-authority-data: ", "certificate-authority-data: ü", "is not base64"),
        (*HERE, f"tls-server-name: {ESCAPE}\n    x: ", "its tls-server-name or proxy-url cannot be used."),
        (*HERE, f"proxy-url: ftp://user:{SECRETS[0]}@p.test\n    x: ", "its tls-server-name or proxy-url cannot"),
        (*HERE, f"proxy-url: http://user:{SECRETS[0]}#@p.test\n    x: ", "its tls-server-name or proxy-url cannot"),
        ("clusters:", "klusters:", "is no kubeconfig: it has no clusters"),
        ("contexts:", "kontexts:", "no context 'staging'. Name one with --context."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(config: Path, old: str, new: str, words: str) -> None:
    config.write_text(CONFIG.replace(old, new, 1), encoding="utf-8")
    assert words in refused(config)


@pytest.mark.parametrize("data", [b"", b"\0", b"a", b"[]", b"clusters: x", b"clusters: [x]", PEM])
def test_what_is_none_is_said(config: Path, data: bytes) -> None:
    config.write_bytes(data)
    refused(config)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert refused(tmp_path / "none").startswith(f"The kubeconfig {tmp_path}/none cannot be read")


def test_what_kubectl_writes_is_read(tmp_path: Path) -> None:
    file, authority = tmp_path / "config", tmp_path / "ca.pem"
    authority.write_bytes(PEM)
    kubectl("config", "set-cluster", "c", "--server=https://c.test:6443", f"--certificate-authority={authority}",
            "--embed-certs=true", f"--kubeconfig={file}")  # fmt: skip
    kubectl("config", "set-credentials", "me", f"--token={SECRETS[1]}", f"--kubeconfig={file}")
    kubectl("config", "set-context", "here", "--cluster=c", "--user=me", f"--kubeconfig={file}")
    assert "no current context; it has 'here'" in refused(file)
    kubectl("config", "use-context", "here", f"--kubeconfig={file}")
    found = cluster(file)
    assert (str(found.target), found.authority) == ("c.test:6443", PEM)
    file.write_text(kubectl("config", "view", "--raw", "-o", "json", f"--kubeconfig={file}"), encoding="utf-8")
    assert json.loads(file.read_text())["current-context"] == "here"
    assert dataclasses.replace(cluster(file)) == found
