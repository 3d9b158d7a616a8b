"""The blocks of docs/api.md, run as a reader would run them, against servers of the lab."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import certifi
import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.readme import API, API_EXAMPLES, ROOT
from tests.support.servers import fresh_chain, server_context
from tui_chain import api
from tui_chain.lab.authority import to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream

SHOP, BACKEND = "shop.example.org", "api.example.org"
"""The hosts of the page: one whose chain is complete, and one that sends its leaf alone."""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "leaf-only"]) as opened:
        yield opened


class Reader:
    """Somebody who copies an example into a folder, and whose trust store of certifi has the lab's root."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.folder = folder
        self.hosts = {SHOP: lab.host("complete").target, BACKEND: lab.host("leaf-only").target}
        (folder / "sitecustomize.py").write_text(f"import certifi\ncertifi.where = lambda: {str(lab.trust_file)!r}\n")

    def copied(self, name: str) -> Path:
        """The example with the hosts of the lab in place of the page's."""
        code = ROOT.joinpath("docs", "examples", name).read_text(encoding="utf-8")
        for host, target in self.hosts.items():
            code = code.replace(f'"{host}"', f'"{target}"')
        file = self.folder / name
        file.write_text(code, encoding="utf-8")
        return file

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        home = {name: str(self.folder / name.lower()) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        paths = {
            "PYTHONPATH": os.pathsep.join((str(self.folder), str(ROOT))),
            "PYTHONWARNINGS": "error",
            "COLUMNS": "200",
        }
        return subprocess.run(
            (sys.executable, *map(str, words)),
            cwd=self.folder, env=os.environ | home | paths, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def output(self, name: str, *words: str) -> str:
        """What the example prints, the page's hosts in place of the lab's."""
        done = self.run(self.copied(name), *words)
        assert (done.returncode, done.stderr) == (0, "")
        text = done.stdout
        for host, target in self.hosts.items():
            text = text.replace(target, host)
        return text


@pytest.fixture
def reader(lab: Lab, tmp_path: Path) -> Reader:
    return Reader(lab, tmp_path)


def test_every_example_is_on_the_page_and_run_here() -> None:
    page = API.read_text(encoding="utf-8")
    here = Path(__file__).read_text(encoding="utf-8")
    for example in API_EXAMPLES:
        assert f"<!-- examples/{example.name}:" in page
        assert f'"{example.name}"' in here, f"{example.name} is run by no test"
    assert len(re.findall(r"^```python$", page, re.MULTILINE)) == len(API_EXAMPLES)


def test_every_public_function_is_on_the_page() -> None:
    page = API.read_text(encoding="utf-8")
    names = [name for name in api.__all__ if not name[0].isupper() or name == "Checker"]
    assert [name for name in (*names, "FAMILIES") if f"`{name}`" not in page] == []


def test_check(reader: Reader) -> None:
    assert reader.output("check.py") == f"{SHOP}: complete, accepted by all 9 client families\n"


def test_fix(reader: Reader, lab: Lab) -> None:
    assert reader.output("fix.py").startswith(f"{BACKEND}: repairable, the server does not send ")
    bundle = (reader.folder / "bundle.pem").read_bytes()
    assert bundle.count(b"-----BEGIN CERTIFICATE-----") == 2
    (reader.folder / "fullchain.pem").write_bytes(to_pem([one.der for one in served(lab)]))
    lines = reader.output("verify.py").splitlines()
    assert len(lines) == 9
    assert {line.rpartition(": ")[2] for line in lines} == {"accepted"}


def served(lab: Lab) -> tuple[api.CertificateResult, ...]:
    return api.check(lab.host("complete").target, trust=str(lab.trust_file)).served


def test_explain(reader: Reader) -> None:
    lines = reader.output("explain.py").splitlines()
    assert lines[0] == api.explain("unable to get local issuer certificate").message
    assert len(lines) > 2
    assert all(re.fullmatch(r"[a-z-]+: .* `.*`", line) for line in lines[1:])


def test_audit(reader: Reader) -> None:
    lines = reader.output("audit.py").splitlines()
    assert lines[0].startswith("PEM with ")
    assert len(lines) > 5


def test_doctor(reader: Reader) -> None:
    assert reader.output("doctor.py").splitlines()[-1].startswith(f"{SHOP}: refused by ")


def test_many_hosts(reader: Reader) -> None:
    hosts = [reader.hosts[one] for one in (BACKEND, SHOP)]
    assert reader.output("many.py", *hosts) == f"{BACKEND}: incomplete\n{SHOP}: complete\n"


def test_one_trust_store_for_tasks(reader: Reader) -> None:
    assert reader.output("checker.py") == "complete incomplete\ncomplete\n"


def test_many_repairs(reader: Reader) -> None:
    hosts = [reader.hosts[one] for one in (BACKEND, SHOP)]
    assert sorted(reader.output("repair_many.py", *hosts).splitlines()) == [
        f"{BACKEND}: repairable", f"{SHOP}: complete",
    ]  # fmt: skip
    assert reader.folder.joinpath(f"{hosts[0].replace(':', '-')}.pem").is_file()


def test_a_table(reader: Reader) -> None:
    lines = reader.output("notebook.py").splitlines()
    assert lines[0].split() == ["host", "status", "accepted", "by", "first", "to", "expire", "TLS"]
    assert [line.split()[1:3] for line in lines[1:]] == [["complete", "9"], ["incomplete", "0"]]


def test_what_has_changed(reader: Reader) -> None:
    assert reader.output("keep.py") == ""
    kept = reader.folder / "chains.jsonl"
    before = kept.read_text()
    assert [api.HostResult.from_json(line).status for line in before.splitlines()] == ["complete", "incomplete"]
    kept.write_text(before.replace('"status": "incomplete"', '"status": "complete"'))
    assert reader.output("keep.py") == f"{BACKEND}: complete before, incomplete now\n"


def test_errors(reader: Reader) -> None:
    assert reader.output("errors.py").splitlines() == [
        "accepted by all 9 client families",
        "Wrong input: 'shop example org' is not a target. There is white space in it. Write it as host, host:port,"
        " [v6]:port, a URL, or smtp+starttls://host.",
    ]
    reader.hosts[SHOP] = "localhost:1"
    assert reader.output("errors.py").startswith("Not reached (refused): Nothing listens on that port")


def test_types(reader: Reader) -> None:
    lines = reader.output("typed.py").splitlines()
    assert len(lines) == len(api.FAMILIES)
    assert all("issuer" in line for line in lines)


def test_a_test_that_fails_when_a_chain_breaks(reader: Reader) -> None:
    file = reader.copied("test_chains.py")
    done = reader.run("-m", "pytest", "-p", "no:cacheprovider", file)
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    summary = next(line for line in done.stdout.splitlines() if line.startswith("FAILED"))
    target = reader.hosts[BACKEND]
    (page,) = re.findall(r"^    (FAILED .*) …$", API.read_text(encoding="utf-8"), re.MULTILINE)
    assert summary.startswith(page.replace(BACKEND, target))
    assert f"\n{target} is incomplete: the server does not send " in done.stdout
    assert "\n  missing-issuer: CN=" in done.stdout
    assert "\n  Go refuses it: " in done.stdout
    assert "Traceback" not in done.stdout
    reader.hosts[BACKEND] = reader.hosts[SHOP]
    assert reader.run("-m", "pytest", "-p", "no:cacheprovider", reader.copied("test_chains.py")).returncode == 0


class Counting:
    """A server with a whole chain that counts its clients."""

    def __init__(self, lab: Lab) -> None:
        self._context, self.came = server_context(lab, fresh_chain(lab)), 0
        self.target = f"localhost:{lab.listen(self)}"

    async def __call__(self, stream: Stream) -> None:
        self.came += 1
        await stream.start_tls(self._context)
        await stream.receive()


def loaded(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_health_check(reader: Reader, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered before the first look is done, and none of them makes one."""
    server = Counting(lab)
    reader.hosts = {SHOP: server.target, BACKEND: lab.host("leaf-only").target}
    monkeypatch.setattr(certifi, "where", lambda: str(lab.trust_file))
    module = loaded(reader.copied("health.py"))

    async def asked() -> list[tuple[int, dict[str, str]]]:
        answers: list[tuple[int, dict[str, str]]] = []
        async with TestClient(TestServer(module.service())) as client:
            async with asyncio.timeout(60):
                while not answers or "unknown" in answers[-1][1].values():
                    async with client.get("/health") as response:
                        answers.append((response.status, json.loads(await response.text())))
            came = server.came
            for _ in range(20):
                async with client.get("/health") as response:
                    assert response.status == 503
            assert server.came == came
        return answers

    answers = asyncio.run(asked())
    assert answers[0] == (503, dict.fromkeys(reader.hosts.values(), "unknown"))
    assert answers[-1] == (503, {server.target: "complete", reader.hosts[BACKEND]: "incomplete"})


def test_a_health_check_of_good_hosts(reader: Reader, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.hosts[BACKEND] = Counting(lab).target
    monkeypatch.setattr(certifi, "where", lambda: str(lab.trust_file))
    module = loaded(reader.copied("health.py"))

    async def looked() -> tuple[int, str]:
        service = module.service()
        await module.look(service[module.RESULTS])
        monkeypatch.setattr(module, "watch", lambda _results: asyncio.sleep(0))
        async with TestClient(TestServer(service)) as client, client.get("/health") as response:
            good = response.status
            monkeypatch.setattr(module, "OLD", -module.OLD)
            async with client.get("/health") as late:
                return good, await late.text()

    good, late = asyncio.run(looked())
    assert good == 200
    assert set(json.loads(late).values()) == {"unknown"}


def test_the_page_is_checked_in_strict_mode() -> None:
    """`make lint` has mypy read the examples."""
    settings = ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8")
    assert '"docs/examples"' in settings.partition("[tool.mypy]")[2].partition("[tool.coverage")[0]
    assert shutil.which("mypy", path=str(Path(sys.executable).parent))
