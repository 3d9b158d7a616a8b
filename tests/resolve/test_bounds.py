"""Chains that name ever new issuers: 40 connections, 25 seconds and 100 certificates for a host, each URL once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from tests.support.aia import fetches_to, resolve
from tests.support.chains import store_of, views
from tests.support.clock import Clock
from tests.support.crls import naming
from tui_chain.engine.journey import utc_now
from tui_chain.lab.authority import Authority, Template
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.net.addresses import MAX_CONNECTIONS, ConsentNeededError, Reach, SocketAddress
from tui_chain.resolve.aia import MAX_CANDIDATES, MAX_QUESTIONS, MAX_URLS, FetchBudget, HostFetches
from tui_chain.resolve.resolution import ConsentRequest
from tui_chain.revocation.check import RevocationClient
from tui_chain.revocation.collect import CrlCollector
from tui_chain.x509.revocation import Revocation

Reply = Callable[[str], bytes]
"""The body for a path, or where a path is returned behind `->`, a redirect to that."""
IN_ANSWER = 100
KEY_IDS = frozenset({ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})
"""What certificates go without, so that a hundred of them come within the bound of an answer."""


class Site:
    """A web site on loopback that counts its connections, and what was asked of it."""

    def __init__(self, lab: Lab, reply: Reply) -> None:
        self.reply = reply
        self.connections = 0
        self.paths: Counter[str] = Counter()
        self.port = lab.listen(self._handle)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def urls(self, path: str) -> tuple[str, ...]:
        """As many as a certificate may name, and one more."""
        return tuple(self.url(f"{path}/{number}") for number in range(MAX_URLS + 1))

    async def _handle(self, stream: Stream) -> None:
        self.connections += 1
        path = (await stream.receive()).split(b" ")[1].decode()
        self.paths[path] += 1
        body = self.reply(path)
        if body.startswith(b"->"):
            head, body = b"302 Found\r\nLocation: " + body[2:], b""
        else:
            head = b"200 OK"
        length = b"Content-Length: %d\r\nConnection: close" % len(body)
        await stream.send(b"HTTP/1.1 " + head + b"\r\n" + length + b"\r\n\r\n" + body)
        await stream.finish()


def sent_on(path: str) -> bytes:
    """Five redirects, each to a place of its own, then nothing of use."""
    return b"nothing" if path.count("+") == 5 else f"->{path}+".encode()


def p7c(certificates: list[bytes]) -> bytes:
    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in certificates], Encoding.DER)


def test_answers_with_a_hundred_issuers_each_end_soon(lab: Lab) -> None:
    """Every answer has 100 certificates that signed what was asked for, each issued by one more, at 5 new URLs."""
    levels, numbers = [Authority.root(f"L{number}", now=utc_now()) for number in range(12)], count()

    def five(depth: int) -> Template:
        urls = tuple(site.url(f"/{depth}/{next(numbers):x}") for _ in range(MAX_URLS))
        return Template(urls=urls, without=KEY_IDS)

    def reply(path: str) -> bytes:
        depth = int(path.split("/")[1])
        issuer, below = levels[min(depth + 1, 11)], levels[min(depth, 10)]
        return p7c([issuer.cross_sign(below, five(depth + 1)).der for _ in range(IN_ANSWER)])

    site = Site(lab, reply)
    leaf = levels[0].issue_leaf(template=five(0))
    resolution = resolve(store_of(), leaf)
    print(f"{site.connections} connections, {len(resolution.found)} certificates taken")  # noqa: T201
    assert 0 < site.connections <= MAX_CONNECTIONS
    assert len(resolution.found) == MAX_CANDIDATES
    assert set(site.paths.values()) == {1}, "each URL is asked once"
    assert any("left out, 100 of a host are the bound" in tried.outcome for tried in resolution.tries)


def test_a_chain_of_160_issuers_makes_40_connections(lab: Lab) -> None:
    """It made 4,800: 160 certificates, 5 URLs of each, 5 redirects of each of those."""
    site = Site(lab, sent_on)
    issuing, *others = (Authority.root(f"Issuer {number}", now=utc_now()) for number in range(161))
    served = [
        other.cross_sign(issuing, Template(urls=site.urls(f"/{number}"))) for number, other in enumerate(others)
    ]
    resolution = resolve(store_of(), issuing.issue_leaf(), *served)
    print(f"{site.connections} connections")  # noqa: T201
    assert site.connections == MAX_CONNECTIONS
    assert set(site.paths.values()) == {1}
    assert resolution.tries[-1].outcome == "stopped after 40 connections in all"


def revocable_path(site: Site) -> tuple[Authority, ...]:
    """A path of eight, each of which names as many OCSP responders and CRLs as it may."""
    above = Authority.root("Top", now=utc_now())
    path = [above]
    for depth in range(7):
        template = naming(*site.urls(f"/crl{depth}"))
        places = [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
            for url in site.urls(f"/ocsp{depth}")
        ]
        extensions = (*template.extensions, (x509.AuthorityInformationAccess(places), False))
        above = above.issue_ca(f"Depth {depth}", Template(extensions=extensions))
        path.append(above)
    return tuple(reversed(path))


@pytest.mark.parametrize("crls", [False, True], ids=["OCSP and CRLs", "CRLs of a bundle"])
def test_revocation_of_a_path_makes_40_connections(lab: Lab, crls: bool) -> None:
    site = Site(lab, sent_on)
    path = views(*revocable_path(site))

    async def ask() -> None:
        if crls:
            await CrlCollector(utc_now(), fetches_to()).collect(path)
            return
        checks = await RevocationClient(utc_now(), fetches_to()).check(path)
        assert not {check.status for check in checks} & {Revocation.GOOD, Revocation.REVOKED}
        assert any("stopped after 40 connections" in one.text for check in checks for one in check.answers)

    asyncio.run(ask())
    assert site.connections == MAX_CONNECTIONS


def test_several_waits_at_once_are_counted_once() -> None:
    clock = Clock()
    budget = FetchBudget(25.0, clock)

    async def pause(first: asyncio.Event, second: asyncio.Event) -> None:
        await first.wait()
        clock.advance(10)
        second.set()

    async def run() -> None:
        first, second, third = asyncio.Event(), asyncio.Event(), asyncio.Event()
        first.set()
        await asyncio.gather(budget.within(pause(second, third)), budget.within(pause(first, second)))

    asyncio.run(run())
    assert budget.left == 5.0
    clock.advance(100)
    assert budget.left == 5.0


def asked_about(answers: dict[str, bool], places: list[str]) -> tuple[list[ConsentRequest], list[bool]]:
    """What the user is asked where fetches lead to these addresses, and which of them were made."""
    asked: list[ConsentRequest] = []
    (named_by,) = views(Authority.root("Names them", now=utc_now()))

    async def consent(request: ConsentRequest) -> bool:
        asked.append(request)
        return answers.get(str(request.place), False)

    async def run() -> list[bool]:
        fetches = HostFetches(fetches_to().permission, "host.test:443", consent)
        made = []
        for text in places:
            address, _, port = text.partition(":")
            made.append(await one(fetches, SocketAddress(address, int(port))))
        return made

    async def one(fetches: HostFetches, place: SocketAddress) -> bool:
        async def fetch(permission: object) -> bool:
            if not fetches.permission.allows(*place):
                raise ConsentNeededError(place, Reach.PRIVATE, "http://inside.test/x")
            return permission is fetches.permission

        try:
            return await fetches.get("http://named.test/a", named_by, fetch)
        except ConsentNeededError:
            return False

    return asked, asyncio.run(run())


def test_a_yes_is_to_one_address_at_one_port() -> None:
    places = ["10.0.0.1:80", "10.0.0.1:80", "10.0.0.1:8080", "10.0.0.2:80", "10.0.0.1:8080"]
    asked, made = asked_about({"10.0.0.1:80": True}, places)
    assert [str(request.place) for request in asked] == ["10.0.0.1:80", "10.0.0.1:8080", "10.0.0.2:80"]
    assert made == [True, True, False, False, False]
    assert "which redirects to http://inside.test/x" in asked[0].question
    assert "Names them" in asked[0].question


def test_a_chain_asks_no_more_than_five_questions() -> None:
    asked, made = asked_about({}, [f"10.0.0.{number}:80" for number in range(1, 50)])
    assert len(asked) == MAX_QUESTIONS
    assert not any(made)
