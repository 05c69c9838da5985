"""Letters of introduction for many at once: all or nothing, in as many statements for 500
as for one."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from members.models import Committee, Exemption, Kind, Member, Registration, User
from members.queries.letters import Situation, situations
from members.services.exemptions import check_exemption
from members.services.letters import why_not_sent
from members.services.persons import check_not_in_future
from members.services.stay_batches import (
    Line,
    Obstacles,
    Tell,
    held,
    record_stays,
    take_steps,
    tell_nobody,
)
from members.services.stays import NOTED
from members.services.steps import GONE
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.audit.services import record_many

State = Registration.State
_BATCH = 1_000
NO_WARD = "chưa chọn đảng ủy nơi cư trú."
_CHANGED = (
    "hồ sơ hoặc giấy giới thiệu vừa có người khác sửa. Đồng chí xem lại dòng này rồi "
    "kiểm tra lại."
)


@dataclass(frozen=True)
class LetterLine:
    """One member of a batch, as he was looked at, and where he is to be introduced."""

    member: Member
    mark: str  # of the Situation that was looked at
    ward: Committee | None
    number: str = ""
    exemption: Exemption | None = None  # unsaved (HD 33, kind 1.1)


def obstacles_to(
    lines: Iterable[LetterLine], known: dict[int, Situation], *, is_sent: bool
) -> dict[int, list[str]]:
    """{member: what stands in the way of his letter}; nobody else is in it."""
    found = {}
    for line in lines:
        situation = known.get(line.member.pk)
        sentences = [_CHANGED] if situation is None else []
        if situation is not None:
            sentences = [*_in_the_way(line, situation, is_sent=is_sent)]
        if sentences:
            found[line.member.pk] = sentences
    return found


@transaction.atomic
def write_letters(
    lines: Sequence[LetterLine],
    *,
    is_sent: bool,
    dated: date | None = None,
    on: date,
    by: User,
    tell: Tell = tell_nobody,
) -> list[Registration]:
    """Write a letter for each, as drafts or sent on a day; a ward that asked is answered.

    Raises one ValidationError with a sentence for each whom somebody else changed
    meanwhile, who has a letter or stay in the way, or whose ward receives nobody.
    """
    check_not_in_future(on, "Ngày gửi giấy giới thiệu")
    check_not_in_future(dated, "Ngày giấy giới thiệu")
    tell("Đang kiểm tra", 10)
    hold_tree(*(line.ward for line in lines))
    lines = _held_lines(lines)
    known = situations([line.member for line in lines], is_held=True)
    _refuse(lines, obstacles_to(lines, known, is_sent=is_sent))
    tell("Đang ghi giấy giới thiệu", 40)
    letters = [_letter(line, known[line.member.pk], dated) for line in lines]
    new = [letter for letter in letters if letter.pk is None]
    Registration.objects.bulk_create(new, batch_size=_BATCH)
    record_stays(Action.CREATE, ((letter, {}) for letter in new), by=by)
    if is_sent:
        for letter in letters:
            letter.sent_on = on
        fields = ["letter_number", "letter_date", "sent_on"]
        take_steps(letters, State.SENT, fields, by=by)
    tell("Đang ghi miễn sinh hoạt", 80)
    _exempt(lines, letters, by=by)
    tell("Xong", 100)
    return letters


@transaction.atomic
def send_letters(
    lines: Sequence[Line],
    *,
    on: date,
    dated: date | None = None,
    by: User,
    tell: Tell = tell_nobody,
) -> list[Registration]:
    """Send many drafted letters on a day, each with its number where it has none yet.

    Raises one ValidationError with a sentence for each that has changed meanwhile, is no
    draft, or whose ward is closed or has the member already.
    """
    check_not_in_future(on, "Ngày gửi giấy giới thiệu")
    check_not_in_future(dated, "Ngày giấy giới thiệu")
    tell("Đang kiểm tra", 10)
    hold_tree()
    letters, obstacles = held(lines, State.SENT)
    received = Registration.objects.filter(
        member__in=[letter.member_id for letter in letters], state=State.RECEIVED
    )
    there = set(received.values_list("member_id", "ward_id"))
    for letter in letters:
        is_there = (letter.member_id, letter.ward_id) in there
        if sentence := why_not_sent(letter, is_received_there=is_there):
            obstacles.add(letter.member.full_name, sentence)
    _find_other_letters(letters, obstacles)
    obstacles.refuse()
    tell("Đang gửi", 40)
    numbers = {line.pk: line.number for line in lines}
    for letter in letters:
        letter.sent_on = on
        letter.letter_number = letter.letter_number or numbers[letter.pk]
        letter.letter_date = letter.letter_date or dated
    fields = ["sent_on", "letter_number", "letter_date"]
    take_steps(letters, State.SENT, fields, by=by)
    tell("Xong", 100)
    return letters


@transaction.atomic
def note_ends(versions: dict[int, int], *, on: date, by: User) -> list[Registration]:
    """The workplace takes note of many, {stay: version seen}, as note_end; all or nothing.

    Raises ValidationError with a sentence for each that has changed meanwhile.
    """
    obstacles = Obstacles()
    stays = list(
        Registration.objects.filter(pk__in=versions)
        .select_related("member", "ward", "cell")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    obstacles.compare(stays, versions)
    for stay in stays:
        if stay.state not in NOTED or stay.version != versions[stay.pk]:
            obstacles.add(stay.member.full_name, _CHANGED)
    obstacles.refuse()
    Registration.objects.filter(pk__in=versions).update(
        end_noted_on=on, version=F("version") + 1
    )
    facts = {"noted": on.isoformat()}
    record_stays(Action.UPDATE, ((stay, facts) for stay in stays), by=by)
    return stays


def _find_other_letters(letters: Sequence[Registration], obstacles: Obstacles) -> None:
    others = Registration.objects.filter(
        member__in=[letter.member_id for letter in letters],
        state__in=[State.DRAFT, State.SENT],
    ).exclude(pk__in=[letter.pk for letter in letters])
    for other in others.select_related("member", "ward").order_by("pk"):
        obstacles.add(
            other.member.full_name,
            f"có một giấy giới thiệu khác về {other.ward} chưa được tiếp nhận.",
        )


def _held_lines(lines: Sequence[LetterLine]) -> list[LetterLine]:
    """The same lines with the members as they are stored, held until the end.

    Somebody whose row is gone keeps the old one, whose mark fits no longer.
    """
    members = Member.objects.select_related("workplace").select_for_update(
        of=("self",), no_key=True
    )
    keys = [line.member.pk for line in lines]
    stored = {member.pk: member for member in members.filter(pk__in=keys)}
    return [
        LetterLine(
            stored.get(line.member.pk, line.member),
            line.mark,
            line.ward,
            line.number,
            line.exemption,
        )
        for line in lines
    ]


def _refuse(lines: Collection[LetterLine], found: dict[int, list[str]]) -> None:
    obstacles = Obstacles()
    if not lines:
        obstacles.say("Đồng chí chưa chọn ai.")
    for line in lines:
        for sentence in found.get(line.member.pk, []):
            obstacles.add(line.member.full_name, sentence)
    obstacles.refuse()


def _in_the_way(line: LetterLine, known: Situation, *, is_sent: bool):
    if line.mark != known.mark:
        yield _CHANGED
    if line.member.status in GONE:
        yield GONE[line.member.status]
    if line.ward is None:
        yield NO_WARD
    else:
        yield from _at_ward(line.ward, known, is_sent=is_sent)
    yield from _exemption_in_the_way(line, known)


def _at_ward(ward: Committee, known: Situation, *, is_sent: bool):
    if ward.kind != Kind.WARD or ward.is_closed:
        yield f"{ward} không tiếp nhận đảng viên giữ mối liên hệ."
    if known.letter:
        yield (
            f"đã có giấy giới thiệu về {known.letter.ward}, tình trạng “"
            f"{known.letter.get_state_display()}”."
        )
    if known.received and known.received.ward_id == ward.pk:
        yield f"đang được {ward} theo dõi."
    if not is_sent and _asked_at(ward, known):
        yield f"{ward} đã đề nghị giới thiệu, đồng chí gửi ngay, không lưu nháp."


def _exemption_in_the_way(line: LetterLine, known: Situation):
    if line.exemption is None or line.ward is None:
        return
    asked = _asked_at(line.ward, known)
    try:
        check_exemption(line.exemption, asked.exemptions.all() if asked else [])
    except ValidationError as error:
        yield f"miễn sinh hoạt: {' '.join(error.messages)}"


def _asked_at(ward: Committee, known: Situation) -> Registration | None:
    return next((stay for stay in known.asked if stay.ward_id == ward.pk), None)


def _letter(line: LetterLine, known: Situation, dated: date | None) -> Registration:
    """The letter of the line; where the ward asked for one, its own."""
    if line.ward is None:
        raise ValueError("a line without a ward is an obstacle")
    letter = _asked_at(line.ward, known) or Registration(
        member=line.member,
        workplace=line.member.workplace,
        ward=line.ward,
        state=State.DRAFT,
    )
    letter.letter_number, letter.letter_date = line.number, dated
    return letter


def _exempt(
    lines: Sequence[LetterLine], letters: Sequence[Registration], *, by: User
) -> None:
    exemptions = []
    for line, letter in zip(lines, letters, strict=True):
        if line.exemption is not None:
            line.exemption.registration = letter
            exemptions.append(line.exemption)
    Exemption.objects.bulk_create(exemptions, batch_size=_BATCH)
    events = (
        (
            one,
            one.registration.place.code,
            {"registration": one.registration.pk, "member": one.registration.member_id},
        )
        for one in exemptions
    )
    record_many(Action.CREATE, events, by=by)
