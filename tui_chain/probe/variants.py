"""One host is many servers: every address, every key type, with and without SNI, several times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.net.lookup import Address
from tui_chain.net.route import Route
from tui_chain.net.target import Target
from tui_chain.probe.key_types import TLS_1_2, TLS_1_3, KeyOffer, KeyType, can_choose_keys
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

MAX_ADDRESSES = 16
"""Addresses of one name that are asked."""
MAX_ROUNDS = 50
"""Times that each variant is asked."""
CONCURRENT = 4
"""Handshakes with one host at once."""


@dataclass(frozen=True)
class Wanted:
    """What of a host is varied; `repeat` is how often each variant is asked."""

    all_addresses: bool = False
    key_types: bool = False
    no_sni: bool = False
    repeat: int = 1

    def __bool__(self) -> bool:
        return self.all_addresses or self.key_types or self.no_sni or self.repeat > 1


@dataclass(frozen=True)
class Variant:
    """One way to ask a host: at which address, for which kind of key in which TLS version, by name or not.

    `address` is None where a proxy chooses it. `tls` is None where any version will do; `turn` counts from 1.
    """

    address: Address | None
    key_type: KeyType = KeyType.ANY
    tls: str | None = None
    sni: bool = True
    turn: int = 1

    @property
    def place(self) -> str:
        """The IP address that is asked, in words where a proxy chooses it."""
        return "by the proxy" if self.address is None else self.address.ip

    @property
    def description(self) -> str:
        """The variant in a few words, such as `192.0.2.1 · RSA over TLSv1.2 · without SNI`."""
        parts = [self.place]
        if self.key_type is not KeyType.ANY:
            parts.append(f"{self.key_type.value} over {self.tls}" if self.tls else self.key_type.value)
        if not self.sni:
            parts.append("without SNI")
        return " · ".join(parts)


@dataclass(frozen=True)
class VariantResult:
    """What one variant brought: a chain, or why not."""

    variant: Variant
    result: ServedChain | Failure

    @property
    def not_offered(self) -> bool:
        """Whether the server only lacks this kind of key, or this TLS version: no fault of its own.

        A server without a fitting certificate answers with the alert handshake_failure (RFC 8446 section 4.4.2.2).
        """
        if self.variant.key_type is KeyType.ANY or not isinstance(self.result, Failure):
            return False
        other_version = self.result.kind == FindingCode.TLS and "unsupported protocol" in self.result.message
        return self.result.kind == FindingCode.ALERT or other_version


Progress = Callable[[VariantResult], None]


def _silent(_: VariantResult) -> None:
    """Progress that nobody watches."""


def variants(
    addresses: Sequence[Address | None], wanted: Wanted, *, named: bool, only: str | None = None
) -> tuple[Variant, ...]:
    """List what is asked, round by round; `named` says that the host is no IP literal, so that SNI exists.

    `only` is the one version of TLS that is wanted, if there is one.
    """
    chosen = addresses[:MAX_ADDRESSES] if wanted.all_addresses else addresses[:1]
    found: list[Variant] = []
    for turn in range(1, min(max(wanted.repeat, 1), MAX_ROUNDS) + 1):
        for address in chosen:
            found.append(Variant(address, turn=turn))
            found += [
                Variant(address, kind, tls, turn=turn) for kind, tls in _key_types(wanted) if only in {None, tls}
            ]
            if wanted.no_sni and named:
                found.append(Variant(address, sni=False, turn=turn))
    return tuple(found)


def _key_types(wanted: Wanted) -> Iterator[tuple[KeyType, str]]:
    if not wanted.key_types:
        return
    for kind in (KeyType.ECDSA, KeyType.RSA):
        yield kind, TLS_1_2
        if can_choose_keys():
            yield kind, TLS_1_3


async def ask_variants(
    prober: Prober, target: Target, wanted: Wanted, progress: Progress = _silent
) -> tuple[VariantResult, ...] | Failure:
    """Ask `target` in every way that is `wanted`; the answers come in the order of `variants`.

    A failed lookup is the failure of all. Every handshake has the prober's deadlines.
    """
    target = prober.with_usual(target)
    route = await prober.route(target)
    if isinstance(route, Failure):
        return route
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(variant: Variant) -> VariantResult:
        async with gate:
            answer = VariantResult(variant, await _ask(prober, target, route, variant))
        progress(answer)
        return answer

    # a proxy looks the name up itself: one place, whatever it is
    places = (None,) if route.proxy is not None else route.addresses
    listed = variants(places, wanted, named=target.server_name is not None, only=target.connection.tls)
    return tuple(await asyncio.gather(*(one(variant) for variant in listed)))


async def _ask(prober: Prober, target: Target, route: Route, variant: Variant) -> ServedChain | Failure:
    question = None if variant.key_type is KeyType.ANY else KeyOffer(variant.key_type, variant.tls)
    chosen = route if variant.address is None else Route((variant.address,))
    return await prober.probe_by(target, chosen, question=question, sni=variant.sni)
