"""Installed programs: none of them follows a redirect, and by the environment's proxy they go through it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.support.programs import require_program
from tests.support.proxy import LOGIN, ConnectProxy, start
from tests.support.servers import fresh_chain, server_context
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.livetest.programs import ProgramTest, program_run, programs, run_programs
from tui_chain.net.target import Target
from tui_chain.repair.output import java_truststore
from tui_chain.x509.formats.readers import read_certificates

NAMES = ("curl", "openssl", "git", "wget", "node", "java")


def run(lab: Lab, folder: Path, port: int, proxy: str | None = None) -> dict[str, ProgramTest]:
    """Every program against a server of the lab, with a bundle that knows it."""
    for name in NAMES:
        require_program(name)
    pem = to_pem([lab.hierarchy["issuing"].der, lab.hierarchy["root"].der])
    bundle, store = folder / "bundle.pem", folder / "store.p12"
    bundle.write_bytes(pem)
    store.write_bytes(java_truststore(read_certificates(pem).certificates))
    asked = programs(program_run(Target("localhost", port), bundle, folder, store, proxy))
    told = asyncio.run(run_programs(asked, {"PATH": os.environ["PATH"]}, folder))
    return {one.name: one for one in told}


def test_no_program_follows_a_redirect_to_another_server(lab: Lab, tmp_path: Path) -> None:
    """Where a stranger sends them may be inside the network; the second server has to stay unasked."""
    context = server_context(lab, fresh_chain(lab))
    connected: list[str] = []
    asked: list[bytes] = []

    async def second(_: Stream) -> None:
        connected.append("somebody")

    ports = (lab.listen(second), lab.listen(second))

    async def redirect(stream: Stream) -> None:
        await stream.start_tls(context)
        asked.append(await stream.receive())
        # where a program might look: a location, a refresh, another service, and a page that moves on
        head = (
            f"HTTP/1.1 302 Found\r\nLocation: https://localhost:{ports[0]}/\r\n"
            f"Refresh: 0; url=https://localhost:{ports[0]}/\r\n"
            f'Alt-Svc: h2="localhost:{ports[1]}"; ma=3600\r\nLink: <https://localhost:{ports[0]}/>; rel=preload\r\n'
            "Strict-Transport-Security: max-age=3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await stream.send(head.encode())
        await stream.finish()

    told = run(lab, tmp_path, lab.listen(redirect))
    assert {name: told[name].ok for name in NAMES} == dict.fromkeys(NAMES, True)
    assert len(asked) >= len(NAMES) - 1, "openssl asks for nothing after its handshake"
    assert connected == []


def test_programs_go_through_the_proxy(lab: Lab, tmp_path: Path) -> None:
    port = lab.host("complete").port
    proxy = ConnectProxy()
    told = run(lab, tmp_path, port, start(lab, proxy))
    going = {name: one.ok for name, one in told.items() if one.text != "not installed"}
    assert going.pop("node") is None
    assert going == dict.fromkeys(going, True)
    assert going.keys() >= {"curl", "openssl", "git", "wget", "java"}
    assert proxy.asked.count(f"localhost:{port}") >= len(going)


def test_a_proxy_s_password_stands_in_no_command_line(lab: Lab, tmp_path: Path) -> None:
    proxy = ConnectProxy(login=LOGIN)
    url = start(lab, proxy).replace("://", "://joe:s3cret%26%2F@")
    told = run(lab, tmp_path, lab.host("complete").port, url)
    assert [told[name].ok for name in ("curl", "openssl", "git", "wget")] == [True] * 4
    assert told["java"].ok is None
    for one in told.values():
        assert "s3cret" not in f"{one.command} {one.text}"


@pytest.mark.parametrize("url", ["socks5://proxy:1080", "https://proxy:3128"])
def test_a_proxy_that_a_program_cannot_speak_to_leaves_it_out(url: str, tmp_path: Path) -> None:
    asked = {one.name: one for one in programs(program_run(Target("localhost"), tmp_path / "b", tmp_path, None, url))}
    assert asked["openssl"].left_out == "goes through no proxy of this kind"
