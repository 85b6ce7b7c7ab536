"""认项目：号相同、写法相近的才问。"""

import pytest

from xushi.exchange.matching import Index

NAMES = ["桥林新城路网二期", "江浦街道第12号工程", "城南河综合整治", "高旺路3号地块安置房（二期）"]
INDEX = Index.of([(pk, "", name, name) for pk, name in enumerate(NAMES, 1)], None)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("桥林新城路网2期工程", 1),  # the numeral, and 工程 at its end
        ("桥林新城路网三期", None),  # another phase is another project
        ("江浦街道12号工程", 2),
        ("江浦街道第112号工程", None),
        ("城南河流域综合整治", 3),
        ("高旺路二号地块安置房（3期）", 4),  # the same numbers, in whatever order
        ("浦口大道改造", None),
    ],
)
def test_the_likeliest_with_the_same_numbers(written: str, found: int | None) -> None:
    assert INDEX.near(written, taken=set()) == found


def test_one_that_the_sheet_names_itself_is_not_offered() -> None:
    assert INDEX.near("桥林新城路网2期工程", taken={1}) is None
