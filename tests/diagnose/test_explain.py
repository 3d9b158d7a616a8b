"""From error texts to causes."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.diagnose.error_texts import SAMPLES, Sample
from tests.support.limits import own_seconds
from tests.support.unsafe import unsafe_in
from tui_chain.cli.main import main
from tui_chain.clients.cause_codes import CauseCode
from tui_chain.clients.errors import ErrorKind, Speaker
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.explain.causes import CAUSES
from tui_chain.diagnose.explain.explanation import Explanation, explain, explain_code
from tui_chain.diagnose.explain.symptoms import SYMPTOMS
from tui_chain.diagnose.findings.catalogue import CATALOGUE, GROUPS, markdown_table


def told(text: str) -> Explanation:
    found = explain(text)
    assert isinstance(found, Explanation), found
    return found


@pytest.mark.parametrize(
    "sample", SAMPLES, ids=[f"{one.client}-{one.symptom}-{at}" for at, one in enumerate(SAMPLES)]
)
def test_a_text_of_the_field_is_explained(sample: Sample) -> None:
    found = told(sample.text)
    assert (found.client, found.symptom.name) == (sample.client, sample.symptom)
    assert (found.causes[0].code, found.host) == (sample.cause, sample.host)
    assert not any(_PLACE.search(cause.command) for cause in found.causes)
    plain = sample.text.replace('\\"', '"')
    assert found.line in " ".join(plain.split()) or found.line in plain


def test_there_are_enough_texts_and_of_every_client() -> None:
    assert len(SAMPLES) >= 40
    clients = {sample.client for sample in SAMPLES}
    assert clients >= {"Python", "requests", "httpx", "curl", "git", "Node", "Java", "Go", "pip", "wget", "openssl"}


def test_every_kind_has_a_symptom_and_every_code_a_cause() -> None:
    assert set(SYMPTOMS) == set(ErrorKind)
    assert set(CAUSES) == set(CauseCode)
    named = {code for symptom in SYMPTOMS.values() for code in symptom.causes}
    assert named == set(CauseCode), "a cause that no error has"
    for symptom in SYMPTOMS.values():
        assert len(set(symptom.causes)) == len(symptom.causes)
        assert symptom.message.endswith(".")
    for cause in CAUSES.values():
        assert cause.message.endswith(".")
        assert {found[1] for found in _PLACE.finditer(cause.command)} <= PLACES
        assert all(cause.shows)


PLACES = {"host", "url", "address", "starttls", "trust", "file", "store", "roots"}
"""What a command leaves to be filled in."""
_PLACE = re.compile(r"(?<![%$]){(\w+)}")


def test_a_traceback_is_explained_by_its_error() -> None:
    frames = "".join(f'  File "/srv/app/{n}.py", line {n}, in call\n    return self.next()\n' for n in range(200))
    text = f"Traceback (most recent call last):\n{frames}{SAMPLES[0].text}\n"
    assert told(text).line == SAMPLES[0].text
    assert told("\r\n".join(["noise"] * 40_000) + "\r\n" + SAMPLES[0].text).symptom.name == "unknown-issuer"


def test_a_verify_code_alone() -> None:
    assert told("20").symptom.name == "unknown-issuer"
    assert told("10").symptom.name == "expired"
    assert told("85").symptom.name == "strict-aki"
    assert told("62").symptom.name == "host-mismatch"


def test_the_commands_name_the_clients_own_settings() -> None:
    samples = [sample for sample in SAMPLES if sample.symptom in {"unknown-issuer", "bundle-unusable"}]
    commands = {sample.client: " ".join(c.command for c in told(sample.text).causes) for sample in samples}
    assert "REQUESTS_CA_BUNDLE" in commands["requests"]
    assert "GIT_SSL" in commands["git"]
    assert "keytool" in commands["Java"]


_VERIFY = (
    "* Connected to api.example.org (192.0.2.1) port 443 (#0)\n{file}curl: (60) SSL certificate problem: {reason}"
)
_LOCAL = "unable to get local issuer certificate"


def commands(text: str) -> dict[CauseCode, str]:
    return {cause.code: cause.command for cause in told(text).causes}


def test_the_commands_judge_with_the_trust_file_of_the_text() -> None:
    own = commands(_VERIFY.format(file="*  CAfile: /x/corp.pem\n*  CApath: none\n", reason=_LOCAL))
    assert own[CauseCode.MISSING_ISSUER] == "tlschain fix api.example.org --trust /x/corp.pem"
    half = commands(_VERIFY.format(file="*  CAfile: /x/corp.pem\n", reason="unable to get issuer certificate"))
    assert half[CauseCode.OLD_STORE] == "tlschain check api.example.org"
    assert own[CauseCode.CA_FILE].startswith("tlschain audit /x/corp.pem; ")
    beside = commands(_VERIFY.format(file="*  CAfile: /x/corp.pem\n*  CApath: /etc/ssl/certs\n", reason=_LOCAL))
    assert beside[CauseCode.MISSING_ISSUER].endswith("--trust /x/corp.pem --trust system")


def test_a_systems_file_is_no_trust_file_to_name() -> None:
    system = commands(_VERIFY.format(file="*  CAfile: /etc/ssl/certs/ca-certificates.crt\n", reason=_LOCAL))
    assert system[CauseCode.MISSING_ISSUER] == "tlschain fix api.example.org"
    assert system[CauseCode.CA_FILE].startswith("tlschain doctor; ")
    text = "curl: (77) error setting certificate file: /etc/ssl/certs/ca-certificates.crt"
    assert commands(text)[CauseCode.NO_CA_STORE] == "tlschain audit /etc/ssl/certs/ca-certificates.crt"
    own = commands("curl: (77) error setting certificate file: /x/corp.pem")
    assert own[CauseCode.NO_CA_STORE] == "tlschain check --trust system HOST"


def test_a_file_that_the_client_could_not_read_is_looked_at() -> None:
    text = (
        "Warning: Ignoring extra certs from `/x/gone.pem`, load failed: error:80000002:system library::No such file"
    )
    found = commands(
        f"{text}\nrequest to https://api.example.org/ failed, reason: unable to verify the first certificate"
    )
    assert found[CauseCode.CA_FILE].startswith("tlschain audit /x/gone.pem; ")
    assert not any("--trust /x/gone.pem" in command for command in found.values())


def test_an_address_is_quoted_as_each_program_takes_it() -> None:
    refused = "HTTPSConnectionPool(host='2001:db8::1', port=8443): Max retries exceeded (Caused by {})"
    tunnel = commands(
        refused.format("ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403")
    )
    assert tunnel[CauseCode.PROXY_REFUSED].endswith(" 'https://[2001:db8::1]:8443/'")
    alert = commands(
        refused.format("SSLError(1, '[SSL: TLSV1_ALERT_NO_APPLICATION_PROTOCOL] tlsv1 alert no application protocol")
    )
    assert "-connect '[2001:db8::1]:8443' " in alert[CauseCode.ALERT_NO_ALPN]


def test_verification_is_never_turned_off() -> None:
    words = " ".join(f"{c.message} {c.command}" for c in CAUSES.values())
    for forbidden in (
        "verify=False",
        "--insecure",
        " -k ",
        "NODE_TLS_REJECT",
        "sslVerify",
        "--trusted-host",
        "CERT_NONE",
    ):
        assert forbidden not in words


@pytest.mark.parametrize("host", ["$(reboot).example", "a;reboot", "`id`.example", "-oops", "x&&y", "../etc"])
def test_a_host_that_is_none_reaches_no_command(host: str) -> None:
    found = told(f"HTTPSConnectionPool(host='{host}', port=443): certificate has expired")
    assert found.host is None or found.host.replace(".", "").replace("-", "").isalnum()
    for cause in found.causes:
        assert "reboot" not in cause.command
        assert shlex.split(cause.command)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/x/{file}$(reboot).pem", "'/x/{file}$(reboot).pem'"),
        ("/x/{trust}{host};reboot.pem", "'/x/{trust}{host};reboot.pem'"),
        ("--reboot", "./--reboot"),
    ],
)
def test_a_files_name_is_one_word_of_a_command_and_no_option(name: str, shown: str) -> None:
    """Braces in it are no places to fill, which would end its quotes."""
    for reason in (_LOCAL, "self-signed certificate in certificate chain"):
        for command in commands(_VERIFY.format(file=f"*  CAfile: {name}\n", reason=reason)).values():
            assert command.replace(shown, "").count("reboot") == 0
    assert (
        f" --trust {shown}"
        in commands(_VERIFY.format(file=f"* CAfile: {name}\n", reason=_LOCAL))[CauseCode.MISSING_ISSUER]
    )


def test_a_version_that_attacks_a_terminal_is_safe() -> None:
    for attack in ("\u202e8.0", "\\u001b]0;x\\u0007", "&#27;[2J"):
        found = told(
            f"mysql  Ver {attack} for Linux\nERROR 2026 (HY000): SSL connection error: certificate has expired"
        )
        assert found.client == "mysql client"
        assert not unsafe_in(str(found.version))


@given(st.text(max_size=400))
def test_any_text_gives_an_answer_that_a_terminal_can_show(text: str) -> None:
    for given_text in (text, f"{text} certificate has expired {text}"):
        found = explain(given_text)
        shown = str(found) if isinstance(found, Failure) else found.line + "".join(c.command for c in found.causes)
        assert not unsafe_in(shown)


def test_a_hostile_text_takes_no_time() -> None:
    texts = [
        "\\" * 24_000,
        "a" * 300_000,
        "certificate " * 30_000,
        "is valid for " * 20_000,
        "https://" * 40_000,
        "host='" * 50_000,
    ]
    with own_seconds(3.0):
        for text in texts:
            explain(text)


def test_an_error_in_a_long_log_takes_no_time() -> None:
    lines = (
        "06:00:00 INFO app.worker request handled path=/api/v1/items status=200 duration=0.0123 user=abc\n",
        "\tat java.base/sun.security.ssl.TransportContext.fatal(TransportContext.java:371)\n",
        'time="2026-11-27" level=error msg="issued by issuer: C=US, O=Example, connect to host: example.org"\n',
    )
    error = "ssl.SSLCertVerificationError: unable to get local issuer certificate\n"
    with own_seconds(6.0):
        for line in lines:
            found = explain(line * (40_000 // len(line)) + error)
            assert isinstance(found, Explanation)
            assert found.symptom.name == "unknown-issuer"


def test_no_text_and_an_unknown_one() -> None:
    for text in ("", "  \n", "it rains"):
        failure = explain(text)
        assert isinstance(failure, Failure)
        assert failure.hint


def test_the_command_explains_a_code_a_text_and_standard_input() -> None:
    runner = CliRunner()
    code = runner.invoke(main, ["explain", "missing-issuer"])
    assert code.exit_code == 0
    assert CATALOGUE[FindingCode.MISSING_ISSUER].hint in code.output
    piped = runner.invoke(main, ["explain"], input=SAMPLES[0].text)
    assert "1. The server does not send its intermediate certificate." in piped.output
    assert "tlschain check api.example.org" in piped.output
    spoken = runner.invoke(main, ["explain", "--json", "curl:", "(60)", "certificate", "has", "expired"])
    assert json.loads(spoken.output)["symptom"] == "expired"
    assert runner.invoke(main, ["explain", "it", "rains"]).exit_code == 1
    assert runner.invoke(main, ["explain", "-"], input="").exit_code == 2
    assert runner.invoke(main, ["explain"], input=b"\xff\xfe certificate has expired").exit_code == 0
    redirected = runner.invoke(main, ["explain", "--json"], input="certificate has expired".encode("utf-16"))
    assert json.loads(redirected.output)["symptom"] == "expired"


def test_the_catalogue_as_a_table() -> None:
    table = markdown_table()
    for family, kinds in GROUPS.items():
        assert f"### {family}\n" in table
        for kind in kinds:
            assert f"| `{kind.code}` | {kind.severity.value} |" in table
    assert CliRunner().invoke(main, ["explain", "--list"]).output.rstrip("\n") == table.rstrip("\n")


def test_every_kind_is_declared_once_and_in_whole_sentences() -> None:
    assert sum(map(len, GROUPS.values())) == len(CATALOGUE)
    for code, kind in CATALOGUE.items():
        assert explain_code(code.upper()) is kind
        assert kind.message.endswith(".")
        assert kind.hint.endswith(".")
        assert "verify=False" not in kind.hint


def test_the_json_is_what_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    chapter = page.partition("# The JSON of an explanation")[2].partition("\n# ")[0]
    documented = set(re.findall(r"`([\w-]+)`", chapter))
    runner = CliRunner()
    text = json.loads(runner.invoke(main, ["explain", "--json", "curl: (60) certificate has expired"]).output)
    code = json.loads(runner.invoke(main, ["explain", "--json", "missing-issuer"]).output)
    assert text["schema"] == 1
    assert {*text, *text["causes"][0], *code} <= documented
    assert {speaker.value for speaker in Speaker} <= documented


def test_what_an_output_has_stands_in_one_line_at_80_columns() -> None:
    text = 'psql: connection to server at "db.corp.example" (192.0.2.3), port 5432 failed: certificate verify failed'
    lines = CliRunner().invoke(main, ["explain", text]).output.splitlines()
    assert [line for line in lines if len(line) > 80 and line != text] == []
    for shown in ("The server's own certificate expired", "host: db.corp.example:5432", "fault: client store"):
        assert any(shown in line for line in lines), shown
