from __future__ import annotations

from tests.advise.calls.call import Call, CodeCall

_CODE = "if (file_get_contents($argv[1]) !== false) echo 200;"
_VARIABLES = {"PHP_INI_SCAN_DIR": ":{home}/php"}
CALLS = (
    Call("PHP", "PHP, every script", ("php", "-r", _CODE), variables=_VARIABLES, file="php/trust.ini"),
    CodeCall("PHP streams", ("php", "-r"), "probe-1.0", "php", name="PHP"),
)
