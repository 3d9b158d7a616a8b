"""Private addresses that certificates and redirects name: asked headless only where an option allows it, and said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.livetest.test_hops import FOUND, OK, server
from tests.support.cli import tlschain
from tui_chain.engine.arguments import Options
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.livetest.contexts import bundle_context
from tui_chain.livetest.hops import Hop, RedirectLimits, follow
from tui_chain.livetest.request import LiveRequest
from tui_chain.net import addresses
from tui_chain.net.addresses import PrivateConsent, SocketAddress
from tui_chain.net.target import Target

OPTION = "--allow-private-aia"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["leaf-only", "complete"]) as opened:
        yield opened


@pytest.fixture
def words(lab: Lab, tmp_path: Path) -> tuple[str | Path, ...]:
    """A chain from a file: no address at which its host was reached, so loopback needs consent."""
    file = tmp_path / "served.der"
    file.write_bytes(lab.host("leaf-only").served_der[0])
    return "fix", "--served", file, "--host", "localhost", "--trust", lab.trust_file, "--no-pool", "--json"


def aia_of(lab: Lab) -> str:
    """Address and port that the host's certificate names."""
    return f"127.0.0.1:{urlsplit(lab.publish('/here', b'')).port}"


def test_one_address_at_one_port_is_allowed_and_said(lab: Lab, words: tuple[str | Path, ...]) -> None:
    place = aia_of(lab)
    done = tlschain(*words, f"{OPTION}={place}")
    assert done.code == 0
    assert f"tlschain: asking {place}, a loopback address, for http://{place}/" in done.err


@pytest.mark.parametrize("allowed", ["127.0.0.1:1025", "127.0.0.2:{port}", "[::1]:{port}", "localhost:{port}"])
def test_another_address_or_port_is_not(lab: Lab, words: tuple[str | Path, ...], allowed: str) -> None:
    before, port = len(lab.aia_log), aia_of(lab).rpartition(":")[2]
    done = tlschain(*words, f"{OPTION}={allowed.format(port=port)}")
    assert done.code == 1
    assert "asking" not in done.err
    assert len(lab.aia_log) == before


def test_several_are_allowed(lab: Lab, words: tuple[str | Path, ...]) -> None:
    assert tlschain(*words, f"{OPTION}=10.0.0.1:80", f"{OPTION}={aia_of(lab)}").code == 0


def test_all_are_allowed_and_each_is_said(lab: Lab, words: tuple[str | Path, ...]) -> None:
    done = tlschain(*words, OPTION)
    assert done.code == 0
    assert f"asking {aia_of(lab)}, a loopback address" in done.err


def test_the_option_alone_takes_no_word_behind_it(lab: Lab) -> None:
    done = tlschain("fix", OPTION, lab.host("complete").target, "--trust", lab.trust_file, "--no-pool", "--json")
    assert [one["status"] for one in done.objects] == ["complete"]


@pytest.mark.parametrize("wrong", ["10.0.0.1", "10.0.0.1:22", "x", "fd00::1:80", ""])
def test_what_is_no_address_with_a_port_is_wrong_usage(lab: Lab, wrong: str) -> None:
    done = tlschain("fix", f"{OPTION}={wrong}", lab.host("complete").target)
    assert (done.code, done.out) == (2, "")
    assert "no address with a port" in done.err or "port 22 is never asked" in done.err.lower()


def test_commands_that_are_printed_carry_it() -> None:
    command = Options(allow_private_aia=("10.0.0.1:80", "all")).command("fix", host="a.test")
    assert command == f"tlschain fix a.test {OPTION}=10.0.0.1:80 {OPTION}"


# -- redirects of a live test


def hops(lab: Lab, location: str, consent: PrivateConsent) -> tuple[tuple[Hop, ...], list[str]]:
    context, heard = bundle_context(lab.trust_pem), list[str]()
    port = server(lab, lambda _: FOUND % location.encode())

    def on_private(url: str, place: SocketAddress) -> None:
        heard.append(f"{place} {url}")

    request = LiveRequest(Target("localhost", port), address="127.0.0.1")
    return asyncio.run(follow(request, lambda _: context, RedirectLimits(consent, on_private))), heard


def test_a_redirect_inside_is_followed_by_consent_alone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The host is at loopback, its redirect at an address that is taken for a private one here."""
    end = server(lab, lambda _: OK)
    ranges = {"127.0.0.2": addresses.Reach.PRIVATE}
    reach = addresses.reach
    monkeypatch.setattr(addresses, "reach", lambda address: ranges.get(address) or reach(address))
    monkeypatch.setattr("tui_chain.livetest.hops.reach", lambda address: ranges.get(address) or reach(address))
    location = f"https://127.0.0.2:{end}/"
    for consent in (PrivateConsent(), PrivateConsent(places=frozenset({SocketAddress("127.0.0.2", end + 1)}))):
        (_, refused), heard = hops(lab, location, consent)
        assert refused.attempt is None
        assert refused.text.startswith(f"leads to 127.0.0.2:{end}, a private address")
        assert heard == []
    place = SocketAddress("127.0.0.2", end)
    for consent in (PrivateConsent(everywhere=True), PrivateConsent(places=frozenset({place}))):
        (_, asked), heard = hops(lab, location, consent)
        assert asked.attempt is not None
        assert heard == [f"{place} https://{place}/"]


@pytest.mark.parametrize("port", [22, 25, 465, 993])
def test_a_redirect_to_a_port_of_the_system_is_not_followed(lab: Lab, port: int) -> None:
    (_, refused), _ = hops(lab, f"https://localhost:{port}/", PrivateConsent(everywhere=True))
    assert refused.attempt is None
    assert f"port {port} is never asked" in refused.text
