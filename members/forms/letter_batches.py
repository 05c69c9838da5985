"""Many letters on one page: a line a member, read and filled without a form for each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django import forms
from django.forms.utils import flatatt
from django.utils import timezone

from members.forms.letters import GROUNDS, UNTIL_HELP
from members.forms.persons import unit_choice, units_of
from members.forms.units import UnitField, show_units_to
from members.models import Committee, Exemption, Member, Role, User
from members.queries.letters import Proposal, Situation, Whom
from members.queries.unit_names import FoundUnit, find_wards, open_units
from members.services.letter_batches import LetterLine
from party76.shared.forms import DateField
from party76.shared.numbering import FirstNumberField, running_numbers
from party76.shared.text import fold

NOT_EXEMPT = "none"
_DAY = DateField(required=False)


class ChooseForm(forms.Form):
    """Whom to choose from: those to be introduced, or all; by name and unit."""

    q = forms.CharField(
        label="Tìm theo họ tên",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    ds = forms.ChoiceField(
        label="Danh sách",
        required=False,
        choices=[
            (Whom.LACKING.value, "Cần giới thiệu"),
            (Whom.NEVER.value, "Chưa từng được giới thiệu"),
            (Whom.ALL.value, "Tất cả đảng viên"),
        ],
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        own = units_of(by, Role.WORKPLACE)
        if own.count() > 1:
            self.fields["noi_cong_tac"] = unit_choice(
                own, label="Nơi công tác", required=False
            )
            show_units_to(self, by)

    def chosen(self) -> tuple[str, Whom, Committee | None]:
        """(name, list, unit); nonsense is left out."""
        self.is_valid()
        data = self.cleaned_data
        return data.get("q", ""), Whom(data.get("ds", "")), data.get("noi_cong_tac")


class DefaultsForm(forms.Form):
    """What is filled into all lines that are ticked."""

    prefix = "chung"
    ward = UnitField(label="Đảng ủy nơi cư trú", wards_only=True, required=False)
    ground = forms.ChoiceField(
        label="Miễn sinh hoạt nơi cư trú",
        required=False,
        choices=[
            ("", "Giữ nguyên từng dòng"),
            (NOT_EXEMPT, "Không miễn"),
            *Exemption.Ground.choices,
        ],
    )
    document = forms.CharField(
        label="Văn bản về việc miễn", max_length=200, required=False
    )
    valid_from = DateField(label="Miễn từ ngày", required=False)
    valid_to = DateField(label="Đến trước ngày", required=False, help_text=UNTIL_HELP)
    first_number = FirstNumberField(
        label="Số của giấy đầu tiên",
        max_length=30,
        help_text="Các số sau tăng dần theo thứ tự bên dưới, ví dụ 15 hoặc 15-GGT/ĐU. "
        "Chưa có số thì để trống, ghi sau khi ký.",
    )


class EndingForm(forms.Form):
    """What is the same for all letters, and whether they are sent."""

    dated = DateField(
        label="Ngày của các giấy giới thiệu",
        required=False,
        help_text="Để trống thì ghi sau khi ký.",
    )
    how = forms.ChoiceField(
        label="Ghi thành",
        choices=[("gui", "Gửi ngay cho nơi cư trú"), ("nhap", "Lưu nháp, gửi sau")],
        widget=forms.RadioSelect,
        initial="gui",
        error_messages={"required": "Đồng chí chọn gửi ngay hay lưu nháp."},
    )


@dataclass
class EnteredLine:
    """One line as it stands on the page; what was typed stays until it is right."""

    member: Member
    mark: str = ""  # of the Situation that was looked at
    is_ticked: bool = True
    ward_text: str = ""
    ward_key: str = ""
    is_picked: bool = False
    ground: str = ""
    document: str = ""
    since: str = ""
    until: str = ""
    number: str = ""
    ward: Committee | None = None
    choices: Sequence[FoundUnit] = ()
    words: str = ""  # where the member stands
    why: str = ""  # why this ward is proposed
    sentences: list[str] = field(default_factory=list)

    grounds = GROUNDS

    @property
    def key(self) -> str:
        return str(self.member.pk)

    @property
    def ward_pk(self) -> str:
        return str(self.ward.pk) if self.ward else ""

    @property
    def ward_name(self) -> str:
        return f"ward-{self.key}"

    @property
    def is_exempt(self) -> bool:
        return bool(self.ground or self.document or self.since or self.until)

    @property
    def box(self) -> str:
        """The attributes of the text box in which the ward is typed."""
        state = " is-invalid" if self.sentences and self.ward is None else ""
        return flatatt(
            {
                "type": "text",
                "class": f"form-control{state}",
                "id": self.ward_name,
                "name": f"{self.ward_name}_typed",
                "value": self.ward.name if self.ward else self.ward_text,
                "aria-label": f"Đảng ủy nơi cư trú của đồng chí {self.member.full_name}",
                "maxlength": 200,
                "autocomplete": "off",
            }
        )

    def propose(self, proposal: Proposal) -> None:
        self.ward, self.choices = proposal.ward, proposal.choices
        self.why = proposal.why

    def exemption(self, dated: date | None) -> Exemption | None:
        """The exemption that was filled in, not stored; raises ValidationError."""
        if not self.ground:
            if self.is_exempt:
                raise forms.ValidationError(
                    "miễn sinh hoạt: đồng chí chọn căn cứ, hoặc xóa văn bản và ngày."
                )
            return None
        since = _DAY.clean(self.since) or dated or timezone.localdate()
        return Exemption(
            ground=self.ground,
            document=self.document,
            valid_from=since,
            valid_to=_DAY.clean(self.until),
        )


def begun_lines(
    members: Iterable[Member],
    known: dict[int, Situation],
    proposed: dict[int, Proposal],
) -> list[EnteredLine]:
    """A line for each member who was chosen, with the ward that is proposed."""
    lines = []
    for member in members:
        line = EnteredLine(member)
        line.propose(proposed[member.pk])
        lines.append(line)
    return tell_situations(lines, known)


def read_lines(
    data, members: Iterable[Member], known: dict[int, Situation]
) -> list[EnteredLine]:
    """The lines that came from the page; four statements at most."""
    marks = marks_in(data)
    ticked = set(data.getlist("nguoi"))
    lines = [_read_line(data, member, marks, ticked) for member in members]
    _find_wards(lines)
    return lines


def tell_situations(
    lines: list[EnteredLine], known: dict[int, Situation]
) -> list[EnteredLine]:
    """Let the lines say where the members stand now, and be of this edition."""
    for line in lines:
        situation = known[line.member.pk]
        line.mark, line.words = situation.mark, situation.words
    return lines


def marks_in(data) -> dict[str, str]:
    """{key of the member: edition that was looked at} of the lines that came."""
    pairs = (value.partition(":") for value in data.getlist("dong"))
    return {key: mark for key, _, mark in pairs if key.isdecimal() and len(key) < 19}


def fill_lines(lines: Iterable[EnteredLine], given: dict) -> None:
    """Write into the lines that are ticked what was given for all of them."""
    ticked = [line for line in lines if line.is_ticked]
    numbers = running_numbers(given["first_number"], len(ticked))
    for line, number in zip(ticked, numbers, strict=True):
        if given["ward"]:
            line.ward, line.choices, line.why = given["ward"], (), ""
        if given["ground"]:
            _fill_exemption(line, given)
        line.number = number or line.number


def written_lines(
    lines: Iterable[EnteredLine], dated: date | None
) -> tuple[list[LetterLine], dict[int, list[str]]]:
    """The lines that are ticked, for the service; and what cannot be read, by member."""
    found, wrong = [], {}
    for line in lines:
        if not line.is_ticked:
            continue
        exemption = None
        try:
            exemption = line.exemption(dated)
        except forms.ValidationError as error:
            wrong[line.member.pk] = error.messages
        found.append(
            LetterLine(line.member, line.mark, line.ward, line.number, exemption)
        )
    return found, wrong


def _read_line(
    data, member: Member, marks: dict[str, str], ticked: Collection[str]
) -> EnteredLine:
    key = str(member.pk)

    def text(name: str, most: int) -> str:
        return data.get(f"{name}-{key}", "").strip()[:most]

    picked = text("ward", 20) if not data.get(f"ward-{key}_picked") else ""
    ground = text("ground", 20)
    return EnteredLine(
        member,
        mark=marks.get(key, ""),
        is_ticked=key in ticked,
        ward_text=data.get(f"ward-{key}_typed", "").strip()[:200],
        ward_key=picked or data.get(f"ward-{key}_picked", ""),
        is_picked=not picked,
        ground=ground if ground in Exemption.Ground.values else "",
        document=text("document", 200),
        since=text("since", 10),
        until=text("until", 10),
        number=text("number", 40),
    )


def _find_wards(lines: list[EnteredLine]) -> None:
    """The wards of all lines, by number or by what was typed, as UnitField finds one."""
    keys = {int(line.ward_key) for line in lines if line.ward_key.isdecimal()}
    units = open_units(keys, wards_only=True)
    for line in lines:
        unit = units.get(int(line.ward_key)) if line.ward_key.isdecimal() else None
        if unit and _is_named(unit, line.ward_text):
            line.ward = unit
    open_ones = [line for line in lines if line.ward is None and line.ward_text]
    found = find_wards(line.ward_text for line in open_ones)
    for line in open_ones:
        _choose_ward(line, found.get(line.ward_text, []))


def _choose_ward(line: EnteredLine, found: Sequence[FoundUnit]) -> None:
    """The only ward of this name, present or old, or the one ticked among several."""
    units = [one.unit for one in found]
    picked = [
        unit for unit in units if line.is_picked and str(unit.pk) == line.ward_key
    ]
    exact = [
        one.unit
        for one in found
        if not one.former and line.ward_text in (one.unit.name, one.unit.code)
    ]
    for certain in (picked, exact, units):
        if len(certain) == 1:
            line.ward = certain[0]
            return
    line.choices = found
    line.sentences = [
        f"có nhiều đơn vị gần với tên “{line.ward_text}”, đồng chí chọn một đơn vị."
        if found
        else f"không tìm thấy đảng ủy xã, phường nào có tên “{line.ward_text}”."
    ]


def _is_named(unit: Committee, typed: str) -> bool:
    # Of the name alone, which is loaded; its stored key is not.
    return fold(typed) in fold(f"{unit.name} {unit.short_name}") or typed == unit.code


def _fill_exemption(line: EnteredLine, given: dict) -> None:
    is_exempt = given["ground"] != NOT_EXEMPT
    line.ground = given["ground"] if is_exempt else ""
    line.document = given["document"] if is_exempt else ""
    line.since = _day_text(given["valid_from"]) if is_exempt else ""
    line.until = _day_text(given["valid_to"]) if is_exempt else ""


def _day_text(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
