"""Who goes along where a unit is divided: cells, or people named one by one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from members.imports.reforms.known import OpenTree, OpenUnit
from members.models import Kind, Member, Registration
from party76.shared.text import fold, text_sort_key

NOBODY = "nobody"
_STATES = [
    Registration.State.RECEIVED,
    Registration.State.DRAFT,
    Registration.State.SENT,
    Registration.State.LETTER_ASKED,
]
_NOT_DIVIDED = [Member.Status.DEAD, Member.Status.MERGED]


@dataclass
class PartQuestion:
    """A part of a unit that goes elsewhere: which cells, which people?"""

    key: str  # under which the answer is kept with the run
    old: OpenUnit
    new_name: str
    ref: int
    cells: list[OpenUnit]
    chosen_cells: set[int] = field(default_factory=set)
    people_text: str = ""
    nobody: bool = False
    people: list["Person"] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    told_by_list: bool = False
    people_in: dict[int, int] = field(default_factory=dict)  # {cell: how many}

    @property
    def is_answered(self) -> bool:
        if self.problems:
            return False
        answered = self.chosen_cells or self.people or self.nobody
        return bool(answered or self.told_by_list)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a divided unit, by the stay or, at a workplace, by himself."""

    member_id: int
    name: str
    card_number: str
    birth_text: str
    stay_id: int | None
    cell: str = ""

    @property
    def evidence(self) -> str:
        """What tells somebody from others of his name."""
        told = [
            f"sinh\u00a0{self.birth_text}" if self.birth_text else "không rõ ngày sinh",
            f"số thẻ {self.card_number}" if self.card_number else "chưa có số thẻ",
        ]
        if self.stay_id is not None:
            told.append(self.cell or "chưa phân chi bộ")
        return ", ".join(told)


def part_key(old: int, new_name: str) -> str:
    return f"part:{old}:{fold(new_name)}"


def question_of(
    old: OpenUnit, new_name: str, ref: int, tree: OpenTree, answers: Mapping[str, Any]
) -> PartQuestion:
    """The question with what was answered so far; people are looked up later."""
    key = part_key(old.id, new_name)
    answer = answers.get(key) or {}
    cells = [unit for unit in tree.children(old.id) if unit.is_below_ward]
    cells.sort(key=lambda unit: (not unit.receives_members, text_sort_key(unit.name)))
    known = {unit.id for unit in cells}
    return PartQuestion(
        key=key,
        old=old,
        new_name=new_name,
        ref=ref,
        cells=cells,
        chosen_cells=known & set(answer.get("cells", [])),
        people_text=answer.get("people", ""),
        nobody=bool(answer.get(NOBODY)),
    )


def find_people(questions: Iterable[PartQuestion]) -> None:
    """Look up the people that the answers name, and how many there are in each cell;
    four queries for all questions."""
    questions = list(questions)
    _count_people({cell.id for one in questions for cell in one.cells}, questions)
    asked = [question for question in questions if question.people_text.strip()]
    if not asked:
        return
    units = {question.old.id for question in asked}
    known = _people_of(units)
    for question in asked:
        _match(question, known[question.old.id])


def _count_people(cells: set[int], questions: Iterable[PartQuestion]) -> None:
    if not cells:
        return
    found: Counter[int] = Counter()
    stays = Registration.objects.filter(
        cell__in=cells, state=Registration.State.RECEIVED
    )
    staff = Member.objects.filter(workplace__in=cells, status=Member.Status.ACTIVE)
    for rows, name in ((stays, "cell"), (staff, "workplace")):
        counted = rows.order_by().values_list(name).annotate(n=Count("pk"))
        found.update(dict(counted))
    for question in questions:
        question.people_in = {cell.id: found[cell.id] for cell in question.cells}


def _people_of(units: set[int]) -> defaultdict[int, list[Person]]:
    found: defaultdict[int, list[Person]] = defaultdict(list)
    stays = Registration.objects.filter(
        Q(ward__in=units) | Q(cell__in=units), state__in=_STATES
    ).select_related("member", "cell")
    for stay in stays:
        for unit in {stay.ward_id, stay.cell_id or stay.ward_id} & units:
            cell = stay.cell.name if stay.cell else ""
            found[unit].append(_person(stay.member, stay.pk, cell))
    members = Member.objects.filter(workplace__in=units)
    for member in members.exclude(status__in=_NOT_DIVIDED):
        found[member.workplace_id].append(_person(member, None))
    return found


def _person(member: Member, stay: int | None, cell: str = "") -> Person:
    return Person(
        member.pk,
        member.full_name,
        member.card_number or "",
        member.birth_text,
        stay,
        cell,
    )


def _match(question: PartQuestion, known: list[Person]) -> None:
    """Each line is a card number, or a name, with the birth date where several bear it."""
    side = [one for one in known if (one.stay_id is not None) == _is_home(question.old)]
    for line in filter(None, map(str.strip, question.people_text.splitlines())):
        found = [one for one in side if line == one.card_number]
        found = found or [one for one in side if _is_named(one, line)]
        if len(found) == 1:
            if found[0] not in question.people:
                question.people.append(found[0])
        elif found:
            told = "; ".join(person.evidence for person in found)
            question.problems.append(
                f"“{line}”: có {len(found)} đồng chí cùng tên ở {question.old.name}: "
                f"{told}. Đồng chí ghi số thẻ, hoặc thêm ngày sinh sau dấu phẩy."
            )
        else:
            question.problems.append(
                f"“{line}”: không có ở {question.old.name}. Đồng chí kiểm tra lại họ tên, "
                "số thẻ."
            )


def _is_named(person: Person, line: str) -> bool:
    name, _, rest = line.partition(",")
    if fold(name) != fold(person.name):
        return False
    return not rest.strip() or rest.strip() in {person.birth_text, person.card_number}


def _is_home(unit: OpenUnit) -> bool:
    """Wards and their cells are divided by residence, other units by workplace."""
    return unit.kind == Kind.WARD or unit.receives_members
