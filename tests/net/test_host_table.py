"""Host lists that are tables: the column by its name, whatever wrote the file; a wrong row loses only itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.limits import own_seconds
from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.net.host_list import HostList, Repeats
from tui_chain.net.host_table import TableColumns, parse_host_table, read_host_table

HOSTS = TableColumns("host")


def parsed(text: str, columns: TableColumns = HOSTS) -> HostList:
    found = parse_host_table(text, columns)
    assert isinstance(found, HostList), found
    return found


def targets(text: str, columns: TableColumns = HOSTS) -> list[str]:
    found = parsed(text, columns)
    assert found.bad == ()
    return [str(host.target) for host in found.hosts]


def refused(text: str, columns: TableColumns = HOSTS) -> str:
    found = parse_host_table(text, columns)
    assert isinstance(found, Failure), found
    return str(found)


@pytest.mark.parametrize(
    "text",
    [
        "id,host,owner\n1,a.test,me\n2,b.test:8443,you\n",
        "id;host;owner\r\n1;a.test;me, myself\r\n2;b.test:8443;you\r\n",
        "id\thost\towner\n1\ta.test\tme\n2\tb.test:8443\tyou",
        '\ufeff"id","host","owner"\n"1","a.test","said ""me"""\n"2","b.test:8443","two\nlines"\n',
        "sep=;\nid;host\n1;a.test\n2;b.test:8443\n",
        "\n\n host , other \n a.test , x \n\n,,\nb.test:8443\n",
        "host\na.test\nb.test:8443\na.test:443\n",
        "Host,owner\na.test,\nb.test:8443,\n",
    ],
    ids=["commas", "semicolons", "tabs", "quoted", "Excel", "blank rows", "one column", "capitals"],
)
def test_the_column_is_found_by_its_name(text: str) -> None:
    assert targets(text) == ["a.test:443", "b.test:8443"]


def test_a_label_has_a_column_of_its_own() -> None:
    text = 'host,owner\na.test,"the ""billing"" API, ours \u202e"\nb.test\n'
    found = parsed(text, TableColumns("host", label="owner"))
    assert [host.label for host in found.hosts] == ['the "billing" API, ours \\u202e', ""]


def test_a_port_of_its_own_column_is_for_targets_without_one() -> None:
    text = (
        "host,port\na.test,8443\nb.test,\n::1,8443\n[::2],8443\nhttps://c.test/,8443\nsmtp+starttls://d.test,25\n"
        "e.test:636,636\n"
    )
    assert targets(text, TableColumns("host", port="port")) == [
        "a.test:8443", "b.test:443", "[::1]:8443", "[::2]:8443", "c.test:8443", "smtp+starttls://d.test:25",
        "e.test:636",
    ]  # fmt: skip


@pytest.mark.parametrize("port", ["99999", "0", "https", "443 ", "-1"])
def test_a_wrong_port_is_named_with_its_line(port: str) -> None:
    found = parsed(f"host,port\na.test,{port}\nb.test:22,8443\nc.test,1\n", TableColumns("host", port="port"))
    ends = [str(line) for line in found.bad]
    assert "line 3: 'b.test:22' cannot be reached at the port '8443'." in ends
    assert [host.target.host for host in found.hosts] == (["a.test", "c.test"] if port == "443 " else ["c.test"])


def test_a_missing_column_is_answered_with_those_there_are() -> None:
    text = "id;Host name;\x1b[31mowner\n1;a.test;me\n"
    found = refused(text)
    assert found == (
        "There is no column 'host' in the table; its columns are: id, Host name, \\x1b[31mowner. Name one of them."
    )
    assert "no column 'team'" in refused("host\na.test\n", TableColumns("host", label="team"))
    assert "no row with names" in refused("")
    assert "2 columns 'host'" in refused("host,host\na.test,b.test\n")


def test_names_that_differ_by_capitals_alone_are_two() -> None:
    assert targets("HOST,host\na.test,b.test\n") == ["b.test:443"]


def test_a_wrong_row_is_named_by_its_line_and_the_others_run() -> None:
    text = (
        "host,note\n"
        'a.test,"two\nlines"\n'
        "no host at all,x\n"
        ",y\n"
        'b.test,"a quote that is "not" doubled"\n'
        'c.test,"never closed\n'
        "d.test,z\n"
    )
    found = parsed(text)
    assert [str(host.target) for host in found.hosts] == ["a.test:443", "d.test:443"]
    assert [line.number for line in found.bad] == [4, 5, 6, 7]
    assert "The column 'host' is empty." in str(found.bad[1])
    assert "close every quote" in found.bad[2].failure.hint
    assert "no CSV" in found.bad[3].failure.message


def test_a_quote_that_is_never_closed_takes_no_more_than_its_line() -> None:
    """Also at the beginning of many lines: work stays in proportion."""
    rows = ['"x.test,open\n', *(f"h{number}.test\n" for number in range(20_000 - 3))]
    with own_seconds(10):
        found = parsed("host,note\n" + "".join(rows))
    assert len(found.hosts) == 20_000 - 3
    assert [line.number for line in found.bad] == [2]
    with own_seconds(20):
        assert len(parsed("host\n" + '"\n' * (20_000 - 1)).hosts) == 0


def test_a_table_may_be_of_any_length_and_a_host_that_stands_twice_is_said() -> None:
    found = parsed("host\n" + "a.test\n" * 30_000 + "b.test\n")
    assert [str(host.target) for host in found.hosts] == ["a.test:443", "b.test:443"]
    assert found.bad == ()
    assert found.repeats == Repeats(29_999, 3, found.hosts[0].target)


@settings(database=None, deadline=None, max_examples=60)
@given(st.text(alphabet=st.sampled_from('ab.:;,\t\n\r"\x00\x1b\u202e= '), max_size=80))
def test_no_table_raises_or_brings_foreign_characters(text: str) -> None:
    found = parse_host_table(f"host,b\n{text}", TableColumns("host", "b", "b"))
    assert isinstance(found, HostList)
    shown = [f"{host.target} {host.label}" for host in found.hosts] + [str(line) for line in found.bad]
    assert unsafe_in("\n".join(shown)) == set()
    first = parse_host_table(text, TableColumns("a"))
    assert unsafe_in(str(first) if isinstance(first, Failure) else "") == set()


def test_a_table_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "fleet.csv"
    file.write_bytes("\ufeffhost;owner\nbücher.test;me\n".encode())
    found = read_host_table(file, HOSTS)
    assert isinstance(found, HostList)
    assert [str(host.target) for host in found.hosts] == ["xn--bcher-kva.test:443"]
    file.write_bytes(b"host\ncaf\xe9.test\n")
    assert "is not UTF-8" in str(read_host_table(file, HOSTS))
