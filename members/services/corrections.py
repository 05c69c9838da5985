"""Đề nghị đính chính: one side asks, the side that owns the field answers."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from members.models import Committee, CorrectionRequest, Member, Registration, User
from members.models.persons import DWELLING_FIELDS
from members.services.persons import edit_dwelling, edit_identity
from party76.audit.models import Action
from party76.audit.services import record
from party76.shared.phones import check_phone
from party76.shared.text import normalize_vi
from party76.shared.versions import save_versioned, shown_value
from party76.spreadsheets.values import BadValue, date, name

State = CorrectionRequest.State
_DATES = {"admitted_on", "official_on"}


def owner_of(member: Member, field: str) -> Committee:
    """The unit that owns a field: the workplace, or where the member is received.

    Raises ValidationError where nobody has received the member yet.
    """
    if field not in DWELLING_FIELDS:
        return member.workplace
    stays = member.registrations.filter(state=Registration.State.RECEIVED)
    stay = stays.select_related("ward", "cell").first()
    if stay is None:
        raise ValidationError("Đồng chí này chưa được nơi cư trú nào tiếp nhận.")
    return stay.place


def shown_field(member: Member, field: str) -> str:
    """What is written now, as a person reads it."""
    if field == "birth_date":
        return member.birth_text
    return shown_value(member, field)


@transaction.atomic
def ask_correction(
    member: Member,
    *,
    field: str,
    new_value: str,
    reason: str,
    asked_by_committee: Committee,
    by: User,
) -> CorrectionRequest:
    """Ask the owner of a field to mend it; returns the open request.

    Raises ValidationError for a value that cannot be taken, that is written there
    already, or that has been asked for and waits, or when the member went to another
    workplace meanwhile.
    """
    _check_still_there(member)
    new_value = normalize_vi(new_value)
    old_value = shown_field(member, field)
    put_value(member, field, new_value)
    if shown_field(member, field) == old_value:
        raise ValidationError({"new_value": "Hồ sơ đang ghi đúng như vậy."})
    waiting = member.correction_requests.filter(field=field, state=State.OPEN)
    if waiting.exists():
        raise ValidationError(
            {"field": "Mục này đã có đề nghị đính chính đang chờ trả lời."}
        )
    request = CorrectionRequest.objects.create(
        member=member,
        field=field,
        old_value=old_value,
        new_value=new_value,
        reason=reason,
        asked_by_committee=asked_by_committee,
        asked_of_committee=owner_of(member, field),
        asked_by=by,
    )
    _record(Action.CREATE, request, by=by)
    return request


@transaction.atomic
def accept_correction(
    request: CorrectionRequest, *, version: int, by: User
) -> CorrectionRequest:
    """Write the value that was asked for, and close the request.

    Raises ValidationError when it is answered or the value no longer fits.
    """
    _must_be_open(request)
    member = request.member
    put_value(member, request.field, request.new_value)
    edit = edit_dwelling if request.field in DWELLING_FIELDS else edit_identity
    edit(member, version=member.version, by=by)
    return _answer(request, State.ACCEPTED, "", version=version, by=by)


@transaction.atomic
def refuse_correction(
    request: CorrectionRequest, *, answer: str, version: int, by: User
) -> CorrectionRequest:
    """Close the request without a change, with the reason."""
    _must_be_open(request)
    return _answer(request, State.REFUSED, answer, version=version, by=by)


def pass_on_requests(member: Member, *, to: Committee, about_dwelling: bool) -> None:
    """Let open requests wait at the unit that owns their fields from now on."""
    pass_on_requests_of([member.pk], to=to, about_dwelling=about_dwelling)


def pass_on_requests_of(
    members: Collection[int], *, to: Committee, about_dwelling: bool
) -> None:
    """The same for many members by key, in one statement."""
    _open_requests(members, about_dwelling=about_dwelling).update(
        asked_of_committee=to, version=F("version") + 1
    )


def close_requests(
    members: Collection[int], *, about_dwelling: bool, answer: str, by: User
) -> None:
    """Refuse open requests whose field nobody owns any more."""
    _open_requests(members, about_dwelling=about_dwelling).update(
        state=State.REFUSED,
        answer=answer,
        answered_by=by,
        answered_at=timezone.now(),
        version=F("version") + 1,
    )


def _check_still_there(member: Member) -> None:
    """The one who is asked owns the field until the request is written."""
    rows = Member.objects.select_for_update(no_key=True).only("status", "workplace")
    held = rows.get(pk=member.pk)
    if (held.status, held.workplace_id) != (member.status, member.workplace_id):
        raise ValidationError(
            "Hồ sơ vừa có người khác sửa. Đồng chí tải lại trang rồi làm lại."
        )


def put_value(member: Member, field: str, text: str) -> None:
    """Set a field from what a person typed; raises ValidationError with a sentence."""
    if field == "phone":
        _check_phone(text)
    try:
        if field == "full_name":
            member.full_name = name(text)
        elif field == "birth_date":
            _put_birth_date(member, text)
        elif field in _DATES:
            setattr(member, field, _exact_date(text))
        elif field == "gender":
            member.gender = _gender(text)
        else:
            setattr(member, field, text)
    except BadValue as error:
        raise ValidationError({"new_value": str(error)}) from error
    _check_length(member, field, text)


def _check_phone(text: str) -> None:
    try:
        check_phone(text)
    except ValidationError as error:
        raise ValidationError({"new_value": error.messages}) from error


def _put_birth_date(member: Member, text: str) -> None:
    found = date(text, today=timezone.localdate())
    if found is None:
        raise ValidationError({"new_value": "Đồng chí nhập ngày sinh."})
    member.birth_date = found.date
    member.birth_precision = found.precision


def _exact_date(text: str):
    found = date(text, today=timezone.localdate())
    if found is None or found.precision != "day":
        raise ValidationError({"new_value": "Đồng chí nhập đủ ngày/tháng/năm."})
    return found.date


def _gender(text: str) -> str:
    for value, label in Member.Gender.choices:
        if text.lower() == str(label).lower():
            return value
    raise ValidationError({"new_value": "Đồng chí ghi “Nam” hoặc “Nữ”."})


def _check_length(member: Member, field: str, text: str) -> None:
    limit = getattr(Member._meta.get_field(field), "max_length", None)
    if limit and field != "gender" and len(text) > limit:
        raise ValidationError({"new_value": f"Mục này ghi tối đa {limit} ký tự."})


def _open_requests(
    members: Collection[int], *, about_dwelling: bool
) -> QuerySet[CorrectionRequest]:
    waiting = CorrectionRequest.objects.filter(member__in=members, state=State.OPEN)
    if about_dwelling:
        return waiting.filter(field__in=DWELLING_FIELDS)
    return waiting.exclude(field__in=DWELLING_FIELDS)


def _must_be_open(request: CorrectionRequest) -> None:
    if request.state != State.OPEN:
        raise ValidationError("Đề nghị đính chính này đã được trả lời.")


def _answer(
    request: CorrectionRequest, state: State, answer: str, *, version: int, by: User
) -> CorrectionRequest:
    request.state = state
    request.answer = answer
    request.answered_by = by
    request.answered_at = timezone.now()
    fields = ["state", "answer", "answered_by", "answered_at"]
    save_versioned(request, fields=fields, version=version)
    _record(Action.STEP, request, by=by)
    return request


def _record(action: Action, request: CorrectionRequest, *, by: User) -> None:
    record(
        action,
        request,
        by=by,
        committee_code=request.asked_of_committee.code,
        facts={
            "member": request.member_id,
            "field": request.field,
            "state": request.state,
        },
        personal={
            "old": request.old_value,
            "new": request.new_value,
            "reason": request.reason,
            "answer": request.answer,
        },
    )
