"""The benchmark of saving marks runs, and leaves nothing behind."""

import pytest

from benchmarks import marks
from members.models import Committee, Member
from residence.models import Meeting


@pytest.mark.django_db
def test_benchmark_when_run_then_within_its_statements_and_gone_again(monkeypatch):
    monkeypatch.setattr(marks, "ROWS", 20)
    monkeypatch.setattr(marks, "ROUNDS", 1)

    statements, times = marks.run()

    assert (statements.measured, statements.passed) == ("3 + 2", True)
    assert times.measured.endswith("×")
    for model in (Meeting, Member, Committee):
        assert not model.objects.exists()
