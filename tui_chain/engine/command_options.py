"""Which options of the table each command and the screen take."""

from collections.abc import Mapping

from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import (
    ACCEPT_LOST_CONSTRAINTS,
    ACCEPT_NEW_ANCHOR,
    ALL_ADDRESSES,
    ALLOW_PRIVATE_AIA,
    AT,
    BACKUP,
    BASELINE,
    BIND,
    BUNDLE,
    CERT,
    CERT_PASSWORD_FILE,
    COLUMN,
    COMPARE,
    CONNECT_TO,
    CONTEXT,
    CRITICAL_DAYS,
    CRL,
    CRL_LEAF,
    DASK,
    DEMO,
    EHLO,
    EXAMPLE,
    FAIL_ON,
    FIX,
    FORMAT,
    HEADER,
    HOST,
    HOSTS,
    INTERPRETER,
    IPV4,
    IPV6,
    JOBS,
    JSON,
    KEY,
    KEY_TYPES,
    KIND,
    KUBECONFIG,
    LABEL_COLUMN,
    LIST,
    LIVE_TEST,
    LOG,
    MERGE,
    METHOD,
    NO_LEARN,
    NO_POOL,
    NO_PROXY,
    NO_SESSION,
    NO_SNI,
    OFFLINE,
    ONLY,
    OPEN,
    OUTPUT,
    PATH,
    POOL,
    PORT_COLUMN,
    PRINT_SCRIPT,
    PROGRAMS,
    PROXY,
    QUIET,
    RATE,
    REPEAT,
    REPLACE,
    REPORT,
    RESUME,
    RETRIES,
    REVOCATION,
    SERVED,
    SHARD,
    SKIP_OTHERS,
    SNI,
    STARTTLS,
    TIMEOUT,
    TLS_12,
    TLS_13,
    TRUST,
    TRUST_ROOT,
    UNORDERED,
    VERBOSE,
    VERIFY_NAME,
    WARN_DAYS,
    WRITE,
)

CONNECTION = (
    *(SNI, CONNECT_TO, VERIFY_NAME, PROXY, NO_PROXY, CERT, KEY, CERT_PASSWORD_FILE),
    *(IPV4, IPV6, BIND, EHLO, TLS_12, TLS_13, RETRIES),
)
"""What every command takes that connects to hosts."""
REACHING = (TRUST, TIMEOUT, JOBS, JSON)
LISTED = (HOSTS, COLUMN, LABEL_COLUMN, PORT_COLUMN)
"""What takes a list of hosts."""
CLUSTER = (KUBECONFIG, CONTEXT)
"""What takes a host and its trust store from a kubeconfig."""
SAID = (QUIET, VERBOSE, LOG)
"""What says how much is said beside the results."""
TARGETED = (*LISTED, STARTTLS, *CLUSTER, DEMO, WARN_DAYS, *CONNECTION, RATE, *REACHING, *SAID)
"""What every command on targets takes."""
FLEET = (UNORDERED, SHARD, RESUME, BASELINE)
"""What every command takes that goes on with a list of any length."""
SEARCHING = (POOL, OFFLINE, ALLOW_PRIVATE_AIA)
"""What every search for missing certificates takes."""
KEPT = (NO_POOL, NO_LEARN)
"""What every search that uses the pool of earlier runs takes."""
SEVERAL = (ALL_ADDRESSES, KEY_TYPES, REPEAT)
"""What takes a host for the several servers that it may be."""
CRLS = (CRL, CRL_LEAF)
SCREEN = (
    *(*LISTED, STARTTLS, *CLUSTER, TRUST, TRUST_ROOT, AT, TIMEOUT, JOBS, RATE, WARN_DAYS, *CONNECTION, *SEARCHING),
    *(NO_POOL, NO_SESSION, DEMO),
)
"""What the screen takes: the same as `fix`, as far as it is no key there, and whether its session is kept."""
SCREEN_ALONE = (OPEN,)
"""What only the screen takes: a command prints what is in such a file already."""

CHECK_FORMATS = ("text", "short", "json", "csv", "junit", "prometheus", "nagios")
"""The forms in which results are printed: lines for people, and those that `fleet.formats` writes."""

TAKEN: Mapping[str, tuple[OptionEntry, ...]] = {
    "check": (
        *(ALL_ADDRESSES, KEY_TYPES, NO_SNI, REPEAT, REVOCATION, FAIL_ON, CRITICAL_DAYS),
        FORMAT._replace(choices=CHECK_FORMATS),
        OUTPUT._replace(help="Write the results there, all at once when the last is in  [default: standard output]"),
        REPLACE._replace(help="Replace FILE if it exists."),
        *(*FLEET, DASK),
        *TARGETED,
    ),
    "fix": (
        OUTPUT._replace(help="Write the bundle there  [default: standard output]"),
        *(REPLACE, MERGE, BACKUP, KIND, SERVED, HOST, AT, *SEARCHING, TRUST_ROOT, *SEVERAL, *KEPT, *CRLS),
        *(ACCEPT_LOST_CONSTRAINTS, FORMAT, *FLEET, DASK, *TARGETED),
    ),
    "test": (
        BUNDLE._replace(help="Test with this file instead of the repair that is found."),
        *(METHOD, PATH, HEADER, PROGRAMS, *CRLS, *SEARCHING, *TARGETED),
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
        HOST._replace(help="The host that the chain is for  [default: those of its Ingresses, or its own names]"),
        BUNDLE._replace(help="Judge with this trust file as the only store too."),
        *(TRUST, AT, FORMAT),
        JSON._replace(help="One JSON object a host, a line each; the same as --format json."),
        FIX._replace(help="Find what the chain lacks, and write the chain that the server has to send."),
        OUTPUT._replace(help="Write it there  [default: standard output]"),
        *(REPLACE, BACKUP, *SEARCHING, *KEPT),
        SKIP_OTHERS._replace(help="Skip files without a server's certificate, and say so."),
        QUIET._replace(help="Print only what is wrong, and what is skipped."),
    ),
    "doctor": (
        INTERPRETER,
        *(PRINT_SCRIPT, REPORT, COMPARE, DEMO._replace(help="TARGET is a host of the built-in lab.")),
        *(STARTTLS, *SEARCHING, *KEPT, *CONNECTION, TRUST, TIMEOUT, JSON._replace(help="One JSON object.")),
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
        SKIP_OTHERS._replace(help="Skip chains of servers and files without certificates, and say so."),
        QUIET._replace(help="Print only what is wrong, and what is skipped."),
    ),
    "refresh": (
        WRITE,
        BACKUP,
        TRUST_ROOT,
        ACCEPT_LOST_CONSTRAINTS,
        ACCEPT_NEW_ANCHOR,
        *CLUSTER,
        *SEARCHING,
        *CONNECTION,
        *REACHING,
        *SAID,
    ),
    "merge": (
        OUTPUT._replace(help="Write one bundle for all hosts there, proven again."),
        *(REPLACE, MERGE, BACKUP, KIND, TRUST, TRUST_ROOT, AT, POOL, *KEPT, ACCEPT_LOST_CONSTRAINTS),
        *(FAIL_ON, WARN_DAYS, CRITICAL_DAYS, FORMAT._replace(choices=(*CHECK_FORMATS, "html"))),
        JSON._replace(help="One JSON object a host, a line each; the same as --format json."),
        *SAID,
    ),
    "config": (EXAMPLE,),
    "lab": (LIST._replace(help="Name all hosts, the odd ones too, and end."),),
}
"""What each command takes, in the order of its help."""
