from __future__ import annotations

import sys

from tests.advise.calls.call import PYTHON, Call, CodeCall

_CODE = """import sys, urllib.parse, grpc
place = urllib.parse.urlsplit(sys.argv[1]).netloc
with grpc.secure_channel(place, grpc.ssl_channel_credentials()) as channel:
    grpc.channel_ready_future(channel).result(timeout=2)
    print('ready')"""
CALLS = (
    Call("gRPC", "gRPC, every host", (sys.executable, "-c", _CODE), "ready\n"),
    CodeCall("gRPC", PYTHON, "ready\n", name="gRPC"),
)
