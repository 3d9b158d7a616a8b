"""kubeconfig files: the server of a cluster as a target, and the certificate authority that its clients trust.

What is said of users is not looked at: certificates, keys, tokens and passwords are neither kept nor named.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file
from tui_chain.core.ip import parse_ip
from tui_chain.core.text import first_few, safe_text
from tui_chain.core.yaml_file import Value, documents, list_at, text_at, value_at
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.connection_text import read_connection
from tui_chain.net.target import Target, parse_target

MAX_SHOWN = 20
"""Contexts that are listed where the named one is missing."""
_TRUE = frozenset({"true", "yes", "on", "y"})
"""What stands for true in YAML 1.1, in any case."""


@dataclass(frozen=True)
class Cluster:
    """The cluster of a kubeconfig's context (kubernetes.io/docs, Config v1).

    `file` is the kubeconfig, safe text, `context` and `name` are the names of both. `target` is its server, with the
    connection that `tls-server-name` and `proxy-url` make of it. `authority` are the bytes of the certificates that
    its clients trust, or the file that has them; None means the system's store, as kubectl has it. `unverified` says
    that its clients verify nothing.
    """

    file: str
    context: str
    name: str
    target: Target
    authority: bytes | Path | None = field(default=None, repr=False)
    unverified: bool = False

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences on what of it does not hold in this run."""
        if not self.unverified:
            return ()
        return (
            f"The kubeconfig {self.file}, cluster {self.name}, turns verification off (insecure-skip-tls-verify): "
            "kubectl accepts any certificate of its server. Here they are verified; remove that line, and name its "
            "certificate authority instead.",
        )


def read_kubeconfig(path: Path, context: str | None = None) -> Cluster | Failure:
    """Read the cluster of a context, by default of the current one; the failure names what is missing or wrong."""
    data = read_file(path, "kubeconfig")
    if isinstance(data, Failure):
        return data
    shown = safe_text(str(path))
    read = documents(data, f"kubeconfig {shown}")
    if isinstance(read, Failure):
        return read
    config = read[0] if read else ""
    if not list_at(config, "clusters"):
        hint = "`kubectl config view --raw` prints one."
        return Failure("file", f"{shown} is no kubeconfig: it has no clusters.", hint)
    name = context if context is not None else text_at(config, "current-context")
    named = _named(list_at(config, "contexts"), name, "context")
    if named is None:
        return _no_context(config, name, shown)
    cluster = _named(list_at(config, "clusters"), text_at(named, "cluster"), "cluster")
    if cluster is None:
        cause = f"The context {_quoted(name)} of {shown} names the cluster {_quoted(text_at(named, 'cluster'))}"
        return Failure("file", f"{cause}, which is not in it.", "Name another context with --context.")
    return _cluster(cluster, path, (name, text_at(named, "cluster")))


def _named(entries: list[Value], name: str, key: str) -> Value | None:
    """What the first entry of this name holds under `key`, as client-go takes it."""
    found = (value_at(entry, key) for entry in entries if name and text_at(entry, "name") == name)
    return next(found, None)


def _no_context(config: Value, name: str, shown: str) -> Failure:
    known = [_quoted(text_at(entry, "name")) for entry in list_at(config, "contexts")]
    what = f"no context {_quoted(name)}" if name else "no current context"
    there = f"; it has {first_few(known, MAX_SHOWN)}" if known else ""
    return Failure("file", f"The kubeconfig {shown} has {what}{there}.", "Name one with --context.")


def _cluster(entry: Value, path: Path, names: tuple[str, str]) -> Cluster | Failure:
    context, name = names
    shown = safe_text(str(path))
    server = text_at(entry, "server")
    target = parse_target(server)
    if isinstance(target, Failure):
        cause = f"The cluster {_quoted(name)} of {shown} has no server that can be probed"
        why = f": {target.message}" if server else "."
        return Failure("file", f"{cause}{why}", "Write server: https://HOST:PORT.")
    authority, connection = _authority(entry, path), _connection(entry)
    if isinstance(authority, Failure):
        return _wrong(name, shown, authority)
    if isinstance(connection, Failure):
        return _wrong(name, shown, connection)
    return Cluster(
        shown,
        safe_text(context, 60),
        safe_text(name, 60),
        replace(target, connection=connection),
        authority,
        text_at(entry, "insecure-skip-tls-verify").lower() in _TRUE,
    )


def _wrong(name: str, shown: str, failure: Failure) -> Failure:
    return Failure("file", f"The cluster {_quoted(name)} of {shown}: {failure.message}", failure.hint)


def _connection(entry: Value) -> ConnectionOptions | Failure:
    """How the server is reached: Go sends and verifies the one name that `tls-server-name` is."""
    name, proxy = text_at(entry, "tls-server-name"), text_at(entry, "proxy-url")
    given = {"verify-name": name, "sni": "" if parse_ip(name) is not None else name, "proxy": proxy}
    read = read_connection({key: value for key, value in given.items() if value})
    if isinstance(read, ConnectionOptions) or read.kind != "usage":
        return read
    return Failure("file", f"its tls-server-name or proxy-url cannot be used. {read.message}", "Correct it there.")


def _authority(entry: Value, path: Path) -> bytes | Path | Failure | None:
    """What the cluster trusts: the data before the file, whose path begins at the kubeconfig's folder."""
    data, file = (text_at(entry, f"certificate-authority{kind}") for kind in ("-data", ""))
    if not data:
        return path.parent / file if file else None
    try:
        return binascii.a2b_base64("".join(data.split()).encode("ascii"), strict_mode=True)
    except ValueError:
        message = "its certificate-authority-data is not base64."
        return Failure("file", message, "Write `base64 -w0 < ca.pem` of the file there.")


def _quoted(text: str) -> str:
    return repr(safe_text(text, 60))
