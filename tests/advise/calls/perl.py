from __future__ import annotations

from tests.advise.calls.call import Call, CodeCall

_CODE = (
    "($host, $port) = $ARGV[0] =~ m{//(.*):(\\d+)};"
    "print IO::Socket::SSL->new(PeerHost => $host, PeerPort => $port) ? 200 : $SSL_ERROR;"
)
_MODULE = ("perl", "-MIO::Socket::SSL", "-e", "1")
CALLS = (
    Call("Perl", "Perl, every socket", ("perl", "-MIO::Socket::SSL", "-e", _CODE), module=_MODULE),
    CodeCall("Perl", ("perl", "-e"), "TLSv1_", "perl", name="Perl", module=_MODULE),
)
