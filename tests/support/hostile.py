"""A chain whose every name attacks whoever shows it: markup, terminal sequences, bidi, PEM headers, great length."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.support.chains import NOW, Pki
from tui_chain.lab.authority import DEFAULT_TEMPLATE, Authority, Template

HEADER = "-----BEGIN CERTIFICATE-----"
ATTACKS = (
    "[bold red]markup[/] [@click=app.quit]quit[/]",
    "\x1b[2J\x1b[31mANSI\x1b]0;title\x07\x1b]52;c;cm0gLXJmIC8=\x07\x1bP+q\x1b\\\x9b31m",
    "bidi \u202egnp.evil\u202c \u2066iso\u2069 \u200bzero\u200d \ufeffbom",
    f"new\nline\r\n{HEADER}\nMIIB\n-----END CERTIFICATE-----\n",
    "separators \u2028 \u2029 \x85 \x0b \x0c \x00 nul \x7f del",
    "zalgo" + "\u0336\u0489" * 50,
    "private \ue000 unassigned \U000e0fff tag \U000e0041",
    "x" * 4096,
    f"{'y' * 226}{HEADER}{HEADER}",
)
"""One for each way in which a name can act on a terminal, a widget or a file."""


def hostile_name(*texts: str) -> x509.Name:
    """A distinguished name with a common name for each text, longer than X.520 allows where a text is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, _validate=False) for text in texts])


def hostile_root(*texts: str, now: datetime = NOW) -> Authority:
    """A self-signed root of this name."""
    plain = Authority.root("Plain", now=now)
    name = hostile_name(*texts)
    return Authority(_issue(Authority(plain.der, plain.key, name, now), name), plain.key, name, now)


def _issue(issuer: Authority, name: x509.Name) -> bytes:
    return issuer._issue_ca(name, Template(new_key=lambda: issuer.key)).der


def hostile_ca(issuer: Authority, *texts: str, template: Template = DEFAULT_TEMPLATE) -> Authority:
    """An intermediate of this name."""
    return issuer._issue_ca(hostile_name(*texts), template)


def hostile_pki(text: str, hosts: Sequence[str], *, now: datetime = NOW, urls: tuple[str, ...] = ()) -> Pki:
    """A root, an intermediate and a leaf that all carry a hostile text, the leaf with AIA URLs."""
    root = hostile_root(text, now=now)
    issuing = hostile_ca(root, text, "second")
    return Pki(root, issuing, issuing.issue_leaf(hosts, Template(urls=urls)))
