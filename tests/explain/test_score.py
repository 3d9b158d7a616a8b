from __future__ import annotations

import pytest

from tests.explain.score import TEXTS, Score, kept_score, score

CASES = TEXTS.with_name("cases.jsonl")


@pytest.fixture(scope="module", params=("kept", "cases"))
def found(request: pytest.FixtureRequest) -> Score:
    """Of the texts kept here, and of texts with their causes that others collected."""
    return kept_score() if request.param == "kept" else score([CASES])


def test_the_first_cause_of_nearly_every_text_is_right(found: Score) -> None:
    right = found.right
    assert right >= 0.95, str(found)


def test_hardly_a_text_is_not_known(found: Score) -> None:
    not_known = found.not_known
    assert not_known < 0.03, str(found)


def test_the_client_is_right_where_the_text_shows_it(found: Score) -> None:
    right = found.clients_right
    assert right >= 0.98, str(found)


def test_the_host_is_right_where_the_text_names_one(found: Score) -> None:
    right = found.hosts_right
    assert right >= 0.95, str(found)
