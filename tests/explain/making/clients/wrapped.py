"""Texts as they pass through other programs: as bytes in a repr, in JSON, folded, between other lines."""

from __future__ import annotations

from tests.explain.making.client import FEW, Client

_PROXY = 'export https_proxy="$PROXY" HTTPS_PROXY="$PROXY"; '
_TAGS = FEW | {"more", "file", "alert", "connect", "proxy"}
_REPR = """import subprocess
import sys

done = subprocess.run(sys.argv[1:], capture_output=True)
if done.returncode:
    print(f"ERROR deploy: {done!r}")
"""
_JSON = """const https = require('https');
https.get(process.argv[2], r => r.pipe(process.stdout)).on('error', err => console.log(JSON.stringify({
  level: 50, time: 1795758925000, pid: 17, hostname: 'shop-7d9f6', name: 'sync', msg: 'fetch failed',
  err: { type: err.constructor.name, message: err.message, stack: err.stack, code: err.code },
})));
"""
_JOURNAL = """import datetime
import sys

for number, line in enumerate(sys.stdin):
    print(f"Nov 27 06:12:{44 + number % 10} build-7 sync[4711]: {line}", end="")
"""
_HERE = "/srv/app/.venv/bin/python"
_CURL = 'curl -sS -m 5 ${TRUST:+--cacert "$TRUST"} "$URL"'
_GIT = 'git -c http.connectTimeout=4 ${TRUST:+-c http.sslCAInfo=$TRUST} ls-remote "${URL}team/service.git"'
_WGET = 'wget -nv -T 5 -t 1 -O /dev/null ${TRUST:+--ca-certificate=$TRUST} "$URL"'
_CURL_VERSION = "curl --version | head -n1 | cut -d' ' -f2"

CLIENTS = (
    Client("curl", f"{_PROXY}{_HERE} run.py {_CURL}", "curl", _CURL_VERSION, tags=_TAGS, sources={"run.py": _REPR}),
    Client("git", f"{_PROXY}{_HERE} run.py {_GIT}", "git", "git --version", tags=_TAGS),
    Client("curl", f"{_PROXY}{_CURL} 2>&1 | fold -w 48", "curl", _CURL_VERSION, tags=_TAGS),
    Client(
        "wget",
        f"{_PROXY}{_WGET} 2>&1 | {_HERE} journal.py",
        r"ERROR: |The certificate's owner|wget",
        "wget --version | head -n1",
        tags=_TAGS,
        sources={"journal.py": _JOURNAL},
    ),
    Client(
        "node",
        'export TRUST ${TRUST:+NODE_EXTRA_CA_CERTS="$TRUST"}; node json.cjs "$URL"',
        r"node:",
        "node --version | tr -d v",
        tags=_TAGS - {"proxy"},
        sources={"json.cjs": _JSON},
    ),
)
