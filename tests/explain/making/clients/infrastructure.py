from __future__ import annotations

from tests.explain.making.client import FEW, SOME, Client

_PROXY = 'export https_proxy="$PROXY" HTTPS_PROXY="$PROXY"; '
_TERRAFORM = """terraform {
  required_providers {
    random = { source = "HOST/hashicorp/random" }
  }
}
"""
_STATE = """terraform {
  backend "http" {
    address = "URLstate/shop"
    retry_max = 0
  }
}
"""
_SHOWS_DOCKER = "docker|Docker|daemon"

CLIENTS = (
    Client(
        "kubectl",
        _PROXY + 'kubectl --request-timeout=4s --server="https://$HOST:6443" '
        "${TRUST:+--certificate-authority=$TRUST} --token=example get pods",
        "Unable to connect to the server|kubectl|couldn't get|memcache|error: ",
        "kubectl version --client 2>/dev/null | head -n1",
        port=6443,
        tags=SOME,
    ),
    Client(
        "terraform",
        _PROXY + "export TRUST ${TRUST:+SSL_CERT_FILE=$TRUST}; mkdir -p $HOME/tf; cd $HOME/tf; rm -rf .terraform *; "
        'sed "s#HOST#$HOST${PORT:+:$PORT}#" /srv/app/providers.tf.txt > main.tf; '
        "TF_REGISTRY_CLIENT_TIMEOUT=4 TF_REGISTRY_DISCOVERY_RETRY=0 terraform init -no-color "
        "-input=false",
        r"provider|erraform|│|registry",
        "terraform version 2>/dev/null | head -n1 | tr -d v",
        tags=FEW | {"proxy"},
        sources={"providers.tf.txt": _TERRAFORM},
        seconds=25,
    ),
    Client(
        "terraform",
        _PROXY + "export TRUST ${TRUST:+SSL_CERT_FILE=$TRUST}; mkdir -p $HOME/state; cd $HOME/state; "
        'rm -rf .terraform *; sed "s#URL#$URL#" /srv/app/backend.tf.txt > main.tf; terraform init -no-color '
        "-input=false",
        r"provider|erraform|│|backend",
        "terraform version 2>/dev/null | head -n1 | tr -d v",
        tags=FEW | {"connect"},
        sources={"backend.tf.txt": _STATE},
        seconds=25,
    ),
    Client(
        "docker",
        '[ "$TRUST" ] || exit 127; docker --tlsverify ${TRUST:+--tlscacert $TRUST} -H "tcp://$HOST:2376" ps',
        "docker|Docker|error during connect",
        "docker version 2>/dev/null | grep Version | head -n1",
        port=2376,
        tags=FEW | {"connect"},
    ),
    Client(
        "aws",
        _PROXY + "export AWS_ACCESS_KEY_ID=AKIAEXAMPLE AWS_SECRET_ACCESS_KEY=example "
        "AWS_DEFAULT_REGION=eu-central-1 AWS_MAX_ATTEMPTS=1 ${TRUST:+AWS_CA_BUNDLE=$TRUST}; "
        "$PYENVS/3.11.7/bin/aws "
        '--endpoint-url "${URL%/}" --cli-connect-timeout 4 s3 ls',
        "aws|SSL validation failed|endpoint URL",
        "$PYENVS/3.11.7/bin/aws --version 2>/dev/null | cut -d' ' -f1 | cut -d/ -f2",
        tags=SOME,
    ),
)
