"""Hồ sơ có thể trùng: the pages, and the hints that lead there."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from members.imports.runs import ListKind, mark_of, plan_run
from members.models import Member, MemberMerge
from members.services.import_runs import confirm_run, draft_run, keep_run
from party76.spreadsheets.reading import read_pasted
from reports.queries.home import todos_of
from tests.factories.members import make_registration
from tests.factories.merges import DAY, editions, make_twins
from tests.factories.world import make_world
from tests.members.imports import TODAY
from tests.reports.reading import text_of

pytestmark = pytest.mark.django_db
State = MemberMerge.State
LIST = reverse("members:merge_list")


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def twins(world):
    return make_twins(
        world,
        own={"phone": "", "card_number": "11.000088"},
        written={"phone": "0913456789", "card_number": "11.000077"},
    )


@pytest.fixture
def as_user(client, world):
    """as_user(who) → the client, logged in as that person."""

    def log_in(who: str):
        client.force_login(getattr(world, who))
        return client

    return log_in


def compare_url(twins, **query) -> str:
    url = reverse("members:merge_compare", args=[twins.own.pk, twins.written.pk])
    return url + "".join(f"?{name}={value}" for name, value in query.items())


def page(name: str, merge) -> str:
    return reverse(f"members:{name}", args=[merge.pk])


def proposal(twins, *, keep=None) -> dict[str, int]:
    kept, dropped = twins.own, twins.written
    if keep == twins.written:
        kept, dropped = dropped, kept
    return {
        "giu": kept.pk,
        "kept_version": kept.version,
        "dropped_version": dropped.version,
    }


# The list


def test_list_shows_pairs_with_both_units_and_reasons(twins, as_user):
    text = as_user("ward_user").get(LIST).content.decode()

    assert "cùng họ tên, cùng ngày sinh" in text
    assert "Sở Y tế" in text
    assert compare_url(twins).replace(
        f"{twins.own.pk}/{twins.written.pk}", f"{twins.written.pk}/{twins.own.pk}"
    ) in (text)


def test_list_is_searched_by_post_and_without_marks(twins, as_user):
    client = as_user("ward_user")

    found = client.post(LIST, {"q": "thi hoa"})
    nobody = client.post(LIST, {"q": "Nguyễn"})

    assert found.context["total"] == 1
    assert nobody.context["total"] == 0
    assert "Không có cặp hồ sơ nào của người có tên này" in nobody.content.decode()


def test_list_without_pairs_says_what_to_do_next(as_user):
    text = as_user("ward_user").get(LIST).content.decode()

    assert "Không có cặp hồ sơ nào cần xem" in text


def test_list_goes_page_by_page(world, as_user, monkeypatch):
    monkeypatch.setattr("members.views.merges.PAIRS_A_PAGE", 1)
    for name in ("Vũ Giáp", "Vũ Ất", "Vũ Bính"):
        make_twins(world, own={"full_name": name}, written={"full_name": name})
    client = as_user("ward_user")

    first = client.get(LIST).context["page"]
    second = client.get(LIST, {"after": first.next}).context["page"]
    third = client.get(LIST, {"after": second.next}).context["page"]
    back = client.get(LIST, {"before": third.previous}).context["page"]

    assert (first.previous, third.next) == (None, None)
    assert back.rows == second.rows
    assert len({one.rows[0].first for one in (first, second, third)}) == 3


@pytest.mark.parametrize("state", list(State))
def test_pairs_of_each_state_have_their_tab(twins, as_user, state):
    merge = twins.merge() if state in {State.DONE, State.UNDONE} else twins.propose()
    if state == State.UNDONE:
        twins.undo(merge)
    if state == State.REFUSED:
        MemberMerge.objects.update(state=state, closed_at="2026-06-01T00:00Z")

    answer = as_user("ward_user").get(LIST, {"nhom": state.value})

    assert [row.merge.pk for row in answer.context["page"].rows] == [merge.pk]
    assert page("merge_detail", merge) in answer.content.decode()


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("tab", ["", "proposed"])
def test_list_when_it_grows_asks_no_more(
    world, as_user, tab, number, django_assert_num_queries
):
    for name in ("Vũ Giáp", "Vũ Ất", "Vũ Bính")[:number]:
        twins = make_twins(world, own={"full_name": name}, written={"full_name": name})
        if tab:
            twins.propose()
    client = as_user("ward_user")

    with django_assert_num_queries(13 if tab else 10):
        answer = client.get(LIST, {"nhom": tab})

    assert len(answer.context["page"].rows) == number


@pytest.mark.parametrize("state", [State.DONE, State.UNDONE, State.REFUSED])
def test_list_of_what_is_settled_when_it_grows_asks_no_more(world, as_user, state):
    client = as_user("ward_user")

    def settle(name):
        twins = make_twins(world, own={"full_name": name}, written={"full_name": name})
        merge = twins.propose() if state is State.REFUSED else twins.merge()
        if state is State.UNDONE:
            twins.undo(merge)
        closed = {"state": state, "closed_at": "2026-06-01T00:00Z"}
        MemberMerge.objects.filter(pk=merge.pk).update(**closed)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(LIST, {"nhom": state.value})
        return len(answer.context["page"].rows), len(queries)

    settle("Vũ Giáp")
    one = asked()
    for name in ("Vũ Ất", "Vũ Bính"):
        settle(name)

    assert (one[0], asked()) == (1, (3, one[1]))


# Compare and propose


def test_compare_shows_both_sides_who_reads_them_and_the_warning(world, as_user):
    twins = make_twins(
        world,
        own={"card_number": "11.000088"},
        written={
            "workplace": world.workplace,
            "phone": "0913456789",
            "card_number": "11.000077",
        },
    )

    answer = as_user("workplace_user").get(compare_url(twins))

    lines = {line.label: line for line in answer.context["comparison"].lines}
    text = answer.content.decode()
    assert (lines["Điện thoại"].kept, lines["Điện thoại"].dropped) == ("", "0913456789")
    assert (lines["Điện thoại"].after, lines["Điện thoại"].is_taken) == (
        "0913456789",
        True,
    )
    assert lines["Số thẻ đảng viên"].after == "11.000088"
    assert "Số thẻ đảng viên của hai hồ sơ khác nhau" in text
    assert "Sau khi ghép" in text


def test_compare_tells_a_workplace_nothing_of_a_record_it_may_not_read(twins, as_user):
    text = as_user("workplace_user").get(compare_url(twins)).content.decode()

    assert "Đảng ủy phường Ninh Kiều" in text
    assert "Số thẻ đảng viên của hai hồ sơ khác nhau" in text
    for kept_back in ("0913456789", "11.000077", "Quân khu 9"):
        assert kept_back not in text


def test_compare_tells_a_ward_nothing_of_the_record_of_a_workplace(twins, as_user):
    Member.objects.filter(pk=twins.own.pk).update(position="Bác sĩ", phone="0900000002")

    text = as_user("ward_user").get(compare_url(twins)).content.decode()

    assert "Sở Y tế" in text
    for kept_back in ("11.000088", "Bác sĩ", "0900000002"):
        assert kept_back not in text


def test_compare_shows_what_stands_in_the_way_and_offers_nothing(twins, as_user, world):
    make_registration(twins.own, world.sister_ward)

    text = as_user("ward_user").get(compare_url(twins)).content.decode()

    assert "Cần giải quyết trước khi ghép" in text
    assert "đều đang tiếp nhận đồng chí này" in text
    assert "Đề nghị ghép hồ sơ" not in text


def test_compare_turned_round_keeps_the_other_record(twins, as_user):
    answer = as_user("ward_user").get(compare_url(twins, giu=twins.written.pk))

    assert answer.context["comparison"].kept.member == twins.written


def test_proposing_leads_to_the_pair_that_waits(twins, as_user, world):
    answer = as_user("ward_user").post(compare_url(twins), proposal(twins))

    merge = MemberMerge.objects.get()
    assert answer.url == page("merge_detail", merge)
    assert (merge.state, merge.ward_agreed_by) == (State.PROPOSED, world.ward_user)
    assert merge.reasons == ["cùng họ tên, cùng ngày sinh"]


def test_proposing_by_the_only_side_is_done_at_once(world, as_user):
    twins = make_twins(world, own={"workplace": world.outside_workplace})
    client = as_user("ward_user")
    text = client.get(compare_url(twins)).content.decode()

    client.post(compare_url(twins), proposal(twins, keep=twins.written))

    assert "hai hồ sơ được ghép ngay" in text
    assert MemberMerge.objects.get().state == State.DONE


def test_proposing_what_has_changed_meanwhile_is_told(twins, as_user):
    sent = proposal(twins)
    Member.objects.filter(pk=twins.own.pk).update(version=5)

    answer = as_user("ward_user").post(compare_url(twins), sent)

    assert answer.status_code == 422
    assert "vừa có người khác sửa" in answer.content.decode()
    assert not MemberMerge.objects.exists()


def test_whoever_is_no_side_reads_and_cannot_propose(twins, as_user):
    client = as_user("department_user")

    shown = client.get(compare_url(twins)).content.decode()
    sent = client.post(compare_url(twins), proposal(twins))

    assert "Đề nghị ghép hồ sơ" not in shown
    assert sent.status_code == 403


# Agree, refuse, undo


def word(merge) -> dict:
    """What the page of a pair sends with a word: all three as they were looked at."""
    seen = editions(merge)
    return {
        "version": merge.version,
        "kept_version": seen[merge.kept_id],
        "dropped_version": seen[merge.dropped_id],
    }


def test_other_side_sees_the_warning_and_agrees(twins, as_user):
    merge = twins.propose()
    client = as_user("workplace_user")
    shown = client.get(page("merge_detail", merge)).content.decode()

    answer = client.post(page("merge_agree", merge), word(merge))

    merge.refresh_from_db()
    assert "Số thẻ đảng viên của hai hồ sơ khác nhau" in shown
    assert "Xác nhận ghép hồ sơ" in shown
    assert (answer.url, merge.state) == (page("merge_detail", merge), State.DONE)


def test_side_that_has_spoken_is_not_asked_again(twins, as_user):
    merge = twins.propose()

    shown = as_user("ward_user").get(page("merge_detail", merge)).content.decode()

    assert "Xác nhận ghép hồ sơ" not in shown


def test_agreeing_when_something_stands_in_the_way_is_told(twins, as_user, world):
    merge = twins.propose()
    make_registration(twins.own, world.sister_ward)

    answer = as_user("workplace_user").post(page("merge_agree", merge), word(merge))

    assert answer.status_code == 422
    assert "đều đang tiếp nhận đồng chí này" in answer.content.decode()


def test_agreeing_to_what_another_has_changed_since_is_told(twins, as_user):
    merge = twins.propose()
    client = as_user("workplace_user")
    shown = client.get(page("merge_detail", merge))
    sent = {"version": merge.version, **dict(shown.context["hidden"])}
    Member.objects.filter(pk=twins.written.pk).update(full_name="Trần Hoài", version=2)

    answer = client.post(page("merge_agree", merge), sent)

    assert answer.status_code == 422
    assert "vừa có người khác sửa" in answer.content.decode()
    assert MemberMerge.objects.get().state == State.PROPOSED


def test_agreeing_on_an_older_edition_is_a_conflict(twins, as_user):
    merge = twins.propose()
    MemberMerge.objects.update(version=7)

    answer = as_user("workplace_user").post(page("merge_agree", merge), word(merge))

    assert answer.status_code == 409
    assert MemberMerge.objects.get().state == State.PROPOSED


def test_refusing_asks_why_and_closes_the_pair(twins, as_user):
    merge = twins.propose()
    client = as_user("workplace_user")
    url = page("merge_refuse", merge)

    without = client.post(url, {"version": merge.version})
    client.post(url, {"version": merge.version, "note": "Khác quê quán"})

    merge.refresh_from_db()
    assert without.status_code == 422
    assert (merge.state, merge.note) == (State.REFUSED, "Khác quê quán")
    assert client.get(LIST).context["total"] == 0


def test_refused_pair_can_be_looked_at_again(twins, as_user):
    merge = twins.propose()
    client = as_user("workplace_user")
    client.post(page("merge_refuse", merge), {"version": merge.version, "note": "x"})

    detail = client.get(page("merge_detail", merge)).content.decode()
    shown = client.get(compare_url(twins)).content.decode()

    assert compare_url(twins) in detail
    assert "Cặp hồ sơ này đã được xem trước đây" in shown


def test_pair_dismissed_at_once_is_offered_to_neither_side(twins, as_user):
    url = reverse("members:merge_dismiss", args=[twins.own.pk, twins.written.pk])

    as_user("ward_user").post(url, {"note": "Trùng tên"})

    assert as_user("workplace_user").get(LIST).context["total"] == 0
    assert MemberMerge.objects.get().state == State.REFUSED


def test_undoing_is_offered_while_nothing_stands_on_it(twins, as_user):
    merge = twins.merge()
    client = as_user("ward_user")
    shown = client.get(page("merge_detail", merge)).content.decode()

    client.post(page("merge_undo", merge), {"version": merge.version, "note": "Nhầm"})

    merge.refresh_from_db()
    assert page("merge_undo", merge) in shown
    assert merge.state == State.UNDONE


def test_undoing_is_not_offered_where_something_stands_on_it(twins, as_user):
    merge = twins.merge()
    Member.objects.filter(pk=twins.own.pk).update(position="Trưởng khoa", version=9)
    client = as_user("ward_user")

    shown = client.get(page("merge_detail", merge)).content.decode()
    sent = client.post(
        page("merge_undo", merge), {"version": merge.version, "note": "Nhầm"}
    )

    assert page("merge_undo", merge) not in shown
    assert "đã được sửa sau khi ghép" in shown
    assert sent.status_code == 422


# Hints


def test_file_tells_of_a_pair_of_a_proposal_and_of_a_merge(twins, as_user):
    url = reverse("reports:member_file", args=[twins.own.pk])
    client = as_user("workplace_user")
    hints = [client.get(url).content.decode()]
    merge = twins.propose()
    hints.append(client.get(url).content.decode())
    client.post(page("merge_agree", merge), word(merge))
    hints.append(client.get(url).content.decode())

    assert "Có một hồ sơ khác có thể là của đồng chí này" in hints[0]
    assert "đề nghị ghép đang chờ xác nhận" in hints[1]
    assert "đã ghép từ hai hồ sơ của một người" in hints[2]


def test_file_of_the_kept_record_tells_the_inspector_what_was_done_to_both(
    twins, as_user
):
    inspector = as_user("inspector_user")
    inspector.get(reverse("reports:member_file", args=[twins.written.pk]))
    twins.merge()

    file = inspector.get(reverse("reports:member_file", args=[twins.own.pk]))

    actions = [event.action for event in file.context["file"].events]
    assert actions.count("Xem") == 2


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("workplace_user", [("chờ đơn vị xác nhận", "Trả lời", False)]),
        ("ward_user", [("chờ bên kia xác nhận", "Xem", True)]),
        ("department_user", [("chờ hai bên xác nhận", "Xem", True)]),
        ("cell_user", []),
        ("sister_user", []),
        ("other_workplace_user", []),
    ],
)
def test_home_tells_the_side_whose_word_is_missing_and_who_waits_for_it(
    twins, world, who, expected
):
    merge = twins.propose()

    todos = [
        todo
        for todo in todos_of(getattr(world, who), on=DAY)
        if "ghép hồ sơ" in todo.text
    ]

    found = [(todo.text, todo.action_label, todo.is_news) for todo in todos]
    assert found == [
        (f"đề nghị ghép hồ sơ {words}", *rest) for words, *rest in expected
    ]
    day = timezone.localdate(merge.proposed_at)
    assert {(todo.count, todo.since) for todo in todos} <= {(1, day)}


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("ward_user", [1]),
        ("workplace_user", [1]),
        ("department_user", []),
        ("cell_user", []),
        ("sister_user", []),
    ],
)
def test_home_tells_of_pairs_to_look_at_those_who_can_act(
    twins, world, as_user, who, expected
):
    todos = [
        todo
        for todo in todos_of(getattr(world, who), on=DAY)
        if "có thể trùng" in todo.text
    ]

    assert [todo.count for todo in todos] == expected
    assert {todo.url for todo in todos} <= {LIST}
    assert [as_user(who).get(todo.url).context["total"] for todo in todos] == expected


def test_pages_of_pairs_bear_the_words_of_the_link_to_them(twins, as_user):
    client = as_user("ward_user")

    pages = [
        text_of(client.get(address))
        for address in (LIST, f"{LIST}?nhom=proposed", f"{LIST}?nhom=done")
    ]
    link = text_of(client.get(reverse("members:member_list")))

    assert "Hồ sơ có thể trùng" in link
    for text in pages:
        assert re.findall(r"<h1[^>]*>([^<]*)", text)[0].strip() == "Hồ sơ có thể trùng"
        assert "<title>Hồ sơ có thể trùng" in text


def test_end_of_an_import_tells_how_many_pairs_there_are(twins, as_user, world):
    workbook = read_pasted("STT\tHọ và tên\tSố thẻ\n1\tTrần Thị Dán\t11.000099")
    office = {"committee": world.workplace, "by": world.workplace_user}
    run = keep_run(
        draft_run(workbook, kind=ListKind.WORKERS, **office), by=office["by"]
    )
    plan = plan_run(run, committee=world.workplace, today=TODAY)
    confirm_run(run, mark=mark_of(plan.preview), today=TODAY, **office)
    client = as_user("workplace_user")

    text = client.get(reverse("members:import_result", args=[run.pk])).content.decode()

    assert "1 cặp hồ sơ có thể trùng" in text
    assert LIST in text


@pytest.mark.parametrize(
    ("who", "expected"),
    [("ward_user", True), ("workplace_user", True), ("cell_user", False)],
)
def test_list_of_members_leads_there(as_user, who, expected):
    text = as_user(who).get(reverse("members:member_list")).content.decode()

    assert (f'href="{LIST}"' in text) is expected
