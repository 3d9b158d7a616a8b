"""How it was found out: the probe with its times, the search for issuers, the live test, servers, revocation."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.advise.html.blocks import table
from tui_chain.advise.html.icons import worded
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.advise.summary import NOBODY_TO_ASK
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.diagnose.findings.endpoints import EndpointResult
from tui_chain.engine.host_state import HostState
from tui_chain.livetest.attempt import Attempt, Times
from tui_chain.livetest.hops import Hop
from tui_chain.livetest.live import LiveTest
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.resolve.resolution import IssuerLookup

_TONES = {"good": "good", "revoked": "bad", "unknown": "warn", "unreachable": "warn"}


def trace(state: HostState) -> Iterator[Markup]:
    """Return the steps that were taken, each part under a heading of level 3."""
    yield tag("h3", None, "Probe")
    yield _probe(state.served)
    if state.resolution is not None and state.resolution.tries:
        yield tag("h3", None, "Where missing certificates were looked for")
        yield tag("ol", {"class": "steps"}, [_lookup(one) for one in state.resolution.tries])
    if state.live_test is not None:
        yield tag("h3", None, "Live test")
        yield from _live(state.live_test)
    if state.servers is not None:
        yield tag("h3", None, "Every server of the host")
        rows = [(foreign(row.variant.description), *_answer(row)) for row in state.servers.rows]
        yield table(("handshake", "answer", "certificates"), rows, "Every server of the host")
    if state.revocation is not None:
        yield tag("h3", None, "Revocation")
        yield _revocation(state)
    yield from _crls(state)


def _probe(served: ServedChain | Failure | None) -> Markup:
    if not isinstance(served, ServedChain):
        return tag("ol", {"class": "steps"}, _step("bad", "no handshake", str(served)))
    facts = served.tls
    how = " with ".join(filter(None, (facts.version, facts.cipher)))
    sent = plural(len(served.certificates), "certificate")
    text = f"{sent} over {how}" if how else sent
    more = [f" {served.origin}" if served.origin else "", f"; {served.note}" if served.note else ""]
    step = _step("warn" if served.note else "good", "handshake", text + "".join(more))
    times = _times(served.timings) if served.timings is not None else None
    return Markup(tag("ol", {"class": "steps"}, step) + (times or ""))


def _step(tone: str, word: str, text: Content, took: float | None = None) -> Markup:
    time = tag("span", {"class": "took"}, f"{took:.0f} ms") if took is not None else None
    return tag("li", None, tag("div", None, worded(tone, word), time), tag("p", None, text))


def _times(timings: Timings) -> Markup:
    """The steps of the probe one after the other, as long as they took."""
    steps = (("name", timings.lookup), ("connect", timings.connect), ("TLS", timings.tls))
    whole = sum(took for _, took in steps) or 1.0
    bars, left = [], 0.0
    for place, (_, took) in enumerate(steps):
        share = 100 * took / whole
        frame = {"x": f"{left:.2f}%", "width": f"{share:.2f}%", "y": 0, "height": 12}
        bars.append(tag("rect", {"class": f"step{place}", **frame}))
        left += share
    text = ", ".join(f"{name} {took:.0f} ms" for name, took in steps)
    known = {"role": "img", "aria-label": f"Times: {text}", "class": "times", "width": "100%", "height": 12}
    words = [
        tag("li", {"class": f"step{place}"}, f"{name} {took:.0f} ms") for place, (name, took) in enumerate(steps)
    ]
    return tag("div", {"class": "timing"}, tag("svg", known, bars), tag("ul", None, words))


def _lookup(tried: IssuerLookup) -> Markup:
    """A look-up at hand that finds nothing is no failure."""
    empty = tried.source != "AIA" and not tried.certificates and not tried.hint
    tone, word = ("good", "found") if tried.ok else ("calm", "nothing there") if empty else ("warn", "not found")
    where = foreign(f"{tried.source} {tried.where}")
    facts = [tried.address or "", f"HTTP {tried.status}" if tried.status else "", tried.format or ""]
    small = " · ".join(filter(None, facts))
    text = (where, ": ", foreign(tried.outcome), tag("small", None, small) if small else None)
    hint = tag("small", None, foreign(tried.hint)) if tried.hint else None
    return _step(tone, word, (text, hint), tried.milliseconds)


def _live(test: LiveTest) -> Iterator[Markup]:
    yield tag("p", None, f"{test.method} ", foreign(test.url), f" {test.route}" if test.route else "")
    rows = [_attempt("before", test.before), *([_attempt("after", test.after)] if test.after is not None else [])]
    yield table(("", "trusts", "answer", "took"), rows, "The same request before and after")
    if len(test.hops) > 1:
        hops = [(foreign(hop.url), _hop(hop)) for hop in test.hops]
        yield table(("redirect", "answer"), hops, "Redirects")


def _hop(hop: Hop) -> Content:
    word = worded("good", "verified") if hop.ok else worded("warn", "not verified")
    return word, tag("small", None, foreign(hop.text))


def _attempt(when: str, made: Attempt) -> tuple[Content, ...]:
    tone, word = ("good", "verified") if made.ok else ("bad", "failed")
    code = f" ({made.code})" if made.code is not None else ""
    how = " · ".join(filter(None, (made.tls_version, made.http_version)))
    answer = (worded(tone, word), tag("small", None, foreign(f"{made.text}{code}")), tag("small", None, how))
    return when, foreign(made.trust), answer, (f"{made.milliseconds:.0f} ms", tag("small", None, _steps(made.times)))


def _steps(times: Times) -> str:
    """The steps of a request that were timed."""
    named = (("name", times.lookup), ("connect", times.connect), ("TLS", times.tls), ("answer", times.first_byte))
    return ", ".join(f"{name} {took:.0f} ms" for name, took in named if took is not None)


def _answer(row: EndpointResult) -> tuple[Content, Content]:
    fine = row.good or row.not_offered or not row.variant.sni
    word, _, why = row.summary.partition(": ")
    said = worded("calm" if row.not_offered else "good" if fine else "bad", word)
    return (said, tag("small", None, foreign(why)) if why else None), str(len(row.chain))


def _revocation(state: HostState) -> Markup:
    rows = [
        (
            foreign(check.label),
            worded(_TONES[answer.status], answer.status.value),
            foreign(" ".join(filter(None, (answer.means.value, answer.url)))),
            foreign(answer.text),
        )
        for check in state.revocation or ()
        for answer in check.answers
    ]
    if not rows:
        return tag("p", None, NOBODY_TO_ASK)
    return table(("certificate", "status", "source", "answer"), rows, "Revocation")


def _crls(state: HostState) -> Iterator[Markup]:
    if isinstance(state.crls, Failure):
        yield tag("h3", None, "CRLs for the bundle")
        yield tag("p", None, str(state.crls))
    elif state.crls is not None:
        yield tag("h3", None, "CRLs for the bundle")
        rows = [
            (foreign(one.crl.issuer), f"{one.crl.next_update:%Y-%m-%d %H:%M} UTC", foreign(one.source))
            for one in state.crls.lists
        ]
        yield table(("issuer", "until", "source"), rows, "CRLs for the bundle")
