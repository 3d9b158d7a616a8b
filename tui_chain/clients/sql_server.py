"""Microsoft SQL Server by ODBC: since version 18 its driver verifies by default."""

from __future__ import annotations

from tui_chain.clients.client import Client, any_endpoint
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled

CLIENT = Client(
    "SQL Server",
    347,
    errors=ErrorOutput(
        (
            spelled(
                Kind.SELF_SIGNED, "SSL Provider: The certificate chain was issued by an authority that is not trusted"
            ),
            spelled(Kind.SELF_SIGNED, pattern=r"ssl provider: \[error:[^\]]{0,200}self signed certificate\]"),
            spelled(
                Kind.SELF_SIGNED,
                pattern=r"provider: ssl provider, error: 0 the certificate chain was (?:issued"
                r"|provided) by an authority",
            ),
            spelled(Kind.SELF_SIGNED, pattern=r"sql server.{0,300}pkix path building failed"),
            spelled(Kind.SELF_SIGNED, pattern=r"odbc driver 1\d for sql server\]ssl[^:]{0,30}: die zertifikatkette"),
            spelled(Kind.ENDED, pattern=r"tcp provider: error code 0x2746"),
        ),
        signs=r"ODBC Driver \d+ for SQL Server|\bsqlcmd\b|\bpyodbc\b|SQL Server by using Secure Sockets Layer",
        help_hosts=("go.microsoft.com", "aka.ms"),
        trust_command="grep -i -A9 'ODBC Driver' /etc/odbcinst.ini",
    ),
    reaches=any_endpoint,
)
