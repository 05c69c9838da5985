"""The letter of introduction: written, sent, asked for, taken back, returned."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.models import Committee, Exemption, Member, Registration, User
from members.services.exemptions import add_exemption
from members.services.persons import add_member, check_not_in_future, identity_of
from members.services.steps import (
    GONE,
    check_can_be_introduced,
    check_cell,
    check_no_other_letter,
    record_stay,
    take_step,
)
from members.services.tree_lock import hold_tree
from party76.audit.models import Action
from party76.shared.versions import save_versioned

State = Registration.State


@transaction.atomic
def draft_letter(
    member: Member,
    *,
    ward: Committee,
    letter_number: str = "",
    letter_date: date | None = None,
    note: str = "",
    exemption: Exemption | None = None,
    by: User,
) -> Registration:
    """Begin a letter of introduction to a ward; nobody else sees it before it is sent.

    The unsaved exemption is that of HD 33, kind 1.1. Raises ValidationError for a dead
    member, a unit that receives nobody, a member received there already, another letter
    under way, a letter dated ahead, or an exemption without its ground.
    """
    check_not_in_future(letter_date, "Ngày giấy giới thiệu")
    hold_tree(ward, member.workplace)
    check_can_be_introduced(member, ward)
    registration = Registration.objects.create(
        member=member,
        workplace=member.workplace,
        ward=ward,
        state=State.DRAFT,
        letter_number=letter_number,
        letter_date=letter_date,
        note=note,
    )
    record_stay(Action.CREATE, registration, by=by)
    _exempt(registration, exemption, by=by)
    return registration


@transaction.atomic
def introduce(
    member: Member,
    *,
    ward: Committee,
    letter_number: str = "",
    letter_date: date | None = None,
    note: str = "",
    exemption: Exemption | None = None,
    by: User,
) -> Registration:
    """Write a letter of introduction and send it today; raises as draft_letter.

    Where the ward has asked for the letter, it is the answer to that request.
    """
    check_not_in_future(letter_date, "Ngày giấy giới thiệu")
    today = timezone.localdate()
    asked = member.registrations.filter(ward=ward, state=State.LETTER_ASKED)
    letter = asked.select_related("ward", "cell").first() or draft_letter(
        member, ward=ward, by=by
    )
    check_no_other_letter(member, besides=letter)
    letter.letter_number = letter_number
    letter.letter_date = letter_date
    letter.note = note or letter.note
    letter.sent_on = today
    _exempt(letter, exemption, by=by)
    fields = ["letter_number", "letter_date", "note", "sent_on"]
    return take_step(letter, State.SENT, fields, version=letter.version, by=by)


@transaction.atomic
def send_letter(
    registration: Registration, *, on: date, version: int, by: User
) -> Registration:
    """Send a drafted letter, so that the ward sees it.

    Raises ValidationError for a day to come, a ward that is closed or has the member
    meanwhile, and Conflict.
    """
    check_not_in_future(on, "Ngày gửi giấy giới thiệu")
    received = Registration.objects.filter(
        member=registration.member, ward=registration.ward, state=State.RECEIVED
    )
    if sentence := why_not_sent(registration, is_received_there=received.exists()):
        raise ValidationError(sentence)
    check_no_other_letter(registration.member, besides=registration)
    registration.sent_on = on
    return take_step(registration, State.SENT, ["sent_on"], version=version, by=by)


@transaction.atomic
def withdraw_letter(
    registration: Registration, *, version: int, by: User
) -> Registration:
    """Take back a letter that nobody has received."""
    return take_step(registration, State.WITHDRAWN, [], version=version, by=by)


@transaction.atomic
def return_letter(
    registration: Registration, *, reason: str, version: int, by: User
) -> Registration:
    """Send a letter back to the workplace with the reason."""
    registration.return_reason = reason
    registration.identity_at_end = identity_of(registration.member)
    fields = ["return_reason", "identity_at_end"]
    return take_step(registration, State.RETURNED, fields, version=version, by=by)


@transaction.atomic
def ask_for_letter(
    member: Member,
    *,
    ward: Committee,
    on: date,
    cell: Committee | None = None,
    note: str = "",
    by: User,
) -> Registration:
    """Note that somebody lives here without a letter, and ask the workplace for it.

    Another residence may still have the member; it has to end its stay before this one
    receives. Raises ValidationError as draft_letter does, and for a day to come.
    """
    check_not_in_future(on, "Ngày đề nghị giới thiệu")
    hold_tree(ward, cell, member.workplace)
    check_can_be_introduced(member, ward)
    check_cell(ward, cell)
    registration = Registration.objects.create(
        member=member,
        workplace=member.workplace,
        ward=ward,
        cell=cell,
        state=State.LETTER_ASKED,
        asked_on=on,
        note=note,
    )
    record_stay(Action.CREATE, registration, by=by, facts={"asked": on.isoformat()})
    return registration


@transaction.atomic
def ask_for_letter_of_new(
    member: Member,
    *,
    ward: Committee,
    on: date,
    cell: Committee | None = None,
    note: str = "",
    by: User,
) -> Registration:
    """Note a person not known yet who lives here, and ask the workplace for the letter.

    The member is unsaved. Raises ValidationError as add_member and ask_for_letter do.
    """
    add_member(member, by=by)
    return ask_for_letter(member, ward=ward, on=on, cell=cell, note=note, by=by)


@transaction.atomic
def write_in_letter(
    registration: Registration,
    *,
    number: str,
    dated: date | None,
    version: int,
    by: User,
) -> Registration:
    """Write number and date on a letter, also after it was printed, sent, received.

    Raises ValidationError for a letter withdrawn or returned, a day to come, Conflict.
    """
    check_not_in_future(dated, "Ngày giấy giới thiệu")
    if registration.state in {State.WITHDRAWN, State.RETURNED}:
        raise ValidationError("Giấy giới thiệu này không còn hiệu lực.")
    registration.letter_number = number
    registration.letter_date = dated
    registration.is_letter_unknown = False
    fields = ["letter_number", "letter_date", "is_letter_unknown"]
    save_versioned(registration, fields=fields, version=version)
    record_stay(Action.UPDATE, registration, by=by, facts={"letter": number})
    return registration


def why_not_sent(letter: Registration, *, is_received_there: bool) -> str:
    """What stands in the way of sending a drafted letter; "" for nothing."""
    if sentence := GONE.get(letter.member.status, ""):
        return sentence
    if letter.ward.is_closed:
        return (
            f"{letter.ward} đã kết thúc hoạt động. Đồng chí rút giấy này và soạn giấy "
            "mới về đơn vị kế tục."
        )
    if is_received_there:
        return f"{letter.ward} đã tiếp nhận đồng chí này. Đồng chí rút giấy đang soạn."
    return ""


def _exempt(
    registration: Registration, exemption: Exemption | None, *, by: User
) -> None:
    if exemption is not None:
        exemption.registration = registration
        add_exemption(exemption, by=by)
