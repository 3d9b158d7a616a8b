"""Servers whose protocol begins in clear text: behind STARTTLS, and reached without it."""

from __future__ import annotations

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.hierarchy import DEFAULT_LEAF
from tui_chain.lab.scenarios.scenario import Scenario, ScenarioGroup, ScenarioGroups, expect, missing
from tui_chain.lab.servers.starttls import SMTP, SMTP_FEATURES, XMPP, XMPP_FEATURES, Switching

CLEAR_TEXT = (
    Scenario(
        "xmpp-leaf-only",
        "is an XMPP server that does not send its intermediate",
        Switching(XMPP, XMPP_FEATURES, DEFAULT_LEAF),
        missing(),
        reach="xmpp+starttls://localhost:{port}",
    ),
    Scenario(
        "smtp-leaf-only",
        "is a mail server that does not send its intermediate",
        Switching(SMTP, SMTP_FEATURES, DEFAULT_LEAF),
        missing(),
        reach="smtp+starttls://localhost:{port}",
    ),
    Scenario(
        "smtp-without-starttls",
        "is a mail server that is reached as if TLS began with the first byte",
        Switching(SMTP, SMTP_FEATURES, DEFAULT_LEAF),
        expect(Status.UNREACHABLE, Blame.NETWORK, FindingCode.NO_TLS),
    ),
)
"""Each is repaired like any other host, or says how it is reached."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: CLEAR_TEXT}
