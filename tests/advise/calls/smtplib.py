from __future__ import annotations

from tests.advise.calls.call import PYTHON, CodeCall

CALLS = (CodeCall("smtplib", PYTHON, "250\n", protocol="smtp"),)
