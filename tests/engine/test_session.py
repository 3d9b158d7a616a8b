"""What the screen keeps between runs: it comes back as it was, holds no secret, and no file is lost."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import ROOT
from tests.support.limits import own_seconds
from tests.support.posix import is_root, mkfifo
from tui_chain.core.failure import Failure
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import HostState
from tui_chain.engine.session import (
    SavedHost,
    SavedRequest,
    Session,
    read_session,
    save_session,
    session_path,
    write_session,
)
from tui_chain.lab.authority import Authority, key_to_pem, to_pem
from tui_chain.livetest.choice import RequestChoice
from tui_chain.net.connection_options import ConnectionOptions
from tui_chain.net.connection_text import read_connection
from tui_chain.net.target import Target, parse_target
from tui_chain.repair.path_choice import PathChoice

A, B = "ab" * 32, "cd" * 32
SECRET = "hunter2hunter2"
HOST = SavedHost(
    Target("mx.example.org", 25, "smtp"),
    "the mail server",
    (A, B),
    ((A, B),),
    Path("/srv/bundle é.pem"),
    (("java", Path("/srv/store.jks")),),
    SavedRequest("HEAD", "/index.html", ("X-Team",), proxy=True),
)
SESSION = Session((HOST, SavedHost(Target("a.test"))), "-expiry", "nord", "gruvbox")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "session.json"


def read(file: Path) -> Session:
    session = read_session(file)
    assert isinstance(session, Session), session
    return session


def test_it_stands_where_the_specification_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert session_path() == tmp_path / "tlschain" / "session.json"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/somebody")
    assert session_path() == Path("/home/somebody/.local/state/tlschain/session.json")


def test_a_session_comes_back_as_it_was(file: Path) -> None:
    assert read(file) == Session()
    assert write_session(SESSION, file) is None
    assert read(file) == SESSION
    assert write_session(Session(), file) is None
    assert read(file) == Session()


def test_the_options_of_a_connection_come_back_without_a_secret(file: Path, tmp_path: Path) -> None:
    (tmp_path / "client.pem").write_bytes(client_pem())
    given = {
        "sni": "b.test",
        "connect-to": "192.0.2.7:8443",
        "verify-name": "c.test",
        "bind": "192.0.2.1",
        "tls": "1.3",
    }
    secret = {
        "proxy": f"http://joe:{SECRET}@proxy.test:3128",
        "cert": str(tmp_path / "client.pem"),
        "ehlo": "mx.test",
    }
    options = read_connection({**given, **secret, "ip": "4"})
    assert isinstance(options, ConnectionOptions)
    assert options.identity is not None
    assert write_session(Session((SavedHost(Target("a.test", connection=options)),)), file) is None
    assert SECRET not in file.read_text()
    assert "client" not in file.read_text()
    (kept,) = read(file).hosts
    assert kept.target.connection == replace(options, proxy="http://proxy.test:3128", identity=None)


@pytest.mark.parametrize("wrong", [1, [], {"sni": 1}, {"sni": "a b"}, {"connect-to": "x y"}])
def test_a_host_with_options_that_are_none_is_left_out_and_the_file_kept(file: Path, wrong: object) -> None:
    file.parent.mkdir()
    hosts = [{"target": "a.test:443", "connection": wrong}, {"target": "b.test:443"}]
    file.write_text(json.dumps({"version": 1, "hosts": hosts}))
    found = read(file)
    assert [str(one.target) for one in found.hosts] == ["b.test:443"]
    assert found.notices


def client_pem() -> bytes:
    """A client's certificate with its key."""
    client = Authority.root("Session Root", now=datetime.now(UTC)).issue_leaf(("client.test",))
    return to_pem([client.der]) + key_to_pem(client.key)


@pytest.mark.parametrize(
    "text",
    ["a.test", "a.test:8443", "[::1]:8443", "fe80::1%eth0", "smtp+starttls://mx.test", "bücher.example", "10.0.0.1"],
)
def test_every_form_of_a_target_comes_back(file: Path, text: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    write_session(Session((SavedHost(target),)), file)
    assert [host.target for host in read(file).hosts] == [target]


def test_what_was_chosen_for_a_host_comes_back(file: Path) -> None:
    choice = PathChoice(frozenset({(A, B)}), (A, B))
    state = HostState(Target("a.test"), "label", choice=choice)
    request = RequestChoice("HEAD", "/x", (("X-Team", "blue"),), proxy=True)
    saved = SavedHost.of(state, written=Path("/srv/a.pem"), others=[("der", Path("/srv/a.der"))], request=request)
    write_session(Session((saved,)), file)
    (host,) = read(file).hosts
    assert host == saved
    assert host.choice() == choice
    assert SavedHost.of(HostState(Target("a.test"))).choice() == PathChoice()
    assert host.request is not None
    assert host.request.headers == ("X-Team",)
    assert host.request.choice() == replace(request, headers=())


def test_nothing_secret_of_a_request_is_kept(file: Path) -> None:
    request = RequestChoice("GET", f"/x?token={SECRET}", (("X-Api-Key", SECRET),))
    saved = SavedHost.of(HostState(Target("a.test")), request=request)
    assert SECRET not in repr(saved)
    write_session(Session((saved,)), file)
    assert SECRET not in file.read_text()
    assert SECRET not in repr(SavedRequest(path=f"/x#{SECRET}"))
    assert SECRET not in repr(replace(SavedRequest(), path=f"/x?{SECRET}"))


def test_only_its_user_may_read_it(file: Path) -> None:
    write_session(SESSION, file)
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["session.json"]


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.symlink_to(tmp_path / "elsewhere.json")
    assert write_session(SESSION, file) is None
    assert file.is_symlink()
    assert read(tmp_path / "elsewhere.json") == SESSION


# which theme holds


def test_the_newer_choice_of_a_theme_holds() -> None:
    assert Session().theme_for("") == ""
    assert Session().theme_for("nord") == "nord"
    chosen = Session(theme="dracula", config_theme="nord")
    assert chosen.theme_for("nord") == "dracula"
    assert chosen.theme_for("gruvbox") == "gruvbox", "the config file was changed since"
    assert Session(theme="dracula").theme_for("") == "dracula"


# whose list is kept


def test_a_run_with_targets_never_replaces_the_list(file: Path) -> None:
    write_session(SESSION, file)
    before = replace(SESSION, hosts=(), sort="")
    assert save_session(before, replace(before, theme="monokai", config_theme=""), file) is None
    assert read(file) == replace(SESSION, theme="monokai", config_theme="")


def test_a_run_opens_the_list_where_nothing_else_is_named() -> None:
    assert Options().opens_session
    assert Options(timeout=3, trust=("system",)).opens_session
    for others in (Options(("a.test",)), Options(hosts_file=Path("h")), Options(demo=True), Options(no_session=True)):
        assert not others.opens_session


# what a run has changed, and what another one has changed meanwhile


def named(*names: str) -> Session:
    return Session(tuple(SavedHost(Target(f"{name}.test")) for name in names))


def hosts_after(file: Path, before: Session, run: Session) -> list[str]:
    assert save_session(before, run, file) is None
    return [host.target.host.removesuffix(".test") for host in read(file).hosts]


def test_hosts_that_another_run_added_stay(file: Path) -> None:
    write_session(named("a", "b"), file)
    assert hosts_after(file, named("a", "b"), named("a", "b", "mine")) == ["a", "b", "mine"]
    assert hosts_after(file, named("a", "b"), named("theirs", "b", "a")) == ["theirs", "b", "a", "mine"]


def test_a_host_that_one_run_removed_is_gone(file: Path) -> None:
    write_session(named("a", "b", "c"), file)
    assert hosts_after(file, named("a", "b", "c"), named("a", "c")) == ["a", "c"]
    assert hosts_after(file, named("a", "b", "c"), named("a", "b")) == ["a"], (
        "b is gone, though it was left as it was"
    )
    assert hosts_after(file, named(), named()) == ["a"]


def test_of_a_host_the_run_that_changed_it_decides(file: Path) -> None:
    write_session(SESSION, file)
    chosen = replace(HOST, path=(B,), written=None)
    assert save_session(SESSION, replace(SESSION, hosts=(chosen, SESSION.hosts[1])), file) is None
    assert save_session(SESSION, replace(SESSION, sort="name"), file) is None
    assert read(file) == replace(SESSION, hosts=(chosen, SESSION.hosts[1]), sort="name")


def test_a_host_that_both_runs_added_keeps_what_one_knows_of_it(file: Path) -> None:
    write_session(SESSION, file)
    added = SavedHost(HOST.target, "my label", links=((B, A),), others=(("der", Path("/srv/a.der")),))
    assert save_session(Session(), Session((added,)), file) is None
    host = read(file).hosts[0]
    assert host == replace(HOST, label="my label", path=(), links=((B, A),), others=(*HOST.others, *added.others))
    assert read(file).hosts[1] == SESSION.hosts[1]


def test_the_theme_that_was_chosen_last_holds(file: Path) -> None:
    write_session(SESSION, file)
    assert save_session(SESSION, replace(SESSION, theme="monokai", config_theme=""), file) is None
    assert save_session(SESSION, replace(SESSION, hosts=(HOST,)), file) is None
    assert read(file) == Session((HOST,), SESSION.sort, "monokai", "")


def test_where_nothing_changed_nothing_is_written(file: Path) -> None:
    assert save_session(Session(), Session(), file) is None
    assert not file.exists()
    write_session(SESSION, file)
    before = file.stat()
    assert save_session(SESSION, SESSION, file) is None
    assert file.stat().st_ino == before.st_ino


def test_a_session_that_is_gone_is_written_whole(file: Path) -> None:
    changed = replace(SESSION, hosts=(*SESSION.hosts, SavedHost(Target("new.test"))))
    assert save_session(SESSION, changed, file) is None
    assert read(file) == changed


def test_a_session_that_was_written_over_is_written_whole_and_what_stood_there_kept(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"something else")
    failure = save_session(SESSION, replace(SESSION, theme="monokai"), file)
    assert failure is not None
    assert "kept as" in failure.message
    assert read(file) == replace(SESSION, theme="monokai")


# files that are none


FOREIGN = [
    b"", b"{}", b"[]", b"null", b"1", b'"x"', b"\xff\xfe\x00", b"{", b"[" * 100_000, b"1" * 5000,
    b'{"version": 2, "hosts": []}', b'{"version": "1", "hosts": []}', b'{"version": 1, "hosts": {}}',
    b'{"version": 1}', b"-----BEGIN CERTIFICATE-----",
]  # fmt: skip


@pytest.mark.parametrize("data", FOREIGN, ids=lambda data: data[:20])
def test_a_file_that_is_no_session_is_kept_aside(file: Path, data: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(data)
    failure = read_session(file)
    assert isinstance(failure, Failure)
    aside = file.with_name("session.json.bad")
    assert str(aside) in failure.message
    assert aside.read_bytes() == data
    assert read(file) == Session()


def test_a_file_that_came_meanwhile_is_kept_aside_as_well(file: Path) -> None:
    file.parent.mkdir()
    for number, data in enumerate([b"first", b"second", b"third"]):
        file.write_bytes(data)
        assert write_session(SESSION, file) is None
        assert read(file) == SESSION
        assert file.with_name(f"session.json.bad{number or ''}").read_bytes() == data


def test_no_more_than_some_files_are_kept_aside(file: Path) -> None:
    file.parent.mkdir()
    for _ in range(20):
        file.write_bytes(b"x")
        write_session(SESSION, file)
    file.write_bytes(b"the last")
    failure = write_session(SESSION, file)
    assert failure is not None
    assert "20 are already" in failure.message
    assert file.read_bytes() == b"the last", "nothing is written over it"


def test_what_is_no_regular_file_is_kept_aside(file: Path) -> None:
    file.mkdir(parents=True)
    assert isinstance(read_session(file), Failure)
    assert write_session(SESSION, file) is None
    assert file.with_name("session.json.bad").is_dir()
    file.unlink()
    mkfifo(file)
    assert isinstance(read_session(file), Failure)
    assert write_session(SESSION, file) is None
    assert read(file) == SESSION


def test_a_session_that_cannot_be_written_is_a_failure(file: Path, tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    failure = write_session(SESSION, file)
    assert failure is not None
    assert str(file) in failure.message


@pytest.mark.skipif(sys.platform == "win32" or is_root(), reason="root may write anywhere")
def test_a_folder_without_rights_is_a_failure(file: Path) -> None:
    write_session(SESSION, file)
    file.parent.chmod(0o500)
    try:
        assert write_session(Session(), file) is not None
        assert read(file) == SESSION
    finally:
        file.parent.chmod(0o700)


def test_without_a_home_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("~/.local/state/tlschain/session.json")
    assert read_session(path) == Session()
    assert write_session(SESSION, path) is not None
    assert list(tmp_path.iterdir()) == []


# hosts that are wrong


def with_hosts(file: Path, *hosts: Any, **fields: Any) -> Session:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"version": 1, "hosts": hosts, **fields}))
    return read(file)


def test_a_host_that_cannot_be_read_is_left_out_and_the_file_kept(file: Path) -> None:
    wrong: list[Any] = [1, None, [], {}, {"target": 1}, {"target": ""}, {"target": "no host!"}, {"label": "x"}]
    found = with_hosts(file, *wrong, {"target": "a.test:443"}, "x")
    assert [host.target for host in found.hosts] == [Target("a.test")]
    aside = file.with_name("session.json.bad")
    (notice,) = found.notices
    assert notice.startswith("9 hosts of ")
    assert str(aside) in notice
    assert len(json.loads(aside.read_text())["hosts"]) == 10
    assert read(file) == Session(found.hosts), "what could be read took its place"


WRONG: dict[str, tuple[object, ...]] = {
    "label": (1, None, ["x"]),
    "path": ("x", [1], ["AB" * 32], ["ab"], [A] * 65, [None], {}),
    "links": ([A, B], [[A]], [[A, B, A]], [[A, "x"]], [[A, B]] * 65, 1),
    "written": (1, "relative", "/a\x00b", "/a\x1b[2J", "/" + "x" * 5000, ["/a"]),
    "others": ([["java"]], [["java", "relative"]], [["", "/a"]], [["\x1b", "/a"]], [1], "x"),
    "request": (1, {"method": "POST"}, {"path": "x"}, {"path": "/\n"}, {"proxy": 1}, {"method": 1}, []),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_of_a_host_what_is_wrong_is_left_out(file: Path, name: str, value: object) -> None:
    (host,) = with_hosts(file, {"target": "a.test:443", name: value}).hosts
    assert host == SavedHost(Target("a.test"))


def test_foreign_text_is_made_safe(file: Path) -> None:
    found = with_hosts(
        file,
        {"target": "a.test:443", "label": "\x1b[2J\u202e", "request": {"headers": ["X: y", "\x1b"]}},
        sort="\x1b",
        theme="a\nb",
        config_theme=1,
    )
    assert found.hosts[0].label.isprintable()
    assert found.hosts[0].request == SavedRequest()
    assert (found.sort, found.theme, found.config_theme) == ("", "", "")


def test_each_host_is_there_once(file: Path) -> None:
    found = with_hosts(file, {"target": "a.test:443", "label": "x"}, {"target": "b.test"}, {"target": "A.test"})
    assert [(host.target.host, host.label) for host in found.hosts] == [("a.test", "x"), ("b.test", "")]


# many hosts, several programs


def test_five_thousand_hosts_are_kept(file: Path) -> None:
    hosts = tuple(replace(HOST, target=Target(f"host{number}.example.test")) for number in range(5000))
    with own_seconds(5):
        assert write_session(Session(hosts), file) is None
        assert read(file).hosts == hosts


def test_more_than_fits_is_refused_and_the_old_one_stays(file: Path) -> None:
    write_session(SESSION, file)
    hosts = (replace(HOST, label="x" * 200),) * 60_000
    failure = write_session(Session(hosts), file)
    assert failure is not None
    assert "60000 hosts" in failure.message
    assert read(file) == SESSION


ADDER = """
import sys
from dataclasses import replace
from pathlib import Path
from tui_chain.engine.session import SavedHost, Session, save_session
from tui_chain.net.target import Target
before = Session()
for number in range(50):
    added = SavedHost(Target(f"{sys.argv[2]}{number}.test"))
    run = replace(before, hosts=(*before.hosts, added))
    assert save_session(before, run, Path(sys.argv[1])) is None
    before = run
"""


def test_hosts_that_two_screens_add_at_once_are_all_kept(file: Path) -> None:
    adders = [subprocess.Popen((sys.executable, "-c", ADDER, str(file), name), cwd=ROOT) for name in "ab"]
    assert [adder.wait(60) for adder in adders] == [0, 0]
    assert len(read(file).hosts) == 100
    assert not read(file).notices


WRITER = """
import sys
from pathlib import Path
from tui_chain.engine.session import SavedHost, Session, read_session, write_session
from tui_chain.net.target import Target
path = Path(sys.argv[1])
for number in range(100):
    hosts = tuple(SavedHost(Target(f"{sys.argv[2]}{each}.test")) for each in range(number + 1))
    assert write_session(Session(hosts), path) is None
    found = read_session(path)
    assert isinstance(found, Session) and not found.notices and found.hosts, found
"""


def test_two_screens_at_once_leave_a_whole_session(file: Path) -> None:
    writers = [subprocess.Popen((sys.executable, "-c", WRITER, str(file), name), cwd=ROOT) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(read(file).hosts) == 100
    assert [path.name for path in file.parent.iterdir()] == ["session.json"]
