"""What waits of people coming, staying and going: letters, cells, exemptions, reports."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Max, Min

from members.models import Role, User
from members.queries.dwelling import ANSWERS_SHOWN_FOR, answers_to_read, open_checks
from members.queries.exemptions import ended_lately, ending_soon, exemptions_of
from members.queries.inbox import inbox, newcomers, received_at_ward, without_letter
from members.queries.retirement import Ages, past_age, past_since
from reports.queries.todos.todo import Subject, Todo, link

_RESIDENCE = (Role.RESIDENCE_WARD, Role.RESIDENCE_CELL)


def stay_todos(user: User, on: date) -> Iterator[Todo]:
    """Of either side: eight statements for a ward, six for a cell, three for a
    workplace."""
    if user.has_role(Role.RESIDENCE_WARD):
        yield from _letters(user)
        yield from _without_cell(user)
    if user.has_role(*_RESIDENCE):
        yield from _newcomers(user, on)
        yield from _asked(user)
        yield from _dwelling(user)
        yield from _dwelling_answers(user, on)
    if user.has_role(*_RESIDENCE, Role.WORKPLACE):
        yield from _exemptions(user, on)
    if user.has_role(Role.RESIDENCE_WARD, Role.WORKPLACE):
        yield from _past_age(user, on)


def _letters(user: User) -> Iterator[Todo]:
    letters = inbox(user).aggregate(n=Count("pk"), since=Min("sent_on"))
    if letters["n"]:
        yield Todo(
            "giấy giới thiệu chờ tiếp nhận",
            link("members:letter_inbox"),
            "Tiếp nhận",
            Subject.STAYS,
            count=letters["n"],
            since=letters["since"],
        )


def _without_cell(user: User) -> Iterator[Todo]:
    waiting = received_at_ward(user).filter(cell=None)
    stays = waiting.aggregate(n=Count("pk"), since=Min("received_on"))
    if stays["n"]:
        yield Todo(
            "đồng chí đã tiếp nhận, chưa phân chi bộ",
            link("members:stay_pick", chi_bo="chua"),
            "Phân chi bộ",
            Subject.STAYS,
            count=stays["n"],
            since=stays["since"],
        )


def _newcomers(user: User, on: date) -> Iterator[Todo]:
    """The cell's own news; the ward sent them there itself."""
    if not user.has_role(Role.RESIDENCE_CELL):
        return
    found = newcomers(user, on=on).aggregate(n=Count("pk"), since=Max("valid_from"))
    if found["n"]:
        yield Todo(
            "đồng chí mới về chi bộ trong 30 ngày qua",
            link("members:newcomer_list"),
            "Xem",
            Subject.STAYS,
            count=found["n"],
            since=found["since"],
            is_news=True,
        )


def _asked(user: User) -> Iterator[Todo]:
    stays = without_letter(user).aggregate(n=Count("pk"), since=Min("asked_on"))
    if stays["n"]:
        yield Todo(
            "đồng chí đang cư trú, chờ giấy giới thiệu của nơi công tác",
            link("members:asked_list"),
            "Nhắc nơi công tác",
            Subject.STAYS,
            count=stays["n"],
            since=stays["since"],
        )


def _dwelling(user: User) -> Iterator[Todo]:
    checks = open_checks(user).aggregate(n=Count("pk"), since=Min("reported_on"))
    if not checks["n"]:
        return
    verifies = user.has_role(Role.RESIDENCE_WARD)
    yield Todo(
        "phản ánh không còn cư trú, không liên lạc được, chờ xác minh"
        if verifies
        else "phản ánh không còn cư trú đang chờ đảng ủy xác minh",
        link("members:dwelling_list"),
        "Xác minh" if verifies else "Xem",
        Subject.STAYS,
        count=checks["n"],
        since=checks["since"],
        is_news=not verifies,
    )


def _dwelling_answers(user: User, on: date) -> Iterator[Todo]:
    if not user.has_role(Role.RESIDENCE_CELL):
        return
    found = answers_to_read(user, on=on)
    answers = found.aggregate(n=Count("pk"), since=Max("answered_on"))
    if answers["n"]:
        yield Todo(
            "phản ánh đảng ủy đã xác minh là vẫn cư trú, trong "
            f"{ANSWERS_SHOWN_FOR.days} ngày qua",
            link("members:dwelling_list"),
            "Xem trả lời",
            Subject.STAYS,
            count=answers["n"],
            since=answers["since"],
            is_news=True,
        )


def _exemptions(user: User, on: date) -> Iterator[Todo]:
    own = exemptions_of(user, above=False)
    parts = [
        (ended_lately(own, on=on), "đã hết, chưa ghi lần mới", "vua-het", "từ ngày"),
        (ending_soon(own, on=on), "hết trong 30 ngày tới", "sap-het", "sớm nhất ngày"),
    ]
    for found, ends, choice, words in parts:
        ending = found.aggregate(n=Count("pk"), due=Min("valid_to"))
        if ending["n"]:
            yield Todo(
                f"lần miễn sinh hoạt nơi cư trú {ends}",
                link("members:exemption_list", thoi_han=choice),
                "Rà soát",
                Subject.REVIEW,
                count=ending["n"],
                due=ending["due"],
                due_words=words,
                is_late=ending["due"] <= on,
            )


def _past_age(user: User, on: date) -> Iterator[Todo]:
    count, since = past_since(past_age(user, Ages(), on=on), Ages(), on=on)
    if count:
        yield Todo(
            "đồng chí đã đủ tuổi nghỉ hưu, cần rà soát",
            link("members:retirement_list"),
            "Rà soát",
            Subject.REVIEW,
            count=count,
            since=since,
            is_news=True,
        )
