from __future__ import annotations

from tests.advise.calls.call import Call

_CODE = "print LWP::UserAgent->new->get($ARGV[0])->code"
_MODULE = ("perl", "-MLWP::Protocol::https", "-e", "1")
CALLS = (Call("Perl LWP", "Perl LWP", ("perl", "-MLWP::UserAgent", "-e", _CODE), module=_MODULE),)
