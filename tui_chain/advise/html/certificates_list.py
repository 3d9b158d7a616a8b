"""Every certificate at hand, folded: its fields, its fingerprint, and the certificate as PEM."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tui_chain.advise.html.blocks import code, facts, folded
from tui_chain.advise.html.icons import STANDINGS, worded
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.advise.path_nodes import PathNode, validity
from tui_chain.core.text import colon_hex
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

MAX_NAMES = 100
"""Alternative names that are shown; the rest are counted."""


def certificates_list(nodes: Iterable[PathNode], now: datetime) -> Iterable[Markup]:
    """Yield each certificate with its fields; `now` is aware."""
    for node in nodes:
        if node.certificate is not None:
            sign = worded(STANDINGS[node.standing], node.standing.value)
            summary = (tag("strong", None, foreign(node.label)), sign)
            pem = code(to_pem(node.certificate))
            yield folded(summary, _fields(node, node.certificate, now), pem, **{"class": "certificate"})


def _fields(node: PathNode, one: Certificate, now: datetime) -> Markup:
    pairs: tuple[tuple[str, Content], ...] = (
        ("Subject", foreign(one.subject)),
        ("Issuer", foreign(one.issuer)),
        ("Where", foreign(node.where)),
        ("Valid", validity(one, now)),
        ("Names", _names(one)),
        ("Serial", f"{one.serial:x}" if one.serial is not None else "unreadable"),
        ("Key", one.key_text),
        ("Signature", one.signature_text),
        ("Key id", colon_hex(one.key_id) if one.key_id else ""),
        ("SHA-256", tag("span", {"class": "digest"}, colon_hex(one.sha256))),
        ("Findings", ", ".join(found.code for found in node.findings)),
    )
    return facts(pairs)


def _names(one: Certificate) -> Content:
    names = tuple(one.alternative_names.texts())
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return foreign(f"{', '.join(names[:MAX_NAMES])}{more}") if names else ""
