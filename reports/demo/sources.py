"""The lists that the demo carries: public facts on units and their reforms."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"
OLD_PROVINCE = "Cần Thơ"


@dataclass(frozen=True)
class OldUnit:
    """A ward, commune or town of 2013."""

    statistics_code: str
    kind: str
    name: str
    district: str

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class NewUnit:
    """A ward or commune of today."""

    statistics_code: str
    kind: str
    name: str
    former_province: str

    @property
    def full_name(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Change:
    """One old unit, or a part of it, going into one new unit."""

    operation: str
    old_unit: str
    old_district: str
    old_province: str
    new_unit: str
    part: str

    @property
    def key(self) -> tuple[str, str]:
        """What tells an old unit from others of its name."""
        return self.old_unit, self.old_district


def units_of_2013() -> list[OldUnit]:
    return [
        OldUnit(row["code"], row["kind"], row["name"], row["district"])
        for row in _rows("can-tho-2013.csv")
    ]


def units_of_today() -> list[NewUnit]:
    return [
        NewUnit(row["code"], row["kind"], row["name"], row["former_province"])
        for row in _rows("can-tho-2025.csv")
    ]


def changes_of(when: str) -> list[Change]:
    """What became of the units of the three provinces, on that date of the list."""
    return [
        Change(
            row["operation"],
            row["old_unit"],
            row["old_district"],
            row["old_province"],
            f"{row['new_kind']} {row['new_unit']}",
            row["part"],
        )
        for row in _rows("can-tho-reforms.csv")
        if row["date"] == when
    ]


@dataclass(frozen=True)
class Body:
    """A workplace of 2013: what it does, to which bloc it belongs, how large it is."""

    name: str
    trade: str
    bloc: str
    weight: int
    until: date | None
    successor: str


def workplaces_of_2013() -> list[Body]:
    return [
        Body(
            row["name"],
            row["trade"],
            row["bloc"],
            int(row["weight"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
            row["successor"],
        )
        for row in _rows("noi-cong-tac.csv")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
