"""The check of the host as Java 17 does it for HTTPS (sun.security.util.HostnameChecker)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from tui_chain.clients.engines.java.certificate import JavaCertificate
from tui_chain.clients.engines.java.names import COMMON_NAME, DNS, EDI, IP, GeneralName
from tui_chain.clients.engines.java.refusal import Fatal, Refusal
from tui_chain.clients.engines.java.text import address, is_ip_literal, is_server_name, plain_address, unicode_name


def check_host(host: str, leaf: JavaCertificate, implied: tuple[GeneralName, ...]) -> None:
    """Raise Refusal unless `leaf` stands for `host`; `implied` are names that count as its subjectAltName's."""
    name = host.removesuffix(".").removeprefix("[").removesuffix("]")
    alternatives = None if leaf.names is None else (*leaf.names, *implied)
    if any(one.kind == EDI for one in alternatives or ()):
        raise Fatal("RuntimeException", "Java fails to list its names, of which one is an ediPartyName", leaf.sha256)
    if is_ip_literal(name):
        _check_address(name, leaf, alternatives)
    else:
        _check_name(name, leaf, alternatives or ())


def _check_address(host: str, leaf: JavaCertificate, names: tuple[GeneralName, ...] | None) -> None:
    if names is None:
        raise Refusal(
            "HostnameMismatch", "it has no subjectAltName, and only that counts for an address", leaf.sha256
        )
    wanted = address(host)
    if not any(one.kind == IP and plain_address(one.value) == wanted for one in names):
        raise Refusal("HostnameMismatch", "no IP address in its subjectAltName is the one asked for", leaf.sha256)


def _check_name(host: str, leaf: JavaCertificate, names: Iterable[GeneralName]) -> None:
    if not is_server_name(host):
        raise Refusal("HostnameMismatch", "Java takes the host for no host name", leaf.sha256)
    patterns = [str(one.value) for one in names if one.kind == DNS]
    found = any(matches(host, pattern) for pattern in patterns) if patterns else _matches_common_name(host, leaf)
    if not found:
        raise Refusal("HostnameMismatch", "its names do not cover the host", leaf.sha256)


def _matches_common_name(host: str, leaf: JavaCertificate) -> bool:
    attribute = leaf.subject.last(COMMON_NAME)
    name = attribute.text if attribute else None
    return name is not None and unicodedata.is_normalized("NFKC", name) and matches(host, name)


def matches(host: str, pattern: str) -> bool:
    """Tell whether a pattern of a certificate stands for a host (HostnameChecker.isMatched)."""
    name, template = unicode_name(host), unicode_name(pattern)
    if name is None or template is None or _illegal_wildcard(template):
        return False
    if not is_server_name(template.replace("*", "z")):
        return False
    labels, patterns = (text.lower().split(".") for text in (name, template))
    return len(labels) == len(patterns) and all(map(_label_matches, labels, patterns))


def _illegal_wildcard(template: str) -> bool:
    """A wildcard needs a dot after it."""
    return "*" in template and (template == "*." or "." not in template[template.rindex("*") :])


def _label_matches(label: str, pattern: str) -> bool:
    """A wildcard stands for any text in a label, even none, and there may be several."""
    first, *rest = pattern.split("*")
    if not rest:
        return label == pattern
    if not label.startswith(first):
        return False
    label = label[len(first) :]
    for part in rest[:-1]:
        _, found, label = label.partition(part) if part else ("", "found", label)
        if not found:
            return False
    return label.endswith(rest[-1])
