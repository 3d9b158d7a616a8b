from __future__ import annotations

from tests.advise.calls.call import SHELL, CodeCall

CALLS = (CodeCall("openssl", SHELL, "Verify return code: 0 (ok)", "openssl"),)
