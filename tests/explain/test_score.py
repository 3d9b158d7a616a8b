from __future__ import annotations

from tests.explain.score import kept_score


def test_the_first_cause_of_nearly_every_text_is_right() -> None:
    assert kept_score().right >= 0.95, kept_score()


def test_hardly_a_text_is_not_known() -> None:
    assert kept_score().not_known < 0.03, kept_score()


def test_the_client_is_right_where_the_text_shows_it() -> None:
    assert kept_score().clients_right >= 0.98, kept_score()


def test_the_host_is_right_where_the_text_names_one() -> None:
    assert kept_score().hosts_right >= 0.95, kept_score()
