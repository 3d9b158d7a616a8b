"""The writer of each form, by the word of `--format`; a form is loaded when it is written."""

from __future__ import annotations

from datetime import datetime

from tui_chain.fleet.formats.writer import ResultWriter
from tui_chain.fleet.policy import Policy

FORMATS = ("json", "csv", "junit", "prometheus", "nagios", "html")
"""Every form there is."""


def result_writer(form: str, policy: Policy, now: datetime) -> ResultWriter:
    """Return a new writer of a form of `FORMATS`; `now` (aware) is what days are counted from."""
    match form:
        case "json":
            from tui_chain.fleet.formats.json_lines import JSONLinesWriter

            return JSONLinesWriter()
        case "csv":
            from tui_chain.fleet.formats.csv_rows import CSVWriter

            return CSVWriter(policy, now)
        case "junit":
            from tui_chain.fleet.formats.junit import JUnitWriter

            return JUnitWriter(policy, now)
        case "prometheus":
            from tui_chain.fleet.formats.prometheus import PrometheusWriter

            return PrometheusWriter(policy, now)
        case "nagios":
            from tui_chain.fleet.formats.nagios import NagiosWriter

            return NagiosWriter(policy, now)
        case "html":
            from tui_chain.fleet.formats.html_page import HTMLWriter

            return HTMLWriter(policy, now)
    raise ValueError(f"There is no form {form!r}; there are {', '.join(FORMATS)}.")
