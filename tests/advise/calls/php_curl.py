from __future__ import annotations

from tests.advise.calls.call import Call, CodeCall

MODULE = ("php", "-r", "exit(extension_loaded('curl') ? 0 : 1);")
_CODE = "$c = curl_init($argv[1]); curl_setopt($c, CURLOPT_RETURNTRANSFER, 1); if (curl_exec($c)) echo 200;"
PHP_CURL = Call(
    "PHP curl", "PHP curl", ("php", "-r", _CODE), variables={"PHP_INI_SCAN_DIR": ":{home}"}, module=MODULE
)
"""It as it is without the advice."""
CALLS = (CodeCall("PHP curl", ("php", "-r"), program="php", module=MODULE),)
