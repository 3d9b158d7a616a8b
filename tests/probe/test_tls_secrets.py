"""Kubernetes manifests: chains of TLS Secrets, the hosts of Ingresses, nothing of private keys."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from tests.support.chains import make_pki
from tests.support.kubectl import kubectl
from tests.support.limits import own_seconds
from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.probe.tls_secrets import Manifest, TLSSecret, is_manifest, patch, read_manifest

PKI = make_pki()
CHAIN, KEY = to_pem([PKI.leaf.der]), key_to_pem(PKI.leaf.key)
WHOLE = to_pem([PKI.leaf.der, PKI.issuing.der])


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def secret(name: str = "web", namespace: str = "shop", **more: str) -> str:
    """A Secret's manifest; `more` are lines of it."""
    data = more.pop("data", f"{{tls.crt: {b64(CHAIN)}, tls.key: {b64(KEY)}}}")
    lines = "".join(f"{key}: {value}\n" for key, value in more.items())
    where = f", namespace: {namespace}" if namespace else ""
    kind = "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\n"
    return f"{kind}metadata: {{name: {name}{where}}}\ndata: {data}\n{lines}"


def ingress(tls: str, namespace: str = "shop", rules: str = "[]") -> str:
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        f"metadata: {{name: i, namespace: {namespace}}}\nspec: {{tls: {tls}, rules: {rules}}}\n"
    )


def read(*documents: str) -> Manifest:
    found = read_manifest("---\n".join(documents).encode(), "manifest a.yaml")
    assert isinstance(found, Manifest), found
    assert unsafe_in("".join(found.problems)) == set()
    return found


def test_a_secret_has_its_chain_and_no_key() -> None:
    (found,) = read(secret()).secrets
    assert (str(found), found.chain, found.hosts, found.place) == ("Secret shop/web", CHAIN, (), "data")
    kept = b"".join(value for value in vars(found).values() if isinstance(value, bytes))
    assert b"PRIVATE" not in kept
    assert b64(KEY)[:40] not in f"{found!r}{vars(found)}"


def test_the_hosts_are_those_of_ingresses_of_its_namespace() -> None:
    other = "[{host: c.test}, {host: d.test}, {}]"
    found = read(
        ingress("[{hosts: [a.test, '*.b.test'], secretName: web}, {hosts: [x.test]}]"),
        secret(),
        ingress("[{secretName: web}]", rules=other),
        ingress("[{hosts: [elsewhere.test], secretName: web}]", namespace="other"),
    )
    assert found.secrets[0].hosts == ("a.test", "*.b.test", "c.test", "d.test")
    assert found.notices == ("The Secret other/web, which an Ingress or Gateway names, is not in the file.",)


def test_a_gateway_serves_hosts_too() -> None:
    """An entry without a host name is for every host, and names none."""
    listeners = (
        "[{hostname: '*.a.test', tls: {certificateRefs: [{name: web}, {name: else, namespace: other}]}}, "
        "{tls: {certificateRefs: [{name: web}]}}, {hostname: b.test, tls: {certificateRefs: [{kind: Secret}]}}]"
    )
    gateway = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: shop}\n"
        f"spec: {{listeners: {listeners}}}\n"
    )
    found = read(gateway, secret(), secret("else", "other"), secret("else"))
    assert [(str(one), one.hosts) for one in found.secrets] == [
        ("Secret shop/web", ("*.a.test",)), ("Secret other/else", ("*.a.test",)), ("Secret shop/else", ()),
    ]  # fmt: skip
    assert found.notices == ()


def test_lists_and_json_are_read() -> None:
    entries = [yaml.safe_load(secret(name)) for name in ("a", "b")]
    entries += [yaml.safe_load(ingress("[{hosts: [a.test], secretName: a}]"))]
    data = json.dumps({"apiVersion": "v1", "kind": "List", "items": entries}, indent="\t").encode()
    assert is_manifest(data)
    found = read_manifest(data, "manifest")
    assert isinstance(found, Manifest)
    assert [(one.name, one.hosts) for one in found.secrets] == [("a", ("a.test",)), ("b", ())]


def test_text_counts_before_base64() -> None:
    text = json.dumps({"tls.crt": WHOLE.decode(), "tls.key": KEY.decode()})
    (found,) = read(secret(stringData=text)).secrets
    assert (found.chain, found.place) == (WHOLE, "stringData")


def test_what_is_wrong_is_said_and_the_others_stay() -> None:
    annotated = secret().replace(
        "namespace: shop", "namespace: shop, annotations: {cert-manager.io/certificate-name: c}"
    )
    found = read(
        secret(data="{tls.crt: '%%%'}"),
        secret(data="{tls.key: x}"),
        secret(name='"a\\e[31m"'),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: p}\ndata: {password: eA==}\n",
        secret(data=f"{{tls.crt: {b64(CHAIN + KEY)}}}", name="both"),
        annotated,
        "just text\n",
        "[]\n",
    )
    assert [(one.name, one.certificate) for one in found.secrets] == [("both", ""), ("web", "c")]
    assert found.problems == (
        "The Secret shop/web has a tls.crt that is not base64.",
        "The Secret shop/web is of the type kubernetes.io/tls and has no tls.crt.",
        "The Secret shop/a\\x1b[31m has a name that Kubernetes does not take.",
    )
    assert found.notices == ("The Secret shop/both has a private key in its tls.crt; that goes into tls.key alone.",)


@pytest.mark.parametrize(
    ("data", "yes"),
    [
        (secret().encode(), True),
        (b'{"apiVersion": "v1", "kind": "Secret"}', True),
        (b"- kind: Secret\n  apiVersion: v1\n", True),
        (CHAIN, False),
        (b"# Kind: client\n# apiVersion\n" + CHAIN, False),
        (b"kind: Secret\n", False),
        (PKI.leaf.der, False),
        (b"", False),
    ],
)
def test_a_manifest_is_known_by_its_keys(data: bytes, yes: bool) -> None:
    assert is_manifest(data) is yes


def test_a_bomb_is_refused_at_once() -> None:
    laughs = "a: &a [x, x]\n" + "\n".join(f"k{n}: &a [*a, *a, *a]" for n in range(60))
    with own_seconds(5):
        found = read_manifest(f"{secret()}---\n{laughs}".encode(), "manifest")
    assert isinstance(found, Failure)


def test_many_secrets_take_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.probe.tls_secrets.MAX_SECRETS", 100)
    many = [secret(f"s{number}") for number in range(120)]
    with own_seconds(10):
        found = read(*many)
    assert len(found.secrets) == 100
    assert found.problems == ("It has 120 TLS Secrets; only the first 100 are read.",)


def test_a_patch_has_the_chain_alone() -> None:
    (found,) = read(secret()).secrets
    made = yaml.safe_load(patch(found, WHOLE))
    metadata = {"name": "web", "namespace": "shop"}
    assert made == {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"tls.crt": b64(WHOLE)}}
    text = TLSSecret("", "web", CHAIN, place="stringData")
    assert yaml.safe_load(patch(text, WHOLE))["stringData"] == {"tls.crt": WHOLE.decode()}
    assert "namespace" not in patch(text, WHOLE)


def test_what_kubectl_makes_is_read_and_what_is_made_kubectl_takes(tmp_path: Path) -> None:
    chain, key, manifest, change = (tmp_path / name for name in ("c.pem", "k.pem", "m.yaml", "p.yaml"))
    chain.write_bytes(CHAIN)
    key.write_bytes(KEY)
    dry = ("-n", "shop", "--dry-run=client", "-o")
    made = kubectl("create", "secret", "tls", "web", f"--cert={chain}", f"--key={key}", *dry, "yaml")
    rule = kubectl("create", "ingress", "i", "--rule=host.test/*=svc:80,tls=web", *dry, "json")
    (found,) = read(made, rule).secrets
    assert (str(found), found.chain, found.hosts) == ("Secret shop/web", CHAIN, ("host.test",))
    manifest.write_text(made, encoding="utf-8")
    change.write_text(patch(found, WHOLE), encoding="utf-8")
    after = json.loads(kubectl("patch", "--local", "-f", manifest, "--patch-file", change, "-o", "json"))
    assert base64.b64decode(after["data"]["tls.crt"]) == WHOLE
    assert base64.b64decode(after["data"]["tls.key"]) == KEY
    assert after["type"] == "kubernetes.io/tls"
