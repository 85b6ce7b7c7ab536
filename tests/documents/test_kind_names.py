"""公文上的名字：单位的全称，文件的名字。"""

from typing import Any

import pytest

from xushi.documents.kinds.parts import file_name
from xushi.supervision.signing import formal


@pytest.mark.parametrize(
    ("name", "expected"), [("区国土分局", "浦口区国土分局"), ("桥林街道", "桥林街道"), ("区", "浦口区")]
)
def test_a_unit_signs_in_full(name: str, expected: str, settings: Any) -> None:
    settings.XUSHI_DISTRICT = "浦口区"
    assert formal(name) == expected


def test_a_file_name_is_one_that_file_systems_take() -> None:
    assert file_name("浦重大督〔2018〕16号", "督办单") == "浦重大督〔2018〕16号 督办单"
    assert file_name("../etc/pass\0wd", "a:b*c?.") == "etcpasswd abc"
    assert file_name("", "///") == "公文"
    assert len(file_name("长" * 300)) == 100
