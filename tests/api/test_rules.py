"""接口的规矩，不用数据库。"""

import pytest

from xushi.api.rules import ApiRefused, Cursor, refuse_unknown, request_digest, unknown_scopes


def test_a_mistyped_filter_is_refused_with_the_name_it_looks_like() -> None:
    with pytest.raises(ApiRefused) as refused:
        refuse_unknown(["month", "teritory"], ("month", "territory"))
    assert (refused.value.status, refused.value.field) == (422, "teritory")
    assert "是不是“territory”" in refused.value.how


def test_a_cursor_reads_back_and_belongs_to_its_list() -> None:
    text = str(Cursor("2018-08", 17))
    assert Cursor.read(text, "2018-08").after == 17
    with pytest.raises(ApiRefused):
        Cursor.read(text, "2018-07")


@pytest.mark.parametrize(
    "text", ["", "?", "é", "AAAA", str(Cursor("a", -1)), str(Cursor("a", 2**63)), "=" * 9]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ApiRefused):
        Cursor.read(text, "a")


def test_the_same_request_has_the_same_digest_and_another_body_another() -> None:
    assert request_digest("POST", "/a", b"1") == request_digest("POST", "/a", b"1")
    assert request_digest("POST", "/a", b"1") != request_digest("POST", "/a", b"2")


def test_scopes_that_are_not_known_are_named() -> None:
    assert unknown_scopes(["read:projects", "read:everything"]) == ["read:everything"]
