"""Signs of somebody between client and server: said as likely, never as certain, and never blessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.case import Case
from tui_chain.diagnose.findings.finding import INTERCEPTION, RISK, Finding, FindingKind
from tui_chain.paths.search import Search
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.names import parse_ip

INTERCEPTION_LIKELY = FindingKind(
    FindingCode.INTERCEPTION_LIKELY,
    RISK,
    INTERCEPTION,
    "The chain ends at a product that reads TLS traffic: a proxy or virus scanner most likely stands in between.",
    "Ask those who run this network or machine; compare from another network. Trust its root only when they say so.",
    "issuer words of the product, and a root that no public store has",
)
SHARED_UNKNOWN_ROOT = FindingKind(
    FindingCode.SHARED_UNKNOWN_ROOT,
    RISK,
    INTERCEPTION,
    "Unrelated hosts end at the same root that no public store has: something may stand in between.",
    "Compare from another network; if the hosts are all yours, it may be your own private CA.",
    "the same unknown root over hosts of different domains",
)

KINDS = (
    INTERCEPTION_LIKELY,
    SHARED_UNKNOWN_ROOT,
)
"""Who may stand between client and server; said as likely, never as certain."""


_VENDORS = (
    ("Zscaler", r"zscaler"),
    ("Netskope", r"netskope|goskope"),
    ("Palo Alto Networks", r"palo ?alto|globalprotect|prisma access"),
    ("Fortinet", r"fortinet|fortigate|fortiguard|forticlient"),
    ("Cisco Umbrella or Secure Web Appliance", r"cisco umbrella|opendns|ironport"),
    ("Blue Coat / Symantec ProxySG", r"blue ?coat|proxysg"),
    ("Check Point", r"check ?point (?!.*public)"),
    ("Sophos", r"sophos|astaro"),
    ("Forcepoint / Websense", r"forcepoint|websense"),
    ("Skyhigh / McAfee Web Gateway", r"mcafee web|skyhigh secure"),
    ("Barracuda", r"barracuda"),
    ("SonicWall", r"sonicwall|dpi-ssl"),
    ("WatchGuard", r"watchguard|fireware"),
    ("Cloudflare Gateway", r"gateway ca - cloudflare|cloudflare for teams|cloudflare managed"),
    ("Cato Networks", r"cato networks"),
    ("Menlo Security", r"menlo security"),
    ("iboss", r"\biboss\b"),
    ("Lightspeed", r"lightspeed (?:systems|rocket)"),
    ("Securly", r"securly"),
    ("ContentKeeper", r"contentkeeper"),
    ("Untangle", r"\buntangle\b"),
    ("Stormshield", r"stormshield"),
    ("Sangfor", r"sangfor"),
    ("Trend Micro", r"trend ?micro"),
    ("Kaspersky", r"kaspersky"),
    ("ESET", r"eset ssl filter"),
    ("Avast or AVG", r"(?:avast|avg)!? (?:web|mail)|avast! |avg technologies"),
    ("Bitdefender", r"bitdefender"),
    ("Dr.Web", r"\bdr\.? ?web\b"),
    ("AdGuard", r"adguard"),
    ("Squid", r"\bsquid\b"),
    ("mitmproxy", r"mitmproxy"),
    ("Charles Proxy", r"charles proxy"),
    ("Fiddler", r"fiddler"),
    ("Burp Suite", r"portswigger"),
    ("OWASP ZAP", r"zed attack proxy|owasp zap"),
    ("Proxyman", r"proxyman"),
    ("HTTP Toolkit", r"http toolkit"),
    ("Superfish", r"superfish"),
)
_SECOND_LEVEL = 3
"""Letters of a second label that is a registry's, as in co.uk."""


def vendor_of(trail: Iterable[Certificate]) -> str | None:
    """Name the product whose words stand in the issuers of a trail, or None."""
    issuers = " / ".join(dict.fromkeys(certificate.issuer for certificate in trail))
    return next((name for name, pattern in _patterns() if pattern.search(issuers)), None)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Compiled when the first trail without a path is looked at: it takes longer than the rest of a start."""
    return tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _VENDORS)


def interception_findings(case: Case) -> Iterator[Finding]:
    """The product that the issuer's words name, where no public store knows the root."""
    vendor = vendor_of(case.trail)
    if vendor is None or _public(case):
        return
    at = case.trail[min(1, len(case.trail) - 1)].sha256
    yield INTERCEPTION_LIKELY.finding(at, f"The issuer's words are those of {vendor}.")


def _public(case: Case) -> bool:
    """Whether a public authority stands at the end of the path, whatever words it uses."""
    if case.path is None:
        last = case.trail[-1]
        return any(
            last in store or any(case.prover.signed(last, one) for one in store.issuers_of(last))
            for store in case.others()
        )
    if case.path.anchor not in case.trust:
        return False  # the user vouched for it in this run, which makes no authority of it
    if case.trust.name == "certifi":
        return True
    return any(store.name == "certifi" and case.path.anchor in store for store in case.others())


End = tuple[object, str | None]


class UnknownRoot(NamedTuple):
    """A root that nobody here knows: what it is compared by, its subject, and its SHA-256 where it was served."""

    end: End
    subject: str
    sha256: str | None = None


def unknown_root(search: Search) -> UnknownRoot | None:
    """Where a chain without a path ends, by name and key of a root nobody here knows.

    A missing issuer whose certificate says where to get it (AIA) counts as not sent, not as unknown: what a
    proxy makes up has no such address.
    """
    if search.paths:
        return None
    for trail in search.untrusted:
        if len(trail) > 1:
            root = trail[-1]
            return UnknownRoot((root.subject_name, root.key_id), root.subject, root.sha256)
    for missing in search.missing:
        if not missing.wanted_by.issuer_urls:
            return UnknownRoot((missing.wanted_by.issuer_name, missing.key_id), missing.subject)
    return None


def site_of(host: str) -> str:
    """The registered domain of a host, as well as it can be told without a list of suffixes."""
    labels = host.lower().rstrip(".").split(".")
    if parse_ip(host) is not None or len(labels) < 2:
        return host
    two_letters = len(labels[-1]) == 2 and len(labels[-2]) <= _SECOND_LEVEL and len(labels) > 2
    return ".".join(labels[-3:] if two_letters else labels[-2:])


def shared_ends(ends: Iterable[tuple[str, End]]) -> Mapping[End, tuple[str, ...]]:
    """The ends that hosts of different domains share: each end with its hosts, from pairs of host and end."""
    hosts: dict[End, list[str]] = defaultdict(list)
    for host, end in ends:
        hosts[end].append(host)
    return {
        end: tuple(dict.fromkeys(found)) for end, found in hosts.items() if len({site_of(host) for host in found}) > 1
    }
