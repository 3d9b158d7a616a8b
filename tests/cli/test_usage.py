"""Options that contradict each other, and hints: what a hint names is what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import started, tlschain
from tui_chain.cli.commands.lab import worth_trying
from tui_chain.lab.internet import Lab, open_lab

CONTRADICTIONS = [
    (("fix", "x.test", "-o", "f", "--merge", "--replace"), "--merge keeps"),
    (("fix", "x.test", "--merge"), "--merge is for a file"),
    (("fix", "x.test", "-o", "-", "--merge"), "--merge is for a file"),
    (("fix", "x.test", "--backup"), "--backup is for a file"),
    (("fix", "x.test", "--crl", "--crl-leaf"), "name one of them"),
    (("advise", "x.test", "--crl-leaf", "--crl"), "name one of them"),
    (("advise", "x.test", "--format", "html", "--json"), "are two forms"),
    (("report", "x.test", "--format", "markdown", "--json"), "are two forms"),
    (("explain", "--list", "extra"), "--list lists all"),
    (("audit", "x.pem", "--replace"), "--replace is for"),
    (("audit", "x.pem", "--backup"), "--backup is for"),
]


@pytest.mark.parametrize(("words", "sentence"), CONTRADICTIONS, ids=lambda each: " ".join(each) * (each[0] != "-"))
def test_options_that_would_be_swallowed_are_wrong_usage(words: tuple[str, ...], sentence: str) -> None:
    done = tlschain(*words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err.splitlines()[-1]


@pytest.mark.parametrize("command", ["check", "fix", "report", "test", "advise"])
def test_who_names_no_host_is_told_how_with_the_same_command(command: str) -> None:
    assert f"as in `tlschain {command} example.org`." in tlschain(command).complaint


def test_what_was_not_fetched_offline_is_fetched_without_it(lab: Lab) -> None:
    words = ("fix", "--trust", lab.trust_file, "--no-pool", "--offline")
    said = tlschain(*words, lab.host("leaf-only").target).err
    assert "Run it again without --offline" in said
    assert "without --offline" not in tlschain(*words, lab.host("no-aia").target).err


def test_an_address_that_needs_consent_names_the_option() -> None:
    done = tlschain("fix", "--demo", "link-redirect-inside")
    assert "only with your consent" in done.err
    assert "with --allow-private-aia" in done.err
    assert "--allow-private-aia" not in tlschain("fix", "--demo", "no-aia").err


def test_a_complete_host_says_that_there_is_nothing_to_do() -> None:
    done = tlschain("fix", "--demo", "complete")
    assert (done.code, done.out) == (0, "")
    assert "nothing to do: all client families accept the chain as served" in done.err


def test_a_demo_answers_in_the_order_given() -> None:
    done = tlschain("check", "--demo", "leaf-only", "complete", "leaf-only", "--json")
    assert [one["label"] for one in done.objects] == ["leaf-only", "complete"]


@pytest.mark.parametrize(
    ("names", "shown"),
    [(None, "leaf-only"), (["complete", "no-aia"], "no-aia"), (["complete"], "complete")],
)
def test_the_lab_shows_a_host_that_can_be_repaired(names: list[str] | None, shown: str) -> None:
    with open_lab(names) as lab:
        assert worth_trying(lab.hosts).name == shown


def test_the_lines_of_the_lab_name_the_broken_host() -> None:
    with started("lab", "complete", "leaf-only") as lab:
        assert lab.stdout is not None
        assert lab.stderr is not None
        rows = [lab.stdout.readline().decode().split() for _ in range(2)]
        words = b""
        while b"Ctrl-C ends it." not in words:
            assert lab.poll() is None
            words += lab.stderr.readline()
        lab.terminate()
        lab.communicate(timeout=20)
    fix = next(line for line in words.decode().splitlines() if "tlschain fix" in line)
    assert fix.split()[-1] == {row[1]: row[0] for row in rows}["leaf-only"]


def test_an_audit_of_a_folder_says_how_many_files_it_left_out(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_bytes(lab.trust_pem)
    (tmp_path / "again.pem").symlink_to(tmp_path / "roots.pem")
    (tmp_path / "folder").mkdir()
    assert "skipped" not in tlschain("audit", tmp_path).err
    for name in ("notes.txt", "README"):
        (tmp_path / name).write_text("hello")
    assert f"2 files of {tmp_path} skipped: " in tlschain("audit", tmp_path).err


def test_every_command_of_the_pool_tells_its_exit_codes() -> None:
    for command in ("import", "list", "export", "remove", "verify", "update"):
        said = tlschain("pool", command, "--help").out
        for code in ("Exit 0:", "1:", "2:"):
            assert code in said
