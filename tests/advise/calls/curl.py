from __future__ import annotations

from tests.advise.calls.call import SHELL, CodeCall

CALLS = (
    CodeCall("curl", SHELL, "probe-1.0", "curl"),
    CodeCall("curl", SHELL, "250 2.0.0 Ok", "curl", protocol="smtp"),
    CodeCall("curl", SHELL, "* CAPABILITY IMAP4rev1", "curl", protocol="imap"),
)
