"""Hosts that do not send their issuer, each with the trace of the search for it, and the choice in the end."""

from __future__ import annotations

from dataclasses import dataclass

from tui_chain.core.status import Blame
from tui_chain.lab.authority import Template, days
from tui_chain.lab.hierarchy import AiaUrl, Ca, Leaf, dead_url, issuer_url
from tui_chain.lab.scenarios.scenario import Scenario, ScenarioGroup, ScenarioGroups, complete, missing
from tui_chain.lab.servers import aia_urls as urls
from tui_chain.lab.servers.services import LEAF, Tls

SIGNED = ", signed "
NOT_SIGNED = "did not sign"


@dataclass(frozen=True)
class Step:
    """One declared try: its source, a part of its outcome, and whether it brought the issuer."""

    source: str
    outcome: str
    ok: bool = False


@dataclass(frozen=True)
class LinkCase:
    """A host, the trace of its search, and the label of the issuer that the repair takes (None: there is none).

    `pool` are labels of CAs that the pool holds, `sibling` the name of another host of the list.
    """

    scenario: Scenario
    trace: tuple[Step, ...]
    choice: str | None
    pool: tuple[str, ...] = ()
    sibling: str | None = None


def _case(
    name: str, summary: str, aia: tuple[AiaUrl, ...], *trace: Step, pool: bool = False, sibling: str = ""
) -> LinkCase:
    """A host `link-<name>` with a CA of its own under the lab's root, which no other host serves."""
    label = f"link-{name}-ca"
    choice = label if any(step.ok for step in trace) else None
    scenario = Scenario(
        f"link-{name}",
        f"does not send its intermediate; {summary}",
        Tls((LEAF,), Leaf(label, aia=aia)),
        # a leaf alone that names no address may be a private root's own
        missing(blame=Blame.SERVER if aia else Blame.SERVER_OR_STORE, repaired=choice is not None),
        (Ca(label, f"Lab Link CA {name}", issuer="root"),),
    )
    return LinkCase(scenario, trace, choice, (label,) if pool else (), sibling or None)


def _aia(outcome: str, *, ok: bool = False) -> Step:
    return Step("AIA", outcome, ok)


FOUND = _aia(SIGNED, ok=True)

GONE = tuple(urls.named(f"/gone-{number}.cer") for number in range(5))

ANSWERS = (
    _case("slow", "AIA answers late", (urls.late(0.3),), FOUND),
    _case("dead", "nobody listens at its AIA address", (dead_url,), _aia("no connection")),
    _case("404", "AIA says not found", (urls.status(404),), _aia("HTTP status 404")),
    _case("500", "AIA has a server error", (urls.status(500),), _aia("HTTP status 500")),
    _case("redirect", "AIA redirects to it", (urls.redirected_home,), FOUND),
    _case("redirect-loop", "AIA redirects in a circle", (urls.redirect_loop,), _aia("more than 5 redirects")),
    _case(
        "redirect-inside", "AIA redirects inside", (urls.redirected("http://10.0.0.1/ca.cer"),),
        _aia("10.0.0.1 is a private address"),
    ),
    _case(
        "redirect-file", "AIA redirects to a file", (urls.redirected("file:///etc/ssl/cert.pem"),),
        _aia("file:// is not fetched"),
    ),
    _case("too-large", "AIA sends a byte too many", (urls.body(urls.one_too_large),), _aia("larger than 64 KiB")),
    _case("endless", "AIA never stops sending", (urls.endless,), _aia("larger than 64 KiB")),
    _case("gzip-bomb", "AIA sends a bomb", (urls.gzip_bomb,), _aia("packed as gzip, which is not unpacked")),
    _case("html", "AIA sends a web page", (urls.body(urls.web_page, urls.TEXT_TYPE),), _aia("HTML")),
    _case("nothing", "AIA sends nothing", (urls.body(lambda _: b""),), _aia("empty")),
    _case("pem", "AIA sends PEM as .crt", (urls.body(urls.pem, ending=".crt"),), _aia("(PEM), signed", ok=True)),
    _case("type", "AIA calls it a web page", (urls.body(lambda to: to.issuer.der, urls.TEXT_TYPE),), FOUND),
    _case(
        "p7-one", "AIA sends PKCS#7", (urls.body(urls.pkcs7_of(), urls.PKCS7_TYPE, ".p7c"),),
        _aia("1 certificate (PKCS#7), signed", ok=True),
    ),
    _case(
        "p7-many", "AIA sends PKCS#7 of many",
        (urls.body(urls.pkcs7_of(urls.unrelated, urls.namesake), ending=".p7c"),),
        _aia("3 certificates (PKCS#7), signed", ok=True),
    ),
    _case(
        "p7-none", "AIA sends PKCS#7 of none", (urls.body(urls.pkcs7_of_none, ending=".p7c"),), _aia("PKCS#7"),
    ),
    _case("stranger", "AIA sends an unrelated certificate", (urls.body(urls.unrelated),), _aia(NOT_SIGNED)),
    _case("namesake", "AIA sends a namesake with another key", (urls.body(urls.namesake),), _aia(NOT_SIGNED)),
    _case("ldap-first", "AIA names LDAP first", (urls.ldap, issuer_url), _aia("ldap:// is not fetched"), FOUND),
    _case("ldap-only", "AIA names LDAP alone", (urls.ldap,), _aia("ldap:// is not fetched")),
    _case("rebinding", "the address of its AIA name changes", (urls.rebinding,), FOUND),
    _case(
        "many-urls", "AIA names five dead addresses and a good one", (*GONE, issuer_url),
        *(_aia("HTTP status 404"),) * 5, _aia("1 further URL not asked"),
    ),
)  # fmt: skip
"""One host for each way in which AIA may answer."""

LOOP = LinkCase(
    Scenario(
        "link-loop",
        "does not send its intermediate; AIA leads in a circle",
        Tls((LEAF,), Leaf("link-loop-b")),
        missing(repaired=False),
        (
            Ca("link-loop-a", "Lab Link Loop A"),
            Ca("link-loop-b", "Lab Link Loop B", issuer="link-loop-a", aia=(urls.named("/link-loop-a-by-b.cer"),)),
            Ca("link-loop-a-by-b", "", issuer="link-loop-b", twin_of="link-loop-a"),
            # publishes the one above, since it is its issuer
            Ca("link-loop-end", "Lab Link Loop End", issuer="link-loop-a-by-b"),
        ),
    ),
    (FOUND, FOUND),
    None,
)
"""Two CAs that certify each other, and nobody above them."""

CROSS_SIGNED = LinkCase(
    Scenario(
        "link-cross-signed",
        "does not send its intermediate, of which the nearer certificate has expired",
        Tls((LEAF,), Leaf("link-cross-old", aia=(issuer_url, urls.named("/link-cross-new.cer")))),
        missing(),
        (
            Ca("link-cross-old", "Lab Link Crossed", issuer="root", template=Template(days(-400, -3))),
            Ca("link-cross-new", "", issuer="other-root", twin_of="link-cross-old"),
            Ca("link-cross-end", "Lab Link Crossed End", issuer="link-cross-new"),
        ),
    ),
    (FOUND, FOUND),
    "link-cross-new",
)
"""Two certificates of one CA, of which AIA names the expired one first."""

SIBLING = Scenario(
    "link-sibling-source",
    "serves the intermediate that its sibling does not send",
    Tls((LEAF, "link-sibling-ca"), Leaf("link-sibling-ca")),
    complete(),
)
"""The other host of the list; it is served after the case that makes its CA."""

AT_HAND = (
    _case(
        "pool", "only the pool has it", (),
        Step("pool", SIGNED, ok=True), pool=True,
    ),
    _case(
        "sibling", "only another host of the list serves it", (),
        Step("other hosts", SIGNED, ok=True), sibling=SIBLING.name,
    ),
)  # fmt: skip
"""What costs no fetch."""

LINK_CASES = (*ANSWERS, LOOP, CROSS_SIGNED, *AT_HAND)
"""All of them."""

LINK_SCENARIOS = (*(case.scenario for case in LINK_CASES), SIBLING)
"""Their hosts; they are served when they are named. The sibling needs its case to be named too."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.MISSING_LINKS: LINK_SCENARIOS}
