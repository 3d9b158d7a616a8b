"""Every snippet is taken out of the output and run as it stands, against real nginx that forgets a certificate.

The file that they speak of has a name that is an attack on shells, on Java's options and on npm's file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import certifi
import pytest

from tests.advise.calls import CALLS, CODE_CALLS, PROTOCOL_CALLS, write_sources
from tests.advise.calls.call import Call, CodeCall
from tests.advise.conftest import Site, run
from tests.advise.own_tests import OWN_HEADINGS, OWN_TESTS
from tests.support.programs import require_program


@pytest.fixture(autouse=True)
def no_command_in_the_path(site: Site) -> None:
    """Nothing that a test before this one ran took the file's name for a command."""
    assert not [*site.folder.rglob("pwned*")]


def said_by(site: Site, call: Call, home: Path, prefix: str = "") -> str:
    write_sources(site.folder)
    script, env = f"{prefix}\n\"$@\" '{site.url}'", call.environment(home, site.folder)
    done = run("bash", "-c", script, "bash", *call.words, cwd=site.folder, env=env)
    return done.stdout + done.stderr


def test_every_client_of_the_advice_is_run(site: Site) -> None:
    here = {*(snippet.client for snippet in CODE_CALLS), *(call.client for call in CALLS)}
    elsewhere = (OWN_HEADINGS | {call.client for call in PROTOCOL_CALLS}) - here
    assert {each.client for each in site.snippets} - elsewhere == here


@pytest.mark.parametrize("module", OWN_TESTS)
def test_what_is_run_by_a_module_of_its_own_stands_there(site: Site, module: str) -> None:
    text = Path(__file__).with_name(f"{module}.py").read_text(encoding="utf-8")
    assert {each.client for each in site.snippets} >= set(OWN_TESTS[module])
    assert all(f'"{heading}"' in text for heading in OWN_TESTS[module])


@pytest.mark.parametrize("snippet", CODE_CALLS, ids=lambda snippet: snippet.client)
def test_snippets_run_as_they_stand(site: Site, snippet: CodeCall) -> None:
    snippet.require()
    done = run(*snippet.runner, site.of(snippet.client).code, cwd=site.folder)
    assert done.returncode == 0, done.stderr
    assert snippet.told in done.stdout


def test_the_context_snippet_runs_on_python_3_13(site: Site, tmp_path: Path) -> None:
    python = require_program("python3.13")
    (tmp_path / "certifi").symlink_to(Path(certifi.__file__).parent)
    env = {"PYENV_VERSION": "3.13.0", "PYTHONPATH": str(tmp_path)}
    done = run(str(python), "-c", site.of("Python ssl, urllib").code, env=env)
    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


def test_the_adapter_keeps_certifi_out_of_the_context(site: Site) -> None:
    code = site.of("requests with a context").code
    own = code.replace("context = ssl.create_default_context(cafile=certifi.where())", "context = ssl.SSLContext(2)")
    own = own.replace("ssl.SSLContext(2)", "ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)")
    done = run(sys.executable, "-c", own + "\nprint(context.cert_store_stats()['x509'])")
    assert done.stdout == "200\n2\n", done.stderr


def test_a_context_as_verify_is_refused_as_the_note_says(site: Site) -> None:
    code = f"import ssl, requests; requests.get({site.url!r}, verify=ssl.create_default_context())"
    assert "TypeError" in run(sys.executable, "-c", code).stderr


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_settings_work_and_without_them_the_client_fails(site: Site, call: Call, tmp_path: Path) -> None:
    call.require()
    assert call.told not in said_by(site, call, tmp_path / "without")
    said = said_by(site, call, tmp_path / "with", call.setting(site.of(call.client).code))
    assert call.told in said, said


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_what_a_setting_leaves_is_taken_back(site: Site, call: Call, tmp_path: Path) -> None:
    call.require()
    code, undo = call.setting(site.of(call.client).code), site.undo_of(call.client)
    if undo:
        said = said_by(site, call, tmp_path / "undone", f"{code}\n{undo}")
        assert call.told not in said, said
    else:
        assert not {"export", "config"} & set(code.split())
