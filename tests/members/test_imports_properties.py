"""What holds for every list: no row is lost, nothing is early, twice is once."""

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.models import Member, Registration
from members.services.imports import write_incoming
from tests.factories.members import make_member, make_registration
from tests.members.imports import (
    TODAY,
    make_offices,
    newest_run,
    plan_rows,
    upload,
)

pytestmark = pytest.mark.django_db
HEAD = (
    "Họ và tên\tNgày sinh\tSố thẻ\tĐơn vị công tác\tChi bộ nơi cư trú\tNgày tiếp nhận"
    "\tĐiện thoại\tGhi chú"
)
# Few values, so that rows of one list meet each other and those who are there.
ROWS = st.lists(
    st.tuples(
        st.sampled_from(
            ["Ngô Văn Thử", "NGÔ VĂN THỬ", "Ngo Van Thu", "Lê Thị Hòa", "=1+1", ""]
        ),
        st.sampled_from(
            ["01/02/1980", "1980", "02/1980", "01/01/1975", "31/02/1980", ""]
        ),
        st.sampled_from(["11.000001", "11.000002", "11.000003", "", "nt"]),
        st.sampled_from(["Sở Y tế", "nt", "Quân khu 9", "Cơ quan lạ", ""]),
        st.sampled_from(["Khu vực 1", "2", "Khu vực lạ", ""]),
        st.sampled_from(["05/01/2026", "01/06/2020", "13/2026", ""]),
        st.sampled_from(["0900000000", ""]),
        st.sampled_from(["Miễn sinh hoạt (công tác xa)", "chưa nhận sổ", ""]),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def world():
    world = make_offices()
    stay = make_registration(
        make_member(
            world.outside_workplace, full_name="Ngô Văn Thử", card_number="11.000002"
        ),
        world.ward,
    )
    assert stay.is_received
    return world


@given(rows=ROWS, creates=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_list_when_planned_written_and_planned_again_asks_nothing_more(
    world, rows, creates
):
    text = "\n".join([HEAD, *("\t".join(row) for row in rows)])

    with transaction.atomic():
        first = plan_rows(text, world.ward, create_units=creates)
        written = write_incoming(
            first.incoming,
            committee=world.ward,
            today=TODAY,
            source={},
            by=world.ward_user,
        )
        again = plan_rows(text, world.ward, create_units=creates)
        received = Registration.objects.filter(state="received")
        open_placements = received.filter(placements__valid_to=None).count()
        assert open_placements == received.count()
        transaction.set_rollback(True)

    counts = first.preview.counts
    assert sum(counts.values()) == len(first.preview.rows)
    assert counts["new"] == written.members_added
    assert counts["new"] + counts["changed"] == len(first.incoming)
    assert again.incoming == []
    assert again.preview.counts["new"] == again.preview.counts["changed"] == 0


def test_rows_of_all_tables_when_an_import_is_only_looked_at_are_as_before(
    client, world
):
    client.force_login(world.ward_user)
    before = [model.objects.count() for model in (Member, Registration)]

    upload(client, world.ward)
    run = newest_run()
    client.get(reverse("members:import_columns", args=[run.pk]))
    client.get(reverse("members:import_preview", args=[run.pk]))
    client.post(
        reverse("members:import_answer", args=[run.pk]),
        {"create_all": "on", "common_questions": "1", "version": run.version},
    )
    client.get(reverse("members:import_preview", args=[run.pk]))
    client.get(reverse("members:import_bad_rows", args=[run.pk]))

    assert [model.objects.count() for model in (Member, Registration)] == before
