"""The one table of options: both front ends take theirs from it, with the same texts and the same checks.

Plain values, so that `--help` answers at once; `command_line` makes click's options of them.
"""

import math
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

KINDS = ("client", "client+store", "links", "server", "java", "pkcs7", "der")
"""Kinds of files that are written (tui_chain.repair.output)."""


ValueType = Literal["switch", "text", "path", "seconds", "count", "choice", "optional"]
"""What stands behind an option: nothing (a switch), text, a path, a number of seconds, a count, one of some.

Of an `optional` one the value stands behind `=`; the flag alone is `ALL`.
"""


def _any(_value: object) -> str | None:
    """Refuse nothing."""
    return None


def _is_number(value: object) -> str | None:
    """Say what is wrong with a number; nan passes every range."""
    return "nan is no number of seconds." if isinstance(value, float) and math.isnan(value) else None


def _is_consent(value: object) -> str | None:
    """Say what is wrong with places that are allowed."""
    from tui_chain.net.addresses import problem_of_places  # few need it, and help does without

    return problem_of_places(value) if isinstance(value, tuple) else None


def _is_protocol(value: object) -> str | None:
    """Say what is wrong with the name of a protocol with STARTTLS."""
    if value is None:
        return None
    from tui_chain.net.starttls.registry import protocol_names, protocols  # few need it, and help does without
    from tui_chain.net.target import AUTO

    if value == AUTO or value in protocol_names():
        return None
    return f"there is no such protocol; there are {', '.join(protocols())} and {AUTO}."


class OptionEntry(NamedTuple):
    """An option: `name` is its keyword, as the Python API has it.

    `metavar` stands for the value in the help. `least` and `most` bound a number, `choices` are all values of a
    choice. `stores` is what a switch puts into `name`, for several switches of one keyword that exclude each other.
    `carried` says that what it sets holds for the commands that are printed too, where they take it.
    `setting` says that the config file gives it where no option does (`settings`), under the same name.
    `problem` returns what is wrong with a value that passed its type, as a sentence, or None.
    """

    name: str
    flags: tuple[str, ...]
    help: str
    value: ValueType = "switch"
    metavar: str | None = None
    default: str | float | None = None
    multiple: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    stores: str | None = None
    carried: bool = False
    setting: bool = False
    problem: Callable[[object], str | None] = _any


# where to connect

HOSTS = OptionEntry(
    "hosts_file", ("--hosts",), "A file with one target a line, a label after it, `#` comments.", "path"
)
OPEN = OptionEntry(
    "open_file",
    ("--open",),
    "Show the results that --json saved in FILE as they were; nothing is probed.",
    "path",
    metavar="FILE",
)
DEMO = OptionEntry("demo", ("--demo",), "Use the built-in lab of broken servers; TARGETs are names of its hosts.")
STARTTLS = OptionEntry(
    "starttls",
    ("--starttls",),
    "Ask for TLS by STARTTLS in this protocol, where TARGET says no scheme; auto finds out which one a port speaks.",
    "text",
    metavar="PROTOCOL|auto",
    problem=_is_protocol,
)
TIMEOUT = OptionEntry(
    "timeout",
    ("--timeout",),
    "Seconds for each step.",
    "seconds",
    default=5.0,
    least=0.1,
    most=300,
    carried=True,
    setting=True,
    problem=_is_number,
)
JOBS = OptionEntry(
    "jobs",
    ("--jobs",),
    "Hosts that are probed or repaired at once  [default: 64; on the screen 32]",
    "count",
    metavar="N",
    least=1,
    most=1000,
    setting=True,
)
ALL_ADDRESSES = OptionEntry("all_addresses", ("--all-addresses",), "Probe every address of the name, and compare.")
KEY_TYPES = OptionEntry("key_types", ("--key-types",), "Probe for the RSA and the ECDSA chain, in TLS 1.2 and 1.3.")
NO_SNI = OptionEntry("no_sni", ("--no-sni",), "Probe without naming the host too.")
REPEAT = OptionEntry(
    "repeat",
    ("--repeat",),
    "Probe everything N times, and compare.",
    "count",
    metavar="N",
    default=1,
    least=1,
    most=50,
)
REVOCATION = OptionEntry(
    "revocation", ("--revocation",), "Ask the issuers whether certificates were revoked: staple, OCSP, CRL."
)
LIVE_TEST = OptionEntry("live_test", ("--live-test",), "Make a real request too, before and after the repair.")

# whom to trust, and when

TRUST = OptionEntry(
    "trust",
    ("--trust",),
    "Trust store, several times for several together  [default: certifi]",
    "text",
    metavar="certifi|system|FILE",
    multiple=True,
    carried=True,
    setting=True,
)
TRUST_ROOT = OptionEntry(
    "trust_root",
    ("--trust-root",),
    "Trust the private root with this full fingerprint, got from its owners, in this run.",
    "text",
    metavar="SHA256",
    multiple=True,
    carried=True,
)
AT = OptionEntry(
    "at", ("--at",), "Judge at this time (ISO 8601) instead of now.", "text", metavar="TIME", carried=True
)

WARN_DAYS = OptionEntry(
    "warn_days",
    ("--warn-days",),
    "Days before its end from which on a certificate expires soon, CA certificates never under 30  [default: 14]",
    "count",
    metavar="N",
    least=0,
    most=3650,
    carried=True,
    setting=True,
)

# where to look for missing certificates

POOL = OptionEntry(
    "pool",
    ("--pool",),
    "Certificates to look in first.",
    "path",
    metavar="FILE|DIR",
    multiple=True,
    carried=True,
    setting=True,
)
OFFLINE = OptionEntry(
    "offline",
    ("--offline",),
    "Ask nobody but the hosts that you name; nobody at all where the chain comes from a file.",
    carried=True,
)
ALLOW_PRIVATE_AIA = OptionEntry(
    "allow_private_aia",
    ("--allow-private-aia",),
    "Let AIA, OCSP, CRLs and redirects lead to private addresses: to all, or to this one at this port; each address"
    " that is asked is printed.",
    "optional",
    metavar="[=ADDRESS:PORT]",
    multiple=True,
    carried=True,
    problem=_is_consent,
)
NO_POOL = OptionEntry("no_pool", ("--no-pool",), "Do not use the pool of earlier runs.", carried=True)
NO_LEARN = OptionEntry("no_learn", ("--no-learn",), "Add nothing to the pool.", carried=True)

# a chain or a file that is at hand

SERVED = OptionEntry(
    "served",
    ("--served",),
    "What the server sent, instead of a connection; - is standard input.",
    "text",
    metavar="FILE",
)
HOST = OptionEntry("host", ("--host",), "The host that --served came from.", "text", metavar="NAME")
BUNDLE = OptionEntry("bundle", ("--bundle",), "The bundle to use.", "path", metavar="FILE")

# what is written

OUTPUT = OptionEntry("output", ("-o", "--output"), "Write there  [default: standard output]", "path")
REPLACE = OptionEntry("replace", ("--replace",), "Replace FILE if it exists; the difference is shown.")
MERGE = OptionEntry("merge", ("--merge",), "Add to FILE what it lacks; the difference is shown.")
BACKUP = OptionEntry("backup", ("--backup",), "Keep the old file as FILE.bak.")
KIND = OptionEntry("kind", ("--as",), "The kind of file to write.", "choice", default="client", choices=KINDS)
ACCEPT_LOST_CONSTRAINTS = OptionEntry(
    "accept_lost_constraints",
    ("--accept-lost-constraints",),
    "Write the file although an intermediate in it loses a limit set above it.",
)
ACCEPT_NEW_ANCHOR = OptionEntry(
    "accept_new_anchor",
    ("--accept-new-anchor",),
    "Replace FILE although the new one rests on an anchor that the old one does not have.",
)
CRL = OptionEntry("crl", ("--crl",), "With the CRLs of the path, and a check of the chain.", stores="chain")
CRL_LEAF = OptionEntry("crl", ("--crl-leaf",), "With the CRL of the leaf, and a check of it alone.", stores="leaf")
FIX = OptionEntry("fix", ("--fix",), "Write the fixed file.")
WRITE = OptionEntry("write", ("--write",), "Replace FILE where a better one was found.")

# how it is printed

FORMAT = OptionEntry("form", ("--format",), "Form of the output.", "choice", default="text", choices=("text", "json"))
JSON = OptionEntry("as_json", ("--json",), "One JSON object a target, a line each; the same as --format json.")
ONLY = OptionEntry(
    "only",
    ("--only",),
    "Print only the letter, the clients, the servers, or what has that name or word in it; --list has names.",
    "text",
    metavar="letter|clients|servers|NAME",
)
LIST = OptionEntry("listing", ("--list",), "List all there is, and end.")

# a live test's request

METHOD = OptionEntry(
    "method", ("--method",), "Method of the request.", "choice", default="GET", choices=("GET", "HEAD", "OPTIONS")
)
PATH = OptionEntry("path", ("--path",), "Path of the request.", "text", default="/")
HEADER = OptionEntry(
    "headers", ("--header",), "Send `Name: value` too; no credentials.", "text", metavar="LINE", multiple=True
)
PROXY = OptionEntry("proxy", ("--proxy",), "Go through the environment's proxy.")
PROGRAMS = OptionEntry("programs", ("--programs",), "Run curl, openssl, git, wget, node, java, python too.")

# an interpreter

INTERPRETER = OptionEntry(
    "interpreter",
    ("--python",),
    "The interpreter to look at, or the folder of its environment  [default: that of the shell]",
    "text",
    metavar="PATH",
)
PRINT_SCRIPT = OptionEntry(
    "print_script", ("--print-script",), "Print the script that makes a report, for a container, and end."
)
REPORT = OptionEntry(
    "report", ("--from",), "Read a report of that script; - is standard input.", "text", metavar="FILE"
)
COMPARE = OptionEntry("compare", ("--compare",), "Say how the two reports A.json and B.json differ.")

# what is kept between runs

NO_SESSION = OptionEntry("no_session", ("--no-session",), "Open no host list of earlier runs, and keep none.")
EXAMPLE = OptionEntry("example", ("--example",), "Print a config file with every setting and key, and end.")

# the pool

DB = OptionEntry("db", ("--db",), "Another pool than the user's own.", "path", metavar="FILE")
EXPIRED = OptionEntry("expired", ("--expired",), "Only what has expired.")
EVERYTHING = OptionEntry("everything", ("--all",), "All there is.")
REPAIR = OptionEntry("repair", ("--repair",), "Remove the rows that are wrong.")
FILE = OptionEntry("file", ("--file",), "Read the list from a local file.", "path")
URL = OptionEntry("url", ("--url",), "Fetch another list than CCADB's.", "text", metavar="URL")

OPTIONS = tuple(value for value in list(globals().values()) if isinstance(value, OptionEntry))
"""The whole table, in its order."""

REACHING = (TRUST, TIMEOUT, JOBS, JSON)
"""What every command that connects takes."""
TARGETED = (HOSTS, STARTTLS, DEMO, WARN_DAYS, *REACHING)
"""What every command on targets takes."""
SEARCHING = (POOL, OFFLINE, ALLOW_PRIVATE_AIA)
"""What every search for missing certificates takes."""
KEPT = (NO_POOL, NO_LEARN)
"""What every search that uses the pool of earlier runs takes."""
SEVERAL = (ALL_ADDRESSES, KEY_TYPES, REPEAT)
"""What takes a host for the several servers that it may be."""
CRLS = (CRL, CRL_LEAF)
SCREEN = (HOSTS, STARTTLS, TRUST, TRUST_ROOT, AT, TIMEOUT, JOBS, WARN_DAYS, *SEARCHING, NO_POOL, NO_SESSION, DEMO)
"""What the screen takes: the same as `fix`, as far as it is no key there, and whether its session is kept."""
SCREEN_ALONE = (OPEN,)
"""What only the screen takes: a command prints what is in such a file already."""

TAKEN: Mapping[str, tuple[OptionEntry, ...]] = {
    "check": (ALL_ADDRESSES, KEY_TYPES, NO_SNI, REPEAT, REVOCATION, FORMAT, *TARGETED),
    "fix": (
        OUTPUT._replace(help="Write the bundle there  [default: standard output]"),
        *(REPLACE, MERGE, BACKUP, KIND, SERVED, HOST, AT, *SEARCHING, TRUST_ROOT, *SEVERAL, *KEPT, *CRLS),
        *(ACCEPT_LOST_CONSTRAINTS, FORMAT, *TARGETED),
    ),
    "test": (
        BUNDLE._replace(help="Test with this file instead of the repair that is found."),
        *(METHOD, PATH, HEADER, PROXY, PROGRAMS, *CRLS, *SEARCHING, *TARGETED),
    ),
    "advise": (
        BUNDLE._replace(help="The file to give instructions for; alone, for the hosts that it names."),
        FORMAT._replace(choices=("text", "markdown", "html", "json")),
        ONLY,
        LIST._replace(help="List the names that --only takes, and end."),
        *(SERVED, HOST, *CRLS, AT, *SEARCHING, TRUST_ROOT, *KEPT, *TARGETED),
    ),
    "report": (
        FORMAT._replace(choices=("markdown", "html", "json", "text"), default="markdown"),
        OUTPUT._replace(help="Write the report there  [default: standard output]"),
        REPLACE._replace(help="Replace FILE if it exists."),
        *(LIVE_TEST, *SEVERAL, NO_SNI, REVOCATION, *SEARCHING, *TARGETED),
    ),
    "verify": (
        HOST._replace(help="The host that the chain is for.", required=True),
        BUNDLE._replace(help="Judge with this trust file as the only store too."),
        *(TRUST, AT, FORMAT),
        JSON._replace(help="One JSON object; the same as --format json."),
    ),
    "doctor": (
        INTERPRETER,
        *(PRINT_SCRIPT, REPORT, COMPARE, DEMO._replace(help="TARGET is a host of the built-in lab.")),
        *(STARTTLS, *SEARCHING, *KEPT, TRUST, TIMEOUT, JSON._replace(help="One JSON object.")),
    ),
    "explain": (
        JSON._replace(help="One JSON object."),
        LIST._replace(help="List every finding there is, as Markdown."),
    ),
    "audit": (
        FIX,
        OUTPUT._replace(help="Write the fixed file there instead."),
        REPLACE._replace(help="Replace the file of -o if it exists; the difference is shown."),
        BACKUP,
        JSON._replace(help="One JSON object a file, a line each."),
    ),
    "refresh": (WRITE, BACKUP, TRUST_ROOT, ACCEPT_LOST_CONSTRAINTS, ACCEPT_NEW_ANCHOR, *SEARCHING, *REACHING),
    "config": (EXAMPLE,),
    "lab": (LIST._replace(help="Name all hosts, the odd ones too, and end."),),
}
"""What each command takes, in the order of its help."""
