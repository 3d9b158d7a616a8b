"""The option --starttls: a protocol, or auto, for every target that says no scheme."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import Done, tlschain
from tests.support.servers import Fresh, fresh_chain, server_context
from tui_chain.engine.command_options import TAKEN
from tui_chain.engine.options import STARTTLS
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream


@pytest.fixture(scope="module")
def mail(lab: Lab) -> int:
    """The port of a mail server that sends its leaf alone, and answers over TLS."""
    fresh = fresh_chain(lab)
    context = server_context(lab, Fresh(fresh.leaf, fresh.chain[:1]))

    async def serve(stream: Stream) -> None:
        await stream.send(b"220 mail.test ESMTP\r\n")
        if (await stream.receive()).startswith(b"EHLO"):
            await stream.send(b"250 mail.test\r\n")
            await stream.receive()
            await stream.send(b"220 go\r\n")
            await stream.start_tls(context)
            if await stream.receive():
                await stream.send(b"250-mail.test\r\n250 HELP\r\n")
        await stream.finish()

    return lab.listen(serve)


def run(lab: Lab, command: str, *words: object) -> Done:
    return tlschain(command, *map(str, words), "--trust", lab.trust_file)


@pytest.mark.parametrize("protocol", ["smtp", "auto"])
def test_the_result_has_the_target_with_its_protocol(lab: Lab, mail: int, protocol: str) -> None:
    done = run(lab, "check", f"localhost:{mail}", "--starttls", protocol, "--json")
    found = done.objects[0]
    assert (found["target"], found["status"]) == (f"smtp+starttls://localhost:{mail}", "incomplete")


def test_it_holds_for_the_lines_of_a_host_list(lab: Lab, mail: int, tmp_path: Path) -> None:
    web = lab.host("complete").port
    hosts = tmp_path / "hosts"
    hosts.write_text(f"localhost:{mail} mail\nhttps://localhost:{web} web\n")
    done = run(lab, "check", "--hosts", hosts, "--starttls", "smtp", "--json")
    assert [each["target"] for each in done.objects] == [f"smtp+starttls://localhost:{mail}", f"localhost:{web}"]


def test_without_it_the_target_to_write_is_said(lab: Lab, mail: int) -> None:
    done = run(lab, "check", f"localhost:{mail}")
    assert done.code == 3
    assert f"This is SMTP: write smtp+starttls://localhost:{mail}." in " ".join(done.out.split())


def test_the_commands_that_are_printed_name_the_protocol(lab: Lab, mail: int) -> None:
    done = run(lab, "check", f"localhost:{mail}", "--starttls", "auto")
    assert f"tlschain fix smtp+starttls://localhost:{mail}" in " ".join(done.out.split())


def test_a_live_test_goes_beyond_the_handshake(lab: Lab, mail: int, tmp_path: Path) -> None:
    issuing = tmp_path / "issuing.der"
    issuing.write_bytes(lab.hierarchy["issuing"].der)
    done = run(lab, "test", f"localhost:{mail}", "--starttls", "auto", "--pool", issuing)
    assert "250 mail.test" in done.out


@pytest.mark.parametrize("name", ["", "https", "SMTPS", "\x1b[31m"])
def test_another_name_is_refused_with_those_that_there_are(name: str) -> None:
    done = tlschain("check", "a.test", "--starttls", name)
    assert done.code == 2
    assert "there are ftp, imap, irc," in done.err
    assert "\x1b" not in done.err


def test_every_command_on_targets_takes_it() -> None:
    takes = {name for name, entries in TAKEN.items() if STARTTLS in entries}
    assert takes == {"check", "fix", "test", "advise", "report", "doctor"}
