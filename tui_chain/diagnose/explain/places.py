"""Which host, port and trust file a text names, and what they tell by themselves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tui_chain.clients.errors import HostKind
from tui_chain.net.target import Target, parse_target

_NAME: Final = r"(?P<host>[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63}){0,20}))"
_ANY: Final = rf"(?:{_NAME}|\[?(?P<v6>[0-9a-fA-F]{{0,4}}(?::[0-9a-fA-F]{{0,4}}){{2,7}})\]?)"
_PORT: Final = r"(?P<port>\d{1,5})"
_SCHEMES: Final = (
    r"(?P<scheme>https|wss|ldaps|ldap|amqps|imaps|imap|pop3s|smtps|smtp|ftps|rediss|mongodb|postgres|mysql|ssl|tls"
    r"|tcp|grpcs?|mqtts|jdbc:(?:postgres|mysql|mariadb|sqlserver|\w+)|http)(?:ql|\+srv)?"
)
_USUAL_PORTS: Final = {
    "ldaps": 636,
    "ldap": 389,
    "imaps": 993,
    "imap": 143,
    "pop3s": 995,
    "smtps": 465,
    "smtp": 25,
    "ftps": 990,
    "amqps": 5671,
    "mqtts": 8883,
    "rediss": 6379,
    "mongodb": 27017,
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "sqlserver": 1433,
}
"""The port of a URL that names none, by its scheme (IANA's registry of ports); else it is that of https."""

_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        # the error itself names it
        r"(?:does not match host name \"|doesn't match any name in \[')(?P<host>[A-Za-z0-9_.-]{1,253})['\"]",
        rf"Can't connect to (?:MySQL |local )?(?:MySQL )?server on '{_ANY}'(?: \(| :{_PORT})?",
        rf"Resolving '{_ANY}:{_PORT}'",
        rf"(?:Could not connect to Redis at|Failed to open TCP connection to"
        rf"|ldap_connect_to_host: TCP) {_ANY}:{_PORT}",
        rf"Could not (?:reach host|resolve(?: proxy)?:?) '?{_ANY}(?<!\.)'?(?:\.?(?:\s|$|\)))",
        rf"host='{_ANY}', port='?{_PORT}",
        rf"\bhost: '{_ANY}',\s+port: '?{_PORT}",
        rf"(?:url:? ?\(|[Uu]nable to access '|request to |Get \"|Head \"|Post \"|for url |URL: ?<?"
        rf"|validation failed for )https?://"
        rf"(?:[^\s/@\"']{{1,200}}@)?{_ANY}(?::{_PORT})?",
        rf"Could not fetch URL https://(?:[^\s/@]{{1,200}}@)?{_ANY}(?::{_PORT})?",
        rf"(?:Cannot connect to host|validate the SSL certificate for) {_ANY}:{_PORT}",
        rf"Can't connect to {_ANY}:{_PORT}",
        rf"connection to server at \"{_ANY}\"(?: \([^)]{{1,60}}\))?, port {_PORT}",
        rf"[Cc]onnect(?:ing|ed|ion)? to (?:host |server |endpoint )?'?\"?{_ANY}(?: port |:|, port ){_PORT}",
        rf"[Cc]onnect(?:ed)? to {_ANY} \([^)]{{1,60}}\) port {_PORT}",
        rf"(?:while connecting to|bootstrap from|verification failed for"
        rf"|connection to) {_ANY}(?:\[[^\]]{{1,45}}\])?:{_PORT}",
        rf"(?<![\w./]){_ANY}:{_PORT}: (?:\[SSL|SSL|EOF|timed out|\[Errno|Connection|tls)",
        r"dial tcp: lookup (?P<host>[A-Za-z0-9_.-]{1,253})",
        rf"[Rr]esolv(?:e|ing) (?:proxy:? |host(?:name)?:? |address )?['‘\"]?{_ANY}(?::{_PORT})?['’\"]?",
        rf"(?:ENOTFOUND|EAI_AGAIN|UnknownHostException:|could not translate host name) ['‘\"]?{_NAME}",
        # a URL, or another connection string
        rf"{_SCHEMES}://(?:[^\s/@\"']{{1,200}}@)?{_ANY}(?::{_PORT})?",
        rf"s_client .{{0,200}}-connect {_ANY}:{_PORT}",
        rf"gnutls-cli .{{0,200}}?(?:-p {_PORT} )?{_NAME}$",
        # the verdict names it
        r"(?:not valid for|host ?name|[Hh]ostname|certificate of|Certificate for|target host name"
        r"|verified:? ?) ?['‘\"<]"
        r"(?P<host>[A-Za-z0-9_.-]{1,253})['’\">]",
        rf"(?:name matching|Host:|IP:|matching IP address|certificate for) {_NAME}\.? (?:found|is not|because)",
        r"is valid for .{1,400}?, not (?P<host>[A-Za-z0-9_.-]{1,253})",
        # an address alone
        rf"(?:peeraddr=|ipv4:|ipv6:|ECONNREFUSED |ETIMEDOUT |dial tcp |upstream: \"https://|\[remote "
        rf"|\|){_ANY}[:|]{{1,2}}{_PORT}",
    )
)
"""How texts name the host, the surest first."""
_FILES: Final = tuple(
    re.compile(form)
    for form in (
        r"CAfile:? ['\"]?(?P<file>[^\s'\"]{2,300})",
        r"certificate (?:file|path|verify locations): ?(?:CAfile: )?['\"]?(?P<file>[^\s'\"]{2,300})",
        r"(?:bundle|certificate file), invalid path: (?P<file>.{2,300}?)(?:$|'|\")",
        r"root certificate file \"(?P<file>[^\"]{1,300})\"",
        r"(?:[Ff]ailed to open (?:cert|CA)|Loaded CA certificate"
        r"|Ignoring extra certs from) ['‘`\"]?(?P<file>[^\s'’`\",]{2,300})",
        r"`?SSL_CERT_(?:FILE|DIR)`?(?:\. Path is not a (?:file|directory))?: ?(?P<file>\S{2,300}?)(?:\. |$)",
        r"(?:No such file or directory|Permission denied): ['\"]?(?P<file>[^'\"\s]{1,300}(?:pem|crt|cer|bundle"
        r"|cert))\b",
        r"(?:cafile|ca_certs|verify|sslrootcert|--cacert|CACERT|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE)[ =]['\"]?"
        r"(?P<file>/[^\s'\",)]{1,300})",
        r"trustStore[ =:]{1,3}(?P<file>\S{2,300})",
    )
)
_NO_FILE: Final = frozenset({"none", "None", "null", "/etc/ssl/certs", "system"})
_SYSTEM_FILES: Final = re.compile(
    r"^(?:/etc/(?:ssl|pki|openssl)/|/usr/(?:local/)?(?:lib|share|etc)/|/usr/ssl/|/opt/homebrew/etc/).*"
    r"(?:ca-certificates\.crt|cert\.pem|ca-bundle(?:\.trust)?\.crt|tls-ca-bundle\.pem|ca-roots?\.crt|certs/?)$"
)
_HELP: Final = frozenset({"docs", "issues", "wiki", "help", "support", "stackoverflow"})


@dataclass(frozen=True)
class _Place:
    """A host that a text names, and the line where it does."""

    target: Target
    line: int


def host_of(lines: Sequence[str], near: int, unwanted: Collection[str]) -> Target | None:
    """Return the host whose error stands at line `near`, or None; what is no host name in form is none.

    The surest form wins, of alike ones the nearest line, before it rather than behind it. `unwanted` are hosts that
    only give advice.
    """
    for form in _FORMS:
        found = [place for place in _places(form, lines) if place.target.host not in unwanted]
        if found:
            return min(found, key=lambda place: (abs(place.line - near), place.line > near)).target
    return None


def _places(form: re.Pattern[str], lines: Sequence[str]) -> Iterator[_Place]:
    for number, line in enumerate(lines):
        for found in form.finditer(line):
            groups = found.groupdict()
            host = (groups.get("host") or "").rstrip(".") or groups.get("v6")
            port = groups.get("port") or _usual_port(groups.get("scheme") or "")
            target = None if host is None else _target(host, port)
            if target is not None:
                yield _Place(target, number)


def _usual_port(scheme: str) -> str | None:
    port = _USUAL_PORTS.get(scheme.removeprefix("jdbc:"))
    return None if port is None else str(port)


def _target(host: str, port: str | None) -> Target | None:
    shown = f"[{host}]" if ":" in host else host
    if host.isdigit() or host in {"https", "http", "localhost."} or _HELP & set(host.split(".")[:1]):
        return None
    target = parse_target(f"{shown}:{port}" if port else shown)
    return target if isinstance(target, Target) else None


_URL: Final = re.compile(r"\b[a-z][a-z0-9+]{1,15}://[^\s'\"<>()|`’]{1,2000}")


def url_of(lines: Sequence[str], host: str) -> str | None:
    """Return the first URL of a host that a text names, without a login and what follows a question mark, or None."""
    for line in lines:
        for found in _URL.finditer(line):
            scheme, _, rest = found[0].partition("://")
            place = rest.partition("?")[0].partition("#")[0].rpartition("@")[2].rstrip(".,;:")
            if place.split("/")[0].partition(":")[0].strip("[]") == host:
                return f"{scheme}://{place}"
    return None


def trust_file_of(lines: Sequence[str]) -> str | None:
    """Return the trust file that a text names, or None."""
    for form in _FILES:
        for line in lines:
            found = form.search(line)
            if found is not None and found["file"].rstrip(".;,)") not in _NO_FILE:
                return found["file"].rstrip(".;,)")
    return None


def is_system_file(path: str) -> bool:
    """Whether a path is where systems and packages keep their roots."""
    return "certifi" in path or _SYSTEM_FILES.search(path) is not None


_PRIVATE_ENDS: Final = (
    *("localhost", ".localhost", ".local", ".internal", ".intranet", ".lan", ".corp", ".home", ".home.arpa"),
    *(".test", ".example", ".invalid", ".svc", ".cluster.local", ".localdomain", ".private", ".intra"),
)


def _is_public(host: str) -> bool:
    """Whether a host is one of the public internet, by its name or address."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_PRIVATE_ENDS)


_CUSTOMERS: Final = re.compile(r"^ec2-|\.(?:compute|compute-\d|elb|rds|cache|docdb|es|cloudapp)\.")
"""Names below a big service's that its customers' own servers have, or whose roots no public store has."""


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


_WELL_KNOWN: Final = (
    *("pypi.org", "pythonhosted.org", "python.org", "anaconda.org", "anaconda.com", "conda.io", "pypa.io"),
    *("npmjs.org", "npmjs.com", "yarnpkg.com", "nodejs.org", "jsdelivr.net", "unpkg.com"),
    *("github.com", "githubusercontent.com", "github.io", "ghcr.io", "gitlab.com", "bitbucket.org", "atlassian.com"),
    *("docker.io", "docker.com", "quay.io", "gcr.io", "k8s.io", "googleapis.com", "google.com", "golang.org"),
    *("gstatic.com", "googleusercontent.com", "youtube.com", "amazonaws.com", "amazon.com"),
    *("azure.com", "windows.net", "azurecr.io", "microsoft.com", "microsoftonline.com", "visualstudio.com"),
    *("nuget.org", "powershellgallery.com", "office.com", "live.com", "vscode-cdn.net"),
    *("apache.org", "maven.org", "gradle.org", "sonatype.org", "jetbrains.com", "oracle.com", "spring.io"),
    *("rubygems.org", "packagist.org", "getcomposer.org", "php.net", "crates.io", "rust-lang.org", "cpan.org"),
    *("debian.org", "ubuntu.com", "fedoraproject.org", "centos.org", "archlinux.org", "alpinelinux.org"),
    *("hashicorp.com", "terraform.io", "helm.sh", "elastic.co", "grafana.com", "sentry.io", "datadoghq.com"),
    *("openai.com", "anthropic.com", "huggingface.co", "cloudflare.com", "mozilla.org", "letsencrypt.org"),
    *("slack.com", "discord.com", "discordapp.com", "gmail.com", "outlook.com", "office365.com"),
    *("ytimg.com", "telegram.org", "facebook.com", "instagram.com", "twitter.com", "x.com"),
    *("stripe.com", "paypal.com", "wikipedia.org", "stackoverflow.com", "twilio.com", "heroku.com", "shopify.com"),
    *("chocolatey.org", "deno.land", "gopkg.in", "goproxy.io", "salesforce.com", "zoom.us"),
    *("apple.com", "icloud.com", "adobe.com", "wordpress.org", "wandb.ai", "dropbox.com"),
    *("mongodb.net", "snowflakecomputing.com", "databricks.com", "r-project.org", "rstudio.com", "hex.pm", "pub.dev"),
)
"""Services whose servers send whole chains of public roots: what clients see otherwise is most likely not theirs."""


def _is_well_known(host: str) -> bool:
    """Whether a host is one of a big public service."""
    known = any(host == end or host.endswith(f".{end}") for end in _WELL_KNOWN)
    return known and _CUSTOMERS.search(host) is None


def is_host_kind(host: Target | None, kind: HostKind) -> bool:
    """Whether a host is of a kind; one that a text does not name may be public."""
    if host is None or kind is HostKind.ANY:
        return kind in {HostKind.ANY, HostKind.OTHER}
    match kind:
        case HostKind.PRIVATE:
            return not _is_public(host.host)
        case HostKind.INTERNAL:
            return not _is_public(host.host) and not _is_loopback(host.host)
        case HostKind.OTHER:
            return _is_public(host.host)
        case HostKind.WELL_KNOWN:
            return _is_well_known(host.host)
        case HostKind.UNRESOLVABLE:
            return host.host.endswith(".invalid")
        case HostKind.CLEAR_TEXT:
            return starttls_of(host.port) is not None


def starttls_of(port: int) -> str | None:
    """The protocol that a port begins with in clear text, before STARTTLS, or None."""
    from tui_chain.net.starttls.registry import (
        protocols,  # asyncio comes along, which a certificate's error needs not
    )

    return next((name for name, protocol in protocols().items() if protocol.is_usual_at(port)), None)
