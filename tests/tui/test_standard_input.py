"""A host list on standard input: the screen has its keys all the same, or says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.terminal import in_terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminal of a process")
PROGRAM = f"'{sys.executable}' -m tui_chain.tui.start"
LIST = "printf '127.0.0.1:1 the first\\nno host here\\n127.0.0.1:2 the second\\n'"


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {name: str(folder) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}


def test_the_screen_keeps_its_keys(tmp_path: Path) -> None:
    # the shell leads a session of its own: the terminal that it opens becomes that of the session
    script = f'exec <"$(tty)"; {LIST} | {PROGRAM} --hosts - --no-pool'
    with in_terminal(["sh", "-c", script], environment=environment(tmp_path), rows=40, columns=120) as program:
        program.shows("the second")
        assert "the first" in program.text
        program.shows("no host here")
        program.send("question_mark")
        program.shows("All keys")
        program.send("escape")
        program.until(lambda: "All keys" not in program.text, "for the end of the help")
        program.send("q")
        assert program.end() == 0


@pytest.mark.parametrize("driver", ["", "textual.drivers.web_driver:WebDriver"])
def test_where_there_are_no_keys_a_sentence_says_what_to_do(tmp_path: Path, driver: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_chain.tui.start", "--hosts", "-"],
        input=b"a.test\n",
        capture_output=True,
        check=False,
        timeout=60,
        env=environment(tmp_path) | ({"TEXTUAL_DRIVER": driver} if driver else {}),
        start_new_session=True,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode() == (
        "tlschain-tui: There is no keyboard here beside the host list on standard input. Write the list into a file, "
        "and name that with --hosts.\n"
    )
