"""The hooks for pre-commit: by pre-commit itself in a repository of its own, and the commands that they run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.advise.calls.call import apart
from tests.audit.damaged import DAMAGES, make_roots
from tests.readme import DOCS
from tests.support.chains import make_pki
from tests.support.cli import ROOT, SECONDS, Done, tlschain
from tests.support.programs import require_program
from tui_chain.lab.authority import Template, days, key_to_pem, to_pem

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
TODAY = datetime.now(UTC)
PKI = make_pki(now=TODAY)
"""Certificates of today: the clock of a commit is nobody's to set."""
OLD = PKI.issuing.issue_leaf(["old.test"], Template(validity=days(-90, -1)))
GOOD = {
    "chain.pem": to_pem([PKI.leaf.der, PKI.issuing.der]),
    "chain-and-key.pem": to_pem([PKI.leaf.der, PKI.issuing.der]) + key_to_pem(PKI.leaf.key),
    "ca/root.pem": to_pem([PKI.root.der]),
    "ca/both.crt": to_pem([PKI.issuing.der, PKI.root.der]),
    "key.pem": key_to_pem(PKI.leaf.key),
    "request.pem": b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
    "empty.crt": b"",
    "words.bundle": b"nothing of the kind\n",
    "read me.md": b"not asked for\n",
}
WRONG = {
    "lacks.pem": (to_pem([PKI.leaf.der]), "missing-issuer"),
    "turned.pem": (to_pem([PKI.issuing.der, PKI.leaf.der]), "leaf-not-first"),
    "old.crt": (to_pem([OLD.der, PKI.issuing.der]), "expired"),
    "cut.pem": (to_pem([PKI.leaf.der])[:300], "There is no certificate in cut.pem"),
    "glued.pem": (DAMAGES["glued"](make_roots(TODAY)), "glued"),
    "odd\x1b[31m.pem": (to_pem([PKI.leaf.der]), "missing-issuer"),
}


def put(folder: Path, files: dict[str, bytes]) -> list[str]:
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return list(files)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def hooked(name: str, *words: str | Path) -> Done:
    """The command of a hook, with files as pre-commit gives them."""
    (hook,) = [one for one in HOOKS if one["id"] == name]
    program, *entry = hook["entry"].split()
    assert program == "tlschain"
    return tlschain(*entry, *words)


def verify(*files: str) -> Done:
    return hooked("tlschain-verify", "--trust", "ca/root.pem", *files)


# the commands


def test_sound_files_are_passed_in_silence_but_for_what_is_skipped(repository: Path) -> None:
    names = [name for name in put(repository, GOOD) if not name.endswith(".md")]
    chains, trusted = verify(*names), hooked("tlschain-audit", *names)
    assert (chains.code, chains.out, trusted.code, trusted.out) == (0, "", 0, "")
    others = {"key.pem": "a private key", "request.pem": "no certificate", "empty.crt": "no certificate"}
    for name, what in others.items():
        sentence = f"tlschain: {name} skipped: there is {what} in it"
        assert sentence in chains.err
        assert sentence in trusted.err
    assert "ca/root.pem skipped: its certificates are of CAs alone; `tlschain audit FILE`" in chains.err
    assert "chain.pem skipped: it is for a server; `tlschain verify FILE`" in trusted.err
    assert len(chains.err.splitlines()) == len(names) - 2
    assert len(trusted.err.splitlines()) == len(names) - 2


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_clients_refuse_fails_and_is_named(repository: Path, name: str) -> None:
    data, words = WRONG[name]
    put(repository, GOOD | {name: data})
    done = hooked("tlschain-audit", "ca/root.pem", name) if name == "glued.pem" else verify("chain.pem", name)
    assert done.code == (2 if name == "cut.pem" else 1)
    assert words in done.out + done.err
    assert "chain.pem" not in done.out
    assert "\x1b[31m.pem" not in done.out + done.err


def test_every_file_of_certificates_is_for_one_of_the_hooks(repository: Path) -> None:
    """None falls between the two, and none is judged by both."""
    names = put(repository, {name: data for name, (data, _) in WRONG.items() if name != "cut.pem"})
    for name in names:
        skipped = ["skipped" in one.err for one in (hooked("tlschain-verify", name), hooked("tlschain-audit", name))]
        assert sorted(skipped) == [False, True], name


def test_what_is_missing_or_none_is_wrong_usage(repository: Path) -> None:
    put(repository, GOOD)
    assert verify("chain.pem", "gone.pem").code == 2
    assert "gone.pem" in hooked("tlschain-audit", "gone.pem").err
    assert hooked("tlschain-verify").code == 2
    assert hooked("tlschain-audit").code == 2


def test_without_skipping_a_file_of_another_use_is_named_as_wrong(repository: Path) -> None:
    put(repository, GOOD)
    done = tlschain("verify", "chain.pem", "key.pem", "--trust", "ca/root.pem")
    assert done.code == 2
    assert "There is no certificate in key.pem" in done.err
    assert "✓ chain.pem" in done.out


# pre-commit


def test_the_page_names_the_hooks_and_their_commands() -> None:
    page = (DOCS / "install.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (repository,) = yaml.safe_load(block)["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in HOOKS]
    assert all(hook["entry"] in page for hook in HOOKS)


def run(*words: str | Path, folder: Path, home: Path, code: int = 0) -> str:
    home.mkdir(exist_ok=True)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    clean = {"PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    environment = clean | {"GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_pre_commit_stops_a_commit_of_a_chain_that_lacks_its_intermediate(repository: Path, tmp_path: Path) -> None:
    """The hooks as they are declared, run by the program on PATH: an environment of theirs would be installed."""
    git, program, home = require_program("git"), apart("pre-commit", "pre-commit"), tmp_path / "home"
    own = {"language": "system", "args": ["--trust", "ca/root.pem"]}
    local = [hook | (own if hook["id"] == "tlschain-verify" else {"language": "system"}) for hook in HOOKS]
    config = yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]})
    put(repository, GOOD | {".pre-commit-config.yaml": config.encode()})

    def commit(code: int) -> str:
        run(git, "add", "--all", folder=repository, home=home)
        return run(program, "run", folder=repository, home=home, code=code)

    run(git, "init", "--quiet", folder=repository, home=home)
    passed = commit(0)
    assert passed.count("Passed") == len(HOOKS)
    assert "skipped:" not in passed
    put(repository, {"chain.pem": to_pem([PKI.leaf.der])})
    failed = commit(1)
    assert "missing-issuer" in failed
    assert failed.count("Failed") == failed.count("Passed") == 1


def test_the_hooks_are_declared_as_pre_commit_wants_them(tmp_path: Path) -> None:
    program = apart("pre-commit", "pre-commit")
    run(program, "validate-manifest", ROOT / ".pre-commit-hooks.yaml", folder=tmp_path, home=tmp_path)
