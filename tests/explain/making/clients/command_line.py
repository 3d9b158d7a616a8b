from __future__ import annotations

from tests.explain.making.client import EVERYTHING, FEW, SOME, USUAL, Client

_PROXY = 'export https_proxy="$PROXY" HTTPS_PROXY="$PROXY"; '
_GIT = _PROXY + (
    "rm -rf service; git -c http.connectTimeout=4 ${CERT:+-c http.sslCert=$CERT -c http.sslKey=$KEY} "
    "${TRUST:+-c http.sslCAInfo=$TRUST}"
    ' clone "${URL}team/service.git" service'
)
_S_CLIENT = (
    'openssl s_client -connect "$HOST:$PORT" -servername "$HOST" -verify_return_error -verify_hostname "$HOST"'
    " ${TRUST:+-CAfile $TRUST} ${CERT:+-cert $CERT -key $KEY} </dev/null"
)

CLIENTS = (
    Client(
        "curl",
        _PROXY + 'curl -sS -m 5 ${TRUST:+--cacert "$TRUST"} ${CERT:+--cert $CERT --key $KEY} "$URL"',
        "curl",
        "curl --version | head -n1 | cut -d' ' -f2",
        tags=EVERYTHING,
    ),
    Client(
        "curl",
        _PROXY + 'curl -v -m 5 ${TRUST:+--cacert "$TRUST"} ${CERT:+--cert $CERT --key $KEY} "$URL"',
        "curl",
        "curl --version | head -n1 | cut -d' ' -f2",
        tags=SOME | {"own", "more"},
    ),
    Client(
        "wget",
        _PROXY + "wget -T 5 -t 1 -O - ${TRUST:+--ca-certificate=$TRUST}"
        ' ${CERT:+--certificate=$CERT --private-key=$KEY} "$URL"',
        r"ERROR: |Connecting to|Loaded CA|Unable to establish|wget",
        "wget --version | head -n1",
        tags=EVERYTHING,
    ),
    Client("git", _GIT, r"fatal: unable to access|Cloning into", "git --version", tags=EVERYTHING),
    Client("openssl", _S_CLIENT, r"verify error|SSL routines|CONNECTED", "openssl version", tags=USUAL | {"slow"}),
    Client(
        "gnutls",
        'gnutls-cli -p "$PORT" ${TRUST:+--x509cafile=$TRUST} "$HOST" </dev/null',
        r"gnutls|\*\*\* |Processed \d+ CA|- Status:",
        "gnutls-cli --version | head -n1",
        tags=USUAL - {"proxy"},
    ),
    Client(
        "apt",
        _PROXY + 'echo "deb [trusted=yes] ${URL}debian stable main" > $HOME/sources.list; mkdir -p '
        "$HOME/lists/partial; apt-get update"
        " -o Dir::Etc::sourcelist=$HOME/sources.list -o Dir::Etc::sourceparts=/dev/null -o Acquire::Retries=0"
        " -o Dir::State::lists=$HOME/lists ${TRUST:+-o Acquire::https::CaInfo=$TRUST}",
        r"^W: |^E: |^Err:",
        "apt-get --version | head -n1",
        tags=SOME,
    ),
    Client(
        "socat",
        "socat - OPENSSL:$HOST:$PORT${TRUST:+,cafile=$TRUST} </dev/null",
        "socat",
        "socat -V | grep version",
        tags=FEW,
    ),
)
