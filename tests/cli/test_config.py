"""`tlschain config`, and settings of the config file in the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_start import loaded_by
from tests.support.cli import tlschain
from tui_chain.engine.command_options import TAKEN
from tui_chain.engine.settings import config_path, example
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab


def write(text: str) -> Path:
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_it_says_where_it_has_to_be() -> None:
    done = tlschain("config")
    assert (done.code, done.err) == (0, "")
    where, sentence = done.out.splitlines()
    assert where == str(config_path())
    assert sentence == "There is no such file; `tlschain config --example` prints one."
    assert not config_path().parent.exists(), "nothing is made"


def test_the_example_is_a_config_file() -> None:
    done = tlschain("config", "--example")
    assert (done.code, done.out, done.err) == (0, example(), "")
    write(done.out)
    assert tlschain("config").out.splitlines()[1] == "It is fine: it sets nothing."


def test_a_fine_file_is_summed_up(tmp_path: Path) -> None:
    store = tmp_path / "corp.pem"
    store.touch()
    numbers = "timeout = 2.5\njobs = 8\nwarn_days = 40"
    write(f'trust = ["system", "{store.as_posix()}"]\n{numbers}\ntheme = "nord"\n[keymap]\nhelp = "f1"\n')
    done = tlschain("config")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1] == (
        f"It is fine: trust system, {store}, timeout 2.5 s, jobs 8, warn days 40, theme nord, keys of 1 action."
    )


def test_everything_that_is_wrong_is_listed() -> None:
    path = write('jobs = "many"\ntrust = "/none/here.pem"\nthis is no line\n[keymap]\nhost.fxi = "f"\n')
    done = tlschain("config")
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        str(path),
        f"{path}, line 3: This is no TOML: Expected '=' after a key in a key/value pair.",
        f"{path}, line 1: jobs: It has to be a whole number from 1 to 1000.",
        f"{path}, line 5: keymap.host.fxi: There is no such action; `host.fix` is one.",
        f"{path}: trust: /none/here.pem does not exist.",
    ]


def test_wrong_usage_is_2() -> None:
    assert tlschain("config", "extra").code == 2
    assert tlschain("config", "--exmaple").code == 2


def test_its_help_has_its_exit_codes() -> None:
    out = tlschain("config", "--help").out
    assert all(code in out for code in ("Exit 0:", "1:", "2:"))


# settings in the commands


def test_a_trust_store_of_the_file_counts(lab: Lab) -> None:
    target = lab.host("complete").target
    assert tlschain("check", target).code == 1
    write(f'trust = "{lab.trust_file.as_posix()}"')
    done = tlschain("check", target)
    assert (done.code, done.err) == (0, "")
    assert tlschain("check", "--trust", "certifi", target).code == 1, "an option beats the file"


def test_a_trust_store_of_the_file_counts_without_a_network(lab: Lab, tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    (probed,) = tlschain("check", "--json", lab.host("complete").target).objects
    chain.write_text("".join(one["pem"] for one in probed["served"]))
    words = ("verify", chain, "--host", "localhost")
    assert tlschain(*words).code == 1
    write(f'trust = "{lab.trust_file.as_posix()}"')
    assert tlschain(*words).code == 0


def test_commands_that_are_printed_carry_settings_on(lab: Lab) -> None:
    write(f'trust = "{lab.trust_file.as_posix()}"\ntimeout = 17\nwarn_days = 3\njobs = 2\n')
    done = tlschain("check", lab.host("leaf-only").target)
    for option in (f"--trust {lab.trust_file}", "--timeout 17", "--warn-days 3"):
        assert option in done.out
    assert "--jobs" not in done.out


def test_a_store_of_the_file_that_is_gone_stops_the_command() -> None:
    write('trust = "/none/here.pem"')
    assert "/none/here.pem" in tlschain("check", "localhost:1").complaint


def test_wrong_lines_are_named_and_the_rest_is_used(lab: Lab) -> None:
    path = write(f'timout = 3\ntrust = "{lab.trust_file.as_posix()}"')
    done = tlschain("check", lab.host("complete").target)
    assert done.code == 0
    assert done.err == f"tlschain: {path}, line 1: timout: There is no such setting; `timeout` is one.\n"
    assert "timout" not in done.out


def test_a_demo_keeps_its_own_trust_store() -> None:
    write('trust = "system"\npool = "/none/here"')
    assert tlschain("check", "--demo", "complete").code == 0


def test_the_pool_of_the_file_is_looked_into(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "issuers.pem").write_bytes(to_pem([lab.hierarchy["hidden-issuing"].der]))
    words = ("fix", "--no-pool", "--trust", lab.trust_file, lab.host("no-aia").target)
    assert tlschain(*words).code == 1
    write(f'pool = "{(tmp_path / "issuers.pem").as_posix()}"')
    assert tlschain(*words).code == 0


def test_a_refresh_goes_by_the_store_that_the_bundle_was_made_with(lab: Lab, tmp_path: Path) -> None:
    """The config file is for what nothing nearer decides."""
    bundle = tmp_path / "bundle.pem"
    words = ("fix", "--no-pool", "--trust", lab.trust_file, lab.host("leaf-only").target, "-o", bundle)
    assert tlschain(*words).code == 0
    text = bundle.read_text().replace(str(lab.trust_file), "certifi")
    bundle.write_text(text.replace(str(lab.host("leaf-only").target), str(lab.host("complete").target)))
    write(f'trust = "{lab.trust_file.as_posix()}"')
    assert tlschain("refresh", "--trust", lab.trust_file, bundle).code == 3
    assert tlschain("refresh", bundle).code == 0
    bundle.write_text(bundle.read_text().replace("certifi", str(lab.trust_file)))
    assert tlschain("refresh", bundle).code == 3, "a file that a comment names is no choice, and the config file is"


@pytest.mark.parametrize("option", ["--jobs", "--warn-days"])
def test_the_commands_take_the_options_of_the_settings(option: str) -> None:
    takers = {name for name, entries in TAKEN.items() if option in {flag for one in entries for flag in one.flags}}
    assert {"check", "fix", "test", "advise", "report"} <= takers


def test_warn_days_say_when_a_certificate_expires_soon() -> None:
    def codes(*words: str) -> set[str]:
        (done,) = tlschain("check", "--demo", *words, "--json").objects
        return {found["code"] for found in done["findings"]}

    assert "expires-soon" in codes("expires-soon")
    assert "expires-soon" not in codes("expires-soon", "--warn-days", "0")
    assert "expires-soon" not in codes("complete")
    assert "expires-soon" in codes("complete", "--warn-days", "3650")
    write("warn_days = 3650")
    assert "expires-soon" in codes("complete")
    assert "expires-soon" not in codes("complete", "--warn-days", "1")


def test_nothing_reads_the_file_for_help_or_version() -> None:
    write("this is wrong")
    for words in (("--version",), ("--help",), ("check", "--help")):
        assert tlschain(*words).err == ""
        assert "tomllib" not in loaded_by(*words)
    assert "tomllib" in loaded_by("config")
