"""Completion by real shells: the scripts of the release, and the program that answers them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shipping.completion import scripts
from tests.cli.test_start import HEAVY
from tests.support.cli import ROOT, SECONDS
from tests.support.programs import require_program
from tests.support.terminal import Program, in_terminal
from tui_chain.net.starttls.registry import protocols

ENTRIES = {"tlschain": "tui_chain.cli.main import run", "tlschain-tui": "tui_chain.tui.start import main as run"}
"""What the programs of a release start."""
PROMPT = "ready> "


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with both programs, their scripts, and files to complete."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "bin").mkdir()
    for name, entry in ENTRIES.items():
        program = folder / "bin" / name
        program.write_text(f"#!{sys.executable}\nfrom {entry}\nrun()\n", encoding="utf-8")
        program.chmod(0o755)
    for place, text in scripts().items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / "hosts.txt").touch()
    (folder / "one bundle.pem").touch()
    return folder


def environment(home: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    path = os.pathsep.join((str(home / "bin"), "/usr/bin", "/bin"))
    return own | {"PATH": path, "HOME": str(home), "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PS1": PROMPT}


STARTS = {
    "bash": (
        ("bash", "--norc", "--noprofile", "-i"),
        "bind 'set show-all-if-ambiguous on' 'set enable-bracketed-paste off' 'set bell-style none';"
        " for each in share/bash-completion/completions/*; do . $each; done",
    ),
    "zsh": (
        ("zsh", "-f", "-i"),
        "unset zle_bracketed_paste; unsetopt prompt_sp beep; fpath=($PWD/share/zsh/site-functions $fpath);"
        " autoload -U compinit; compinit -D -u",
    ),
}


@pytest.fixture(scope="module", params=STARTS)
def shell(request: pytest.FixtureRequest, home: Path) -> Iterator[Program]:
    """A shell in a terminal, which has read the scripts."""
    command, start = STARTS[request.param]
    require_program(command[0])
    with in_terminal(command, environment=environment(home), folder=home, columns=120) as program:
        program.send(f"{start}; PS1='{PROMPT}'; PS2=; printf '%s\\n' begun-$((1+1))\r")
        program.until(lambda: b"begun-2" in program.output, "for the start")
        yield program


def completed(shell: Program, typed: str, ending: str) -> None:
    """Type, press tab, and wait until the line ends as it has to; then take the line away."""
    shell.rests()
    shell.output.clear()
    shell.send(*typed, "tab")
    shell.until(lambda: _line(shell).endswith(ending), f"for {typed!r} to become {ending!r}", 20)
    shell.send("ctrl+u")


def _line(shell: Program) -> str:
    """What is typed after the last prompt, without what moves the cursor."""
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\a", "", shell.output.decode("utf-8", "replace"))
    text = re.sub(r"[^\x08]\x08", "", text)  # zsh writes a letter, goes back, and writes the word
    return text.rpartition(PROMPT)[2].rpartition("\n")[2].rstrip()


LINES = {
    "a command": ("tlschain che", "tlschain check"),
    "a command of a group": ("tlschain pool exp", "tlschain pool export"),
    "an option": ("tlschain check --form", "tlschain check --format"),
    "one of its choices": ("tlschain check --format js", "tlschain check --format json"),
    "a choice behind an equals sign": ("tlschain check --format=js", "tlschain check --format=json"),
    "a file": ("tlschain check --hosts ho", "tlschain check --hosts hosts.txt"),
    "a file behind an equals sign": ("tlschain check --hosts=ho", "tlschain check --hosts=hosts.txt"),
    "a file of an argument": ("tlschain audit one", "tlschain audit one\\ bundle.pem"),
    "a word that is one of several": ("tlschain fix --trust certi", "tlschain fix --trust certifi"),
    "after an option with an equals sign": ("tlschain fix --sni=a.b --as=pk", "tlschain fix --sni=a.b --as=pkcs7"),
    "of the screen": ("tlschain-tui --starttls=ima", "tlschain-tui --starttls=imap"),
}


@pytest.mark.parametrize("case", LINES)
def test_a_shell_completes(shell: Program, case: str) -> None:
    completed(shell, *LINES[case])


def fish(home: Path, typed: str) -> list[str]:
    """What fish offers for a line: its own engine, without a terminal."""
    lines = [f"source {file}" for file in (home / "share/fish/vendor_completions.d").iterdir()]
    done = subprocess.run(
        (require_program("fish"), "--no-config", "-c", "\n".join([*lines, "complete -C $argv[1]"]), typed),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        cwd=home,
        env=environment(home),
    )
    assert done.stderr == ""
    return [line.partition("\t")[0] for line in done.stdout.splitlines()]


def test_fish_completes(home: Path) -> None:
    assert fish(home, "tlschain che") == ["check"]
    assert fish(home, "tlschain check --format=js") == ["--format=json"]
    assert fish(home, "tlschain check --hosts ho") == ["hosts.txt"]
    assert fish(home, "tlschain check --hosts=ho") == ["--hosts=hosts.txt"]
    assert {"certifi", "system", "hosts.txt"} <= set(fish(home, "tlschain fix --trust "))
    assert fish(home, "tlschain-tui --starttls im") == ["imap"]


def answer(home: Path, *before: str, typed: str, extra: str = "") -> list[list[str]]:
    """What the program itself answers, field by field; `extra` is Python that runs at its end."""
    entry = ENTRIES[before[0]]
    script = f"import sys; sys.argv = [{before[0]!r}]\nfrom {entry}\ntry:\n    run()\nfinally:\n    {extra or 'pass'}"
    done = subprocess.run(
        (sys.executable, "-c", script.replace("import run\n", "import main as run\n")),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        cwd=home,
        env=environment(home)
        | {
            f"_{before[0].replace('-', '_').upper()}_COMPLETE": "bash_complete",
            "COMP_WORDS": "\n".join(before),
            "COMP_CWORD": typed,
        },
    )
    return [line.split("\t") for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("before", [("tlschain", "check"), ("tlschain", "fix"), ("tlschain-tui",)])
def test_an_answer_is_fast_for_it_loads_nothing_heavy(home: Path, before: tuple[str, ...]) -> None:
    loaded = answer(home, *before, typed="--warn", extra="print(chr(9).join(sys.modules))")
    assert loaded[0][:2] == ["plain", "--warn-days"]
    assert {name.partition(".")[0] for name in loaded[-1]} & HEAVY == set()


@pytest.mark.parametrize("place", scripts())
def test_a_program_prints_the_script_that_a_release_has(home: Path, place: str) -> None:
    """For those who installed it where no shell looks."""
    name = place.rpartition("/")[2].removesuffix(".fish").removeprefix("_")
    shell = next(one for one in ("bash", "zsh", "fish") if f"share/{one}" in place)
    variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
    done = subprocess.run(
        (home / "bin" / name,),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
        env=environment(home) | {variable: f"{shell}_source"},
    )
    assert done.stdout == scripts()[place]


def test_without_a_question_nothing_of_completion_is_loaded() -> None:
    script = "import sys; from tui_chain.cli.main import main\nmain.main(['--version'], standalone_mode=False)\n"
    names = "print([name for name in sys.modules if 'completion' in name and name.startswith('tui_chain')])"
    done = subprocess.run(
        (sys.executable, "-c", script + names), capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_option_offers_what_its_description_names(home: Path) -> None:
    def values(option: str) -> set[str]:
        return {
            line[1] if line[0] == "plain" else line[0] for line in answer(home, "tlschain", "fix", option, typed="")
        }

    assert values("--trust") == {"certifi", "system", "file"}
    assert values("--starttls") == {*protocols(), "auto"}
    assert values("--sni") == set()


@pytest.mark.parametrize("typed", ["'", '"', "\\", "$(touch gone)", "`touch gone`", "\t", "a\nb", "…", "x" * 100_000])
def test_odd_words_are_no_commands(home: Path, typed: str) -> None:
    answer(home, "tlschain", "audit", typed, typed=typed)
    assert not (home / "gone").exists()
