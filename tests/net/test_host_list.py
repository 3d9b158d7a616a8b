from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.posix import mkfifo
from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.net.host_list import HostList, parse_arguments, parse_host_list, read_host_file

LIST = """\ufeff# our hosts
example.org
api.example.org:8443   the  billing \u202eAPI   # since May

https://example.org/#top,
example.org:443  a second time
  smtp+starttls://mail.example.org; mail
nonsense host..name
example.org:99999
"""


def test_a_list_holds_targets_labels_and_comments() -> None:
    found = parse_host_list(LIST)
    assert [(str(host.target), host.label) for host in found.hosts] == [
        ("example.org:443", ""),
        ("api.example.org:8443", "the  billing \\u202eAPI"),
        ("smtp+starttls://mail.example.org:587", "mail"),
    ]


def test_a_wrong_line_says_its_number_and_why_and_loses_nothing_else() -> None:
    sentence, bad = parse_host_list(LIST).bad
    assert sentence.number == 8
    assert "'nonsense' has neither a dot nor a port; write nonsense:443" in str(sentence)
    assert bad.number == 9
    assert str(bad).startswith("line 9: 'example.org:99999' is not a target. The port '99999'")


def test_every_wrong_line_is_told() -> None:
    bad = parse_host_list("a..b\nok.example\n*\n").bad
    assert [line.number for line in bad] == [1, 3]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n  # here\n"])
def test_an_empty_list_is_empty(text: str) -> None:
    assert parse_host_list(text) == HostList()


def test_a_list_may_be_of_any_length() -> None:
    found = parse_host_list("".join(f"host-{number}.example\n" for number in range(30_000)))
    assert (len(found.hosts), found.bad, str(found.hosts[-1].target)) == (30_000, (), "host-29999.example:443")


def test_hosts_that_stand_twice_are_taken_once_and_said() -> None:
    found = parse_host_list("a.example\nb.example\na.example:443 again\na.example sni=b.example\nb.example\n")
    assert [str(host.target) for host in found.hosts] == ["a.example:443", "b.example:443", "a.example:443"]
    assert str(found.repeats) == "2 lines name a host that stands above already, first line 3: a.example:443."
    once = parse_host_list("a.example\na.example\n")
    assert str(once.repeats) == "line 2: a.example:443 stands above already; it is taken once."


def test_arguments_are_numbered_by_their_place() -> None:
    found = parse_arguments(["example.org", "b..c", "example.org:443", "[::1]"])
    assert [str(host.target) for host in found.hosts] == ["example.org:443", "[::1]:443"]
    assert [line.number for line in found.bad] == [2]


@settings(database=None, deadline=None, max_examples=40)
@given(st.text(max_size=100))
def test_no_list_raises_or_brings_foreign_characters(text: str) -> None:
    found = parse_host_list(text)
    shown = [f"{host.target} {host.label}" for host in found.hosts] + [str(line) for line in found.bad]
    assert unsafe_in("\n".join(shown)) == set()


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text("example.org  label\n", encoding="utf-8")
    found = read_host_file(file)
    assert isinstance(found, HostList)
    assert found.hosts[0].label == "label"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: no such file or directory."),
        (b"caf\xe9.example\n", "is not UTF-8 text."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "hosts"
    if content is not None:
        file.write_bytes(content)
    failure = read_host_file(file)
    assert isinstance(failure, Failure)
    assert failure.message == f"The host list {file} {words}"


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    failure = read_host_file(tmp_path)
    assert isinstance(failure, Failure)
    assert "is a directory" in failure.message


def test_a_list_without_end_is_cut_off() -> None:
    failure = read_host_file(Path("/dev/zero"))
    assert isinstance(failure, Failure)
    assert "larger than 16 MiB" in failure.message


def test_a_pipe_can_be_a_list(tmp_path: Path) -> None:
    """What a shell makes of <(...)."""
    pipe = tmp_path / "pipe"
    mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(b"example.org\n"))
    writer.start()
    found = read_host_file(pipe)
    writer.join()
    assert isinstance(found, HostList)
    assert len(found.hosts) == 1


def test_a_second_host_on_a_line_is_no_label() -> None:
    read = parse_host_list("one.test two.test:8443\nthree.test the third: ours\n")
    assert [host.label for host in read.hosts] == ["the third: ours"]
    assert "two.test:8443 looks like a second host" in read.bad[0].failure.message


@pytest.mark.parametrize(
    "line", ["the server does not answer", "rm -rf /", "curl -v https://example.org", "a b c", "Done. What next?"]
)
def test_a_sentence_or_a_command_is_no_host_with_a_label(line: str) -> None:
    read = parse_host_list(f"{line}\nexample.org is down\n")
    assert [host.label for host in read.hosts] == ["is down"]
    assert repr(line) in str(read.bad[0])


def test_a_short_name_has_a_label_where_it_is_clear_that_it_is_a_host() -> None:
    read = parse_host_list(
        "localhost my box\nintranet:443 the wiki\nhttps://intranet2 the old wiki\n::1 here\nplain\n"
    )
    assert read.bad == ()
    assert [host.label for host in read.hosts] == ["my box", "the wiki", "the old wiki", "here", ""]


def test_a_certificate_in_a_list_is_one_wrong_line() -> None:
    pem = "-----BEGIN CERTIFICATE-----\nTUlJ\nabc\n-----END CERTIFICATE-----\n"
    read = parse_host_list(f"example.org\n{pem}example.net\n")
    assert [host.target.host for host in read.hosts] == ["example.org", "example.net"]
    (bad,) = read.bad
    assert bad.number == 2
    assert "It is a line of a PEM file" in str(bad)
