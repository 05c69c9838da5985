"""What stands on a Giấy giới thiệu, and on the ward's answer to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from evaluations.models import RuleSet
from members.models import Committee, Kind, Placement, Registration, Role, User
from members.permissions import can_introduce_from
from members.queries.channels import paths_down_to
from members.queries.discretion import topmost_units
from members.queries.identity import identity_shown
from members.scopes import within
from reports.permissions import ABOVE, ANSWERED_STATES, SENT_STATES
from reports.queries.signatures import Papers, PapersOfUnits

State = Registration.State
# Bodies with a seal of their own; a cell's papers are written by the one above it.
_ISSUERS = {Kind.GRASSROOTS, Kind.GRASSROOTS_CELL, Kind.WARD, Kind.DIRECT}
_CELLS = {Kind.CELL, Kind.GRASSROOTS_CELL}


@dataclass(frozen=True)
class LetterPaper:
    """One letter with both of its blocks; what nobody knows yet is None or empty."""

    pk: int
    papers: Papers
    sign: str
    number: str
    dated_on: date | None
    addressee: str
    basis: str
    full_name: str
    gender: str
    born: str
    card_number: str
    admitted_on: date | None
    official_on: date | None
    unit: str  # where the member belongs
    address: str
    ward: str
    exempt: str  # ground and document, where the letter says so
    received_on: date | None
    receipt_number: str
    passed_to: str
    open_url: str  # what the code on the paper leads to

    @property
    def place(self) -> str:
        """Where the member lives: phường Ninh Kiều, not its committee."""
        return self.ward.removeprefix("Đảng ủy ")


@dataclass(frozen=True)
class ReplyLine:
    """What a ward answers about one person."""

    full_name: str
    born: str
    letter: str
    result: str
    cell: str


@dataclass(frozen=True)
class ReplyPaper:
    """A ward's answer to one workplace, about one or many of its people."""

    ward: Committee
    papers: Papers
    sign: str
    addressee: str
    basis: str
    lines: list[ReplyLine]

    @property
    def sender(self) -> str:
        return self.ward.name

    @property
    def count(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Known:
    """What many papers share, read once for all."""

    today: date
    tops: dict[int, Committee]  # of the armed forces only the whole is named
    issuers: dict[int, Committee]
    papers: PapersOfUnits
    rules: list[RuleSet]

    def writer_of(self, workplace: Committee) -> Committee:
        """The body that signs a letter of the workplace."""
        return self.issuers.get(workplace.pk, workplace)

    def named(self, workplace: Committee) -> str:
        """The workplace as its residence may know it."""
        return self.tops.get(workplace.pk, workplace).name

    def basis_of(self, unit: Committee, day: date) -> str:
        """The rules in force for a unit on a day; "" where none were written down."""
        above = set(paths_down_to(unit.path))
        fitting = (
            rules
            for rules in self.rules
            if rules.committee.path in above and rules.valid_from <= day
        )
        return next((rules.name for rules in fitting), "")


def letters_to_print(user: User) -> QuerySet[Registration]:
    """Letters the user may print: of his workplaces, to his wards, of those below."""
    work = within("workplace__path", user.paths_of(Role.WORKPLACE))
    above = user.paths_of(*ABOVE)
    sent = within("ward__path", [*user.paths_of(Role.RESIDENCE_WARD), *above])
    sent |= within("workplace__path", above)
    written = Q(state__in=SENT_STATES, sent_on__isnull=False)
    own = Registration.objects.filter(work, written | Q(state=State.DRAFT))
    others = Registration.objects.filter(sent, written)
    return Registration.objects.filter(pk__in=own.values("pk")) | (
        Registration.objects.filter(pk__in=others.values("pk"))
    )


def answers_to_print(user: User) -> QuerySet[Registration]:
    """Letters that were answered by the user's wards, or those below."""
    wards = user.paths_of(Role.RESIDENCE_WARD, *ABOVE)
    return Registration.objects.filter(
        within("ward__path", wards), state__in=ANSWERED_STATES
    ).exclude(state=State.RETURNED, sent_on=None)


def letter_papers(
    stays: QuerySet[Registration], by: User, *, link: Callable[[int], str]
) -> list[tuple[Registration, LetterPaper]]:
    """The letters, as they read for whoever gets them; eight statements at most.

    link gives the address that the code on a paper leads to.
    """
    letters = _with_all(stays)
    known = known_of([sender_of(letter) for letter in letters], [])
    return [(letter, _letter(letter, known, by, link)) for letter in letters]


def reply_papers(stays: QuerySet[Registration], by: User) -> list[ReplyPaper]:
    """What the wards answer, one paper for each ward and body that wrote letters."""
    letters = _with_all(stays)
    wards = {letter.ward_id: letter.ward for letter in letters}
    known = known_of([sender_of(letter) for letter in letters], list(wards.values()))
    groups: dict[tuple[int, int], list[Registration]] = {}
    for letter in letters:
        writer = known.writer_of(sender_of(letter))
        groups.setdefault((letter.ward_id, writer.pk), []).append(letter)
    return [_reply(some, known, by) for some in groups.values()]


def known_of(workplaces: Sequence[Committee], wards: Sequence[Committee]) -> Known:
    """What papers of these units need; five statements at most."""
    tops = topmost_units(workplaces)
    issuers = _issuers(workplaces, tops)
    units = [*issuers.values(), *wards]
    paths = {path for unit in units for path in paths_down_to(unit.path)}
    rules = RuleSet.objects.filter(committee__path__in=paths)
    return Known(
        today=timezone.localdate(),
        tops=tops,
        issuers=issuers,
        papers=PapersOfUnits(units),
        rules=list(rules.select_related("committee").order_by("-valid_from")),
    )


def day_of(letter: Registration, today: date) -> date:
    """The day by which heading, rules and form of a letter go."""
    return letter.letter_date or letter.sent_on or today


def _with_all(stays: QuerySet[Registration]) -> list[Registration]:
    return list(
        stays.select_related(
            "member__workplace", "ward__parent", "cell", "workplace__parent"
        )
        .prefetch_related("placements__workplace__parent", "placements__cell")
        .prefetch_related("exemptions")
        .order_by("member__sort_key", "pk")
    )


def _issuers(
    workplaces: Sequence[Committee], tops: dict[int, Committee]
) -> dict[int, Committee]:
    """{workplace: the body with a seal that signs for it}; one statement."""
    paths = {path for unit in workplaces for path in paths_down_to(unit.path)}
    units = Committee.objects.filter(path__in=paths).select_related("parent")
    by_path = {unit.path: unit for unit in units}
    found: dict[int, Committee] = {}
    for workplace in workplaces:
        whole = tops.get(workplace.pk, workplace)
        upwards = (by_path.get(p) for p in reversed(paths_down_to(whole.path)))
        signs = next((one for one in upwards if one and one.kind in _ISSUERS), None)
        found[workplace.pk] = signs or by_path.get(whole.path, whole)
    return found


def _first(letter: Registration) -> list[Placement]:
    return sorted(letter.placements.all(), key=lambda one: (one.valid_from, one.pk))


def sender_of(letter: Registration) -> Committee:
    """The workplace that wrote it; a later move of the member changes no paper."""
    placed = _first(letter)
    return placed[0].workplace if placed else letter.workplace


def _letter(
    letter: Registration, known: Known, by: User, link: Callable[[int], str]
) -> LetterPaper:
    workplace = sender_of(letter)
    writer = known.writer_of(workplace)
    day = day_of(letter, known.today)
    person = identity_shown(letter, by)
    cells = [one.cell for one in _first(letter) if one.cell]
    return LetterPaper(
        pk=letter.pk,
        papers=known.papers.of(writer, on=day),
        sign=f"GGT/{sign_of(writer)}",
        number=letter.letter_number,
        dated_on=letter.letter_date,
        addressee=letter.ward.name,
        basis=known.basis_of(writer, day),
        full_name=person.full_name,
        gender=person.get_gender_display() if person.gender else "",
        born=person.birth_text,
        card_number=person.card_number or "",
        admitted_on=person.admitted_on,
        official_on=person.official_on,
        unit=known.named(workplace),
        address=person.address if _reads_address(letter, by) else "",
        ward=letter.ward.name,
        exempt="; ".join(_grounds(letter, day)),
        received_on=letter.received_on,
        receipt_number=letter.receipt_number,
        passed_to=cells[0].name if cells else "",
        open_url=link(letter.pk),
    )


def _reads_address(letter: Registration, by: User) -> bool:
    """A ward that returned a letter is told nothing more of where he lives."""
    is_running = letter.state != State.RETURNED
    return is_running or can_introduce_from(by, letter.member.workplace)


def _grounds(letter: Registration, day: date) -> list[str]:
    """The ground that the letter names: not of an exemption that came in later years."""
    last = letter.received_on or date.max
    for one in letter.exemptions.all():
        if one.valid_from <= last and (one.valid_to is None or one.valid_to > day):
            document = f" ({one.document})" if one.document else ""
            return [f"{one.get_ground_display()}{document}"]
    return []


def sign_of(unit: Committee) -> str:
    """CB for a cell, ĐU for a committee: the end of the sign of its papers."""
    return "CB" if unit.kind in _CELLS else "ĐU"


def _reply(letters: list[Registration], known: Known, by: User) -> ReplyPaper:
    ward = letters[0].ward
    return ReplyPaper(
        ward=ward,
        papers=known.papers.of(ward, on=known.today),
        sign=f"TB/{sign_of(ward)}",
        addressee=known.writer_of(sender_of(letters[0])).name,
        basis=known.basis_of(ward, known.today),
        lines=[_line(letter, by) for letter in letters],
    )


def _line(letter: Registration, by: User) -> ReplyLine:
    person = identity_shown(letter, by)
    cells = [one.cell for one in _first(letter) if one.cell]
    return ReplyLine(
        full_name=person.full_name,
        born=person.birth_text,
        letter=_letter_words(letter),
        result=_result(letter),
        cell=cells[0].name if cells else "",
    )


def _letter_words(letter: Registration) -> str:
    day = f"{letter.letter_date:%d/%m/%Y}" if letter.letter_date else ""
    return ", ".join(filter(None, [letter.letter_number, day]))


def _result(letter: Registration) -> str:
    if letter.state == State.RETURNED:
        return f"Trả lại. Lý do: {letter.return_reason}"
    number = f", số {letter.receipt_number}" if letter.receipt_number else ""
    return f"Đã tiếp nhận ngày {letter.received_on:%d/%m/%Y}{number}"
