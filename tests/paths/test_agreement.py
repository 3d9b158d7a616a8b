"""Offline verdicts against Python's own handshakes, in random situations: the same code, not only the same answer."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from tests.paths.graphs import HOST, NOW, SKI, ca, key, leaf, root
from tests.paths.handshake import NO_FLAGS, PARTIAL, STRICT, client_context, server_context, verify_code
from tests.paths.situations import Situation, situations
from tui_chain.paths.openssl import PARTIAL as PARTIAL_FLAG
from tui_chain.paths.profiles import PROFILES, Judge, Profile

FLAGS = {
    PROFILES[0]: NO_FLAGS,
    PROFILES[1]: STRICT,
    Profile("a client of OpenSSL with partial chains", PARTIAL_FLAG): PARTIAL,
}
EXPIRED_SIBLING = Situation(
    (leaf("Issuing"), ca("Issuing", "Root")), (ca("Issuing", "Root", days=(-20, -1)), root()), HOST, "leaf"
)
DECOY = ca("Issuing", "Root", key="decoy", without=frozenset({SKI}))
DECOY_SERVED = Situation((leaf("Issuing"), DECOY, ca("Issuing", "Root")), (root(),), HOST, "leaf")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handshakes")


def said_by_python(situation: Situation, flags: ssl.VerifyFlags, folder: Path) -> int:
    """The verify code of a handshake as urllib3 makes it, or else as ssl by itself does: 0 where both are content."""
    server = server_context(situation.served, key(situation.key), folder)
    client = client_context(situation.anchors, flags)
    code = verify_code(server, client, situation.host)
    client.hostname_checks_common_name = True
    return code or verify_code(server, client, situation.host)


@pytest.mark.skipif(ssl.OPENSSL_VERSION_INFO[0] != 3, reason="the codes are those of OpenSSL 3")
@settings(max_examples=120, deadline=None)
@given(situations())
@example(EXPIRED_SIBLING)
@example(DECOY_SERVED)
def test_verdicts_are_those_of_the_ssl_module(folder: Path, situation: Situation) -> None:
    judge = Judge(situation.anchors)
    verdicts = {profile: judge.verdict(profile, situation.served, host=situation.host, at=NOW) for profile in FLAGS}
    said = {profile: said_by_python(situation, flags, folder) for profile, flags in FLAGS.items()}
    assert {profile.name: verdict.code or 0 for profile, verdict in verdicts.items()} == {
        profile.name: code for profile, code in said.items()
    }
    assert all(verdict.ok == (not said[profile]) for profile, verdict in verdicts.items())
