"""The offers that client families make to an unusual server, and what is said of one that does not answer in time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.support.chains import make_pki
from tui_chain.clients.handshake import OFFERS
from tui_chain.core.failure import Failure
from tui_chain.engine.journey import utc_now
from tui_chain.lab.internet import Lab
from tui_chain.net.connection_options import USUAL_CONNECTION, ConnectionOptions
from tui_chain.net.target import Target
from tui_chain.probe import family_offers
from tui_chain.probe.family_offers import Again, Shake, beyond_common, unanswered_note
from tui_chain.probe.handshake import Handshake
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain
from tui_chain.probe.tls import TLSFacts

TIMED_OUT = Failure("timeout", "The TLS handshake took longer than 5 s.")
REFUSED = Failure("alert", "The server ended the handshake with the alert 'handshake failure'.")
UNUSUAL = Handshake((make_pki().leaf.der,), TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", "x448"))
OFFER_IDS = tuple({offer.id for offer in OFFERS.values()})
EVERY = len(OFFER_IDS)


def offers_made(answers: Sequence[Handshake | Failure]) -> tuple[TLSFacts, int]:
    """What is known of an unusual server after these answers to the families' offers, and how many were made."""
    given = iter(answers)
    made = []

    async def again(shake: Shake, longer: float) -> Handshake | Failure:
        made.append((shake, longer))
        return next(given, UNUSUAL)

    shaken = asyncio.run(beyond_common(again, UNUSUAL, 1.0, families=True))
    assert isinstance(shaken, Handshake)
    return shaken.tls, len(made)


def test_an_offer_that_is_answered_is_made_once() -> None:
    facts, made = offers_made([])
    assert made == EVERY
    assert (facts.refused_offers, facts.unanswered_offers) == (frozenset(), frozenset())
    assert unanswered_note(facts) == ""


@pytest.mark.parametrize(("then", "refused"), [(UNUSUAL, 0), (REFUSED, 1)])
def test_a_slow_moment_changes_nothing(then: Handshake | Failure, refused: int) -> None:
    """A first answer that comes too late on a busy machine is asked for again: the same verdict as on an idle one."""
    facts, made = offers_made([TIMED_OUT, then])
    assert made == EVERY + 1
    assert len(facts.refused_offers) == refused
    assert not facts.unanswered_offers


def test_an_offer_without_an_answer_is_named_and_not_called_refused() -> None:
    facts, made = offers_made([TIMED_OUT, TIMED_OUT, REFUSED])
    assert made == EVERY + 1
    assert len(facts.unanswered_offers) == len(facts.refused_offers) == 1
    assert not facts.unanswered_offers & facts.refused_offers


def test_the_note_names_the_families_of_an_offer_without_an_answer() -> None:
    facts = replace(UNUSUAL.tls, unanswered_offers=frozenset({"go"}))
    assert unanswered_note(facts) == "no answer in time to the handshake of Go, which is taken as possible"


def test_a_probe_says_so_in_its_note(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    async def beyond(
        _again: Again,
        first: Handshake | Failure,
        _read_on: float,
        *,
        families: bool,
        options: ConnectionOptions,
    ) -> Handshake:
        assert families
        assert options == USUAL_CONNECTION
        assert isinstance(first, Handshake)
        return replace(first, tls=replace(first.tls, unanswered_offers=frozenset({"go"})))

    monkeypatch.setattr(family_offers, "beyond_common", beyond)
    served = asyncio.run(Prober(utc_now).probe(Target("localhost", lab.host("complete").port)))
    assert isinstance(served, ServedChain)
    assert served.note == "no answer in time to the handshake of Go, which is taken as possible"
