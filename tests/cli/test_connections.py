"""Options of a connection, by commands against real servers: names, addresses, proxies, client certificates."""

from __future__ import annotations

import asyncio
import json
import pickle
import re
import shlex
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.livetest.test_hops import FOUND, OK
from tests.support.cli import Done, tlschain
from tests.support.proxy import LOGIN, ConnectProxy
from tests.support.proxy import start as start_proxy
from tests.support.servers import fresh_chain, refused_port, server_context
from tests.support.socks import SocksServer
from tests.support.socks import start as start_socks
from tui_chain.engine.arguments import Arguments, Options, read_arguments
from tui_chain.engine.startup import Run, start
from tui_chain.fleet.spool import Spool
from tui_chain.fleet.stages import Outcome
from tui_chain.lab.authority import Identity, Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.attempt import Stopwatch
from tui_chain.livetest.request import timed_route
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.lookup import Address
from tui_chain.net.target import Target, parse_target

NAME = "complete.lab.test"
"""A name that the host's certificate covers, and no resolver knows."""
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "leaf-only", "client-certificate-required-1.2"]) as opened:
        yield opened


@pytest.fixture
def port(lab: Lab) -> int:
    return lab.host("complete").port


def run(lab: Lab, *words: object, **env: str) -> Done:
    return tlschain(*map(str, words), "--trust", lab.trust_file, "--timeout", "10", env=env)


def told(lab: Lab, *words: object, **env: str) -> dict[str, object]:
    """The one JSON object of a check."""
    (found,) = run(lab, "check", *words, "--json", **env).objects
    return found


# names and places


def test_another_place_is_connected_to_and_the_name_is_judged(lab: Lab, port: int) -> None:
    found = told(lab, NAME, "--connect-to", f"localhost:{port}")
    assert (found["target"], found["status"], found["address"]) == (f"{NAME}:443", "complete", HERE)
    assert found["connection"] == {"connect-to": f"localhost:{port}"}
    assert told(lab, "other.test", "--connect-to", f"localhost:{port}")["status"] == "invalid"
    assert told(lab, f"{NAME}:{port}", "--connect-to", "localhost")["status"] == "complete", "the port stays"


def test_it_is_said_what_is_unusual(lab: Lab, port: int) -> None:
    words = (f"localhost:{port}", "--sni", "a.test", "--verify-name", NAME, "--bind", "127.0.0.9", "--tls1.2")
    done = run(lab, "check", *words)
    assert done.code == 0
    assert f"over TLSv1.2 from {HERE}, SNI a.test, judged as {NAME}, from 127.0.0.9, TLS 1.2 only" in done.out


class Named:
    """A server that keeps the names that it was asked for, and where its clients came from."""

    def __init__(self, lab: Lab) -> None:
        self.names: list[str | None] = []
        self.peers: list[str] = []
        self._context = server_context(lab, fresh_chain(lab))
        self._context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self.port = lab.listen(self)

    async def __call__(self, stream: Stream) -> None:
        self.peers.append(stream._sock.getpeername()[0])
        await stream.start_tls(self._context)
        if await stream.receive():
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await stream.finish()


@pytest.mark.parametrize("command", ["check", "test"])
def test_another_name_is_sent_than_judged(lab: Lab, command: str) -> None:
    server = Named(lab)
    assert run(lab, command, f"localhost:{server.port}", "--sni", "a.test").code == 0
    assert set(server.names) == {"a.test"}
    server.names.clear()
    assert run(lab, command, f"{HERE}:{server.port}", "--sni", "b.test").code == 0, (
        "an address has no name of its own"
    )
    assert set(server.names) == {"b.test"}


@pytest.mark.parametrize("command", ["check", "test", "fix"])
def test_a_name_that_is_not_covered_is_refused_whatever_is_sent(lab: Lab, port: int, command: str) -> None:
    """The certificate covers the name that is sent, and not the one that is judged."""
    done = run(lab, command, f"localhost:{port}", "--sni", "localhost", "--verify-name", "bank.test")
    assert done.code == 1
    assert "Hostname mismatch" in done.out + done.err


def test_a_live_test_sends_no_request_to_a_name_that_is_not_covered(lab: Lab) -> None:
    asked: list[bytes] = []
    context = server_context(lab, fresh_chain(lab))

    async def listening(stream: Stream) -> None:
        await stream.start_tls(context)
        asked.append(await stream.receive())
        await stream.finish()

    words = (f"localhost:{lab.listen(listening)}", "--verify-name", "bank.test", "--header", "X-Team: mine")
    assert run(lab, "test", *words).code == 1
    assert b"".join(asked) == b""


def test_it_comes_from_the_address_that_was_said(lab: Lab) -> None:
    server = Named(lab)
    assert run(lab, "test", f"localhost:{server.port}", "--bind", "127.0.0.9").code == 0
    assert set(server.peers) == {"127.0.0.9"}
    failed = told(lab, f"localhost:{server.port}", "--bind", "192.0.2.7")
    assert failed["status"] == "unreachable"
    assert "This machine does not have the local address" in str(failed["findings"])


def test_a_version_of_ip_that_the_host_does_not_have(lab: Lab, port: int) -> None:
    done = run(lab, "check", f"{HERE}:{port}", "-6")
    assert done.code == 3
    assert "The host has no IPv6 address (step: name)." in done.out
    assert run(lab, "check", f"{HERE}:{port}", "-4").code == 0
    assert "-4 and -6 exclude each other" in run(lab, "check", f"{HERE}:{port}", "-4", "-6").err


def test_one_version_of_tls(lab: Lab, port: int) -> None:
    for version in ("1.2", "1.3"):
        assert told(lab, f"localhost:{port}", f"--tls{version}")["tls"]["version"] == f"TLSv{version}"  # type: ignore[index]
    old = lab.host("client-certificate-required-1.2").port
    assert told(lab, f"localhost:{old}", "--tls1.3")["status"] == "refused"


def test_a_host_that_is_not_reached_is_tried_again(lab: Lab, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_chain.probe.probe.PAUSE", 0.0)

    class Busy(ConnectProxy):
        """Has room for the third who asks."""

        async def _tunnel(self, stream: Stream, place: str) -> None:
            if len(self.heads) < 3:
                await stream.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
            else:
                await super()._tunnel(stream, place)

    for retries, code in (("1", 3), ("2", 0)):
        proxy = Busy()
        words = (f"localhost:{port}", "--proxy", start_proxy(lab, proxy), "--retries", retries)
        assert run(lab, "check", *words).code == code
        assert len(proxy.heads) == int(retries) + 1


def test_programs_are_not_run_where_they_would_reach_another_server(lab: Lab, port: int) -> None:
    done = run(lab, "test", NAME, "--connect-to", f"localhost:{port}", "--programs")
    assert done.code == 0, done.out
    assert "curl" in done.out
    assert "not run: the options of this connection are not for programs" in done.out


# host lists and what is written


def test_a_host_list_has_options_a_host(lab: Lab, port: int, tmp_path: Path) -> None:
    listed = tmp_path / "hosts"
    listed.write_text(
        f"{NAME} connect-to=localhost:{port} the first\n"
        f"{NAME} connect-to=localhost:{lab.host('leaf-only').port} verify-name=leaf-only.lab.test the other\n"
        f"localhost:{port} connect=x\n"
        f"localhost:{port} proxy=http://joe:s3cret@[ x\n"
    )
    done = run(lab, "check", "--hosts", listed, "--json")
    assert [(one["label"], one["status"]) for one in done.objects] == [
        ("the first", "complete"),
        ("the other", "incomplete"),
    ]
    assert "line 3: connect=x is no option of a connection" in done.err
    assert "line 4" in done.err
    assert "s3cret" not in done.err + done.out


def test_a_bundle_says_where_its_host_is_and_a_refresh_goes_there(lab: Lab, tmp_path: Path) -> None:
    bundle, place = tmp_path / "bundle.pem", f"localhost:{lab.host('leaf-only').port}"
    fixed = run(lab, "fix", "leaf-only.lab.test", "--connect-to", place, "--no-pool", "-o", bundle)
    assert fixed.code == 0, fixed.err
    assert f"# Host: leaf-only.lab.test:443 connect-to={place}\n" in bundle.read_text()
    assert run(lab, "refresh", bundle).code == 0
    assert tlschain("advise", "--bundle", bundle, "--only", "curl").code == 0


def test_a_command_that_is_printed_has_the_options(lab: Lab) -> None:
    place = f"localhost:{lab.host('leaf-only').port}"
    proxy = start_proxy(lab, ConnectProxy(login=LOGIN)).replace("://", "://joe:s3cret%26%2F@")
    done = run(lab, "check", "leaf-only.lab.test", "--connect-to", place, "--proxy", proxy, "--sni", "a.test")
    (command,) = [line for line in done.out.splitlines() if "tlschain fix" in line]
    assert f"--connect-to {place}" in command
    assert "--sni a.test" in command
    assert "--proxy http://localhost:" in command
    assert "s3cret" not in done.out + done.err


# proxies


SCHEMES = ("http", "https", "socks5", "socks5h")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_host_that_only_a_proxy_knows(
    lab: Lab, port: int, scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By each kind of proxy with its login: probe, live test and every client family; its name goes to the proxy."""
    names = {NAME: HERE}
    if scheme.startswith("http"):
        tls = server_context(lab, fresh_chain(lab)) if scheme == "https" else None
        proxy = ConnectProxy(login=LOGIN, tls=tls, names=names)
        url = start_proxy(lab, proxy).replace("://", "://joe:s3cret%26%2F@")
        (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    else:
        socks = SocksServer(login=(b"joe", b"s3cret&/"), names=names)
        url = start_socks(lab, socks, scheme, "joe:s3cret%26%2F@")
    where = (NAME if scheme != "socks5" else "localhost") + f":{port}"  # socks5 looks names up here
    found = told(lab, where, "--proxy", url)
    assert (found["status"], found["address"]) == ("complete", None), found["findings"]
    assert found["proxy"] == url.replace("joe:s3cret%26%2F@", "")
    assert found["connection"] == {"proxy": found["proxy"]}
    tested = run(lab, "test", where, "--proxy", url)
    assert tested.code == 0, tested.out
    assert f"by proxy {found['proxy']}" in tested.out
    assert "s3cret" not in tested.out + tested.err + json.dumps(found)


@pytest.mark.parametrize("variable", ["https_proxy", "ALL_PROXY"])
def test_the_environment_s_proxy_counts(lab: Lab, port: int, variable: str) -> None:
    proxy = ConnectProxy(names={NAME: HERE})
    url = start_proxy(lab, proxy)
    found = told(lab, f"{NAME}:{port}", **{variable: url})
    assert (found["status"], found["proxy"], found["connection"]) == ("complete", url, {})
    assert set(proxy.asked) == {f"{NAME}:{port}"}
    assert "by proxy" in run(lab, "check", f"{NAME}:{port}", **{variable: url}).out


def test_the_environment_s_proxy_is_not_for_this_machine_nor_for_exceptions(lab: Lab, port: int) -> None:
    proxy = ConnectProxy()
    url = start_proxy(lab, proxy)
    for words, env in (
        ((f"localhost:{port}",), {}),
        ((f"{HERE}:{port}",), {}),
        ((NAME, "--connect-to", f"localhost:{port}"), {}),
        ((f"{NAME}:{port}",), {"no_proxy": ".lab.test"}),
        ((f"{NAME}:{port}", "--no-proxy"), {}),
    ):
        told(lab, *words, https_proxy=url, **env)
        assert proxy.asked == [], words
    assert told(lab, f"localhost:{port}", "--proxy", https_proxy=url)["proxy"] == url, "unless it is asked for"


def test_the_config_file_s_proxy_comes_last(lab: Lab, port: int, tmp_path: Path) -> None:
    first, last = ConnectProxy(names={NAME: HERE}), ConnectProxy(names={NAME: HERE})
    named, usual = start_proxy(lab, first), start_proxy(lab, last)
    (tmp_path / "tlschain").mkdir()
    (tmp_path / "tlschain" / "config.toml").write_text(f'proxy = "{usual}"\n')
    config, where = {"XDG_CONFIG_HOME": str(tmp_path)}, f"{NAME}:{port}"
    assert told(lab, where, **config)["proxy"] == usual
    assert run(lab, "test", where, **config).code == 0
    assert told(lab, where, https_proxy=named, **config)["proxy"] == named, "the environment beats it"
    assert told(lab, where, "--proxy", named, **config)["proxy"] == named
    for words, env in (((where, "--no-proxy"), {}), ((where,), {"no_proxy": NAME}), ((f"localhost:{port}",), {})):
        assert told(lab, *words, **config, **env)["proxy"] is None


def test_a_redirect_is_asked_by_no_proxy_of_another_host(lab: Lab) -> None:
    """The login is for what the user named it for; the redirect's host is asked as the environment says."""
    proxy = ConnectProxy(login=LOGIN)
    other = Named(lab)
    first = Asking(lab, FOUND % f"https://localhost:{other.port}/".encode())
    url = start_proxy(lab, proxy).replace("://", "://joe:s3cret%26%2F@")
    assert run(lab, "test", f"localhost:{first.port}", "--proxy", url, "--allow-private-aia").code == 0
    assert set(proxy.asked) == {f"localhost:{first.port}"}
    assert other.peers, "it was followed"


def test_a_proxy_that_fails_is_named_and_not_the_host(lab: Lab, port: int) -> None:
    with refused_port() as closed:
        done = run(lab, "check", f"localhost:{port}", "--proxy", f"http://joe:s3cret@127.0.0.1:{closed}")
    assert done.code == 3
    assert f"✗ proxy  localhost:{port}: By the proxy http://127.0.0.1:{closed}: the proxy is not reached" in done.out
    refusing = start_proxy(lab, ConnectProxy(login="other"))
    done = run(lab, "check", f"localhost:{port}", "--proxy", refusing)
    assert "the proxy refused: 407 Proxy Authentication Required" in done.out
    assert "s3cret" not in done.out + done.err


def test_what_a_certificate_names_is_fetched_by_the_host_s_proxy(lab: Lab) -> None:
    """But what leads inside, and is allowed, is asked directly: here the proxy is asked for a public name."""
    proxy = ConnectProxy(names={"leaf.test": HERE})
    url = start_proxy(lab, proxy)
    aia = Template(urls=("http://aia.example.com/issuing.cer",))
    leaf = lab.hierarchy["issuing"].issue_leaf(("leaf.test",), aia)
    port = lab.serve([leaf.der], leaf.key)
    done = run(lab, "fix", f"leaf.test:{port}", "--proxy", url, "--no-pool")
    assert done.code == 1
    assert any("aia.example.com" in head.split("\r\n")[0] for head in proxy.heads), proxy.heads


# client certificates


class Asking:
    """A server that asks for a client certificate of the lab's CA, or requires one, and keeps those that it got."""

    def __init__(self, lab: Lab, answer: bytes = OK, wanted: ssl.VerifyMode = ssl.CERT_OPTIONAL) -> None:
        self.got: list[bytes | None] = []
        self._answer = answer
        self._context = server_context(lab, fresh_chain(lab))
        self._context.load_verify_locations(cadata=lab.trust_pem.decode())
        self._context.verify_mode = wanted
        self.port = lab.listen(self)

    async def __call__(self, stream: Stream) -> None:
        await stream.start_tls(self._context)
        assert stream._tls is not None
        self.got.append(stream._tls.getpeercert(binary_form=True))
        if await stream.receive():
            await stream.send(self._answer)
        await stream.finish()


@pytest.fixture(scope="module")
def client(lab: Lab) -> Identity:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return lab.hierarchy["issuing"].issue_leaf(("client.test",), Template(extensions=((usage, False),)))


def chain(lab: Lab, client: Identity) -> bytes:
    return to_pem([client.der, lab.hierarchy["issuing"].der])


def files(lab: Lab, client: Identity, folder: Path, form: str) -> tuple[object, ...]:
    """The options for a client certificate in each form of file."""
    certificate, key, password = folder / "client.pem", folder / "client.key", folder / "password"
    password.write_bytes(b"p4ss wort\r\nmore\n")
    secret = BestAvailableEncryption(b"p4ss wort")
    if form == "one file":
        certificate.write_bytes(chain(lab, client) + key_to_pem(client.key))
        return ("--cert", certificate)
    if form == "two files":
        certificate.write_bytes(chain(lab, client))
        key.write_bytes(key_to_pem(client.key))
        return ("--cert", certificate, "--key", key)
    if form == "encrypted":
        certificate.write_bytes(chain(lab, client))
        key.write_bytes(client.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))
        return ("--cert", certificate, "--key", key, "--cert-password-file", password)
    others = [lab.hierarchy["issuing"].certificate]
    certificate.write_bytes(
        pkcs12.serialize_key_and_certificates(b"me", client.key, client.certificate, others, secret)  # type: ignore[arg-type]
    )
    return ("--cert", certificate, "--cert-password-file", password)


@pytest.mark.parametrize("form", ["one file", "two files", "encrypted", "PKCS#12"])
def test_a_client_certificate_is_shown(lab: Lab, client: Identity, tmp_path: Path, form: str) -> None:
    server, options = Asking(lab), files(lab, client, tmp_path, form)
    before = sorted(tmp_path.iterdir())
    assert run(lab, "test", f"localhost:{server.port}", *options).code == 0
    assert set(server.got) == {client.der}
    assert len(server.got) > 9, "in the probe, the request and each family's handshake"
    assert sorted(tmp_path.iterdir()) == before


def test_a_server_that_requires_one_is_reached_with_it_alone(lab: Lab, client: Identity, tmp_path: Path) -> None:
    port = Asking(lab, wanted=ssl.CERT_REQUIRED).port
    assert told(lab, f"localhost:{port}")["status"] == "refused"
    options = files(lab, client, tmp_path, "one file")
    found = told(lab, f"localhost:{port}", *options)
    assert found["status"] == "complete", found["findings"]
    assert "client.pem" not in json.dumps(found)


@pytest.mark.parametrize("where", ["options", "list"])
def test_a_repair_with_one_keeps_its_key_in_memory(
    lab: Lab, client: Identity, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for its turn on a disk has neither it nor the login of a proxy."""
    kept: list[bytes] = []
    put = Spool.put

    def seen(spool: Spool, outcome: Outcome) -> int:
        kept.append(pickle.dumps(outcome))
        return put(spool, outcome)

    monkeypatch.setattr(Spool, "put", seen)
    port = Asking(lab, wanted=ssl.CERT_REQUIRED).port
    options = [str(word) for word in files(lab, client, tmp_path, "two files")]
    login = start_proxy(lab, ConnectProxy(login=LOGIN, names={"leaf.test": HERE}))
    line = f"leaf.test:{port} verify-name=localhost proxy={login.replace('//', '//joe:s3cret%26%2F@')}"
    if where == "list":
        line = " ".join((line, *(f"{name[2:]}={value}" for name, value in zip(*[iter(options)] * 2, strict=True))))
        options = []
    listed = tmp_path / "hosts"
    listed.write_text(line)
    done = run(lab, "fix", "--hosts", listed, "--json", "--no-pool", *options)
    assert (done.code, [one["status"] for one in done.objects]) == (0, ["complete"]), done.err
    assert len(kept) == 1
    assert b"s3cret" not in kept[0]
    assert b"client.key" not in kept[0]


def test_one_that_the_server_does_not_take_is_said(lab: Lab, tmp_path: Path) -> None:
    """It is no client's: its extended key usage says serverAuth."""
    server = lab.hierarchy["issuing"].issue_leaf(("server.test",))
    port = lab.host("client-certificate-required-1.2").port
    done = run(lab, "check", f"localhost:{port}", *files(lab, server, tmp_path, "one file"))
    assert done.code == 1
    assert "It did not take the one that was given." in done.out


def test_it_is_shown_to_no_other_host(lab: Lab, client: Identity, tmp_path: Path) -> None:
    other = Asking(lab)
    first = Asking(lab, FOUND % f"https://localhost:{other.port}/".encode())
    done = run(lab, "test", f"localhost:{first.port}", *files(lab, client, tmp_path, "one file"))
    assert done.code == 0, done.out
    assert set(first.got) == {client.der}
    assert other.got == [None], "the redirect was followed, without it"


WRONG = {
    "no certificate": (b"-----BEGIN X-----\n", None, "holds no certificate"),
    "no key": (b"CHAIN", None, "holds no private key"),
    "another key": (b"CHAIN", b"OTHER", "has a key that does not belong to the certificate"),
    "encrypted": (b"CHAIN", b"SECRET", "holds an encrypted key"),
    "no PKCS#12": (b"\x30\x03\x02\x01\x05", None, "is no PEM file, and no PKCS#12 without a password"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_wrong_is_said_before_anything_is_sent(
    lab: Lab, client: Identity, tmp_path: Path, name: str
) -> None:
    data, key, words = WRONG[name]
    stranger = lab.hierarchy["issuing"].issue_leaf(("stranger.test",))
    secret = client.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    made = {b"CHAIN": chain(lab, client), b"OTHER": key_to_pem(stranger.key), b"SECRET": secret}
    (tmp_path / "cert").write_bytes(made.get(data, data))
    options: tuple[object, ...] = ("--cert", tmp_path / "cert")
    if key is not None:
        (tmp_path / "key").write_bytes(made[key])
        options = (*options, "--key", tmp_path / "key")
    server = Asking(lab)
    done = run(lab, "check", f"localhost:{server.port}", *options)
    assert (done.code, server.got) == (2, [])
    assert words in done.complaint


# what others say chooses nothing of the user's


@pytest.mark.parametrize(
    "option", ["cert={own}", "proxy=http://127.0.0.1:9", "bind=127.0.0.9", "cert=~nobody-here/x"]
)
@pytest.mark.parametrize("command", ["refresh", "advise --only curl --bundle"])
def test_the_comments_of_a_bundle_choose_no_certificate_and_no_proxy(
    lab: Lab, client: Identity, tmp_path: Path, option: str, command: str
) -> None:
    server, bundle = Asking(lab), tmp_path / "bundle.pem"
    _, own = files(lab, client, tmp_path, "one file")
    fixed = run(lab, "fix", lab.host("leaf-only").target, "--no-pool", "-o", bundle)
    assert fixed.code == 0, fixed.err
    host = f"# Host: localhost:{server.port} connect-to=127.0.0.1:{server.port} {option.format(own=own)}"
    lines = bundle.read_text().splitlines()
    bundle.write_text("".join(f"{host if line.startswith('# Host:') else line}\n" for line in lines))
    done = tlschain(*command.split(), bundle)
    assert done.code in {1, 2}, done
    assert "a file does not choose it" in done.err + done.out or command != "refresh"
    assert server.got == []


def test_the_options_of_a_host_are_not_for_that_of_a_redirect(lab: Lab, client: Identity, tmp_path: Path) -> None:
    """The command that is printed for it has none of them."""
    broken = lab.host("leaf-only").target
    first = Asking(lab, FOUND % f"https://{broken}/".encode())
    words = (f"localhost:{first.port}", "--sni", "a.test", *files(lab, client, tmp_path, "one file"))
    done = run(lab, "test", *words)
    (line,) = [line for line in done.err.splitlines() if "fails on TLS" in line]
    assert "--cert" not in line
    assert "--sni" not in line
    assert f"tlschain fix {broken}" in line
    assert set(first.got) == {client.der}


def test_what_is_printed_says_each_thing_once(lab: Lab, tmp_path: Path) -> None:
    place = f"localhost:{lab.host('leaf-only').port}"
    listed = tmp_path / "hosts"
    listed.write_text(f"{place} proxy=none ip=4 tls=1.3 label\n")
    done = run(lab, "check", "--hosts", listed, "--tls1.2", "--proxy", "http://127.0.0.1:9", "--retries", "1")
    words = shlex.split(re.findall(r"`(tlschain fix [^`]*)`", done.out)[0])
    assert [word for word in words if word.startswith(("--tls", "--no-proxy", "--proxy", "-4"))] == [
        "--no-proxy", "-4", "--tls1.3",
    ]  # fmt: skip
    again = tlschain(*words[words.index("fix") :], "-o", tmp_path / "bundle.pem", "--no-pool")
    assert again.code == 0, again.err


LABELS = {
    "a.test:443 new server proxy=http://u:s3cret@p:3128": "options stand before the label",
    "a.test:443 https_proxy=http://u:s3cret@p:3128": "is no option of a connection",
    "a.test:443 Proxy=http://u:s3cret@p:3128": "is no option of a connection",
    "a.test:443 the way by http://u:s3cret@p:3128": "looks like a login",
    "a.test:443 cert=~nobody-here/x.pem": "client certificate",
    "a.test:443 sni=b.test?x": "it is no host name",
    "a.test:443 connect-to=b.test:8443#x": "it is no HOST",
    "a.test:443 bind=fe80::1%eth0": "it is no IP address",
}


def test_a_line_that_is_wrong_is_named_and_no_login_repeated(lab: Lab, tmp_path: Path) -> None:
    listed = tmp_path / "hosts"
    good = f"localhost:{lab.host('complete').port} env=prod, team 7"
    listed.write_text("\n".join([*LABELS, good]))
    done = run(lab, "check", "--hosts", listed, "--json")
    assert [one["label"] for one in done.objects] == ["env=prod, team 7"], done.err
    assert "s3cret" not in done.err + done.out
    assert "fault" not in done.err
    for number, words in enumerate(LABELS.values(), start=1):
        (line,) = [line for line in done.err.splitlines() if f"line {number}: " in line]
        assert words in line


def test_a_proxy_of_addresses_gets_the_one_that_was_judged(lab: Lab) -> None:
    """A name that leads elsewhere when it is looked up again."""
    socks = SocksServer()
    target = parse_target("rebinding.test:9")
    assert isinstance(target, Target)
    route = asyncio.run(timed_route(target, "192.0.2.9", start_socks(lab, socks, "socks5"), Stopwatch()))
    assert [one.ip for one in route.addresses] == ["192.0.2.9"]


BAD_PASSWORDS = {"not UTF-8": b"p\xe4ss", "a NUL": b"p\0ss"}


@pytest.mark.parametrize("name", BAD_PASSWORDS)
def test_a_password_that_no_pkcs12_has_is_a_sentence(lab: Lab, client: Identity, tmp_path: Path, name: str) -> None:
    options = files(lab, client, tmp_path, "PKCS#12")
    (tmp_path / "password").write_bytes(BAD_PASSWORDS[name])
    done = run(lab, "check", "localhost:1", *options)
    assert done.code == 2
    assert "UTF-8 text without a NUL" in done.complaint


def test_a_redirect_that_leads_inside_goes_to_no_proxy_of_the_environment(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loopback is free for a host of this machine: this machine's, and not what the proxy makes of the name."""
    proxy, inside = ConnectProxy(names={"inside.example": HERE}), Named(lab)
    first = Asking(lab, FOUND % f"https://inside.example:{inside.port}/".encode())

    async def here(_: str) -> tuple[Address, ...]:
        return (Address(HERE, socket.AF_INET),)

    monkeypatch.setattr("tui_chain.livetest.hops.lookup", here)
    done = run(lab, "test", f"localhost:{first.port}", https_proxy=start_proxy(lab, proxy))
    assert "inside.example" in done.out
    assert inside.peers, "it was asked directly"
    assert proxy.asked == []


def test_what_is_for_the_named_hosts_is_for_no_host_that_is_added_later(
    lab: Lab, client: Identity, tmp_path: Path
) -> None:
    """As a redirect's host that is opened on the screen: the run itself keeps only what holds for every host."""
    _, own = files(lab, client, tmp_path, "one file")
    options = Options(
        targets=("a.test",),
        cert=Path(str(own)),
        sni="b.test",
        connect_to="192.0.2.7:9",
        verify_name="c.test",
        tls="1.3",
    )
    arguments = read_arguments(options)
    assert isinstance(arguments, Arguments)
    with start(options, arguments) as opened:
        assert isinstance(opened, Run)
        (named,) = opened.hosts
        assert named.target.connection.identity is not None
        assert named.target.connection.sni == "b.test"
        later = opened.journey.prober.with_usual(Target("redirected.example"))
    assert later.connection == ConnectionOptions(tls="TLSv1.3")
