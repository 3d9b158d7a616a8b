"""The OpenSSL engine against Python's handshakes in random situations: the same code, not only the same answer."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from tests.clients.handshakes import CLIENTS, PARTIAL, Client, client_context, server_context, verify_code
from tests.paths.graphs import HOST, NOW, SKI, ca, key, leaf, root
from tests.paths.situations import Situation, situations
from tui_chain.clients.engines.openssl.verifier import PARTIAL_CHAIN, OpenSSLVerifier, Settings
from tui_chain.clients.judge import OPENSSL_SETTINGS
from tui_chain.x509.formats.pem import pem_of

EXPIRED_SIBLING = Situation(
    (leaf("Issuing"), ca("Issuing", "Root")), (ca("Issuing", "Root", days=(-20, -1)), root()), HOST, "leaf"
)
NAMESAKE = ca("Issuing", "Root", key="other", without=frozenset({SKI}))
NAMESAKE_SERVED = Situation((leaf("Issuing"), NAMESAKE, ca("Issuing", "Root")), (root(),), HOST, "leaf")

ASKED = {name: (client, OPENSSL_SETTINGS[name]) for name, client in CLIENTS.items()}
"""Each family with the real client and the engine's settings; and curl's flags with OpenSSL's own host check."""
ASKED["partial chains"] = (Client(PARTIAL), Settings(PARTIAL_CHAIN))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handshakes")


@settings(max_examples=120, deadline=None)
@given(situations())
@example(EXPIRED_SIBLING)
@example(NAMESAKE_SERVED)
def test_verdicts_are_those_of_the_ssl_module(folder: Path, situation: Situation) -> None:
    trust = folder / "trust.pem"
    trust.write_bytes(pem_of(situation.anchors))
    engine, served = OpenSSLVerifier(trust.read_bytes()), tuple(one.der for one in situation.served)
    server = server_context(situation.served, key(situation.key), folder)
    verdicts = {name: engine.verify(served, situation.host, NOW, used) for name, (_, used) in ASKED.items()}
    real = {
        name: verify_code(server, client_context(trust, client), situation.host)
        for name, (client, _) in ASKED.items()
    }
    assert {name: verdict.code or 0 for name, verdict in verdicts.items()} == real
    assert {name for name, verdict in verdicts.items() if verdict.ok} == {
        name for name, code in real.items() if not code
    }


def test_the_library_is_named() -> None:
    from tui_chain.clients.engines.openssl.verifier import library

    assert ssl.OPENSSL_VERSION.startswith(f"{library()} ")
