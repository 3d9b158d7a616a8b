from __future__ import annotations

import pytest

from tests.explain.score import Score, kept_score


@pytest.fixture(scope="module")
def found() -> Score:
    return kept_score()


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
