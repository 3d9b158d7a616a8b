"""What is said of the settings of programs beside the advice: which of two wins, and what they do not read.

The files have plain names here: what is said is said of the settings, and not of how a path is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.advise.calls import CALLS, write_sources
from tests.advise.calls.call import Call
from tests.advise.calls.php_curl import PHP_CURL
from tests.advise.conftest import Site, run
from tui_chain.clients.client import Client
from tui_chain.clients.families import FamilyId
from tui_chain.clients.registry import clients
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.repair.output import java_truststore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

_CURL = Call("curl", "curl", ("curl", "-q", "-sS"), "probe-1.0")
_WGET = Call("wget", "wget", ("wget", "-qO-"), "probe-1.0")
PROGRAMS = {call.name: call for call in (*CALLS, PHP_CURL, _CURL, _WGET)}
_CURLRC = 'curl() { command curl "${@/#-q/-s}"; }; export -f curl'
"""curl that reads its file, which -q keeps it from."""
_AWS = r'mkdir -p ~/.aws; printf "[default]\nca_bundle = @PEM@\n" > ~/.aws/config'
_JVM = "-Djavax.net.ssl.trustStore=@P12@"
_INI = 'echo "openssl.cafile = @PEM@" >> "$HOME/trust.ini"'
_LOCAL = 'mkdir -p "$HOME/project/.bundle"; echo "BUNDLE_SSL_CA_CERT: @PEM@" > "$HOME/project/.bundle/config"'
_NETWORK = r'printf "networkSettings:\n  localhost:\n    httpsCaFilePath: @PEM@\n" >> "$HOME/.yarnrc.yml"'
_CONTEXT = """stream_context_create(["ssl" => ["cafile" => "@PEM@"]])"""
_SSL_OPTS = 'ssl_opts => {SSL_ca_file => "@PEM@"}'
_SOCKET = 'PeerAddr => "localhost:$port", SSL_ca_file => "@PEM@"'


_PHP_CURL = (
    '$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_CAINFO, "@PEM@"); curl_setopt($c, CURLOPT_RETURNTRANSFER, 1);'
    "if (curl_exec($c)) echo 200;"
)


_REQUESTS = "import sys, requests"
_NODE = (
    'require("https").get(process.argv[1], {ca: require("fs").readFileSync("@PEM@")}, a => {'
    " console.log(a.statusCode); a.resume(); })"
)
_FOLDER = (
    'mkdir -p "$HOME/certs"; cd "$HOME/certs"; csplit -z -q -b %02d.pem @PEM@ /BEGIN/ "{*}"; openssl rehash .; '
    'export SSL_CERT_DIR="$HOME/certs"; cd - > /dev/null'
)


def exported(name: str) -> str:
    return f"export {name}=@PEM@"


def python_code(code: str) -> str:
    return f'set -- {sys.executable} -c "{code}"'


HOW = {
    ("requests", "requests"): {
        "verify=": python_code(f"{_REQUESTS}; print(requests.get(sys.argv[1], verify='@PEM@').status_code)"),
        "REQUESTS_CA_BUNDLE": exported("REQUESTS_CA_BUNDLE"),
        "CURL_CA_BUNDLE": exported("CURL_CA_BUNDLE"),
        "session.verify": python_code(
            f"{_REQUESTS}; s = requests.Session(); s.verify = '@PEM@'; print(s.get(sys.argv[1]).status_code)"
        ),
    },
    ("httpx", "httpx"): {
        "verify=": python_code(
            "import sys, ssl, httpx; context = ssl.create_default_context(cafile='@PEM@');"
            "print(httpx.get(sys.argv[1], verify=context).status_code)"
        ),
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
        "SSL_CERT_DIR": _FOLDER,
    },
    ("pip", "pip"): {
        "REQUESTS_CA_BUNDLE": exported("REQUESTS_CA_BUNDLE"),
        "--cert": 'set -- "${@:1:$#-1}" --cert @PEM@ --index-url',
        "PIP_CERT": exported("PIP_CERT"),
        "cert of pip.conf": r'mkdir -p ~/.config/pip; printf "[global]\ncert = @PEM@\n" > ~/.config/pip/pip.conf',
    },
    ("boto3", "boto3"): {
        "verify=": python_code(
            "import sys, boto3; client = boto3.client('sts', endpoint_url=sys.argv[1], verify='@PEM@');"
            "print(client.get_caller_identity()['Arn'])"
        ),
        "AWS_CA_BUNDLE": exported("AWS_CA_BUNDLE"),
        "ca_bundle": _AWS,
        "REQUESTS_CA_BUNDLE": exported("REQUESTS_CA_BUNDLE"),
    },
    ("aws", "aws"): {
        "--ca-bundle": 'set -- aws --ca-bundle @PEM@ "${@:2}"',
        "AWS_CA_BUNDLE": exported("AWS_CA_BUNDLE"),
        "ca_bundle": _AWS,
        "REQUESTS_CA_BUNDLE": exported("REQUESTS_CA_BUNDLE"),
    },
    ("curl", "curl"): {
        "--cacert": 'set -- curl --cacert @PEM@ "${@:2}"',
        "cacert of .curlrc": f'{_CURLRC}; echo "cacert = @PEM@" > "$HOME/.curlrc"',
        "CURL_CA_BUNDLE": exported("CURL_CA_BUNDLE"),
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
    },
    ("wget", "wget"): {
        "--ca-certificate": 'set -- wget --ca-certificate=@PEM@ "${@:2}"',
        "ca_certificate": 'echo "ca_certificate = @PEM@" > "$HOME/.wgetrc"',
    },
    ("git", "git"): {
        "GIT_SSL_CAINFO": exported("GIT_SSL_CAINFO"),
        "http.<url>.sslCAInfo": "git config --global http.@URL@.sslCAInfo @PEM@",
    },
    ("Node", "Node"): {
        "ca:": f"set -- node -e '{_NODE}'",
        "NODE_EXTRA_CA_CERTS": exported("NODE_EXTRA_CA_CERTS"),
    },
    ("PHP streams", "PHP"): {
        "cafile of a context": f"set -- php -r 'if (file_get_contents($argv[1], false, {_CONTEXT})) echo 200;'",
        "openssl.cafile": 'mkdir -p "$HOME/php"; echo "openssl.cafile = @PEM@" > "$HOME/php/one.ini"',
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
    },
    ("PHP curl", "PHP curl"): {
        "CURLOPT_CAINFO": f"set -- php -r '{_PHP_CURL}'",
        "openssl.cafile": _INI,
        "curl.cainfo": 'echo "curl.cainfo = @PEM@" >> "$HOME/trust.ini"',
    },
    ("Composer", "Composer"): {
        "COMPOSER_CAFILE": exported("COMPOSER_CAFILE"),
        "cafile": "composer config --global cafile @PEM@",
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
        "openssl.cafile": f'{_INI}; export PHP_INI_SCAN_DIR=":$HOME"',
    },
    ("Perl", "Perl"): {
        "SSL_ca_file": (
            "set -- perl -MIO::Socket::SSL -e "
            f"'($port) = $ARGV[0] =~ m{{:(\\d+)}}; print 200 if IO::Socket::SSL->new({_SOCKET})'"
        ),
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
    },
    ("Perl LWP", "Perl LWP"): {
        "SSL_ca_file": (
            f"set -- perl -MLWP::UserAgent -e 'print LWP::UserAgent->new({_SSL_OPTS})->get($ARGV[0])->code'"
        ),
        "PERL_LWP_SSL_CA_FILE": exported("PERL_LWP_SSL_CA_FILE"),
        "HTTPS_CA_FILE": exported("HTTPS_CA_FILE"),
    },
    ("cargo", "cargo"): {
        "--config http.cainfo": 'cargo() { command cargo --config "http.cainfo=\'@PEM@\'" "$@"; }; export -f cargo',
        "CARGO_HTTP_CAINFO": exported("CARGO_HTTP_CAINFO"),
        "http.cainfo": r"""mkdir ~/.cargo; printf "[http]\ncainfo = '@PEM@'\n" > ~/.cargo/config.toml""",
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
    },
    ("yarn", "yarn"): {
        "networkSettings": _NETWORK,
        "YARN_HTTPS_CA_FILE_PATH": exported("YARN_HTTPS_CA_FILE_PATH"),
        "httpsCaFilePath": 'echo "httpsCaFilePath: @PEM@" >> "$HOME/.yarnrc.yml"',
        "NODE_EXTRA_CA_CERTS": exported("NODE_EXTRA_CA_CERTS"),
    },
    ("yarn 1", "yarn 1"): {
        "YARN_CAFILE": exported("YARN_CAFILE"),
        "cafile": """cd "$HOME"; echo 'cafile "@PEM@"' > .yarnrc""",
        "npm_config_cafile": exported("npm_config_cafile"),
        "NODE_EXTRA_CA_CERTS": exported("NODE_EXTRA_CA_CERTS"),
    },
    ("pnpm", "pnpm"): {
        "cafile of .npmrc": 'echo cafile=@PEM@ > "$HOME/.npmrc"',
        "NODE_EXTRA_CA_CERTS": exported("NODE_EXTRA_CA_CERTS"),
    },
    ("Deno", "Deno"): {
        "--cert": 'set -- "$1" run --cert @PEM@ "${@:3}"',
        "DENO_CERT": exported("DENO_CERT"),
    },
    ("Bundler", "Bundler"): {
        ".bundle/config": _LOCAL,
        "BUNDLE_SSL_CA_CERT": exported("BUNDLE_SSL_CA_CERT"),
        "~/.bundle/config": "bundle config set --global ssl_ca_cert @PEM@",
        ":ssl_ca_cert in ~/.gemrc": 'echo ":ssl_ca_cert: @PEM@" > "$HOME/.gemrc"',
        "SSL_CERT_FILE": exported("SSL_CERT_FILE"),
    },
    ("Maven", "Maven"): {
        "-D of mvn": f'mvn() {{ command mvn {_JVM} "$@"; }}; export -f mvn',
        "MAVEN_OPTS": f"export MAVEN_OPTS={_JVM}",
        ".mvn/jvm.config": f'cp maven.xml "$HOME"; cd "$HOME"; mkdir .mvn; echo {_JVM} > .mvn/jvm.config',
        "JAVA_TOOL_OPTIONS": f"export JAVA_TOOL_OPTIONS={_JVM}",
    },
}
"""By client and call: the lines of a shell that make each of its settings, for the file @PEM@ or Java's @P12@."""


@dataclass(frozen=True)
class Files:
    """The repair, its intermediate alone, and a file that has a root of another server; and the same for Java."""

    right: Path
    intermediate: Path
    wrong: Path


@pytest.fixture(scope="module")
def files(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("settings")
    made = Files(*(folder / f"{name}.pem" for name in ("right", "intermediate", "wrong")))
    bundle = [one.der for one in read_certificates(site.bundle.read_bytes()).certificates]
    intermediate = [der for der in bundle if (one := Certificate(der)).subject != one.issuer]
    wrong = [Authority.root("Elsewhere Root", now=datetime.now(UTC)).der]
    for path, ders in zip((made.right, made.intermediate, made.wrong), (bundle, intermediate, wrong), strict=True):
        path.write_bytes(to_pem(ders))
        path.with_suffix(".p12").write_bytes(java_truststore([Certificate(der) for der in ders]))
    return made


def made_of(lines: str, file: Path) -> str:
    return lines.replace("@PEM@", str(file)).replace("@P12@", str(file.with_suffix(".p12")))


def accepts(site: Site, call: Call, home: Path, lines: str) -> bool:
    write_sources(site.folder)
    script = f"{lines.replace('@URL@', site.url)}\n\"$@\" '{site.url}'"
    done = run("bash", "-c", script, "bash", *call.words, cwd=site.folder, env=call.environment(home, site.folder))
    return call.told in done.stdout + done.stderr


def client_named(name: str) -> Client:
    return next(client for client in clients() if client.name == name)


def contests() -> Iterator[tuple[str, str, str, str]]:
    """Client, call, and two settings of which the first is the next stronger."""
    for (client, call), how in HOW.items():
        yield from ((client, call, *pair) for pair in pairwise(how))


def test_the_settings_are_those_of_the_clients() -> None:
    for (name, _), how in HOW.items():
        settings = client_named(name).settings
        assert [one.name for one in settings] == list(how)
        for stronger, weaker in zip(settings, list(how)[1:], strict=False):
            assert weaker in stronger.wins_over


@pytest.mark.parametrize(("client", "name", "stronger", "weaker"), [*contests()])
def test_a_stronger_setting_wins(
    site: Site, files: Files, client: str, name: str, stronger: str, weaker: str, tmp_path: Path
) -> None:
    call, how = PROGRAMS[name], HOW[client, name]
    call.require()
    plain = made_of(how[weaker], files.right)
    assert accepts(site, call, tmp_path / "weaker", plain)
    both = f"{plain}\n{made_of(how[stronger], files.wrong)}"
    assert not accepts(site, call, tmp_path / "both", both)


@pytest.mark.parametrize(
    "name", ["PHP streams", "PHP curl", "Perl", "Perl LWP", "cargo", "yarn 1", "Deno", "Bundler"]
)
def test_an_intermediate_alone_is_enough_where_a_family_takes_it_for_an_anchor(
    site: Site, files: Files, name: str, tmp_path: Path
) -> None:
    (_, program), how = next((key, how) for key, how in HOW.items() if key[0] == name)
    call, families = PROGRAMS[program], client_named(name).families
    call.require()
    partial = bool({FamilyId.CURL, FamilyId.RUSTLS} & set(families)) or name == "Perl LWP"
    lines = made_of([*how.values()][1], files.intermediate)
    assert accepts(site, call, tmp_path / "home", lines) == partial


@pytest.mark.parametrize(
    ("name", "lines", "accepted"),
    [
        ("PHP curl", "export CURL_CA_BUNDLE=@PEM@ SSL_CERT_FILE=@PEM@", False),
        ("Perl LWP", "export SSL_CERT_FILE=@PEM@", False),
        ("pnpm", f"node {PROGRAMS['pnpm'].needs} config set cafile @PEM@", False),
        ("Deno", "export SSL_CERT_FILE=@PEM@", False),
        ("Deno", "export SSL_CERT_FILE=@PEM@ DENO_TLS_CA_STORE=system", True),
        ("Deno", "export NODE_EXTRA_CA_CERTS=@PEM@", True),
        ("gem", 'echo ":ssl_ca_cert: @PEM@" > "$HOME/.gemrc"', True),
        ("yarn 1", 'cd "$HOME"; echo cafile=@PEM@ > .npmrc', True),
        ("Perl", "export SSL_CERT_FILE=@PEM@; set -- perl -MHTTP::Tiny -e 'print "
         "HTTP::Tiny->new(verify_SSL => 1)->get($ARGV[0])->{status}'", True),
    ],
)  # fmt: skip
def test_a_note_says_what_a_client_reads(
    site: Site, files: Files, name: str, lines: str, accepted: bool, tmp_path: Path
) -> None:
    call = PROGRAMS[name]
    call.require()
    assert accepts(site, call, tmp_path / "home", made_of(lines, files.right)) == accepted


@pytest.mark.parametrize(("variable", "accepted"), [("HTTPS_CA_FILE", True), ("PERL_LWP_SSL_CA_FILE", False)])
def test_lwp_verifies_no_host_name_beside_https_ca_file(
    site: Site, files: Files, variable: str, accepted: bool, tmp_path: Path
) -> None:
    call = PROGRAMS["Perl LWP"]
    call.require()
    url = site.url.replace("localhost", "127.1")
    words = (*call.words, url)
    done = run(*words, cwd=site.folder, env=call.environment(tmp_path, site.folder) | {variable: str(files.right)})
    assert done.stdout == ("200" if accepted else "500")
