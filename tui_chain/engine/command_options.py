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
    BIND,
    BUNDLE,
    CERT,
    CERT_PASSWORD_FILE,
    COLUMN,
    COMPARE,
    CONNECT_TO,
    CONTEXT,
    CRL,
    CRL_LEAF,
    DEMO,
    EHLO,
    EXAMPLE,
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
    RETRIES,
    REVOCATION,
    SERVED,
    SKIP_OTHERS,
    SNI,
    STARTTLS,
    TIMEOUT,
    TLS_12,
    TLS_13,
    TRUST,
    TRUST_ROOT,
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
TARGETED = (*LISTED, STARTTLS, *CLUSTER, DEMO, WARN_DAYS, *CONNECTION, RATE, *REACHING)
"""What every command on targets takes."""
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

TAKEN: Mapping[str, tuple[OptionEntry, ...]] = {
    "check": (ALL_ADDRESSES, KEY_TYPES, NO_SNI, REPEAT, REVOCATION, FORMAT, *TARGETED),
    "fix": (
        OUTPUT._replace(help="Write the bundle there  [default: standard output]"),
        *(REPLACE, MERGE, BACKUP, KIND, SERVED, HOST, AT, *SEARCHING, TRUST_ROOT, *SEVERAL, *KEPT, *CRLS),
        *(ACCEPT_LOST_CONSTRAINTS, FORMAT, *TARGETED),
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
        QUIET,
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
        QUIET,
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
    ),
    "config": (EXAMPLE,),
    "lab": (LIST._replace(help="Name all hosts, the odd ones too, and end."),),
}
"""What each command takes, in the order of its help."""
