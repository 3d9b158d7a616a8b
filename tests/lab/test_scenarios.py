from __future__ import annotations

import socket
import ssl
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest
from cryptography import x509

from tests.lab.clients import dial, openssl_verify, pem, run, served_chain, strict_context, talk
from tui_chain.clients.families import FamilyId
from tui_chain.core.status import Blame, Status
from tui_chain.lab import scenarios
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.catalogue import choose_scenarios, every_scenario
from tui_chain.lab.scenarios.scenario import ScenarioGroup
from tui_chain.lab.scenarios.usual import USUAL
from tui_chain.net.target import Target, parse_target

EVERY = tuple(chain.from_iterable(every_scenario().values()))
TLS_NAMES = [scenario.name for scenario in USUAL if scenario.expected.status is not Status.UNREACHABLE]


def test_every_module_that_declares_scenarios_is_found() -> None:
    folder = Path(scenarios.__file__).parent
    declaring = [path.stem for path in folder.glob("*.py") if "\nSCENARIOS" in path.read_text(encoding="utf-8")]
    modules = [import_module(f"{scenarios.__name__}.{name}") for name in declaring]
    declared = {one.name for module in modules for group in module.SCENARIOS.values() for one in group}
    assert declared == {scenario.name for scenario in EVERY}
    assert len(EVERY) == len(declared), "a name stands for one scenario"
    assert every_scenario()[ScenarioGroup.USUAL] == USUAL == choose_scenarios()


def names_of(chain: tuple[bytes, ...]) -> list[str]:
    return [x509.load_der_x509_certificate(der).subject.rfc4514_string().split(",")[0] for der in chain]


@pytest.mark.parametrize("name", TLS_NAMES)
@pytest.mark.parametrize("minimum", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_serves_exactly_what_it_declares(lab: Lab, name: str, minimum: ssl.TLSVersion) -> None:
    host = lab.host(name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = minimum
    assert served_chain(host.port, context=context) == host.served_der != ()


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("complete", ["Lab Issuing CA G2"]),
        ("leaf-only", []),
        ("two-links-missing", []),
        ("wrong-order", ["Lab Policy CA P1", "Lab Issuing CA G3"]),
        ("root-sent-too", ["Lab Issuing CA G2", "Lab Root R1"]),
        ("stranger-sent-too", ["Lab Issuing CA G2", "Lab Unrelated CA U1"]),
        ("root-in-place-of-intermediate", ["Lab Root R1"]),
        ("unknown-root", ["Lab Private Issuing CA X2"]),
        ("unknown-root-served", ["Lab Private Issuing CA X2", "Lab Private Root X1"]),
        ("duplicate-sent", ["Lab Issuing CA G2", "Lab Issuing CA G2"]),
        ("two-links-one-served", ["Lab Issuing CA G3"]),
    ],
)
def test_the_declared_chain_is_the_one_of_its_words(lab: Lab, name: str, below: list[str]) -> None:
    chain = names_of(served_chain(lab.host(name).port))
    assert chain == [f"CN={name}.lab.test", *(f"CN={each}" for each in below)]


@pytest.mark.parametrize("name", TLS_NAMES)
def test_a_verifying_client_agrees_with_the_declaration(lab: Lab, name: str) -> None:
    host, context = lab.host(name), strict_context(lab.trust_pem)
    context.verify_flags &= ~(ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN)  # Python ≥ 3.13 has them
    refused_by = host.scenario.expected.refused_by
    if FamilyId.PYTHON not in refused_by:
        assert served_chain(host.port, context=context) == host.served_der
        return
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        served_chain(host.port, context=context)
    assert caught.value.verify_code == refused_by[FamilyId.PYTHON]


@pytest.mark.parametrize("name", TLS_NAMES)
def test_the_fix_journey_can_end_as_declared(lab: Lab, tmp_path: Path, name: str) -> None:
    """With every CA of the lab at hand, a path exists exactly where `after` says so."""
    host = lab.host(name)
    labels = ("issuing", "policy", "lower-issuing", "private-issuing", "dead-issuing", "hidden-issuing")
    pool = pem((*host.served_der, *(lab.hierarchy[label].der for label in labels)))
    done = openssl_verify(tmp_path, lab.trust_pem, pool, "-x509_strict", "-verify_hostname", "localhost")
    reachable = {"aia-dead", "no-aia"}  # a path exists, only not by AIA
    repaired = host.scenario.expected.after in {Status.COMPLETE, Status.REPAIRABLE} or name in reachable
    assert (done.returncode == 0) == repaired, done.stderr


def test_curl_gets_a_page_from_the_complete_host(lab: Lab) -> None:
    url = f"https://{lab.host('complete').target}/"
    done = run("curl", "-sS", "-w", "%{http_code}", "--cacert", str(lab.trust_file), url)
    assert (done.returncode, done.stdout) == (0, b"You reached the lab.\n200"), done.stderr
    head = run("curl", "-sS", "-I", "--cacert", str(lab.trust_file), url)
    assert head.stdout.startswith(b"HTTP/1.1 200 OK\r\n"), head.stderr


def test_curl_refuses_the_leaf_alone(lab: Lab) -> None:
    done = run("curl", "-sS", "--cacert", str(lab.trust_file), f"https://{lab.host('leaf-only').target}/")
    assert done.returncode == 60


def test_no_tls_answers_anything_in_plain_http(lab: Lab) -> None:
    port = lab.host("no-tls").port
    assert talk(port, b"\x16\x03\x01 no handshake").startswith(b"HTTP/1.1 400 ")
    with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version.number|packet length"):
        served_chain(port)


def test_silent_accepts_and_says_nothing(lab: Lab) -> None:
    with dial(lab.host("silent").port) as sock:
        sock.sendall(b"\x16\x03\x01 hello")
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.recv(1)


def test_localhost_reaches_the_host_by_any_address(lab: Lab) -> None:
    host = lab.host("complete")
    for *_, address in socket.getaddrinfo("localhost", host.port, type=socket.SOCK_STREAM):
        assert served_chain(host.port, address=str(address[0])) == host.served_der


def test_the_declarations_are_whole() -> None:
    names = [scenario.name for scenario in EVERY]
    assert len(set(names)) == len(names)
    assert len(USUAL) == 18
    assert all(scenario.summary and "\n" not in scenario.summary for scenario in EVERY)
    for scenario in EVERY:
        good = scenario.expected.status is Status.COMPLETE
        assert (scenario.expected.blame is Blame.NOBODY) == good, scenario.name
        assert set(scenario.expected.refused_after) < set(FamilyId)


def test_a_host_is_the_one_of_its_target() -> None:
    for scenario in EVERY:
        target = parse_target(scenario.reach.format(port=4433))
        assert isinstance(target, Target)
        assert (target.host, target.port) == (scenario.host, 4433)


def test_scenarios_are_chosen_by_name() -> None:
    assert [each.name for each in choose_scenarios(["silent", "complete"])] == ["complete", "silent"]
    with open_lab(["complete"]) as lab:
        assert [host.name for host in lab.hosts] == ["complete"]
        with pytest.raises(KeyError):
            lab.host("silent")
    with pytest.raises(ValueError, match="no scenario nonsense"), open_lab(["nonsense", "complete"]):
        pass
