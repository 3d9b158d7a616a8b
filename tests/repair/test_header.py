"""The comments on top of a file: true after a renewal, read again letter by letter, and loaded by real clients."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.repair.test_output import Case, repaired
from tests.support.chains import HOST, NOW, make_pki, served_by, store_of
from tests.support.consumers import READERS
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.net.target import Target, parse_target
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.file_header import MAX_COMMENT, MAX_HOSTS, FirstEnd, Header, comment_text, read_header, title_of
from tui_chain.repair.header_lines import FEW_HOSTS, header_lines, with_file_name, with_header
from tui_chain.repair.merge import merge
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.write import WritePlan, plan_merge, plan_write
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlScope
from tui_chain.x509.formats.readers import read_certificates

PKI = make_pki("Header")
CASE = Case(PKI, store_of(PKI.root), *repaired(store_of(PKI.root), served_by(PKI.leaf), PKI.issuing))
PROMISE = re.compile("work.*until|until 20", re.IGNORECASE)


def top_of(data: bytes) -> list[str]:
    return data.decode("ascii").split("\n\n")[0].split("\n")


def bundle(*hosts: str, kind: str = "client") -> Bundle:
    certificates = (Certificate(PKI.issuing.der), Certificate(PKI.root.der))
    return Bundle(certificates, hosts, kind=kind, trust="certifi", served=(date(2026, 11, 23), date(2026, 11, 23)))


# -- sentences


def test_a_bundle_says_what_it_was_made_for_and_what_ends_its_use() -> None:
    top = top_of(CASE.make(OutputKind.CLIENT).data)
    assert top[2:6] == [
        f"# Made for the chain that {HOST}:443 served on 2026-11-23",
        "# It holds until the server changes to another intermediate",
        "# The first certificate to expire is Header Issuing, on 2027-02-21 12:00 UTC",
        "# Whether it still holds: tlschain refresh FILE --trust STORE",
    ]


@pytest.mark.parametrize("kind", [OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS, OutputKind.SERVER])
def test_no_kind_promises_a_date_until_which_it_works(kind: OutputKind) -> None:
    assert not [line for line in top_of(CASE.make(kind).data) if PROMISE.search(line)]


def test_what_is_particular_to_a_kind() -> None:
    store = top_of(CASE.make(OutputKind.CLIENT_STORE).data)
    day = "2026-11-23; what changes there later is not in this file"
    assert f"# Its other certificates are those of its trust store on {day}" in store
    links = top_of(CASE.make(OutputKind.LINKS).data)
    assert "# It adds to the trust store that clients have by themselves" in links
    server = top_of(CASE.make(OutputKind.SERVER).data)
    assert f"# Made for the certificate that {HOST}:443 served on 2026-11-23" in server
    assert "# It holds until that certificate is renewed: make it anew then" in server
    assert not any("tlschain refresh" in line for line in server)


def test_several_hosts_and_days() -> None:
    header = replace(bundle("a.test:443", "b.test:443").header, served=(date(2026, 11, 23), date(2026, 12, 1)))
    lines = [*header_lines(header)]
    assert "# Made for the chains that its 2 hosts served from 2026-11-23 to 2026-12-01\n" in lines
    assert "# It holds for each host until its server changes to another intermediate\n" in lines


def test_a_root_alone_holds_for_other_intermediates() -> None:
    alone = replace(bundle("a.test:443"), certificates=(Certificate(PKI.root.der),))
    top = top_of(alone.pem)
    assert "# It holds until the server changes to another root" in top
    header = read_header(alone.pem)
    assert header is not None
    assert header.root_alone


def test_a_long_name_cuts_no_date() -> None:
    root = Authority.root("N" * 64, now=NOW)
    one = Bundle((Certificate(root.der),), ("a.test:443",), served=(date(2026, 11, 23),) * 2)
    assert one.expiry is not None
    assert f"# The first certificate to expire is {'N' * 64}, on {one.expiry.at:%Y-%m-%d %H:%M} UTC" in top_of(
        one.pem
    )
    read = read_again(replace(one.header, expiry=replace(one.expiry, name="\n-----\u202e" * 40)))
    assert read.expiry is not None
    assert read.expiry.at == one.expiry.at


# -- the command that looks


@pytest.mark.parametrize("name", ["bundle.pem", "with space.pem", "it's $HOME`id`.pem", "--x.pem"])
def test_the_command_names_the_file_as_a_shell_reads_it(tmp_path: Path, name: str) -> None:
    plan = plan_write(tmp_path / name, CASE.make(OutputKind.CLIENT).data)
    assert isinstance(plan, WritePlan)
    (line,) = (line for line in top_of(plan.data) if "tlschain refresh" in line)
    command = line.removeprefix("# Whether it still holds: ")
    assert shlex.split(command) == ["tlschain", "refresh", str(tmp_path / name), "--trust", "STORE"]
    assert plan.data.count(b"Whether it still holds") == 1


def test_what_is_added_to_a_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.pem"
    file.write_bytes(with_file_name(bundle("a.test:443").pem, Path("/elsewhere/b.pem")))
    plan = plan_merge(file, lambda old: merge(old, bundle("b.test:443")))
    assert isinstance(plan, WritePlan)
    assert f"# Whether it still holds: tlschain refresh {file}" in top_of(plan.data)
    assert "# Host: b.test:443" in top_of(plan.data)
    nothing = plan_merge(file, lambda old: merge(old, bundle("a.test:443")))
    assert isinstance(nothing, WritePlan)
    assert nothing.unchanged


@pytest.mark.parametrize("name", ["é.pem", "a-----b.pem", "b\\c.pem", "n" * 200 + ".pem"])
def test_a_name_that_a_comment_cannot_hold_is_left_out(tmp_path: Path, name: str) -> None:
    plan = plan_write(tmp_path / name, CASE.make(OutputKind.CLIENT).data)
    assert isinstance(plan, WritePlan)
    assert "# Whether it still holds: tlschain refresh FILE --trust STORE" in top_of(plan.data)


def test_the_same_file_under_another_name_is_no_other_file(tmp_path: Path) -> None:
    data = CASE.make(OutputKind.CLIENT).data
    file = tmp_path / "a.pem"
    later = data.replace(b"served on 2026-11-23", b"served on 2026-12-24")
    assert later != data
    file.write_bytes(with_file_name(later, Path("/elsewhere/b.pem")))
    plan = plan_write(file, data)
    assert isinstance(plan, WritePlan)
    assert plan.unchanged


def test_stores_that_refresh_has_to_be_given() -> None:
    for trust, options in {
        "certifi": "",
        "system": "",
        "": "",
        "/a b/c.pem": " --trust '/a b/c.pem'",
        "certifi + /a.pem": " --trust certifi --trust /a.pem",
        "/x + y.pem": " --trust '/x + y.pem'",
    }.items():
        lines = [*header_lines(replace(bundle("a.test:443").header, trust=trust))]
        assert f"# Whether it still holds: tlschain refresh FILE{options}\n" in lines


def test_what_no_line_can_hold_is_left_for_its_user_to_name() -> None:
    header = bundle("a.test:443").header
    roots = ("a" * 64, "b" * 64)
    for changed, command in (
        (replace(header, trust="/" + "t" * 190), "FILE --trust STORE"),
        (replace(header, trust="/\u00e9"), "FILE --trust STORE"),
        (replace(header, trust="/a- - -b.pem"), "FILE --trust STORE"),
        (replace(header, roots=roots[:1]), f"FILE --trust-root {'a' * 64}"),
        (replace(header, trust="/" + "t" * 120, roots=roots[:1]), f"FILE --trust STORE --trust-root {'a' * 64}"),
        (replace(header, trust="/" + "t" * 120, roots=roots), "FILE --trust STORE --trust-root SHA256"),
    ):
        assert f"# Whether it still holds: tlschain refresh {command}\n" in [*header_lines(changed)]


# -- hosts


def read_again(header: Header) -> Header:
    text = "".join(header_lines(header)) + "\n"
    assert text.isascii()
    assert "-----" not in text
    assert all(len(line) <= MAX_COMMENT + 3 for line in text.splitlines(keepends=True))
    found = read_header(text.encode())
    assert found is not None
    return found


LABELS = st.text("abz019-_", min_size=1, max_size=63).filter(
    lambda text: not text.startswith("-") and text[-1] != "-"
)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
ADDRESSES = st.sampled_from(["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "fe80::1%2Deth", "fe80::1%a-----b"])
SWITCHES = st.sampled_from([None, "smtp", "postgresql"])
TARGETS = st.builds(Target, NAMES | ADDRESSES, st.integers(1, 65535), SWITCHES)
TEXTS = TARGETS.map(str) | st.text()


@settings(database=None, deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.integers(0, 70))
@example(["a-----b.test"], 0)
@example(["-----BEGIN CERTIFICATE-----.test", "a" * 63 + ".-" * 8], 60)
@example([".".join(["x" * 61] * 4) + ".test:65535"], 3)
def test_every_target_is_read_again_in_both_forms(texts: list[str], more: int) -> None:
    """Whatever is typed: what is a target comes back letter by letter, and in its place."""
    typed = [target for target in map(parse_target, texts) if isinstance(target, Target)]
    hosts = tuple(dict.fromkeys([*map(str, typed), *(f"host-{number}.test:443" for number in range(more))]))
    if hosts:
        header = Header(kind="client", hosts=hosts, trust="certifi")
        assert read_again(header) == header


@pytest.mark.parametrize("count", [1, FEW_HOSTS, FEW_HOSTS + 1, MAX_HOSTS])
def test_few_hosts_have_lines_of_their_own_and_many_share_them(count: int) -> None:
    hosts = tuple(f"host-{number}.example.test:443" for number in range(count))
    header = Header(kind="client", hosts=hosts)
    lines = [line for line in header_lines(header) if line.startswith("# Host")]
    assert (len(lines) == count) == (count <= FEW_HOSTS)
    assert len(lines) < max(count / 5, FEW_HOSTS + 1)
    assert read_again(header) == header


def test_no_more_hosts_are_read_than_a_file_may_have() -> None:
    hosts = tuple(f"h{number}:443" for number in range(MAX_HOSTS + 500))
    assert len(read_again(Header(kind="client", hosts=hosts)).hosts) == MAX_HOSTS + 1


def test_the_title_names_as_many_as_it_has_room_for() -> None:
    assert title_of("client", ["a.test:443", "b.test:443"]) == "CA bundle for a.test:443, b.test:443"
    title = title_of("links", [f"host-{number}.example.test:443" for number in range(20_000)])
    assert title.endswith(" and 19,994 more")
    assert comment_text(title) == title


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("count", [1, FEW_HOSTS + 1, 3000])
def test_every_form_is_loaded_by_real_clients(tmp_path: Path, reader: str, count: int) -> None:
    hosts = (f"{'a' * 63}.a-----b.test:443", *(f"{'h' * 40}-{number}.test:443" for number in range(count - 1)))
    one = bundle(*hosts)
    file = tmp_path / "bundle.pem"
    file.write_bytes(replace(one, needed_by={c.sha256: hosts[:-1] for c in one.certificates}).pem)
    assert READERS[reader](file) == {PKI.issuing.der, PKI.root.der}


# -- another header


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_another_header_keeps_the_lines_of_others(end: str) -> None:
    old = bundle("a.test:443").pem.decode().replace("# Kind", "# Ask Ann first\n# Kind").replace("\n", end).encode()
    header = read_header(old)
    assert header is not None
    new = with_header(old, replace(header, hosts=("a.test:443", "b.test:443")))
    found = read_header(new)
    assert found is not None
    assert found.hosts == ("a.test:443", "b.test:443")
    assert new.count(b"# Ask Ann first") == 1
    blank = (end * 2).encode()
    assert new.partition(blank)[2] == old.partition(blank)[2]
    assert with_header(new, found) == new


@pytest.mark.parametrize("kind", ["client", "client+store", "links", "server"])
def test_every_line_of_a_header_gives_way_to_another_one(kind: str) -> None:
    end, crl_end = FirstEnd(NOW, "A Root"), FirstEnd(NOW, "A CA")
    header = replace(bundle("a.test:443").header, kind=kind, expiry=end, crl_expiry=crl_end, crl_check=CrlScope.CHAIN)
    other = replace(header, hosts=("b.test:443", "c.test:443"), trust="/x.pem")
    old, new = ("".join(header_lines(one)).encode("ascii") + b"\nrest" for one in (header, other))
    assert with_header(old, other) == new


def test_what_was_put_before_a_file_of_ours_stays_when_hosts_are_added() -> None:
    """`cat other.pem bundle.pem`: the comments of the bundle are then not the first lines."""
    other = make_pki("Put before").root
    for before in (to_pem([other.der]), b"a note\n" + to_pem([other.der]), to_pem([other.der]) * 2):
        old = before + CASE.repair.bundle.pem
        assert read_header(old) is not None
        merged = merge(old, bundle("other.test:443"))
        assert isinstance(merged, bytes)
        reading = read_certificates(merged)
        assert reading.problems == ()
        assert {Certificate(other.der), *read_certificates(old).certificates} <= set(reading.certificates)
        header = read_header(merged)
        assert header is not None
        assert "other.test:443" in header.hosts
        assert merged.count(b"# Made by") == 1
        assert merge(merged, bundle("other.test:443")) == merged


def test_a_block_that_begins_behind_a_comment_of_ours_stays() -> None:
    block = to_pem([make_pki("Glued").root.der])
    old = CASE.repair.bundle.pem.replace(b"# Trust store: test\n", b"# Trust store: test" + block)
    assert len(read_certificates(old).certificates) == len(CASE.repair.bundle.certificates) + 1
    merged = merge(old, bundle("other.test:443"))
    assert isinstance(merged, bytes)
    assert set(read_certificates(merged).certificates) >= set(read_certificates(old).certificates)
    assert block.splitlines()[1] in merged


def test_what_somebody_wrote_into_the_comments_is_safe_for_a_terminal() -> None:
    """A bundle is a file that others can hand on: its hosts, trust store and sources are shown in sentences."""
    data = CASE.repair.bundle.pem
    for name in (b"# CA bundle", b"# Kind: ", b"# Trust store: ", b"# Host: ", b"# Source: ", b"to expire is "):
        assert name in data
        data = data.replace(name, name + b"\x1b]0;x\x07\x7f ", 1)
    header = read_header(data)
    assert header is not None
    assert any("\\x1b" in host for host in header.hosts)
    assert "\\x1b" in header.trust
    shown = (header.title, header.kind, *header.hosts, header.trust, *header.sources.values(), str(header.expiry))
    assert all(text.isprintable() for text in shown), shown
