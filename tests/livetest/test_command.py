"""`tlschain test`: what is asked, by which way, and what it says of hops that fail."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.support.cli import Done, tlschain
from tests.support.http2 import Http2Server, answer, headers
from tests.support.proxy import LOGIN, ConnectProxy, start
from tests.support.servers import refused_port
from tui_chain.clients.families import FAMILIES
from tui_chain.lab.authority import Template
from tui_chain.lab.internet import Lab


def run(lab: Lab, port: int, *words: str, **env: str) -> Done:
    return tlschain("test", f"localhost:{port}", "--trust", lab.trust_file, *words, env=env)


def told(lab: Lab, port: int, *words: str, **env: str) -> dict[str, Any]:
    done = run(lab, port, "--json", *words, **env)
    (found,) = done.objects
    return found


def redirecting(lab: Lab, location: str) -> int:
    return lab.listen(Http2Server(lab, [headers((":status", "302"), ("location", location), ends=True)]))


def test_the_request_is_the_user_s_choice(lab: Lab) -> None:
    server = Http2Server(lab, [answer("200")])
    found = told(lab, lab.listen(server), "--method", "OPTIONS", "--path", "/a?b=c#d", "--header", "X-Mine: 1")
    assert (found["method"], found["before"]["http_version"], found["http2"]) == ("OPTIONS", "HTTP/2", True)
    assert found["url"].endswith("/a?…")


@pytest.mark.parametrize(
    "words",
    [
        ("--path", "index.html"),
        ("--path", "/a b"),
        ("--path", "/\r\nHost: x"),
        ("--path", "/é"),
        ("--header", "Cookie: a=b"),
        ("--header", "X: a\r\nY: b"),
        ("--header", "nothing"),
    ],
)
def test_what_cannot_be_asked_is_said(lab: Lab, words: tuple[str, ...]) -> None:
    done = run(lab, lab.host("complete").port, *words)
    assert done.code == 2
    assert done.complaint


def test_a_hop_that_fails_on_tls_is_offered(lab: Lab) -> None:
    broken = lab.host("leaf-only").port
    port = redirecting(lab, f"https://localhost:{broken}/x")
    done = run(lab, port)
    assert done.code == 1, "who follows it fails, though the host itself is verified"
    hint = f"tlschain fix localhost:{broken} --trust {lab.trust_file}"
    assert f"The redirect to localhost:{broken} fails on TLS: {hint}\n" in done.err
    assert "but not the redirect to" in done.out.splitlines()[-1]
    assert "(code 20)" in done.out
    found = told(lab, port)
    assert found["failed_hop"] == f"localhost:{broken}"
    assert [(hop["target"], hop["tls_failed"]) for hop in found["hops"]] == [
        (f"localhost:{port}", False),
        (f"localhost:{broken}", True),
    ]
    assert found["hops"][1]["attempt"]["code"] == 20


def test_a_hop_that_works_is_not_offered(lab: Lab) -> None:
    port = redirecting(lab, f"https://localhost:{lab.host('complete').port}/x")
    assert "tlschain fix" not in run(lab, port).err
    assert told(lab, port)["failed_hop"] is None


def test_a_hop_that_is_not_there_is_no_tls_failure(lab: Lab) -> None:
    with refused_port() as closed:
        found = told(lab, redirecting(lab, f"https://localhost:{closed}/"))
    assert (found["hops"][1]["ok"], found["hops"][1]["tls_failed"], found["failed_hop"]) == (False, False, None)


def test_the_environment_s_proxy_is_gone_through(lab: Lab) -> None:
    proxy = ConnectProxy(login=LOGIN)
    url = start(lab, proxy)
    with_login = url.replace("://", "://joe:s3cret%26%2F@")
    port = lab.host("leaf-only").port
    words = ("--proxy", "--allow-private-aia")  # a proxy may be anywhere: what it reaches is not on this machine
    done = run(lab, port, *words, https_proxy=with_login)
    assert done.code == 0
    assert f"by proxy {url}" in done.out
    assert "s3cret" not in done.out + done.err
    assert set(proxy.asked) == {f"localhost:{port}"}
    found = told(lab, port, *words, https_proxy=with_login)
    assert (found["proxy"], found["after"]["ok"], found["after"]["address"]) == (url, True, None)
    assert "s3cret" not in json.dumps(found)


def test_a_proxy_is_not_gone_through_unasked(lab: Lab) -> None:
    proxy = ConnectProxy()
    assert told(lab, lab.host("complete").port, https_proxy=start(lab, proxy))["proxy"] is None
    assert proxy.heads == []


def test_a_host_that_only_the_proxy_reaches_is_tested(lab: Lab) -> None:
    """In many networks nothing else leads outside."""
    real = lab.host("leaf-only").port

    class Detour(ConnectProxy):
        """Reaches another port than the one that is named."""

        async def _tunnel(self, stream: Any, place: str) -> None:
            assert place.startswith("localhost:")
            await super()._tunnel(stream, f"localhost:{real}")

    with refused_port() as closed:
        words = ("test", f"localhost:{closed}", "--trust", lab.trust_file, "--proxy", "--json")
        done = tlschain(*words, env={"https_proxy": start(lab, Detour())})
    assert done.code == 1
    assert done.objects[0]["before"]["code"] == 20


def test_no_proxy_in_the_environment_is_said(lab: Lab) -> None:
    done = run(lab, lab.host("complete").port, "--proxy", https_proxy="http://proxy:1", no_proxy="localhost")
    assert done.code == 0
    assert "the environment names no proxy for it; the request goes there directly." in done.err


def test_socks_is_said_not_to_be_spoken(lab: Lab) -> None:
    done = run(lab, lab.host("complete").port, "--proxy", all_proxy="socks4://joe:s3cret@proxy:1080")
    assert done.code == 2
    assert "speaks SOCKS 4, which is not spoken here" in done.err
    assert "s3cret" not in done.err


def test_every_use_of_a_variable_is_in_the_answer(lab: Lab, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(lab.trust_pem)
    found = told(lab, lab.host("complete").port, REQUESTS_CA_BUNDLE=str(other))
    tests = [one for one in found["environment_tests"] if one["name"] == "REQUESTS_CA_BUNDLE"]
    uses = [(one["clients"], one["adds"]) for one in tests]
    assert uses == [
        ("requests, Poetry, conda, niquests", False),
        ("pip", True),
        ("boto3, aws", False),
    ]
    assert found["with_environment"]["REQUESTS_CA_BUNDLE"]["ok"]


# what it says of each family, and its exit code


def test_every_family_has_a_row(lab: Lab) -> None:
    port = lab.host("leaf-only").port
    done = run(lab, port)
    for family in FAMILIES:
        assert re.search(rf"✓ {re.escape(family.name)} +handshake verified", done.out), done.out
    clients = told(lab, port)["clients"]
    assert [one["id"] for one in clients] == [family.id for family in FAMILIES]
    keys = {"id", "name", "ok", "words", "code", "tls_version", "cipher", "times", "emulated"}
    assert all(one.keys() == keys and one["ok"] and one["emulated"] for one in clients)


def test_a_family_that_refuses_is_named_in_the_verdict(lab: Lab) -> None:
    leaf = lab.hierarchy["issuing"].issue_leaf(
        ["localhost"], Template(without=frozenset({x509.SubjectAlternativeName.oid}))
    )
    done = run(lab, lab.serve((leaf.der, lab.hierarchy["issuing"].der), leaf.key))
    assert done.code == 1
    refusing = "requests, Python ≤ 3.12; requests, Python ≥ 3.13; Go; uv, rustls"
    assert done.out.splitlines()[-1].endswith(f"works with the trust store, but is refused by {refusing}")


def test_a_host_that_is_not_reached_has_a_code_of_its_own(lab: Lab) -> None:
    with refused_port() as closed:
        gone = f"localhost:{closed}"
        assert run(lab, closed).code == 3
        good, bad = (f"localhost:{lab.host(name).port}" for name in ("complete", "expired-leaf"))
        for others, code in (((good,), 3), ((bad,), 1), ((good, bad), 1)):
            done = tlschain("test", gone, *others, "--trust", lab.trust_file)
            assert done.code == code, others
