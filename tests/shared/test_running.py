"""How far a long act has come."""

from party76.shared.running import forget_running, note_running, read_running


def test_running_when_noted_then_read_elsewhere():
    note_running("test-act", "Cây tổ chức", 20)

    assert read_running("test-act") == {"value": 20, "max": 100, "text": "Cây tổ chức"}
    forget_running("test-act")


def test_running_when_nothing_was_noted_then_nothing_yet():
    assert read_running("unknown") == {"value": 0, "max": 100, "text": ""}


def test_running_when_over_then_forgotten():
    note_running("test-act", "x", 20)

    forget_running("test-act")

    assert read_running("test-act")["value"] == 0
