"""What a row changes of a person who is known; never what the other side owns."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from members.imports.entries import Entry
from members.imports.existing import KnownPerson, KnownStay
from members.imports.matching import birth_text, same_birth
from members.imports.units import Unit, UnitIndex
from members.models import Committee, Exemption, Member, Registration
from members.models.persons import DWELLING_FIELDS
from members.scopes import contains
from members.services.imports import Incoming
from party76.shared.text import marked_key
from party76.spreadsheets.preview import Change, Outcome, Row
from party76.spreadsheets.values import PartialDate

LABELS = {
    "full_name": "Họ và tên",
    "gender": "Giới tính",
    "birth_date": "Ngày sinh",
    "card_number": "Số thẻ",
    "admitted_on": "Ngày vào Đảng",
    "official_on": "Ngày chính thức",
    "position": "Chức vụ",
    "phone": "Điện thoại",
    "address": "Địa chỉ",
    "cell": "Chi bộ nơi cư trú",
    "letter_number": "Số giấy giới thiệu",
    "letter_date": "Ngày giấy giới thiệu",
    "note": "Ghi chú",
    "received": "Tiếp nhận",
    "exemption": "Miễn sinh hoạt nơi cư trú",
}
_IDENTITY = [
    "full_name",
    "gender",
    "birth_date",
    "card_number",
    "admitted_on",
    "official_on",
    "position",
]
_STAY = ["letter_number", "letter_date", "note"]
_EXACTNESS = {"year": 1, "month": 2, "day": 3}
_HIDDEN = "(đã có, không hiển thị)"
_State = Registration.State


class Comparison:
    """One row against the person it speaks of, as the office of the list may see him."""

    def __init__(
        self,
        entry: Entry,
        found: KnownPerson,
        *,
        committee: Committee,
        index: UnitIndex,
        is_residents: bool,
        in_scope: bool,
    ):
        self.entry, self.found = entry, found
        self.committee, self.index = committee, index
        self.is_residents, self.in_scope = is_residents, in_scope
        self.changes: list[Change] = []
        self.remarks: list[str] = []
        self.refusal = ""
        self.asked = Incoming(person_id=found.id, person_version=found.version)

    def run(self) -> None:
        """Fill changes, remarks and asked; or refusal, and then nothing is asked."""
        if self.is_residents:
            self._compare_stay()
        elif not self.in_scope:
            self.refusal = (
                "Số thẻ này thuộc một đồng chí đang do đơn vị khác quản lý. Nơi đó chuyển "
                "công tác cho đồng chí ấy trước."
            )
        if self.refusal:
            return
        self._compare_person()

    def fill(self, row: Row) -> None:
        """Write the outcome with its sentences and changes into a row of the preview."""
        row.target = self.found.id
        if self.refusal:
            row.outcome = Outcome.ERROR
            row.messages = [*row.messages, self.refusal]
            return
        row.outcome = Outcome.CHANGED if self.changes else Outcome.UNCHANGED
        row.changes = self.changes
        row.messages = [*row.messages, *self.remarks]

    # The person

    def _compare_person(self) -> None:
        values, found = self.entry.values, self.found
        owns_identity = not self.is_residents or found.works_on_paper
        for name in _IDENTITY:
            if self._is_kept_back(name) or not _differs(values, found, name):
                continue
            if owns_identity:
                self._change_person(name)
            else:
                self.remarks.append(self._owned_elsewhere(name))
        if self._ends_in_wrong_order():
            self.refusal = (
                "Ngày chính thức trước ngày vào Đảng khi ghép với hồ sơ đang có. Đồng chí "
                "ghi đủ cả hai ngày vào danh sách."
            )
        for name in DWELLING_FIELDS if self.is_residents else []:
            if _differs(values, found, name):
                self._change_person(name)
        self._compare_workplace()

    def _is_kept_back(self, name: str) -> bool:
        """The residence reads no position of the armed forces, so it mends none; the card
        of a record that was merged into this one is no other card."""
        if name == "card_number":
            return self.entry.values[name] in self.found.former_cards
        return name == "position" and self.is_residents and self.found.is_armed

    def _change_person(self, name: str) -> None:
        self.asked.person[name] = self.entry.values[name]
        if name == "birth_date":
            self.asked.person["birth_precision"] = self.entry.values["birth_precision"]
        old = _shown_of(self.found, name)
        if old and not self.in_scope:
            old = _HIDDEN
        self.changes.append(
            Change(LABELS[name], old, shown(self.entry.values, name) or "")
        )

    def _owned_elsewhere(self, name: str) -> str:
        told = f"{LABELS[name]}: danh sách ghi “{shown(self.entry.values, name)}”, "
        kept = _shown_of(self.found, name)
        if not kept:
            told += "nơi công tác chưa ghi. "
        elif self.in_scope:
            told += f"nơi công tác đang ghi “{kept}”. "
        else:
            told += "nơi công tác đang ghi khác. "
        return (
            f"{told}Mục này do nơi công tác quản lý nên không sửa; đồng chí gửi đề nghị "
            "đính chính."
        )

    def _ends_in_wrong_order(self) -> bool:
        asked, found = self.asked.person, self.found
        admitted = asked.get("admitted_on") or found.admitted_on
        official = asked.get("official_on") or found.official_on
        return bool(admitted and official and official < admitted)

    def _compare_workplace(self) -> None:
        told = self.entry.workplace
        if told is None or unit_id_or_name(told) == self.found.workplace_id:
            return
        if isinstance(told, Unit) and self._is_known_as(told):
            return
        self.remarks.append(
            "Đơn vị công tác trong danh sách khác đơn vị đang quản lý đồng chí này; không "
            "sửa. Chuyển công tác do nơi công tác ghi vào hồ sơ."
        )

    def _is_known_as(self, told: Unit) -> bool:
        """The residence knows of the armed forces a whole, not the part of it."""
        return self.found.is_armed and contains(told.path, self.found.workplace_path)

    # The stay

    def _compare_stay(self) -> None:
        stay = self.found.stay_at(self.committee.pk)
        if stay is None or stay.state != _State.RECEIVED:
            self.refusal = self._why_not_received()
            if self.refusal:
                return
        if stay is None:
            self._receive_anew()
        else:
            self._compare_running(stay)
        self._exempt(stay)

    def _compare_running(self, stay: KnownStay) -> None:
        told = self.entry.stay
        self.asked.stay_id, self.asked.stay_version = stay.id, stay.version
        if stay.state != _State.RECEIVED:
            self.asked.stay |= {
                "state": _State.RECEIVED,
                "received_on": told["received_on"],
            }
            self._note_receipt("chờ tiếp nhận")
        elif stay.received_on != told["received_on"]:
            self.remarks.append(
                f"Ngày tiếp nhận đang ghi {_text(stay.received_on)}; không sửa theo danh "
                "sách."
            )
        for name in _STAY:
            if _differs(told, stay, name):
                self.asked.stay[name] = told[name]
                old = _text(getattr(stay, name))
                self.changes.append(Change(LABELS[name], old, _text(told[name])))
        cell = unit_id_or_name(self.entry.cell)
        if cell is not None and cell != stay.cell_id:
            old_cell = self.index.by_id(stay.cell_id)
            self.asked.cell = cell
            self.changes.append(
                Change(
                    LABELS["cell"],
                    old_cell.name if old_cell else "",
                    unit_name(self.entry.cell),
                )
            )

    def _why_not_received(self) -> str:
        found = self.found
        if found.status == Member.Status.DEAD:
            return "Đồng chí này đã được ghi là từ trần."
        states = {stay.state: stay for stay in found.stays}
        if _State.RECEIVED in states:
            return (
                "Đồng chí này đang được một nơi cư trú khác tiếp nhận. Nơi đó cần kết thúc "
                "việc theo dõi trước."
            )
        if any(
            stay.state in (_State.DRAFT, _State.SENT)
            and stay is not found.stay_at(self.committee.pk)
            for stay in found.stays
        ):
            return (
                "Đồng chí này có một giấy giới thiệu khác chưa được tiếp nhận. Nơi công "
                "tác cần gửi hoặc rút giấy đó trước."
            )
        return self._why_ended()

    def _why_ended(self) -> str:
        day = self.entry.stay["received_on"]
        ended = self.found.ended_after(day)
        if ended is None:
            return ""
        if ended.ward_id == self.committee.pk:
            return (
                "Đồng chí này đã được ghi kết thúc theo dõi tại đây từ ngày "
                f"{_text(ended.ended_on)}, sau ngày tiếp nhận trong danh sách. Nếu tiếp "
                "nhận lại, đồng chí ghi ngày tiếp nhận mới."
            )
        return (
            "Vào ngày tiếp nhận trong danh sách, đồng chí này còn được một nơi cư trú "
            "khác theo dõi. Đồng chí kiểm tra lại ngày tiếp nhận."
        )

    def _receive_anew(self) -> None:
        asked, entry = self.asked, self.entry
        asked.ward, asked.stay = self.committee.pk, dict(entry.stay)
        asked.workplace = self.found.workplace_id
        asked.cell = unit_id_or_name(entry.cell)
        self._note_receipt("")

    def _note_receipt(self, before: str) -> None:
        if self.found.status != Member.Status.ACTIVE:
            self.asked.person["status"] = Member.Status.ACTIVE
        day = _text(self.entry.stay["received_on"])
        self.changes.append(Change(LABELS["received"], before, day))

    def _exempt(self, stay: KnownStay | None) -> None:
        ground = self.entry.ground
        if not ground or (stay is not None and stay.is_exempt):
            return
        self.asked.ground = ground
        self.asked.ground_document = self.entry.stay["note"][:200]
        label = Exemption.Ground(ground).label
        self.changes.append(Change(LABELS["exemption"], "", label))


def _differs(values: Mapping[str, Any], stored: Any, name: str) -> bool:
    """A blank in the list says nothing; two spellings of one name are one."""
    new, old = values.get(name), getattr(stored, name)
    if not new or new == old:
        return name == "birth_date" and bool(new) and _is_more_exact(values, stored)
    if name == "full_name":
        return marked_key(new) != marked_key(old)
    if name == "birth_date" and old and same_birth(values, stored):
        return _is_more_exact(values, stored)
    return True


def _is_more_exact(values: Mapping[str, Any], stored: Any) -> bool:
    told, kept = values["birth_precision"], stored.birth_precision
    return _EXACTNESS[told] > _EXACTNESS[kept]


def shown(values: Mapping[str, Any], name: str) -> str:
    """A value of a row as the preview shows it."""
    return birth_text(values) if name == "birth_date" else _text(values.get(name))


def _shown_of(found: KnownPerson, name: str) -> str:
    if name == "birth_date" and found.birth_date:
        return str(PartialDate(found.birth_date, found.birth_precision))  # type: ignore[arg-type]
    return _text(getattr(found, name))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if value in Member.Gender.values:
        return Member.Gender(value).label
    return str(value)


def unit_id_or_name(unit: Unit | str | None) -> int | str | None:
    return unit.id if isinstance(unit, Unit) else unit


def unit_name(unit: Unit | str | None) -> str:
    return unit.name if isinstance(unit, Unit) else unit or ""
