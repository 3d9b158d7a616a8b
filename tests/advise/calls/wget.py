from __future__ import annotations

from tests.advise.calls.call import SHELL, CodeCall

CALLS = (CodeCall("wget", SHELL, "probe-1.0", "wget"),)
