"""Fails when a client family refuses one of our hosts, or a certificate of its chain ends within three weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tui_chain import api

HOSTS = ["shop.example.org", "api.example.org"]


@pytest.fixture(scope="session")
def results() -> Mapping[str, api.HostResult]:
    """All hosts at once; one that does not answer is tried twice more before a test fails for it."""
    found = api.check_many(HOSTS, warn_days=21, retries=2)
    return dict(zip(HOSTS, found, strict=True))


def problems(result: api.HostResult) -> Iterator[str]:
    for finding in result.findings:
        if finding.severity != "cosmetic":
            yield f"{finding.code}: {finding.subject or result.target}: {finding.message} {finding.hint}"
    for client in result.clients:
        if not client.as_served.ok:
            yield f"{client.name} refuses it: {client.as_served.error}"


@pytest.mark.parametrize("host", HOSTS)
def test_the_chain(host: str, results: Mapping[str, api.HostResult]) -> None:
    result = results[host]
    found = list(problems(result))
    if found or result.status != "complete":
        pytest.fail("\n  ".join([f"{host} is {result.status}: {result.headline}", *found]), pytrace=False)
