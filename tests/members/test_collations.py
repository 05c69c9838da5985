"""Scopes and order hold however the database sorts; bin/test runs this on a
PostgreSQL that sorts as Vietnamese does."""

import itertools

import pytest

from members.models import Committee, Kind, Sector
from members.scopes import contains, within
from party76.shared.text import text_sort_key

pytestmark = pytest.mark.django_db

STEPS = ["0001", "0002", "0009", "0010", "0099", "0100", "1000", "9998"]


@pytest.fixture
def paths() -> list[str]:
    """Every path of three levels whose steps are easily confused."""
    paths = [
        "".join(steps)
        for level in (1, 2, 3)
        for steps in itertools.product(STEPS, repeat=level)
    ]
    Committee.objects.bulk_create(
        Committee(code=path, path=path, name=path, kind=Kind.CELL, sector=Sector.OTHER)
        for path in paths
    )
    return paths


@pytest.mark.parametrize("top", ["0001", "0009", "9998", "00099998", "010000100001"])
def test_scope_when_asked_of_the_database_holds_unit_and_all_below(paths, top):
    found = set(
        Committee.objects.filter(within("path", [top])).values_list("path", flat=True)
    )

    assert found == {path for path in paths if contains(top, path)}


def test_names_when_sorted_by_the_database_stand_in_vietnamese_order():
    names = [
        "Chi bộ ấp Đông An", "Chi bộ ấp Dung", "Chi bộ ấp Hòa", "Chi bộ ấp Họa",
        "Chi bộ ấp Oanh", "Chi bộ ấp Ô Môn", "Chi bộ ấp Ơn", "Chi bộ khu vực 2",
        "Chi bộ khu vực 10", "Chi bộ khu vực 10A",
    ]  # fmt: skip
    for number, name in enumerate(reversed(names), 1):
        Committee.objects.create(
            code=str(number),
            path=f"{number:04}",
            name=name,
            kind=Kind.CELL,
            sector=Sector.OTHER,
        )

    found = list(Committee.objects.order_by("sort_key").values_list("name", flat=True))

    assert found == sorted(names, key=text_sort_key)
    assert found.index("Chi bộ khu vực 2") < found.index("Chi bộ khu vực 10")
    assert found.index("Chi bộ ấp Dung") < found.index("Chi bộ ấp Đông An")
