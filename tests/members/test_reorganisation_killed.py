"""A reform that is killed in the middle has never been."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from members.models import Committee, Kind, Registration, Reorganisation, Sector
from members.services.reorganisations.plan import NewUnit, ReformPlan
from members.services.reorganisations.run import carry_out, draft_reorganisation
from tests.factories.world import make_world

DAY, TODAY = date(2025, 7, 1), date(2026, 1, 1)
ROOT = Path(__file__).parents[2]

# The same reform in a process of its own: it says how far it is and waits to be killed.
CHILD = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    import django
    django.setup()
    from tests.members.test_reorganisation_killed import reform_in_the_city

    marker, share_to_die_at = Path(sys.argv[1]), int(sys.argv[2])

    def say(label, share):
        if share >= share_to_die_at:
            marker.write_text(label)
            time.sleep(60)

    reform_in_the_city(int(sys.argv[3]), say=say)
    """
)


def rows() -> dict[str, list]:
    """Every row of every table of ours."""
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model.__module__.startswith(
            ("members", "residence", "evaluations", "party76")
        )
    }


def reform_in_the_city(key: int, **options) -> Reorganisation:
    """Two wards become one; as main processes do it, from what is stored."""
    city = Committee.objects.get(code="TU")
    olds = Committee.objects.filter(code__in=["NK", "TA"])
    reform = Reorganisation.objects.get(pk=key)
    plan = ReformPlan(
        on=DAY,
        new_units=[
            NewUnit(-1, city.pk, "Đảng ủy phường Mới", Kind.WARD, Sector.COMMUNE)
        ],
        heirs={unit.pk: -1 for unit in olds},
    )
    return carry_out(reform, plan, today=TODAY, by=reform.created_by, **options)


def start_child(marker: Path, share: int, key: int) -> subprocess.Popen:
    """On the database that this test is connected to."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{database['NAME']}?")
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(marker), str(share), str(key)],
        env=environment,
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )


def wait_for(marker: Path, child: subprocess.Popen) -> None:
    for _ in range(600):
        if marker.exists() and marker.read_text():
            return
        if child.poll() is not None:
            break
        time.sleep(0.05)
    child.kill()
    pytest.fail(f"the reform did not come so far: {child.stderr.read().decode()}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("share", [20, 60, 80])
def test_reform_killed_in_the_middle_leaves_everything_as_it_was(tmp_path, share):
    world = make_world()
    drafted = draft_reorganisation(
        Reorganisation(committee=world.city, effective_on=DAY),
        by=world.department_user,
    )
    before, marker = rows(), tmp_path / "reached"

    child = start_child(marker, share, drafted.pk)
    wait_for(marker, child)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()

    assert child.returncode == -signal.SIGKILL
    assert rows() == before
    done = reform_in_the_city(drafted.pk)
    assert done.is_done
    assert Registration.objects.get(state="received").ward.name == "Đảng ủy phường Mới"
