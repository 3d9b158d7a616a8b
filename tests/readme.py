"""The parts of the documents that are made from the code; `python -m tests.readme` (`make docs`) writes them anew."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from tests.architecture import ROOT as PACKAGE
from tests.architecture import folder_graph, tree_of
from tests.comparison.model import Measured, read
from tests.comparison.page import Page
from tests.diagram import drawn
from tests.support.daemon_programs import DAEMONS
from tests.support.starttls_daemons import PROFTPD, PROSODY
from tui_chain.advise.document import markdown_text
from tui_chain.api import CheckManyOptions, CheckOptions, DoctorOptions, FixOptions
from tui_chain.clients.cause_codes import CauseCode
from tui_chain.diagnose.explain.causes import CAUSES, CAUSES_OF_CLIENTS, CAUSES_WITHOUT_FILE, Cause
from tui_chain.diagnose.explain.explanation import DEFAULT_STORE
from tui_chain.diagnose.findings.catalogue import markdown_table
from tui_chain.doctor.problems.problem import CODES
from tui_chain.engine.actions import keys_table
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import OPTIONS
from tui_chain.servers.registry import CHAIN, KEY, servers
from tui_chain.servers.server import Installation, Server

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
FINDINGS, ARCHITECTURE, PICTURE = DOCS / "findings.md", DOCS / "architecture.md", DOCS / "architecture.svg"
SERVERS, CAUSES_PAGE, DOCTOR = DOCS / "servers.md", DOCS / "causes.md", DOCS / "doctor.md"
COMPARISON, API = DOCS / "comparison.md", DOCS / "api.md"
API_EXAMPLES = sorted((DOCS / "examples").glob("*.py"))
"""The blocks of the page on the API, which are run by tests and checked by mypy."""
SCHEDULED, EXAMPLES = DOCS / "scheduled.md", DOCS / "examples"


def with_part(text: str, name: str, part: str) -> str:
    """A document with the lines between its marks `<!-- name: … -->` and `<!-- /name -->` replaced."""
    marks = re.compile(rf"(<!-- {name}:.*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    found, count = marks.subn(lambda match: f"{match[1]}\n{part}\n\n{match[2]}", text)
    assert count == 1, f"the marks of {name}"
    return found


def rendered() -> str:
    """The README as it has to be."""
    return with_part(README.read_text(encoding="utf-8"), "keys", keys_table())


def findings() -> str:
    """The table of findings as it has to be."""
    words = "Every finding there is, made from the catalogue; `tlschain explain CODE` says the same of one."
    return f"# Findings\n\n{words}\n\n{markdown_table().strip()}\n"


def servers_page() -> str:
    """The lines for every server as they have to be."""
    words = (
        "What a server program is given so that it sends its whole chain, as the letter to its administrator has it. "
        "`tlschain fix HOST --as server -o FILE` writes the chain file: leaf first, its intermediates, no root. "
        "Those that are marked ✓ are run by the tests with these lines, from a leaf alone to the whole chain."
    )
    run = {daemon.name for daemon in (*DAEMONS, PROFTPD, PROSODY)}
    rows = [f"| {server.name} | {_endpoints(server)} | {_mark(server, run)} |" for server in servers()]
    table = "\n".join(("| server | comes first for | run |", "|---|---|---|", *rows))
    chapters = "\n\n".join(map(_chapter, servers()))
    return f"# Servers\n\n{words}\n\n{table}\n\n{chapters}\n"


def doctor_page() -> str:
    """The page on the doctor as it has to be: its codes are those of the rules."""
    rows = [f"| `{code}` | {meaning} |" for code, meaning in CODES.items()]
    return with_part(
        DOCTOR.read_text(encoding="utf-8"), "codes", "\n".join(("| code | meaning |", "|---|---|", *rows))
    )


def api_page() -> str:
    """The page on the Python API as it has to be: its keywords are those of the functions, its blocks are files."""
    text = with_part(API.read_text(encoding="utf-8"), "keywords", _keywords_table())
    for example in API_EXAMPLES:
        code = example.read_text(encoding="utf-8").rstrip()
        text = with_part(text, f"examples/{example.name}", f"```python\n{code}\n```")
    return text


_OF_FUNCTIONS = {
    "check": CheckOptions,
    "check_many": CheckManyOptions,
    "fix": FixOptions,
    "doctor": DoctorOptions,
}
_NAMED_OTHERWISE = {"interpreter": "python"}
_OF_THE_API = {
    "proxy": "Go by this proxy: a URL (http, https, socks5, socks5h), with its login where it wants one.",
    "ip_version": 'Connect by IPv4 only (`"4"`), or by IPv6 only (`"6"`).',
    "tls": 'Offer TLS 1.2 only (`"1.2"`), or TLS 1.3 only (`"1.3"`).',
    "trust": "Trust store, or a list of several together: `certifi` (the default), `system`, the name of a file.",
    "at": "Judge at this time, an aware `datetime`, instead of now.",
    "jobs": "Hosts that are checked at once  [default: 64]",
    "pool": "Files and folders with certificates to look in first, a list.",
    "allow_private_aia": "Let AIA and CRLs lead to private addresses: True for all, or a list of `ADDRESS:PORT`.",
    "trust_root": "Trust the private roots with these full fingerprints, got from their owners, a list.",
    "crl": 'With the CRLs of the path, for clients that check the `"chain"`, or the `"leaf"` alone.',
    "accept_lost_constraints": "Give the bundle although an intermediate in it loses a limit set above it.",
    "environment": "The variables that the interpreter runs with  [default: those of this process]",
}
"""What keywords say whose values are of Python, or that are no option."""


def _keywords_table() -> str:
    helps = {_NAMED_OTHERWISE.get(entry.name, entry.name): entry for entry in reversed(OPTIONS)}
    names = dict.fromkeys(name for keywords in _OF_FUNCTIONS.values() for name in keywords.__annotations__)
    rows = (f"| {' | '.join(_keyword_cells(name, helps.get(name)))} |" for name in names)
    return "\n".join(("| keyword | of | option | what it does |", "|---|---|---|---|", *rows))


def _keyword_cells(name: str, entry: OptionEntry | None) -> tuple[str, ...]:
    functions = [function for function, taken in _OF_FUNCTIONS.items() if name in taken.__annotations__]
    shown = functions if "check" not in functions else [one for one in functions if one != "check_many"]
    words = _OF_THE_API.get(name) or (entry.help if entry is not None else "")
    flags = "" if entry is None else f"`{_flag(entry)}`"
    return f"`{name}`", ", ".join(f"`{one}`" for one in shown), flags, re.sub(r"\s+\[(.*)\]$", r" (\1)", words)


def _flag(entry: OptionEntry) -> str:
    """The long flags of an option, of all switches that stand for one keyword."""
    same = (one for one in OPTIONS if one.name == entry.name)
    return "`, `".join(dict.fromkeys(one.flags[-1] for one in same))


def scheduled_page() -> str:
    """The page on timers as it has to be: the example files stand in it."""
    text = SCHEDULED.read_text(encoding="utf-8")
    for path in sorted(EXAMPLES.rglob("*.*")):
        if f"<!-- {path.name}: " in text:
            language = "yaml" if path.suffix == ".yaml" else "ini"
            text = with_part(text, path.name, f"```{language}\n{path.read_text(encoding='utf-8').strip()}\n```")
    return text


def comparison() -> str:
    """The comparison with other tools as its tables and its kept run have it."""
    return Page(read(), Measured.read()).text()


def _mark(server: Server, run: Collection[str]) -> str:
    return "✓" if any(server.name.startswith(name) for name in run) else ""


def _endpoints(server: Server) -> str:
    ports = f"port {', '.join(map(str, sorted(server.ports)))}" if server.ports else ""
    return "; ".join(filter(None, (*(f"{name} with STARTTLS" for name in sorted(server.starttls)), ports)))


def _chapter(server: Server) -> str:
    """One server's lines for example.org, at the first of its ports."""
    port = min(server.ports, default=443)
    made = server.lines(
        Installation(
            "example.org", CHAIN.format(name="example.org"), KEY.format(name="example.org"), "example.org", port
        )
    )
    note = f"{markdown_text(made.note)}\n\n" if made.note else ""
    return f"## {made.server}\n\n{note}```{made.language}\n{made.code}\n```"


def causes_page() -> str:
    """The table of causes as it has to be."""
    words = (
        "Why clients fail, as `tlschain explain TEXT` has it: each cause with its stable code, and the command that "
        "tells it from the other causes of a text; the text's host comes where `HOST` stands here. The output then "
        "has any one of what is listed; where nothing is, the reader has to judge. The tests run the commands in "
        "front of servers that have each cause of a symptom."
    )
    clients = (
        "In a server's log that speaks of a client's certificate: `CERTIFICATE` is what the client sends, `CA_FILE` "
        "the server's file of CAs for clients."
    )
    usual, without, of_clients = map(_causes_table, (CAUSES, CAUSES_WITHOUT_FILE, CAUSES_OF_CLIENTS))
    chapters = (
        f"# Causes\n\n{words}\n\n{usual}",
        f"## Where a text names no trust file\n\n{without}",
        f"## Of a client's certificate\n\n{clients}\n\n{of_clients}",
    )
    return "\n\n".join(chapters) + "\n"


def _causes_table(causes: Mapping[CauseCode, Cause]) -> str:
    rows = (f"| {' | '.join(_cells(cause))} |" for cause in causes.values())
    return "\n".join(("| code | the cause | the command | its output then has |", "|---|---|---|---|", *rows))


def _cells(cause: Cause) -> tuple[str, ...]:
    return f"`{cause.code}`", cause.message, _code(_example(cause)), " or ".join(map(_code, cause.shows))


_EXAMPLES = {
    "host": "HOST",
    "url": "https://HOST/",
    "address": "HOST:443",
    "starttls": "smtp+starttls://HOST",
    "trust": "",
    "file": "FILE",
    "store": DEFAULT_STORE,
    "roots": "tlschain check --trust system HOST",
}


def _example(cause: Cause) -> str:
    return re.sub(r"(?<![%$]){(\w+)}", lambda found: _EXAMPLES[found[1]], cause.command)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def architecture() -> str:
    """The map of the code as it has to be: its table of folders is that of the packages' docstrings."""
    return with_part(ARCHITECTURE.read_text(encoding="utf-8"), "folders", folders_table())


def folders_table() -> str:
    """The folders from the ground up, and the folders in them, each with its docstring."""
    rows = [f"| `{name}/` | {words} |" for name, words in _folders().items()]
    return "\n".join(("| folder | what it holds |", "|---|---|", *rows))


def _folders() -> dict[str, str]:
    files = [path for path in PACKAGE.rglob("__init__.py") if 2 <= len(path.relative_to(PACKAGE).parts) <= 3]
    order = {name: number for number, name in enumerate(_from_the_ground(folder_graph()))}
    files.sort(key=lambda path: (order.get(path.relative_to(PACKAGE).parts[0], len(order)), path.parent.as_posix()))
    return {path.parent.relative_to(PACKAGE).as_posix(): _docstring(path) for path in files}


def _from_the_ground(graph: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The folders, each after all that it imports; where that leaves a choice, by name."""
    placed: list[str] = []
    while rest := sorted(name for name in graph if name not in placed):
        placed.append(next((name for name in rest if graph[name] <= set(placed)), rest[0]))
    return tuple(placed)


def _docstring(path: Path) -> str:
    """The first paragraph of a package's docstring."""
    words = (ast.get_docstring(tree_of(path)) or "").partition("\n\n")[0]
    return " ".join(words.split()).replace("|", "\\|")


STAGES = ("probe", "diagnose", "resolve", "revocation", "repair", "livetest")
WITHOUT_SOCKETS = ("core", "x509", "trust", "paths", "clients", "servers")
WAYS_IN = ("cli", "tui", "api")


def picture() -> str:
    """The picture of who imports whom, as it has to be."""
    kinds = {name: kind for kind, names in COLOURS.items() for name in names}
    return drawn(folder_graph(), kinds)


COLOURS = {"stage": STAGES, "pure": WITHOUT_SOCKETS, "front": WAYS_IN}

MADE = {
    README: rendered,
    FINDINGS: findings,
    SERVERS: servers_page,
    CAUSES_PAGE: causes_page,
    DOCTOR: doctor_page,
    SCHEDULED: scheduled_page,
    COMPARISON: comparison,
    API: api_page,
    ARCHITECTURE: architecture,
    PICTURE: picture,
}
"""What is made, and how."""

if __name__ == "__main__":
    for file, make in MADE.items():
        file.write_text(make(), encoding="utf-8")
