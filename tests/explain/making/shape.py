"""From what a client printed to what is kept, and when two texts are alike."""

from __future__ import annotations

import re

from tests.explain.making.machine import HOME, HOSTS, NO_HOSTS

_PLACES = (
    (re.compile(re.escape(f"{HOME}/.pyenv/versions/") + "[0-9.]+/"), "/usr/local/"),
    (re.compile(re.escape(f"{HOME}/.") + "(?=cargo|rustup)"), "/home/joe/."),
    (re.compile(r"/srv/app/home(?=/|\b)"), "/home/joe"),
    (re.compile(r"/srv/app313"), "/srv/app"),
    (re.compile(r"/srv/node/"), "/usr/local/lib/"),
    (re.compile(r"/srv/app/\.venv/explain/[\w.-]+/"), "/srv/app/.venv/lib/python3.11/site-packages/"),
    (re.compile(r"/srv/app/\.venv/apart/\w+/"), "/srv/app/.venv/"),
    (re.compile(r"\btlschain lab\b"), "Example Corp"),
    (re.compile(r"\bLab (?=(?:Private )?(?:Issuing|Root))"), "Corp "),
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
)
_FRAMES = (
    re.compile(r"^Traceback .*\n(?:[ \t].*\n)+", re.MULTILINE),
    re.compile(r"^[ \t]+(?:at|from) .*\n|^[ \t]+\.\.\. \d+ more\n|^#\d+ .*\n", re.MULTILINE),
)
"""Lines that tell where in a program, and nothing of what went wrong."""
_NAMES = sorted((*HOSTS, "localhost", *NO_HOSTS), key=len, reverse=True)
_ALIKE = (
    (re.compile(r"-----BEGIN [^-]+-----.*?-----END [^-]+-----", re.DOTALL), "PEM"),
    (re.compile(r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5,}|0x[0-9a-f]+|\b[0-9A-Fa-f]{12,}\b|\"[\w+/]{40,}=\""), "HEX"),
    (
        re.compile(rf"(?:{'|'.join(map(re.escape, _NAMES))}|\b\d{{1,3}}(?:\.\d{{1,3}}){{3}}|\[?::1\]?)(?::\d+)?"),
        "HOST",
    ),
    (re.compile(r"Corp (?:Private )?(?:Issuing CA|Root) \w\d"), "CA"),
    (re.compile(r"/[^\s'\",:;()]+"), "PATH"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|\+00:00)?"), "TIME"),
    (re.compile(r"\w{3} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4}"), "TIME"),
    (re.compile(r"\d+"), "N"),
    (re.compile(r"\s+"), " "),
)
"""What differs between texts that say the same."""


def clean(text: str) -> str:
    """What is kept of a text: without this machine's places, and without colours."""
    for pattern, place in _PLACES:
        text = pattern.sub(place, text)
    return text.strip() + "\n"


_DUMPS = (
    (
        re.compile(r"^CONNECTED\(", re.MULTILINE),
        re.compile(r"^(?:depth=|verify|Verif).*|.*(?:error|errno).*", re.MULTILINE),
    ),
    (
        re.compile(r"^Processed \d+ CA", re.MULTILINE),
        re.compile(r"^(?:\*\*\*|\|<1>|- Status|Cannot).*", re.MULTILINE),
    ),
)
"""Programs that print the whole chain, by a line that each prints, and the lines that say what is wrong with it."""


def shape_of(text: str) -> str:
    """What a text says, without hosts, numbers, files and the frames of a traceback."""
    for program, lines in _DUMPS:
        if program.search(text):
            text = "\n".join(lines.findall(text))
    for pattern in _FRAMES:
        text = pattern.sub("", text.replace("\\n", "\n"))
    for pattern, name in _ALIKE:
        text = pattern.sub(name, text)
    return text.strip()


_REACHED = re.compile(
    r"You reache|not valid: is this a git repository|Unsupported `Content-Type`|\[\d+/\d+\] -> \"/dev/null\""
)
_WITHOUT_ERROR = (
    ("Handshake was completed", re.compile(r"\*\*\* (?:Fatal|PKI)")),
    ("Verify return code: 0 (ok)", re.compile(r":error:|errno")),
)
"""What clients print that were refused nothing, unless there is an error too."""


def reached(text: str) -> bool:
    """Whether a client got what it wanted, whatever it did not like about it."""
    good = (mark in text and not error.search(text) for mark, error in _WITHOUT_ERROR)
    return _REACHED.search(text) is not None or any(good)
