"""What servers of databases and of mail write about the clients that fail, from their own log files."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from tests.explain.making.collecting import Made, environment, version_of
from tests.explain.making.machine import APP
from tests.explain.making.server_logs import settled
from tests.explain.making.shape import clean
from tests.support.daemon_programs import DOVECOT, POSTFIX, POSTGRESQL
from tests.support.daemons import Daemon
from tests.support.protocols import running_daemon
from tui_chain.lab.authority import Template, days, key_to_pem, to_pem
from tui_chain.lab.internet import Lab

_S_CLIENT = "echo | timeout 4 openssl s_client -connect localhost:$PORT -starttls $STARTTLS"
_STRANGERS, _ROOT = "/srv/app/pki/stranger-client.pem", "/srv/app/pki/corp-root.pem"
_VISITS = (
    (
        "client-lacks-root",
        ("untrusted-root", "missing-issuer"),
        f"{_S_CLIENT} -CAfile {_STRANGERS} -verify_return_error",
    ),
    (
        "client-lacks-root-1.2",
        ("untrusted-root", "missing-issuer"),
        f"{_S_CLIENT} -tls1_2 -CAfile {_STRANGERS} -verify_return_error",
    ),
    (
        "missing-intermediate",
        ("missing-issuer", "untrusted-root"),
        f"{_S_CLIENT} -CAfile {_ROOT} -verify_return_error",
    ),
    ("expired", ("expired",), f"{_S_CLIENT} -CAfile {_ROOT} -verify_return_error"),
    ("old-client", ("alert-protocol-version",), f"{_S_CLIENT} -tls1_1 -cipher ALL:@SECLEVEL=0"),
    ("no-common-cipher", ("alert-handshake-failure",), f"{_S_CLIENT} -tls1_2 -cipher AES256-SHA:@SECLEVEL=0"),
)

_TELLS = re.compile(r"error:0A|could not accept SSL")
"""What a daemon writes that tells anything of TLS."""


@dataclass(frozen=True)
class LoggingDaemon:
    """A daemon of the tests, the line of its certificate, and where its log is in its folder."""

    daemon: Daemon
    line: str
    log: str
    version: str


DAEMONS = (
    LoggingDaemon(POSTGRESQL, "ssl_cert_file = '{folder}/leaf.pem'", "daemon.log", "psql --version"),
    LoggingDaemon(
        POSTFIX,
        "smtpd_tls_cert_file = {folder}/leaf.pem\nsmtpd_tls_key_file = {folder}/etc/ssl/private/localhost.key\n"
        "smtpd_tls_loglevel = 1",
        "mail.log",
        "postconf -h mail_version",
    ),
    LoggingDaemon(DOVECOT, "ssl_cert = <{folder}/leaf.pem\nverbose_ssl = no", "dovecot.log", "dovecot --version"),
)


def collect_daemon_logs(lab: Lab) -> Iterator[Made]:
    """Yield the lines that every daemon writes about every visit."""
    for each in DAEMONS:
        for name, causes, script in _VISITS:
            text = clean(_log_of(lab, each, name, script))
            if _TELLS.search(text):
                yield Made(
                    text=text,
                    client=each.daemon.name.lower(),
                    version=version_of(each.version),
                    scenario=f"server-log-{name}",
                    host=None,
                    port=None,
                    speaker="server-log",
                    causes=causes,
                    shows_client=False,
                    asked="localhost",
                )


def _log_of(lab: Lab, each: LoggingDaemon, name: str, script: str) -> str:
    folder = Path(mkdtemp(dir=APP / "server"))
    # every user of a daemon has to pass
    folder.chmod(0o755)
    issuing = lab.hierarchy["issuing"]
    template = Template(validity=days(-40, -2)) if name == "expired" else Template()
    leaf = issuing.issue_leaf(template=template)
    (folder / "leaf.pem").write_bytes(to_pem([leaf.der, *([] if name == "missing-intermediate" else [issuing.der])]))
    (folder / "key.pem").write_bytes(key_to_pem(leaf.key))
    with running_daemon(each.daemon, each.line, folder) as port:
        log = folder / each.log
        before = settled(log)
        given = environment() | {"PORT": str(port), "STARTTLS": each.daemon.starttls}
        subprocess.run(("bash", "-c", script), env=given, capture_output=True, check=False, timeout=10)
        after = settled(log)
        return log.read_bytes()[before:after].decode(errors="replace").replace(str(folder), "/var/lib/server")
