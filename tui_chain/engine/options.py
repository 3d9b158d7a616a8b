"""The one table of options: both front ends take theirs from it, with the same texts and the same checks.

Plain values, so that `--help` answers at once; `command_line` makes click's options of them.
"""

from tui_chain.engine.option_entry import OptionEntry, is_consent, is_number, is_protocol, is_shard

KINDS = ("client", "client+store", "links", "server", "java", "pkcs7", "der")
"""Kinds of files that are written (tui_chain.repair.output)."""

# where to connect

HOSTS = OptionEntry(
    "hosts_file",
    ("--hosts",),
    "A file with one target a line, `key=value` options and a label after it, `#` comments; - is standard input.",
    "path",
    metavar="FILE",
)
COLUMN = OptionEntry(
    "column",
    ("--column",),
    "The file of --hosts is CSV, with its targets in the column NAME.",
    "text",
    metavar="NAME",
)
LABEL_COLUMN = OptionEntry("label_column", ("--label-column",), "The column of their labels.", "text", metavar="NAME")
PORT_COLUMN = OptionEntry(
    "port_column", ("--port-column",), "The column of their ports, for targets without one.", "text", metavar="NAME"
)
KUBECONFIG = OptionEntry(
    "kubeconfig",
    ("--kubeconfig",),
    "The host is the server of this kubeconfig's cluster, and the trust store its certificate authority.",
    "path",
    metavar="FILE",
    carried=True,
)
CONTEXT = OptionEntry(
    "context",
    ("--context",),
    "The context of the kubeconfig  [default: its current one]",
    "text",
    metavar="NAME",
    carried=True,
)
OPEN = OptionEntry(
    "open_file",
    ("--open",),
    "Show the hosts that --json saved in FILE, judged with the trust store of this run; nothing is probed.",
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
    problem=is_protocol,
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
    problem=is_number,
)
JOBS = OptionEntry(
    "jobs",
    ("--jobs",),
    "Hosts that are probed or repaired at once; check uses a core for each 64  [default: 64; on the screen 32]",
    "count",
    metavar="N",
    least=1,
    most=1000,
    setting=True,
)
RETRIES = OptionEntry(
    "retries", ("--retries",), "Try a host that is not reached N times more, after 0.5, 1, 2 … seconds.",
    "count", metavar="N", default=0, least=0, most=20, carried=True,
)  # fmt: skip
RATE = OptionEntry(
    "rate", ("--rate",), "Begin with N hosts a second at most.",
    "seconds", metavar="N", least=0.01, most=10_000, problem=is_number,
)  # fmt: skip

UNORDERED = OptionEntry("unordered", ("--unordered",), "Print each host as soon as it is done, in any order.")
SHARD = OptionEntry(
    "shard",
    ("--shard",),
    "Take the I-th of N equal parts of all hosts; I counts from 1.",
    "text",
    metavar="I/N",
    problem=is_shard,
)
RESUME = OptionEntry(
    "resume",
    ("--resume",),
    "Go on with this file of JSON lines: leave out the hosts in it, and append the others to it as they are done.",
    "path",
    metavar="FILE",
)
BASELINE = OptionEntry(
    "baseline",
    ("--baseline",),
    "Print and count only what changed since this file of JSON lines.",
    "path",
    metavar="FILE",
)

DASK = OptionEntry(
    "dask",
    ("--dask",),
    "Have the workers of this Dask cluster work on the hosts, or N processes of this machine.",
    "text",
    metavar="ADDRESS|local:N",
)

# what is said beside the results

QUIET = OptionEntry("quiet", ("-q", "--quiet"), "No progress and no notices on standard error; what is wrong stays.")
VERBOSE = OptionEntry("verbose", ("-v", "--verbose"), "Say on standard error what is done with each host.")
LOG = OptionEntry(
    "log", ("--log",), "Append what is done and said to this file, with the time.", "path", metavar="FILE"
)

# how a target is reached, where its name and port do not say it; a line of a host list may say it as `sni=NAME` …

SNI = OptionEntry(
    "sni", ("--sni",), "Send this name in SNI; the TARGET's name is judged.", "text", metavar="NAME", carried=True
)
CONNECT_TO = OptionEntry(
    "connect_to",
    ("--connect-to",),
    "Connect to this host in place of the TARGET, whose name is sent and judged.",
    "text",
    metavar="HOST[:PORT]",
    carried=True,
)
VERIFY_NAME = OptionEntry(
    "verify_name",
    ("--verify-name",),
    "Judge for this name in place of the TARGET's.",
    "text",
    metavar="NAME",
    carried=True,
)
PROXY = OptionEntry(
    "proxy",
    ("--proxy",),
    "Go by this proxy (http, https, socks5, socks5h); alone, by the environment's, to this machine too.",
    "url",
    metavar="URL",
    carried=True,
)
NO_PROXY = OptionEntry("no_proxy", ("--no-proxy",), "Go by no proxy, whatever the environment names.", carried=True)
CERT = OptionEntry(
    "cert",
    ("--cert",),
    "Client certificate to show to the TARGETs: PEM or PKCS#12.",
    "path",
    metavar="FILE",
    carried=True,
)
KEY = OptionEntry(
    "key", ("--key",), "Its private key, where that is another file.", "path", metavar="FILE", carried=True
)
CERT_PASSWORD_FILE = OptionEntry(
    "cert_password_file",
    ("--cert-password-file",),
    "File whose first line is the password of the key or the PKCS#12.",
    "path",
    metavar="FILE",
    carried=True,
)
IPV4 = OptionEntry("ip_version", ("-4", "--ipv4"), "Connect by IPv4 only.", stores="4", carried=True)
IPV6 = OptionEntry("ip_version", ("-6", "--ipv6"), "Connect by IPv6 only.", stores="6", carried=True)
BIND = OptionEntry(
    "bind",
    ("--bind",),
    "Connect from this local IP address; not to a proxy.",
    "text",
    metavar="ADDRESS",
    carried=True,
)
EHLO = OptionEntry("ehlo", ("--ehlo",), "Greet mail servers by this name.", "text", metavar="NAME", carried=True)
TLS_12 = OptionEntry("tls", ("--tls1.2",), "Offer TLS 1.2 only.", stores="1.2", carried=True)
TLS_13 = OptionEntry("tls", ("--tls1.3",), "Offer TLS 1.3 only.", stores="1.3", carried=True)

# which of the servers behind a name

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
    "Days before its end, or per cent of its lifetime, from which on a certificate expires soon, CA certificates"
    " never under 30 days  [default: 14]",
    "expiry",
    metavar="N|N%",
    carried=True,
    setting=True,
)
CRITICAL_DAYS = OptionEntry(
    "critical_days",
    ("--critical-days",),
    "A host fails so many days, or per cent of a lifetime, before the first certificate of its path expires.",
    "expiry",
    metavar="N|N%",
)
FAIL_ON = OptionEntry(
    "fail_on",
    ("--fail-on",),
    "A host fails for a finding of this severity, or a worse one.",
    "choice",
    default="fatal",
    choices=("fatal", "risk", "cosmetic"),
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
    problem=is_consent,
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

OUTPUT = OptionEntry("output", ("-o", "--output"), "Write there  [default: standard output]", "path", metavar="FILE")
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
SKIP_OTHERS = OptionEntry("skip_others", ("--skip-others",), "Skip files that are something else, and say so.")
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
