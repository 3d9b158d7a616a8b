"""The lab's certificates as declarations: which CAs there are, who signs whom, and where AIA finds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tui_chain.lab.authority import (
    DEFAULT_TEMPLATE,
    LOOPBACK_NAMES,
    Authority,
    Identity,
    Template,
    self_signed_leaf,
    to_pem,
)
from tui_chain.lab.servers.aia_site import AiaAnswer, AiaSite


@dataclass(frozen=True)
class Referral:
    """What an AIA URL is made for: the site, and the issuer under its label."""

    site: AiaSite
    label: str
    issuer: Authority


AiaUrl = Callable[[Referral], str]
"""Makes one caIssuers URL of a certificate; may publish what is found there."""


def issuer_url(referral: Referral) -> str:
    """Publish the issuer as DER and return its URL: AIA as it should be."""
    return referral.site.publish(f"/{referral.label}.cer", AiaAnswer(referral.issuer.der))


def dead_url(referral: Referral) -> str:
    """Return a URL where nothing listens."""
    return referral.site.dead_url(f"/{referral.label}.cer")


@dataclass(frozen=True)
class Ca:
    """Declaration of a CA certificate: the label by which chains call it, its common name, its issuer's label.

    Without `issuer` it is a self-signed root, which `trusted` puts into the lab's trust store. `twin_of` is the
    label of a CA whose subject and key it shares: a cross-sign. `aia` makes its caIssuers URLs.
    """

    label: str
    name: str
    issuer: str | None = None
    trusted: bool = False
    twin_of: str | None = None
    aia: tuple[AiaUrl, ...] = (issuer_url,)
    template: Template = DEFAULT_TEMPLATE


@dataclass(frozen=True)
class Leaf:
    """Declaration of a server certificate: its issuer's label (None: self-signed) and its names.

    Without `names` it is good for `<scenario>.lab.test`, localhost and the loopback addresses.
    """

    issuer: str | None = "issuing"
    names: tuple[str, ...] = ()
    aia: tuple[AiaUrl, ...] = (issuer_url,)
    template: Template = DEFAULT_TEMPLATE


DEFAULT_LEAF = Leaf()

COMMON_CAS = (
    Ca("root", "Lab Root R1", trusted=True),
    Ca("issuing", "Lab Issuing CA G2", issuer="root"),
    Ca("policy", "Lab Policy CA P1", issuer="root"),
    Ca("lower-issuing", "Lab Issuing CA G3", issuer="policy"),
    Ca("other-root", "Lab Root R2", trusted=True),
    Ca("stranger", "Lab Unrelated CA U1", issuer="other-root"),
    Ca("private-root", "Lab Private Root X1"),
    Ca("private-issuing", "Lab Private Issuing CA X2", issuer="private-root"),
)
"""CAs that every scenario may use."""


class Hierarchy:
    """The lab's CAs by label, as they are made one after the other at the lab's time."""

    def __init__(self, site: AiaSite, now: datetime) -> None:
        self._site = site
        self._now = now
        self._authorities: dict[str, Authority] = {}
        self._trusted: list[Authority] = []

    def __getitem__(self, label: str) -> Authority:
        return self._authorities[label]

    @property
    def trust_pem(self) -> bytes:
        """The trusted roots as PEM: the lab's trust store."""
        return to_pem(authority.der for authority in self._trusted)

    def extend(self, cas: Iterable[Ca]) -> None:
        """Make the declared CAs in order; raises ValueError for a taken label, KeyError for an unknown one."""
        for ca in cas:
            if ca.label in self._authorities:
                raise ValueError(f"the lab has a CA {ca.label!r} already")
            self._authorities[ca.label] = authority = self._make(ca)
            if ca.trusted:
                self._trusted.append(authority)

    def issue_leaf(self, leaf: Leaf, scenario: str) -> Identity:
        """Make the server certificate of a scenario; raises KeyError for an unknown issuer."""
        names = leaf.names or (f"{scenario}.lab.test", *LOOPBACK_NAMES)
        if leaf.issuer is None:
            return self_signed_leaf(names, now=self._now, template=leaf.template)
        template = self._with_urls(leaf.template, leaf.issuer, leaf.aia)
        return self[leaf.issuer].issue_leaf(names, template)

    def _make(self, ca: Ca) -> Authority:
        if ca.issuer is None:
            return Authority.root(ca.name, now=self._now, template=ca.template)
        template = self._with_urls(ca.template, ca.issuer, ca.aia)
        if ca.twin_of is not None:
            return self[ca.issuer].cross_sign(self[ca.twin_of], template)
        return self[ca.issuer].issue_ca(ca.name, template)

    def _with_urls(self, template: Template, label: str, aia: tuple[AiaUrl, ...]) -> Template:
        referral = Referral(self._site, label, self[label])
        return replace(template, urls=(*template.urls, *(url(referral) for url in aia)))
