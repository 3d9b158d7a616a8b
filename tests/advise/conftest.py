from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.nginx import nginx
from tui_chain.lab.authority import Template, key_to_pem, to_pem
from tui_chain.lab.internet import Lab, open_lab

SECONDS = 60
TLSCHAIN = Path(sys.executable).with_name("tlschain")
HOSTILE = '-it\'s "a" $HOME ${HOME} $(touch pwned) `touch pwned` ;&| #x %41 !! * ~ \\n ünï ✓ 😀.pem'
"""A file name over which no client may stumble and which no shell may obey."""
_FENCE = re.compile(r"^## (.+?)$|^```(\w+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_WHEEL = "probe-1.0-py3-none-any.whl"
_NPM = '{"name":"probe","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"probe","version":"1.0.0"}}}'
_CRATE = '{"name":"probe","vers":"1.0.0","deps":[],"cksum":"00","features":{},"yanked":false}'
ANSWERS = f"""
if ($request_method = POST) {{
    return 200 '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <GetCallerIdentityResult><Arn>arn:aws:iam::1:user/probe</Arn></GetCallerIdentityResult>
        </GetCallerIdentityResponse>';
}}
location = /v2/probe/tags/list {{ default_type application/json; return 200 '{{"name":"probe","tags":["1.0"]}}'; }}
location ~ ^/(noarch|linux-) {{ return 404; }}
location = /probe/ {{ return 200 "<a href='{_WHEEL}' data-core-metadata='true'>{_WHEEL}</a>"; }}
location = /probe/{_WHEEL}.metadata {{ return 200 "Metadata-Version: 2.1\\nName: probe\\nVersion: 1.0\\n"; }}
location = /probe {{ default_type application/json; return 200 '{_NPM}'; }}
location = /config.json {{ return 200 '{{"dl":"https://$http_host/crates"}}'; }}
location = /pr/ob/probe {{ return 200 '{_CRATE}'; }}
location = /packages.json {{ return 200 '{{"packages":{{}}}}'; }}
location ~ \\.(pom|jar|gz)$ {{ return 404; }}
"""
"""What nginx answers: AWS's security token service, a registry's tags, and registries of one package, or of none.

They are Python's with its metadata (PEP 658), npm's, cargo's (a sparse index), Composer's, Maven's and Ruby's, and a
channel of conda that is not there.
"""


def run(
    *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program with nothing of the user's environment but PATH, Python's own folder first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {"PATH": path, "HOME": str(cwd or "/nonexistent"), "LC_ALL": "C.UTF-8"} | dict(env or {})
    return subprocess.run(
        words,
        env=clean,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@dataclass(frozen=True)
class Snippet:
    """A piece of code as it stands in the output of `tlschain advise`."""

    client: str
    language: str
    code: str

    @property
    def makes(self) -> bool:
        """Whether it is a command of this tool, which makes the file that the client's own code names."""
        return self.code.startswith("tlschain ")


def snippets(markdown: str) -> tuple[Snippet, ...]:
    """Take the fenced code out of Markdown, each under its heading."""
    found: list[Snippet] = []
    heading = ""
    for match in _FENCE.finditer(markdown):
        heading = match[1] or heading
        if match[2]:
            found.append(Snippet(heading.replace("\\", ""), match[2], match[3]))
    return tuple(found)


@dataclass(frozen=True)
class Site:
    """nginx that forgets its intermediate, a folder with the files that tlschain wrote, and its advice."""

    lab: Lab
    port: int
    folder: Path
    snippets: tuple[Snippet, ...]

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.target}/"

    @property
    def bundle(self) -> Path:
        return self.folder / HOSTILE

    @property
    def leaf(self) -> Path:
        """What the server sends, and nothing else."""
        return self.folder / "nginx" / "server.pem"

    @property
    def key(self) -> Path:
        return self.folder / "nginx" / "server.key"

    def of(self, client: str) -> Snippet:
        """The code for a client."""
        return next(each for each in self.snippets if each.client == client and not each.makes)

    def undo_of(self, client: str) -> str:
        """The command that takes a client's setting back; empty where there is none."""
        plain = [each for each in self.snippets if each.client == client and not each.makes]
        return plain[1].code if len(plain) > 1 else ""

    def tlschain(self, *words: str) -> subprocess.CompletedProcess[str]:
        return run(str(TLSCHAIN), *words, "--trust", str(self.lab.trust_file), cwd=self.folder)


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The files are made by the very commands that the advice names."""
    folder = tmp_path_factory.mktemp("advise")
    with open_lab([]) as lab:
        leaf = lab.hierarchy["issuing"].issue_leaf(template=_with_aia(lab))
        with nginx(folder / "nginx", to_pem([leaf.der]), key_to_pem(leaf.key), extra=ANSWERS) as port:
            site = Site(lab, port, folder, ())
            fixed = site.tlschain("fix", site.target, "-o", str(site.bundle))
            assert fixed.returncode == 0, fixed.stderr
            said = site.tlschain(
                "advise", site.target, "--bundle", str(site.bundle), "--format", "markdown", "--only", "clients"
            )
            assert said.returncode == 0, said.stderr
            found = snippets(said.stdout)
            for code in dict.fromkeys(each.code for each in found if each.makes):
                made = run("bash", "-c", code, cwd=folder)
                assert made.returncode == 0, made.stderr
            yield Site(lab, port, folder, found)


def _with_aia(lab: Lab) -> Template:
    return Template(urls=(lab.publish("/advise-issuing.cer", lab.hierarchy["issuing"].der),))
