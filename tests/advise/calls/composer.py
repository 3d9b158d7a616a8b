from __future__ import annotations

from tests.advise.calls.call import Call
from tests.advise.calls.php_curl import MODULE

_WORDS = ("composer", "create-project", "--no-interaction", "probe/probe", "--repository")
_VARIABLES = {"COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_HOME": "{home}"}
CALLS = (Call("Composer", "Composer", _WORDS, "Could not find package", _VARIABLES, module=MODULE),)
