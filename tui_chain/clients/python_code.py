"""Pieces of Python that the advice for several of its clients is made of."""

from __future__ import annotations

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment, Effect
from tui_chain.clients.client import Setting, SettingForm, Takes, variable

FROM_3_13 = (
    "From Python 3.13 on create_default_context also demands what RFC 5280 says of a certificate's form "
    "(VERIFY_X509_STRICT) and accepts an intermediate of the file as an anchor (VERIFY_X509_PARTIAL_CHAIN); up to "
    "3.12 the root has to be in the file as well, as it is in this one."
)
"""What changes for whoever makes a context as Python does by default."""
NO_ADDRESS = (
    "urllib3 1.26 cannot call an IP address with a context of Python's (ValueError: check_hostname requires "
    "server_hostname)"
)
"""What stops a client on the urllib3 before 2 where the host is an IP address."""
_UNVERIFIED = "Without a context it verifies nothing: whoever is in between can read along."
"""The trap of those modules of Python that take a context and make a lax one by themselves."""
TRUST_COMMAND = "python -c 'import ssl; print(ssl.get_default_verify_paths())'; env | grep -E 'SSL_CERT_(FILE|DIR)'"
"""Shows where a default context takes its trust from."""
_ALONE = (
    "The context is for the hosts of this file alone: with the check on, a host whose CRLs are not in it is refused "
    "(code 3), and all of them are once a CRL has ended (code 12)."
)
_PARTIAL = (
    " PARTIAL_CHAIN, which Python 3.13 and later set, has to go: with it OpenSSL ends the chain at the intermediate "
    "of the file and cannot check the CRL that speaks of it (code 3)."
)

REQUESTS_SETTINGS = (
    Setting(
        "verify=",
        SettingForm.ARGUMENT,
        REPLACES,
        Takes.EITHER,
        wins_over=("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "session.verify"),
    ),
    variable("REQUESTS_CA_BUNDLE", REPLACES, Takes.EITHER, wins_over=("session.verify", "CURL_CA_BUNDLE")),
    variable("CURL_CA_BUNDLE", REPLACES, Takes.EITHER, wins_over=("session.verify",)),
    Setting("session.verify", SettingForm.ARGUMENT, REPLACES, Takes.EITHER),
)
"""The settings of requests, and of niquests, which has the same."""


def context_lines(at: Deployment) -> str:
    """The lines that make `context`, which trusts certifi's roots and the file."""
    return (
        "import ssl\nimport certifi\n"
        "context = ssl.create_default_context(cafile=certifi.where())\n"
        f"context.load_verify_locations({at.python()})\n"
    )


def crl_context_lines(at: Deployment, use: CrlUse) -> str:
    """The lines that make `context`, which trusts the file and checks the CRLs in it."""
    file = at.python()
    loaded = (
        f"import certifi\ncontext = ssl.create_default_context(cafile=certifi.where())\n"
        f"context.load_verify_locations({file})\n"
        if use.adds
        else f"context = ssl.create_default_context(cafile={file})\n"
    )
    return f"import ssl\n{loaded}{use.scope.python}\n"


def with_context(at: Deployment, client: str, code: str, note: str = FROM_3_13) -> Advice:
    """Advice whose `code` uses a context with certifi's roots and the file."""
    return python(at, client, context_lines(at) + code, note, Effect.ADDS)


def with_mail_context(at: Deployment, client: str, code: str) -> Advice:
    """The same for a library that checks nothing by itself; {host} and {port} stand in its `code`."""
    filled = code.format(host=at.endpoint.host, port=at.endpoint.port)
    return with_context(at, client, filled, f"{_UNVERIFIED} {FROM_3_13}")


def with_crl_context(at: Deployment, use: CrlUse, client: str, code: str) -> Advice:
    """The same with a context that checks the CRLs of the file."""
    note = _ALONE + (_PARTIAL if use.whole_chain else "")
    return python(at, client, crl_context_lines(at, use) + code, note, Effect.REPLACES)


def python(at: Deployment, client: str, code: str, note: str, effect: Effect) -> Advice:
    """Advice that is a piece of Python."""
    return at.command(client, code, note, effect, language="python")
