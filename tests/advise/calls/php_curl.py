from __future__ import annotations

from tests.advise.calls.call import CodeCall

MODULE = ("php", "-r", "exit(extension_loaded('curl') ? 0 : 1);")
CALLS = (CodeCall("PHP curl", ("php", "-r"), program="php", module=MODULE),)
