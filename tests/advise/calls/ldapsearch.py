from __future__ import annotations

from tests.advise.calls.call import SHELL, CodeCall

_BARE = "ldapsearch -ZZ -H ldap://{host}:{port} -x -s base -b ''"
CALLS = (CodeCall("ldapsearch", SHELL, "result: 0 Success", "ldapsearch", bare=_BARE, protocol="ldap"),)
