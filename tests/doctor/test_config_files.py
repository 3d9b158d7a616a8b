"""Configuration files as the script reads them: every client's, and as programs read the same lines themselves."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.interpreters import clean_environment, report_of
from tests.support.programs import require_program
from tui_chain.clients.client import Client
from tui_chain.clients.config_file import Syntax
from tui_chain.clients.registry import clients
from tui_chain.doctor.environment_report import EnvironmentReport
from tui_chain.doctor.precedence import client_settings, switched_off

HOME = {
    ".gitconfig": (
        "[user]\n\tname = x\n[http]\n\tsslVerify = false ; why\n"
        '[http "https://git.test/"]\n\tsslCAInfo = "/a b/git.pem"\n'
        "\tsslcert = /own.pem\n"
    ),
    ".npmrc": "//registry/:_authToken=secret\n; cafile=/no.pem\ncafile = /npm.pem\nstrict-ssl=false\n",
    ".yarnrc": '# x\ncafile "/yarn 1.pem"\nstrict-ssl false\n',
    ".yarnrc.yml": 'httpsCaFilePath: "/yarn.pem"\nenableStrictSsl: false\nnpmAuthToken: secret\n',
    ".config/pip/pip.conf": (
        "[global]\nindex-url = https://u:secret@x/\ncert = /pip.pem\n[install]\ntrusted-host = x.test\n"
    ),
    ".curlrc": '# x\n--cacert "/curl ca.pem"\nuser = a:secret\ninsecure\n',
    ".wgetrc": "CA_Certificate = /wget.pem\ncheck-certificate = off\npassword = secret\n",
    ".condarc": "channels:\n  - x\nssl_verify: /conda.pem  # ours\n",
    ".config/uv/uv.toml": 'native-tls = true\nallow-insecure-host = ["x.test"]\n',
    ".config/pypoetry/config.toml": (
        "[certificates.corp]\ncert = '/poetry.pem'\n[http-basic.corp]\npassword = 'secret'\n"
    ),
    ".aws/config": "[profile x]\nca_bundle = /aws.pem\nrole_arn = secret\n",
    ".cargo/config.toml": '[http]\ncainfo = "/cargo.pem" # ours\n',
    ".gemrc": ":ssl_ca_cert: /gem.pem\n:ssl_verify_mode: 0\n",
    ".bundle/config": '---\nBUNDLE_SSL_CA_CERT: "/bundle.pem"\nBUNDLE_GEMS__TEST: "u:secret"\n',
    ".gradle/gradle.properties": "systemProp.javax.net.ssl.trustStore=/gradle.p12\nsigning.password=secret\n",
    ".config/composer/config.json": '{"config": {\n    "cafile": "/composer.pem",\n    "x": "secret"\n}}\n',
    ".ldaprc": "TLS_CACERT /ldap.pem\nTLS_REQCERT never\nBINDPW secret\n",
    ".my.cnf": "[client]\npassword=secret\nssl-ca=/mysql.pem\n",
    ".kube/config": (
        "clusters:\n- cluster:\n    certificate-authority: /kube.pem\n    insecure-skip-tls-verify: true\n"
    ),
    "project/.mvn/jvm.config": "-Xmx1g -Djavax.net.ssl.trustStore=/maven.p12 -Dpassword=secret\n",
    "project/pyproject.toml": '[project]\nname = "x"\n[tool.uv]\nallow-insecure-host = []\n',
    "project/.npmrc": "cafile=/project.pem\n",
}
EXPECTED = {
    ("git", "http.<url>.sslCAInfo"): "/a b/git.pem",
    ("npm", "cafile"): "/project.pem",
    ("pnpm", "cafile of .npmrc"): "/project.pem",
    ("yarn 1", "cafile"): "/yarn 1.pem",
    ("yarn", "httpsCaFilePath"): "/yarn.pem",
    ("pip", "cert of pip.conf"): "/pip.pem",
    ("curl", "cacert of .curlrc"): "/curl ca.pem",
    ("wget", "ca_certificate"): "/wget.pem",
    ("conda", "ssl_verify"): "/conda.pem",
    ("Poetry", "certificates.<source>.cert"): "/poetry.pem",
    ("aws", "ca_bundle"): "/aws.pem",
    ("boto3", "ca_bundle"): "/aws.pem",
    ("cargo", "http.cainfo"): "/cargo.pem",
    ("Bundler", "~/.bundle/config"): "/bundle.pem",
    ("Gradle", "~/.gradle/gradle.properties"): "/gradle.p12",
    ("Composer", "cafile"): "/composer.pem",
    ("ldapsearch", "TLS_CACERT"): "/ldap.pem",
    ("mysql client", "ssl-ca"): "/mysql.pem",
    ("kubectl", "certificate-authority"): "/kube.pem",
    ("Maven", ".mvn/jvm.config"): "/maven.p12",
}
"""What counts in each client of these files."""
OFF = {"git", "npm", "pnpm", "yarn 1", "yarn", "pip", "curl", "wget", "uv", "gem", "ldapsearch", "kubectl"}
"""Whose verification they turn off."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("config")
    for name, text in HOME.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def report(home: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> EnvironmentReport:
    monkeypatch.chdir(home / "project")
    return report_of(bare, clean_environment(home))


def test_every_file_is_read_and_says_what_counts(report: EnvironmentReport, home: Path) -> None:
    counting = {
        (one.client, one.found.name): one.found.value
        for one in client_settings(report)
        if one.wins and one.found.place.startswith(str(home))
    }
    assert EXPECTED.items() <= counting.items(), set(EXPECTED.items()) - set(counting.items())
    own = replace(report, settings=tuple(one for one in report.settings if one.place.startswith(str(home))))
    assert {client.name for client in clients() if any(switched_off(client, own))} == OFF


def test_nothing_else_of_a_file_leaves_the_interpreter(report: EnvironmentReport) -> None:
    assert "secret" not in json.dumps(dict(report.raw))


OWN_WORDS = {
    "git": (("git", "config", "--get-urlmatch", "http.sslCAInfo", "https://git.test/x"), "/a b/git.pem"),
    "npm": (("npm", "config", "get", "cafile"), "/project.pem"),
}


@pytest.mark.parametrize("name", OWN_WORDS)
def test_the_program_reads_the_same(name: str, home: Path) -> None:
    words, value = OWN_WORDS[name]
    program = require_program(words[0])
    (home / "project" / "package.json").write_text("{}")
    environment = clean_environment(home, GIT_CONFIG_NOSYSTEM="1")
    done = subprocess.run(
        (program, *words[1:]),
        cwd=home / "project", env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == value


CLIENTS: list[Client] = [one for one in clients() if one.files or one.switches]


@pytest.mark.parametrize("client", CLIENTS, ids=[one.name for one in CLIENTS])
def test_what_a_file_has_is_a_setting_or_a_switch(client: Client) -> None:
    """Names that are neither are facts alone: which library, and whether the system's store is used."""
    known = {one.name for one in client.settings} | {one.name for one in client.switches}
    facts = {"http.sslBackend", "native-tls", "system-certs"}
    for file in client.files:
        assert set(file.keys.values()) <= known | facts
        assert all(key == key.lower() for key in file.keys)
        assert file.syntax in Syntax
