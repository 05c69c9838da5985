"""What the templates of a unit's year draw: rows, cells and sums with their links."""

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from members.models import User
from party76.shared.templatetags.ui import vn_number, vn_signed
from reports.queries import figures
from reports.queries.columns import Column
from reports.queries.reconciliation import Balance
from reports.queries.summary import Line, Summary
from reports.views.units import can_open


@dataclass(frozen=True)
class Cell:
    """A number of the table, and the list it opens."""

    label: str
    value: int | Decimal | None
    is_share: bool = False
    url: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    cells: list[Cell]
    url: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class Term:
    """A line of a sum: sign, what, how many, and who they are."""

    sign: str
    label: str
    value: int
    url: str = ""


def heading_of(columns: list[Column]) -> list[tuple[str, int, list[str]]]:
    """(heading, columns below it, their labels); no labels for a heading of two rows."""
    groups: list[tuple[str, list[str]]] = []
    for column in columns:
        if column.group and groups and groups[-1][0] == column.group:
            groups[-1][1].append(column.label)
        elif column.group:
            groups.append((column.group, [column.label]))
        else:
            groups.append((column.label, []))
    return [(name, max(len(labels), 1), labels) for name, labels in groups]


def rows_of(found: Summary, columns: list[Column], user: User) -> list[Row]:
    year = found.year.year
    rows = []
    for line in found.every_line:
        unit = line.unit_id or found.unit.pk
        node = found.place.tree.nodes.get(unit)
        opens = unit == found.unit.pk or (node is not None and can_open(user, node))
        is_total = line is found.total
        rows.append(
            Row(
                name=line.name,
                cells=[_cell(column, line, unit, year, opens) for column in columns],
                url=_unit_url(line, year) if opens and not is_total else "",
                is_total=is_total,
            )
        )
    return rows


def _cell(column: Column, line: Line, unit: int, year: int, opens: bool) -> Cell:
    value = column.value(line)
    label = f"{column.group}: {column.label}" if column.group else column.label
    url = ""
    if column.figure and value and opens:
        url = list_url(unit, year, column.figure, rest=line.unit_id is None)
    return Cell(label, value, column.is_share, url)


def _unit_url(line: Line, year: int) -> str:
    if line.unit_id is None:
        return ""
    return reverse("reports:summary_unit", args=[line.unit_id, year])


def list_url(unit: int, year: int, figure: figures.Figure, *, rest=False) -> str:
    url = reverse("reports:summary_list", args=[unit, year, figure.key])
    return f"{url}?con_lai=1" if rest else url


def roll_sum(total: Balance, pk: int, year: int) -> list[Term]:
    terms = [
        ("", figures.AT_START, total.at_start),
        ("+", figures.RECEIVED_IN_PERIOD, total.received_in_period),
        ("−", figures.ENDED_IN_PERIOD, total.ended_in_period),
        ("+", figures.MOVED_IN, total.moved_in),
        ("−", figures.MOVED_OUT, total.moved_out),
        ("=", figures.RECEIVED, total.figures.received),
    ]
    return _terms(terms, pk, year)


def assessed_sum(total: Balance, pk: int, year: int) -> list[Term]:
    counted = total.figures
    terms = [
        ("", figures.RECEIVED, counted.received),
        ("−", figures.EXEMPT, counted.exempt),
        ("−", figures.NOT_RATED, counted.not_rated),
        ("−", figures.ELSEWHERE, counted.elsewhere),
        ("−", figures.UNDECIDED, counted.undecided),
        ("−", figures.WITHOUT_ROW, total.without_row),
        ("+", figures.WITHOUT_PLACE, total.without_place),
        ("+", figures.ENDED_ASSESSED, counted.ended_assessed),
        ("=", figures.ASSESSED, counted.assessed),
    ]
    return _terms(terms, pk, year)


def _terms(terms, pk: int, year: int) -> list[Term]:
    return [
        Term(sign, figure.label, value, list_url(pk, year, figure) if value else "")
        for sign, figure, value in terms
    ]


@dataclass(frozen=True)
class State:
    label: str
    kind: str


def state_of(unit: Balance) -> State:
    """How a unit's sums stand, as the badge says it."""
    if not unit.closes:
        return State("Lệch", "danger")
    if not unit.is_complete:
        return State("Khớp, còn thiếu dòng nhận xét", "warning")
    return State("Khớp", "success")


@dataclass(frozen=True)
class Remark:
    """A sentence on what the sums show, and the list that names the people."""

    text: str
    kind: str
    url: str


def remarks_of(total: Balance, pk: int, year: int) -> list[Remark]:
    counted = total.figures
    found = []
    if counted.ended_assessed:
        found.append(
            (
                (
                    f"{vn_number(counted.ended_assessed)} đồng chí được nhận xét nhưng đã "
                    "kết thúc trước ngày chốt, không còn trong số được tiếp nhận. Số được "
                    f"nhận xét là {vn_number(counted.assessed)}, số được tiếp nhận là "
                    f"{vn_number(counted.received)} (chênh {vn_signed(counted.excess)})."
                ),
                "info",
                figures.ENDED_ASSESSED,
            )
        )
    if total.without_row:
        found.append(
            (
                (
                    f"{vn_number(total.without_row)} đồng chí được tiếp nhận nhưng chưa có "
                    "trong bảng nhận xét của nơi đang sinh hoạt: bổ sung vào bảng nhận xét."
                ),
                "warning",
                figures.WITHOUT_ROW,
            )
        )
    if total.without_place:
        found.append(
            (
                (
                    f"{vn_number(total.without_place)} đồng chí có trong bảng nhận xét "
                    "nhưng ngày chốt không thuộc đơn vị: xem lại nơi sinh hoạt."
                ),
                "warning",
                figures.WITHOUT_PLACE,
            )
        )
    if counted.undecided:
        found.append(
            (
                f"{vn_number(counted.undecided)} đồng chí chưa được nhận xét.",
                "warning",
                figures.UNDECIDED,
            )
        )
    return [
        Remark(text, kind, list_url(pk, year, figure)) for text, kind, figure in found
    ]


def balance_row(unit: Balance, pk: int, year: int) -> dict:
    key, rest = unit.unit_id or pk, unit.unit_id is None
    shown = [
        ("Đầu kỳ", unit.at_start, figures.AT_START),
        ("Tiếp nhận", unit.received_in_period, figures.RECEIVED_IN_PERIOD),
        ("Kết thúc", unit.ended_in_period, figures.ENDED_IN_PERIOD),
        ("Chuyển đến", unit.moved_in, figures.MOVED_IN),
        ("Chuyển đi", unit.moved_out, figures.MOVED_OUT),
        ("Tại ngày chốt", unit.figures.received, figures.RECEIVED),
        ("Chưa có trong bảng nhận xét", unit.without_row, figures.WITHOUT_ROW),
        (
            "Kết thúc trước ngày chốt, vẫn được nhận xét",
            unit.figures.ended_assessed,
            figures.ENDED_ASSESSED,
        ),
        ("Được nhận xét", unit.figures.assessed, figures.ASSESSED),
    ]
    # A move into “no cell yet” is a move inside the unit: no list of its own.
    without_list = {figures.MOVED_IN, figures.MOVED_OUT} if rest else set()
    cells = [
        Cell(
            label,
            value,
            url=list_url(key, year, figure, rest=rest)
            if value and figure not in without_list
            else "",
        )
        for label, value, figure in shown
    ]
    url = "" if rest else reverse("reports:reconciliation", args=[key, year])
    return {"unit": unit, "state": state_of(unit), "cells": cells, "url": url}
