from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

CALLS = (CodeCall("imaplib", PYTHON, "OK\n", protocol="imap"),)
