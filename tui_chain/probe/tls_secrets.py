"""Kubernetes manifests: the chains in TLS Secrets, the hosts that are served with them, and a patch of a chain.

Nothing of a private key is read: `tls.key` is not looked at, and of `tls.crt` the certificates alone are written.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.core.yaml_file import Value, documents, list_at, text_at, value_at

MAX_SECRETS = 5_000
"""Secrets with a chain that are taken from one file."""
MAX_HOSTS = 100
"""Hosts of one Secret that are taken."""
CHAIN, AUTHORITY, KEY = "tls.crt", "ca.crt", "tls.key"
"""Keys of a Secret of the type kubernetes.io/tls, and what cert-manager puts beside them."""
_TYPE = "kubernetes.io/tls"
_CERT_MANAGER = "cert-manager.io/certificate-name"
_DATA, _TEXT = "data", "stringData"
"""Where a Secret (core/v1) holds base64, and where it holds text, which counts before the other."""
_API_VERSION = re.compile(rb"""(?:^|[{,])[ \t-]*["']?apiVersion["']?[ \t]*:""", re.MULTILINE)
_KIND = re.compile(rb"""(?:^|[{,])[ \t-]*["']?kind["']?[ \t]*:""", re.MULTILINE)
_PRIVATE = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
"""A DNS subdomain name, as the API server wants it of a Secret (kubernetes.io/docs, Object Names and IDs)."""

Key = tuple[str, str]
"""A namespace and the name of a Secret in it."""


@dataclass(frozen=True)
class TLSSecret:
    """A Secret with a chain: the bytes of `tls.crt` and, where there is one, of `ca.crt`.

    `namespace` is empty where the manifest leaves it to whoever applies it. `place` is `data` or `stringData`, where
    the chain stands. `hosts` are the names that Ingresses and Gateways serve with it, raw. `certificate` is
    cert-manager's Certificate that owns it, or empty.
    """

    namespace: str
    name: str
    chain: bytes = field(repr=False)
    authority: bytes = field(default=b"", repr=False)
    place: str = _DATA
    hosts: tuple[str, ...] = ()
    certificate: str = ""

    def __str__(self) -> str:
        return f"Secret {secret_name(self.namespace, self.name)}"


@dataclass(frozen=True)
class Manifest:
    """The Secrets of a file that hold a chain, in its order, and a sentence for each object that cannot be read.

    `notices` are sentences on what else should be known of them.
    """

    secrets: tuple[TLSSecret, ...] = ()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def secret_name(namespace: str, name: str) -> str:
    """A Secret's name as people write it: `NAMESPACE/NAME`, safe text."""
    return safe_text(f"{namespace}/{name}" if namespace else name, 120)


def is_manifest(data: bytes) -> bool:
    """Whether a file has objects of Kubernetes: YAML or JSON with the keys that every object has."""
    return _API_VERSION.search(data) is not None and _KIND.search(data) is not None


def read_manifest(data: bytes, what: str) -> Manifest | Failure:
    """Read the TLS Secrets, Ingresses and Gateways of a manifest, which may be a List or several documents.

    `what` names it in the failure.
    """
    read = documents(data, what)
    if isinstance(read, Failure):
        return read
    objects = [one for document in read for one in _objects(document)]
    hosts = _served_hosts(objects)
    secrets: list[TLSSecret] = []
    problems: list[str] = []
    for one in objects:
        if text_at(one, "kind") != "Secret":
            continue
        found = _secret(one, hosts)
        if isinstance(found, str):
            problems.append(found)
        elif found is not None:
            secrets.append(found)
    if len(secrets) > MAX_SECRETS:
        problems.append(f"It has {len(secrets)} TLS Secrets; only the first {MAX_SECRETS} are read.")
    return Manifest(tuple(secrets[:MAX_SECRETS]), tuple(problems), tuple(_notices(secrets, objects, hosts)))


def _notices(secrets: Iterable[TLSSecret], objects: Iterable[Value], hosts: Iterable[Key]) -> Iterator[str]:
    """Say of which Secrets the chain holds a private key, and which ones are named in vain."""
    for secret in secrets:
        if _PRIVATE.search(secret.chain):
            yield f"The {secret} has a private key in its {CHAIN}; that goes into {KEY} alone."
    there = {_key(one) for one in objects if text_at(one, "kind") == "Secret"}
    for key in hosts:
        if key not in there:
            yield f"The Secret {secret_name(*key)}, which an Ingress or Gateway names, is not in the file."


def _objects(document: Value) -> Iterator[Value]:
    """The object of a document, or those of a List."""
    if text_at(document, "kind").endswith("List"):
        yield from list_at(document, "items")
    else:
        yield document


def _key(entry: Value) -> Key:
    return text_at(entry, "metadata", "namespace"), text_at(entry, "metadata", "name")


def _served_hosts(objects: list[Value]) -> Mapping[Key, tuple[str, ...]]:
    """By Secret the hosts that Ingresses and Gateways serve with it."""
    found: dict[Key, dict[str, None]] = {}
    for one in objects:
        for key, hosts in (*_of_ingress(one), *_of_gateway(one)):
            found.setdefault(key, {}).update(dict.fromkeys(filter(None, hosts)))
    return {key: tuple(hosts)[:MAX_HOSTS] for key, hosts in found.items()}


def _of_ingress(entry: Value) -> Iterator[tuple[Key, list[str]]]:
    """The Secrets of an Ingress (networking.k8s.io/v1); an entry without hosts stands for all of its rules."""
    if text_at(entry, "kind") != "Ingress":
        return
    namespace, _ = _key(entry)
    rules = [text_at(rule, "host") for rule in list_at(entry, "spec", "rules")]
    for tls in list_at(entry, "spec", "tls"):
        named = [host for host in list_at(tls, "hosts") if isinstance(host, str)]
        if text_at(tls, "secretName"):
            yield (namespace, text_at(tls, "secretName")), named or rules


def _of_gateway(entry: Value) -> Iterator[tuple[Key, list[str]]]:
    """The Secrets of a Gateway (gateway.networking.k8s.io/v1), each with the host name of its listener."""
    if text_at(entry, "kind") != "Gateway":
        return
    namespace, _ = _key(entry)
    for listener in list_at(entry, "spec", "listeners"):
        for one in list_at(listener, "tls", "certificateRefs"):
            if text_at(one, "name"):
                key = text_at(one, "namespace") or namespace, text_at(one, "name")
                yield key, [text_at(listener, "hostname")]


def _secret(entry: Value, hosts: Mapping[Key, tuple[str, ...]]) -> TLSSecret | str | None:
    """A Secret that has a chain, what is wrong with it in a sentence, or None for a Secret of another use."""
    key = _key(entry)
    shown = f"The Secret {secret_name(*key)}"
    place = next((place for place in (_TEXT, _DATA) if CHAIN in _mapping(entry, place)), None)
    if place is None:
        return f"{shown} is of the type {_TYPE} and has no {CHAIN}." if text_at(entry, "type") == _TYPE else None
    chain, authority = (_content(entry, name) for name in (CHAIN, AUTHORITY))
    if chain is None:
        return f"{shown} has a {CHAIN} that is not base64."
    if not _NAME.fullmatch(key[1]) or not (_NAME.fullmatch(key[0]) or not key[0]):
        return f"{shown} has a name that Kubernetes does not take."
    certificate = text_at(entry, "metadata", "annotations", _CERT_MANAGER)
    return TLSSecret(*key, chain, authority or b"", place, hosts.get(key, ()), safe_text(certificate, 120))


def _mapping(entry: Value, place: str) -> Mapping[str, Value]:
    found = value_at(entry, place)
    return found if isinstance(found, dict) else {}


def _content(entry: Value, name: str) -> bytes | None:
    """The bytes under a name, empty where there are none, or None where they are not base64."""
    if name in _mapping(entry, _TEXT):
        return text_at(entry, _TEXT, name).encode("utf-8", "replace")
    try:
        return binascii.a2b_base64("".join(text_at(entry, _DATA, name).split()).encode("ascii"), strict_mode=True)
    except ValueError:
        return None


def patch(secret: TLSSecret, chain: bytes) -> str:
    """The document (YAML) that changes the chain of a Secret and nothing else; `chain` is PEM.

    `kubectl patch --patch-file` takes it, and `kubectl apply --server-side` takes several in one file.
    """
    namespace = f"  namespace: {json.dumps(secret.namespace)}\n" if secret.namespace else ""
    text = base64.b64encode(chain).decode("ascii") if secret.place == _DATA else chain.decode("ascii")
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {json.dumps(secret.name)}\n{namespace}"
        f"{secret.place}:\n  {CHAIN}: {json.dumps(text)}\n"
    )
