"""What the templates of a unit's year draw: rows, cells and sums with their links."""

from dataclasses import dataclass
from decimal import Decimal

from members.models import User
from party76.shared.templatetags.ui import vn_number, vn_signed
from reports.queries import figures
from reports.queries.columns import Column
from reports.queries.places import Key
from reports.queries.reconciliation import Balance
from reports.queries.summary import Line, Summary
from reports.views.structures import Address
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
    note: str
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


def rows_of(
    found: Summary, columns: list[Column], user: User, at: Address
) -> list[Row]:
    rows = []
    for line in found.every_line:
        is_total = line is found.total
        node = found.place.node_of(line.key)
        is_own = line.key is None or line.key == at.unit
        opens = is_own or (node is not None and can_open(user, node))
        has_page = opens and not is_total and line.key is not None
        rows.append(
            Row(
                name=line.name,
                note=line.note,
                cells=[_cell(column, line, at, opens) for column in columns],
                url=at.page("summary_unit", line.key) if has_page else "",
                is_total=is_total,
            )
        )
    return rows


def _cell(column: Column, line: Line, at: Address, opens: bool) -> Cell:
    value = column.value(line)
    label = f"{column.group}: {column.label}" if column.group else column.label
    url = ""
    if column.figure and value and opens:
        url = at.list(column.figure, line.key)
    return Cell(label, value, column.is_share, url)


def roll_sum(total: Balance, at: Address) -> list[Term]:
    terms = [
        ("", figures.AT_START, total.at_start),
        ("+", figures.RECEIVED_IN_PERIOD, total.received_in_period),
        ("−", figures.ENDED_IN_PERIOD, total.ended_in_period),
        ("+", figures.MOVED_IN, total.moved_in),
        ("−", figures.MOVED_OUT, total.moved_out),
        ("=", figures.RECEIVED, total.figures.received),
    ]
    return _terms(terms, at)


def assessed_sum(total: Balance, at: Address) -> list[Term]:
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
    return _terms(terms, at)


def _terms(terms, at: Address) -> list[Term]:
    return [
        Term(sign, figure.label, value, at.list(figure, at.unit) if value else "")
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


def remarks_of(total: Balance, at: Address) -> list[Remark]:
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
        Remark(text, kind, at.list(figure, at.unit)) for text, kind, figure in found
    ]


def balance_row(unit: Balance, at: Address) -> dict:
    key: Key = unit.line.key
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
    without_list = {figures.MOVED_IN, figures.MOVED_OUT} if key is None else set()
    cells = [
        Cell(
            label,
            value,
            url=at.list(figure, key) if value and figure not in without_list else "",
        )
        for label, value, figure in shown
    ]
    url = "" if key is None else at.page("reconciliation", key)
    return {"unit": unit, "state": state_of(unit), "cells": cells, "url": url}
