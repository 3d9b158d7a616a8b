"""Names that are several servers: what is wrong with one of them comes out only when all are asked."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from tui_chain.core.finding_codes import FindingCode
from tui_chain.lab.authority import Template, rsa_key
from tui_chain.lab.hierarchy import DEFAULT_LEAF, Leaf
from tui_chain.lab.scenarios.refusals import WRONG_NAME
from tui_chain.lab.scenarios.scenario import Expected, Scenario, ScenarioGroup, ScenarioGroups, complete, invalid
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.services import LEAF, LOCALHOST, LabResources, Served
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, TlsOptions, make_context, tls_handler

THREE = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
BIND_TRIES = 8
_ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
GOOD, BROKEN, OTHER = (LEAF, "issuing"), (LEAF,), (LEAF, "lower-issuing", "policy")


def _issue(lab: LabResources, scenario: str, served: Sequence[str], leaf: Leaf = DEFAULT_LEAF) -> Credentials:
    issuer = served[1] if len(served) > 1 else "issuing"
    names = (f"{scenario}.lab.test", "localhost", *THREE)
    identity = lab.hierarchy.issue_leaf(Leaf(issuer, leaf.names or names, template=leaf.template), scenario)
    chain = tuple(identity.der if label == LEAF else lab.hierarchy[label].der for label in served)
    return Credentials(chain, identity.key)


@dataclass(frozen=True)
class Backends:
    """One server an address, all on one port, each with a chain of its own; an empty one refuses connections.

    `first` is the leaf of the first of them.
    """

    chains: tuple[tuple[str, ...], ...]
    first: Leaf = DEFAULT_LEAF

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Serve every chain; a machine without an address loses that server."""
        leaves = (self.first, *(DEFAULT_LEAF,) * len(self.chains))
        made = [
            _issue(lab, scenario, chain, leaf) if chain else None
            for chain, leaf in zip(self.chains, leaves, strict=False)
        ]
        for attempt in range(BIND_TRIES):
            try:
                return _serve_all(lab, made), tuple(made[0].chain) if made[0] else ()
            except OSError as error:
                # the port that the first address got may be another program's on the next
                if error.errno != errno.EADDRINUSE or attempt == BIND_TRIES - 1:
                    raise
        raise AssertionError("unreachable")


def _serve_all(lab: LabResources, made: Sequence[Credentials | None]) -> int:
    port = 0
    for address, each in zip(THREE, made, strict=False):
        if each is None:
            continue
        try:
            port = lab.serve(each.chain, each.key, addresses=(address,), port=port)
        except OSError as error:
            if error.errno not in _ABSENT or port == 0:
                raise
    return port


@dataclass(frozen=True)
class KeyTypes:
    """A server with an ECDSA and an RSA certificate, each with a chain of its own."""

    ecdsa: tuple[str, ...]
    rsa: tuple[str, ...]

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Serve both; a client that takes both gets ECDSA."""
        first = _issue(lab, scenario, self.ecdsa)
        second = _issue(lab, scenario, self.rsa, Leaf(template=Template(new_key=rsa_key)))
        options = TlsOptions(also=(second,))
        return lab.serve(first.chain, first.key, addresses=LOCALHOST, options=options), tuple(first.chain)


OTHERS_LEAF = Leaf(names=("default.lab.test",))
"""A certificate for another name."""


@dataclass(frozen=True)
class ByName:
    """A server that has one certificate for those who name it, and one for the rest: its own, or another one's."""

    named: Leaf = DEFAULT_LEAF
    unnamed: Leaf = OTHERS_LEAF

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Serve both."""
        named = _issue(lab, scenario, GOOD, self.named)
        unnamed = _issue(lab, scenario, GOOD, self.unnamed)
        wanted = make_context(lab.folder, named)

        def choose(connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            if name is not None:
                connection.context = wanted

        def configure(context: ssl.SSLContext) -> None:
            context.sni_callback = choose

        options = TlsOptions(configure=configure)
        return lab.serve(unnamed.chain, unnamed.key, addresses=LOCALHOST, options=options), tuple(named.chain)


@dataclass(frozen=True)
class Alternating:
    """A load balancer: every fourth connection meets a server with a broken chain."""

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Serve the two in turn."""
        good, broken = (_issue(lab, scenario, chain) for chain in (GOOD, BROKEN))
        handlers = [tls_handler(make_context(lab.folder, each), "") for each in (good, broken)]
        handler = _in_turn((*(handlers[0],) * 3, handlers[1]))
        return lab.listen(handler, addresses=("127.0.0.1",)), tuple(good.chain)


def _in_turn(handlers: Sequence[Handler]) -> Handler:
    turns = cycle(handlers)

    async def handle(stream: Stream) -> None:
        await next(turns)(stream)

    return handle


def _asked(*codes: FindingCode) -> Expected:
    return complete(on_request=codes)


def _backends(
    name: str, summary: str, expected: Expected, *chains: tuple[str, ...], first: Leaf = DEFAULT_LEAF
) -> Scenario:
    reach = f"{name}.lab.test:{{port}}"
    return Scenario(name, summary, Backends(chains, first), expected, reach=reach, addresses=THREE[: len(chains)])


SERVERS = (
    _backends(
        "one-backend-broken", "has three addresses, and the third does not send its intermediate",
        _asked(FindingCode.BACKEND_BROKEN), GOOD, GOOD, BROKEN,
    ),
    _backends(
        "one-backend-dead", "has three addresses, and nobody listens at the second",
        _asked(FindingCode.BACKEND_BROKEN), GOOD, (), GOOD,
    ),
    _backends(
        "servers-differ", "has two addresses with chains that differ",
        _asked(FindingCode.SERVERS_DIFFER), GOOD, OTHER,
    ),
    Scenario(
        "rsa-broken", "has an ECDSA chain that is whole and an RSA chain that is not",
        KeyTypes(GOOD, BROKEN), _asked(FindingCode.KEY_TYPE_BROKEN),
    ),
    Scenario(
        # Java names no host without a dot
        "sni-needed", "has its certificate only for those who name it",
        ByName(), _asked(FindingCode.SNI_NEEDED), reach="sni-needed.lab.test:{port}", addresses=("127.0.0.1",),
    ),
    Scenario(
        "answers-vary", "is four servers, and one of them does not send its intermediate",
        Alternating(), _asked(FindingCode.ANSWERS_VARY, FindingCode.BACKEND_BROKEN), reach="127.0.0.1:{port}",
    ),
)  # fmt: skip
"""Asked once, each is complete."""

MISNAMED = (
    _backends(
        "wrong-name-at-one-address", "has its certificate at its second address, and another one's at the first",
        invalid(FindingCode.HOST_MISMATCH, refused=WRONG_NAME, on_request=[FindingCode.BACKEND_BROKEN]),
        GOOD, GOOD, first=OTHERS_LEAF,
    ),
    Scenario(
        "wrong-name-with-sni", "has its certificate only for those who do not name it",
        ByName(OTHERS_LEAF, DEFAULT_LEAF), invalid(FindingCode.HOST_MISMATCH, refused=WRONG_NAME),
        reach="wrong-name-with-sni.lab.test:{port}", addresses=("127.0.0.1",),
    ),
)  # fmt: skip
"""Another address, or no name in the handshake, has the right certificate."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: (*SERVERS, *MISNAMED)}
