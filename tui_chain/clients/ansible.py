"""Ansible: get_url, uri and galaxy, whose own words cover every error."""

from __future__ import annotations

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client
from tui_chain.clients.errors import CauseSign, ErrorOutput, spelled
from tui_chain.clients.errors import ErrorKind as Kind

CLIENT = Client(
    "Ansible",
    91,
    errors=ErrorOutput(
        (spelled(Kind.VAGUE, "failed to validate the SSL certificate for"),),
        signs=r"\bFAILED(?:!)? (?:=>|>>)|\bansible(?:-galaxy|-playbook)?\b|You can use validate_certs=",
        trust_command="python3 -c 'import ssl; print(ssl.get_default_verify_paths())'",
        cause_signs=(
            CauseSign(
                frozenset({Kind.VAGUE}),
                r"ailed to validate the SSL certificate for",
                (Code.NO_CA_STORE, Code.UNTRUSTED_ROOT),
            ),
        ),
    ),
)
