"""一页里同一个问题只问一次。"""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from xushi.kit.once import OncePerPage, once, one_reading, reading, start_anew

asked: list[tuple[object, ...]] = []


@once
def question(*args: object, **named: object) -> int:
    asked.append((*args, *named.items()))
    return len(asked)


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    asked.clear()


def test_within_one_reading_the_same_question_is_asked_once() -> None:
    with one_reading():
        assert question(1) == question(1) == 1
        assert question(2) == 2
        assert question(1, more="a") == 3
        with one_reading():
            assert question(2) == 2
        assert question(2) == 2
    assert question(1) == 4, "the block is over"
    assert [question(1), question(1)] == [5, 6]


def test_a_page_from_another_database_is_asked_anew() -> None:
    with one_reading():
        question(1)
        start_anew()
        assert question(1) == 2
    start_anew()
    assert not reading()


def test_what_fails_is_asked_again() -> None:
    @once
    def failing() -> int:
        asked.append(())
        raise ValueError

    with one_reading():
        for _ in range(2):
            with pytest.raises(ValueError):
                failing()
    assert len(asked) == 2


@pytest.mark.parametrize(("method", "times"), [("get", 1), ("head", 1), ("post", 2), ("delete", 2)])
def test_only_a_page_that_reads_remembers(method: str, times: int) -> None:
    def view(request: object) -> HttpResponse:
        question(1)
        question(1)
        return HttpResponse()

    OncePerPage(view)(getattr(RequestFactory(), method)("/"))
    assert len(asked) == times
    assert not reading()
