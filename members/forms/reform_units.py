"""One operation on one unit, filled in by hand; it comes to a list of a few rows."""

from django import forms

from members.forms.reorganisations import DecisionForm
from members.forms.units import UnitField, tell_only
from members.models import Committee, Kind, Operation, Role, Sector
from members.scopes import contains
from party76.shared.text import normalize_vi

# Kept among the choices of a run: what was filled in.
BY_HAND = "by_hand"
OPERATIONS = {
    Operation.MERGE: "Cùng một hoặc nhiều đơn vị khác thành một đơn vị mới; các đơn vị cũ kết thúc.",
    Operation.ABSORB: "Nhập vào một đơn vị đang hoạt động; đơn vị này kết thúc.",
    Operation.SPLIT: "Một phần chuyển sang đơn vị khác hoặc lập đơn vị mới; đơn vị này vẫn hoạt động.",
    Operation.RENAME: "Vẫn là đơn vị này dưới tên mới; tên cũ còn trong quá trình của đơn vị.",
    Operation.TRANSFER: "Chuyển sang trực thuộc cấp ủy khác, cùng các đơn vị bên dưới.",
    Operation.RECLASSIFY: "Đổi loại tổ chức (chi bộ, đảng ủy …) hoặc khối (cơ quan, doanh nghiệp …).",
    Operation.END: "Thôi hoạt động; nếu còn đảng viên thì có đơn vị kế tục.",
}
_OF_CELLS = (
    Operation.MERGE,
    Operation.ABSORB,
    Operation.SPLIT,
    Operation.RENAME,
    Operation.END,
)
# The boxes of each operation, in their order, and what they are called there.
_BOXES = {
    Operation.MERGE: {
        "with_2": "Hợp nhất với đơn vị",
        "with_3": "và đơn vị",
        "with_4": "và đơn vị nữa",
        "new_name": "Tên của đơn vị mới",
    },
    Operation.ABSORB: {"target": "Nhập vào đơn vị"},
    Operation.SPLIT: {
        "new_name": "Lập đơn vị mới tên là",
        "target": "Hoặc chuyển một phần sang đơn vị đang hoạt động",
    },
    Operation.RENAME: {"new_name": "Tên mới"},
    Operation.TRANSFER: {"target": "Chuyển sang trực thuộc"},
    Operation.RECLASSIFY: {"new_kind": "Loại tổ chức hoặc khối mới"},
    Operation.END: {"target": "Đơn vị kế tục, nếu có"},
}
_MUST = {
    Operation.MERGE: ("with_2", "new_name"),
    Operation.ABSORB: ("target",),
    Operation.RENAME: ("new_name",),
    Operation.TRANSFER: ("target",),
    Operation.RECLASSIFY: ("new_kind",),
}
_NAME_HELP = "Viết đủ tên, ví dụ: Đảng ủy phường Tân An, Chi bộ Khu vực 2."
_REQUIRED = {
    "new_name": "Đồng chí nhập tên của đơn vị mới.",
    "new_kind": "Đồng chí chọn loại tổ chức hoặc khối mới.",
    "with_2": "Đồng chí nhập tên đơn vị cùng hợp nhất.",
    "target": "Đồng chí nhập tên đơn vị nhận.",
}
HEADING = (
    "Đơn vị cũ",
    "Đơn vị mới",
    "Loại đơn vị mới",
    "Trực thuộc mới",
    "Toàn bộ hay một phần",
    "Hình thức",
)


def operations_on(unit, user) -> list[tuple[str, str, str]]:
    """(operation, its name, what it does) of those the user may do to the unit."""
    paths = user.paths_of(Role.DEPARTMENT)
    whole = unit.outside_city or any(contains(path, unit.path) for path in paths)
    offered = OPERATIONS if whole else _OF_CELLS
    return [(one.value, one.label, OPERATIONS[one]) for one in offered]


class UnitReformForm(DecisionForm):
    """One operation on one unit; filled in, it is a list of a few rows."""

    submit_label = "Xem trước"

    def __init__(self, *args, unit, operation, by, filled=None, **kwargs):
        kwargs["initial"] = (filled or {}).get("values", {}) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.unit, self.operation = unit, Operation(operation)
        self.filled = filled or {}
        boxes = _BOXES[self.operation]
        for name, label in boxes.items():
            self.fields[name] = _box(name, label, near=unit)
            self.fields[name].required = name in _MUST.get(self.operation, ())
        tell_only(self, by)
        self.order_fields([*boxes, *DecisionForm.Meta.fields])

    @property
    def others(self):
        found = (self.cleaned_data.get(f"with_{number}") for number in range(2, 5))
        return [unit for unit in found if unit is not None]

    def clean(self):
        cleaned = super().clean()
        for name in _BOXES[self.operation]:
            if cleaned.get(name) == self.unit:
                self.add_error(name, "Đồng chí chọn một đơn vị khác.")
        if self.operation == Operation.SPLIT:
            named = [bool(cleaned.get(name)) for name in ("new_name", "target")]
            if named == [False, False]:
                self.add_error(
                    "new_name", "Đồng chí nhập tên đơn vị mới, hoặc chọn đơn vị nhận."
                )
            elif named == [True, True]:
                self.add_error("target", "Đồng chí chỉ điền một trong hai ô.")
        return cleaned

    def by_hand(self) -> dict:
        """What was filled in, to be shown again when it is to be corrected."""
        values = {name: self.cleaned_data.get(name) for name in _BOXES[self.operation]}
        return {
            "unit": self.unit.pk,
            "operation": self.operation.value,
            "title": self.own_title(),
            "values": {
                name: value.pk if isinstance(value, Committee) else value or ""
                for name, value in values.items()
            },
        }

    def own_title(self) -> str:
        """“Hợp nhất Chi bộ Khu vực 3, Chi bộ Khu vực 2”."""
        data, unit = self.cleaned_data, self.unit.name
        target = data["target"].name if data.get("target") else ""
        name = data.get("new_name") or target
        words = {
            Operation.MERGE: ", ".join([unit, *(other.name for other in self.others)]),
            Operation.ABSORB: f"{unit} vào {target}",
            Operation.SPLIT: f"{unit}: một phần về {name}",
            Operation.RENAME: f"{unit} thành {name}",
            Operation.TRANSFER: f"{unit} về {target}",
            Operation.RECLASSIFY: f"{unit}: {data.get('new_kind', '')}",
        }.get(self.operation, unit)
        return f"{self.operation.label} {words}"[:300]

    def name_decision(self) -> None:
        """Give a decision without words of its own some that tell it from others."""
        title = self.instance.title
        if not title or title == self.filled.get("title"):
            self.instance.title = self.own_title()

    def rows(self) -> list[tuple[str, ...]]:
        """The heading and the rows that the operation comes to, units by their codes."""
        data, how, code = self.cleaned_data, self.operation.label, self.unit.code
        target = data["target"].code if data.get("target") else ""
        name = normalize_vi(data.get("new_name") or "")
        if self.operation == Operation.MERGE:
            codes = [code, *(unit.code for unit in self.others)]
            return [HEADING, *[(one, name, "", "", "Toàn bộ", how) for one in codes]]
        if self.operation == Operation.SPLIT:
            return [
                HEADING,
                (code, name or target, "", "", "Một phần", how),
                (code, code, "", "", "Phần còn lại", "Giữ nguyên"),
            ]
        new, kind, parent = {
            Operation.RENAME: (name, "", ""),
            Operation.TRANSFER: (code, "", target),
            Operation.RECLASSIFY: (code, data.get("new_kind", ""), ""),
        }.get(self.operation, (target, "", ""))
        return [HEADING, (code, new, kind, parent, "Toàn bộ", how)]


def _box(name: str, label: str, *, near) -> forms.Field:
    messages = {"required": _REQUIRED[name]} if name in _REQUIRED else {}
    if name == "new_name":
        return forms.CharField(
            label=label, max_length=200, help_text=_NAME_HELP, error_messages=messages
        )
    if name == "new_kind":
        groups = [("Loại tổ chức", Kind.labels), ("Khối", Sector.labels)]
        choices = [(group, [(one, one) for one in labels]) for group, labels in groups]
        return forms.ChoiceField(
            label=label, choices=[("", "– chọn –"), *choices], error_messages=messages
        )
    return UnitField(label=label, near=near, error_messages=messages)
