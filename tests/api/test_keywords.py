"""Every keyword of the functions does what the command's option does: by handshakes with servers of the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.cli.test_connections import Asking, Named, chain
from tests.readme import DOCS
from tests.support.proxy import ConnectProxy
from tests.support.proxy import start as start_proxy
from tests.support.servers import Dialogue, fresh_chain, refused_port, server_context
from tui_chain import api
from tui_chain.engine.command_options import TAKEN
from tui_chain.lab.authority import Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.net.lookup import lookup_with
from tui_chain.x509.crl import crls_of

SCENARIOS = [
    *("complete", "leaf-only", "one-backend-broken", "rsa-broken", "ocsp-revoked", "crl-chain"),
    "unknown-root-served",
]
NAME = "complete.lab.test"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(SCENARIOS) as opened:
        yield opened


@pytest.fixture(autouse=True)
def lab_names(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of the lab lead to its servers, as they do in a demo; a handshake is one all the same."""
    monkeypatch.setattr("tui_chain.engine.startup.lookup", lookup_with(lab.names))


def check(lab: Lab, target: str, **options: Any) -> api.HostResult:
    return api.check(target, trust=str(lab.trust_file), **options)


def fix(lab: Lab, target: str, **options: Any) -> api.HostResult:
    return api.fix(target, trust=str(lab.trust_file), no_pool=True, **options)


# how a host is connected to


@pytest.mark.parametrize("ask", [check, fix])
def test_names_and_places(lab: Lab, ask: Callable[..., api.HostResult]) -> None:
    server = Named(lab)
    place = f"localhost:{server.port}"
    result = ask(lab, "shop.test", connect_to=place, sni="a.test", verify_name="localhost", bind="127.0.0.9")
    assert (result.target, result.status) == ("shop.test:443", "complete")
    assert (set(server.names), set(server.peers)) == ({"a.test"}, {"127.0.0.9"})
    assert dict(result.connection) == {
        "sni": "a.test", "connect-to": place, "verify-name": "localhost", "bind": "127.0.0.9",
    }  # fmt: skip


def test_versions_of_tls_and_ip(lab: Lab) -> None:
    target = lab.host("complete").target
    found = {check(lab, target, tls=version, ip_version="4").tls.version for version in ("1.2", "1.3")}
    assert found == {"TLSv1.2", "TLSv1.3"}
    assert check(lab, target, ip_version="6").status == "unreachable"


def test_a_protocol_with_starttls(lab: Lab) -> None:
    fresh = fresh_chain(lab)
    heard: list[bytes] = []
    answers = ((b"EHLO", b"250 STARTTLS\r\n"), (b"STARTTLS", b"220 go\r\n"))
    mail = Dialogue(b"220 mail.test ESMTP\r\n", answers, server_context(lab, fresh), heard)
    result = check(lab, f"localhost:{lab.listen(mail)}", starttls="smtp", ehlo="me.test")
    assert (result.status, result.target.partition(":")[0]) == ("complete", "smtp+starttls")
    assert heard[0] == b"EHLO me.test\r\n"


def test_a_proxy_and_none(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, target = ConnectProxy(), lab.host("complete").target
    url = start_proxy(lab, proxy)
    assert check(lab, target, proxy=url).proxy == url
    assert proxy.asked == [target]
    proxy.names[NAME] = "127.0.0.1"
    named = f"{NAME}:{lab.host('complete').port}"
    monkeypatch.setenv("HTTPS_PROXY", url)
    assert check(lab, named).proxy == url
    place = f"localhost:{lab.host('complete').port}"
    assert check(lab, named, connect_to=place, no_proxy=True).proxy is None


def test_a_client_certificate(lab: Lab, tmp_path: Path) -> None:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    client = lab.hierarchy["issuing"].issue_leaf(("client.test",), Template(extensions=((usage, False),)))
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    certificate.write_bytes(chain(lab, client))
    key.write_bytes(key_to_pem(client.key))
    server = Asking(lab)
    assert check(lab, f"localhost:{server.port}", cert=certificate, key=str(key)).status == "complete"
    assert set(server.got) == {client.der}


def test_retries(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.probe.probe.PAUSE", 0.0)
    proxy = ConnectProxy(login="somebody's")
    assert check(lab, "localhost:443", proxy=start_proxy(lab, proxy), retries=2).status == "unreachable"
    assert len(proxy.asked) == 3


def test_a_timeout(lab: Lab) -> None:
    async def silent(stream: Any) -> None:
        await stream.receive()
        await stream.receive()

    result = check(lab, f"localhost:{lab.listen(silent)}", timeout=0.2)
    assert result.status == "unreachable"
    assert result.probe.failure is not None
    assert result.probe.failure.kind == "timeout"


# which of several servers


@pytest.mark.parametrize("ask", [check, fix])
def test_all_addresses(lab: Lab, ask: Callable[..., api.HostResult]) -> None:
    host = lab.host("one-backend-broken")
    assert "servers" not in ask(lab, host.target).more
    result = ask(lab, host.target, all_addresses=True)
    answers = [(one["address"], one["status"]) for one in result.more["servers"]]
    assert answers == [("127.0.0.1", "complete"), ("127.0.0.2", "complete"), ("127.0.0.3", "incomplete")]
    assert result.status == ("incomplete" if ask is check else "repairable")
    assert api.HostResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("ask", [check, fix])
def test_key_types(lab: Lab, ask: Callable[..., api.HostResult]) -> None:
    result = ask(lab, lab.host("rsa-broken").target, key_types=True)
    assert {one["key_type"] for one in result.more["servers"]} == {"any", "ECDSA", "RSA"}
    assert "key-type-broken" in {one.code for one in result.findings}


def test_repeat_and_without_sni(lab: Lab) -> None:
    server = Named(lab)
    result = check(lab, f"localhost:{server.port}", repeat=2, no_sni=True)
    assert {(one["turn"], one["sni"]) for one in result.more["servers"]} == {
        (1, True), (1, False), (2, True), (2, False),
    }  # fmt: skip
    assert {"localhost", None} == set(server.names)


def test_revocation(lab: Lab) -> None:
    target = lab.host("ocsp-revoked").target
    assert "revocation" not in check(lab, target).more
    result = check(lab, target, revocation=True)
    assert result.status == "invalid"
    assert result.more["revocation"][0]["status"] == "revoked"
    assert api.HostResult.from_json(result.to_json()) == result


@pytest.mark.parametrize(("scope", "count"), [("chain", 2), ("leaf", 1)])
def test_the_crls_of_a_bundle(lab: Lab, scope: str, count: int) -> None:
    target = lab.host("crl-chain").target
    result = fix(lab, target, crl=scope)
    assert (result.more["crl_check"], len(result.more["crls"])) == (scope, count)
    assert result.bundle is not None
    assert len(crls_of(result.bundle.encode())) == count
    plain = fix(lab, target)
    assert plain.bundle is not None
    assert not crls_of(plain.bundle.encode())
    assert api.HostResult.from_json(result.to_json()) == result


# when


def test_days_before_the_end(lab: Lab) -> None:
    target = lab.host("complete").target
    first = check(lab, target)
    assert first.served[0].not_after is not None
    left = (first.served[0].not_after - datetime.now(UTC)).days
    for days, expected in ((left + 1, {"expires-soon"}), (left - 1, set())):
        for ask in (check, fix):
            found = {one.code for one in ask(lab, target, warn_days=days).findings}
            assert found & {"expires-soon"} == expected


def test_a_time_to_judge_at(lab: Lab) -> None:
    later = datetime.now(UTC) + timedelta(days=4000)
    assert fix(lab, lab.host("complete").target, at=later).status == "invalid"


# whom to trust, and where to look


def test_files_are_named_by_text_or_path_alone_or_in_a_list(lab: Lab, tmp_path: Path) -> None:
    target, file = lab.host("leaf-only").target, tmp_path / "issuing.pem"
    file.write_bytes(to_pem([lab.hierarchy["issuing"].der]))
    root = Path(lab.trust_file)
    stores: list[Any] = [root, [root], ["certifi", root], str(root)]
    for trust in stores:
        for pool in (file, str(file), [file]):
            found = api.fix(target, trust=trust, pool=pool, offline=True, no_pool=True)
            assert found.status == "repairable"
    data = root.read_bytes()
    assert api.verify(data, host="localhost", trust=root).more == {}


@pytest.mark.parametrize("several", [False, True])
def test_a_root_and_an_address_alone(lab: Lab, several: bool) -> None:
    target = lab.host("unknown-root-served").target
    digest, place = fix(lab, target).served[-1].sha256, "10.0.0.1:80"
    options: Any = {"trust_root": digest, "allow_private_aia": place}
    given = {name: [value] for name, value in options.items()} if several else options
    assert fix(lab, target, **given).status == "repairable"


# what is wrong

WRONG = [
    ({"timeout": 0}, "timeout is 0. Give a number from 0.1 to 300."),
    ({"timeout": float("nan")}, "timeout is nan"),
    ({"timeout": "5"}, "timeout is '5'"),
    ({"retries": -1}, "retries is -1. Give a whole number from 0 to 20."),
    ({"retries": True}, "retries is True"),
    ({"repeat": 51}, "repeat is 51. Give a whole number from 1 to 50."),
    ({"repeat": 1.5}, "repeat is 1.5"),
    ({"timeout": None}, "timeout is None. Give a number from 0.1 to 300."),
    ({"retries": None}, "retries is None. Give a whole number from 0 to 20."),
    ({"repeat": None}, "repeat is None. Give a whole number from 1 to 50."),
    ({"warn_days": 4000}, "warn_days is 4000"),
    ({"warn_days": "101%"}, "warn_days is '101%'. Give a whole number from 0 to 3650, or per cent as '33%'."),
    ({"starttls": "smpt\x1b"}, r"'smpt\\x1b' is no protocol with STARTTLS: there is no such protocol"),
    ({"tls": "1.1"}, "it is 1.2 or 1.3"),
    ({"proxy": "http://127.0.0.1:1", "no_proxy": True}, "proxy and no_proxy exclude each other"),
    ({"ip_version": "5"}, "it is 4 or 6"),
    ({"bind": "here"}, "it is no IP address"),
    ({"connect_to": "a b"}, "it is no HOST, HOST:PORT"),
    ({"key": "k.pem"}, "no client certificate"),
    ({"cert": "/no/such/file.pem"}, "/no/such/file.pem"),
    ({"trust": "/no/such/file.pem"}, "cannot be read"),
    ({"trust": None}, "trust is None. Give certifi, system, or the name of a file, or a list of these."),
    ({"trust": [b"certifi"]}, "trust is [b'certifi']"),
    ({"cert": 5}, "cert is 5. Give the name of a file."),
    ({"at": "2026-11-27"}, "at is '2026-11-27'. Give an aware datetime, as in datetime.now(UTC)."),
]


@pytest.mark.parametrize(("options", "words"), WRONG, ids=lambda value: str(value)[:30])
@pytest.mark.parametrize("ask", [api.check, api.fix])
def test_a_value_that_means_nothing_is_a_sentence(
    ask: Callable[..., object], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        ask("localhost:1", **options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("function", "options", "words"),
    [
        (api.fix, {"crl": "all"}, "'all' is no kind of check with CRLs. Give chain or leaf."),
        (api.fix, {"allow_private_aia": ["here"]}, "here"),
        (api.fix, {"allow_private_aia": None}, "allow_private_aia is None. Give a text, or a list of texts."),
        (api.fix, {"trust_root": None}, "trust_root is None. Give a text, or a list of texts."),
        (api.fix, {"pool": [None]}, "pool is [None]. Give the name of a file or folder, or a list of these."),
        (api.check_many, {"jobs": None}, "jobs is None. Give a whole number from 1 to 1000."),
        (api.check_many, {"jobs": 0}, "jobs is 0. Give a whole number from 1 to 1000."),
        (api.check_many, {"rate": 0.0}, "rate is 0.0. Give a number from 0.01 to 10000."),
        (api.doctor, {"timeout": -1}, "timeout is -1"),
        (api.doctor, {"timeout": None}, "timeout is None"),
        (api.doctor, {"python": "/no/such/python"}, "/no/such/python"),
    ],
)
def test_so_are_those_of_one_function(function: Any, options: dict[str, Any], words: str) -> None:
    targets = ["localhost:1"] if function is api.check_many else "localhost:1"
    with pytest.raises(ValueError, match=r"\.$") as caught:
        function(targets, **options)
    assert words in str(caught.value)


def test_without_a_rate_hosts_are_begun_at_once(lab: Lab) -> None:
    options: Any = {"rate": None}
    (result,) = api.check_many([lab.host("complete").target], trust=str(lab.trust_file), **options)
    assert result.status == "complete"


# as the commands have them

NOT_OF_A_FUNCTION = {
    *("hosts_file", "column", "label_column", "port_column", "kubeconfig", "context", "demo", "served", "host"),
    *("unordered", "shard", "resume", "baseline", "dask", "quiet", "verbose", "log", "fail_on", "critical_days"),
    *("form", "as_json", "output", "replace", "merge", "backup", "kind", "print_script", "report", "compare"),
}
"""Where targets are listed and how a list is gone through, what is printed and written, and the lab."""
IN_MANY = {"jobs", "rate"}
OTHER_NAMES = {"interpreter": "python"}
PAGE = (DOCS / "api.md").read_text(encoding="utf-8").partition("## Keywords")[2].partition("<!--")[0]


@pytest.mark.parametrize(
    ("command", "keywords", "more"),
    [
        ("check", api.CheckManyOptions, {"at"}),
        ("fix", api.FixOptions, set()),
        ("doctor", api.DoctorOptions, {"environment"}),
    ],
)
def test_keywords_are_the_options_of_the_command(command: str, keywords: type, more: set[str]) -> None:
    options = {OTHER_NAMES.get(entry.name, entry.name) for entry in TAKEN[command]} - NOT_OF_A_FUNCTION
    expected = options if command == "check" else options - IN_MANY
    assert set(keywords.__annotations__) == expected | more
    assert all(f"`{name}` of `{command}`" in PAGE for name in more), "the page says that they are of the API alone"


def test_a_host_in_an_environment_takes_the_options_of_a_connection(lab: Lab, tmp_path: Path) -> None:
    target = f"{NAME}:443"
    result = api.doctor(
        target, trust=str(lab.trust_file), connect_to=f"localhost:{lab.host('complete').port}", no_pool=True,
        environment={"HOME": str(tmp_path)},
    )  # fmt: skip
    assert result.host is not None
    assert (result.host.target, result.host.status) == (target, "complete")
    assert api.DoctorResult.from_json(result.to_json()) == result
    with refused_port() as port, pytest.raises(ValueError, match="Nothing listens on that port"):
        api.doctor(f"localhost:{port}", trust=str(lab.trust_file), no_pool=True)
