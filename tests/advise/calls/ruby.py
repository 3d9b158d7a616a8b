from __future__ import annotations

from tests.advise.calls.call import Call

_CODE = "puts Net::HTTP.get_response(URI(ARGV[0])).code"
CALLS = (Call("Ruby", "Ruby", ("ruby", "-rnet/http", "-e", _CODE)),)
