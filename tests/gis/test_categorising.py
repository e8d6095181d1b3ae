"""A category from the words of a description."""

from __future__ import annotations

import pytest

from gis.categorising import Vocabulary, forget_vocabulary, vocabulary
from gis.db.database import Database
from tests.support import county

WORDS = Vocabulary(
    (
        ("water", ("自来水", "water supply")),
        ("water.low", ("水压", "水压低", "楼没水")),
        ("water.none", ("没水", "停水", "")),
        ("gas", ("gas", "燃气")),
        ("heat", ("暖气",)),
        ("heat.again", ("暖气",)),
    )
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4-6楼没水", "water.low"),
        ("小区没水了", "water.none"),
        ("停水，没水用", "water.none"),
        ("No WATER SUPPLY since noon", "water"),
        ("smell of Gas", "gas"),
        ("a gasket is loose", None),
        ("GAS泄漏", "gas"),
        ("暖气不热", "heat"),
        ("路灯不亮", None),
        ("", None),
    ],
)
def test_suggest(text: str, code: str | None) -> None:
    assert WORDS.suggest(text) == code


def test_read_once_a_minute_and_anew_when_told(db: Database, database_url: str) -> None:
    county.build(database_url, count=12)
    with db.transaction() as tx:
        assert vocabulary(tx, county.COUNTY).suggest("爆管") == "water.burst"
        tx.rows("UPDATE category SET keywords = '{冒水}' WHERE code = 'water.burst'")
        assert vocabulary(tx, county.COUNTY).suggest("冒水") is None
        forget_vocabulary(tx, county.COUNTY)
        assert vocabulary(tx, county.COUNTY).suggest("冒水") == "water.burst"
