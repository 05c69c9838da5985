from io import StringIO

import pytest

from party76.shared.progress import Progress, progress_line


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("done", "total", "seconds", "expected"),
    [
        (0, 10, 0, "[························]   0% 0:00 Ghi"),
        (5, 10, 7.9, "[████████████············]  50% 0:07 Ghi"),
        (10, 10, 61, "[████████████████████████] 100% 1:01 Ghi"),
        (12, 10, 0, "[████████████████████████] 100% 0:00 Ghi"),
        (0, 0, 0, "[████████████████████████] 100% 0:00 Ghi"),
    ],
)
def test_progress_line_shows_share_and_time(done, total, seconds, expected):
    assert progress_line("Ghi", done, total, seconds) == expected


def test_progress_in_a_file_writes_plain_lines():
    stream = StringIO()

    with Progress(2, stream=stream) as progress:
        progress.say("Đọc")
        progress.advance(2)

    first, last = stream.getvalue().splitlines()
    assert first.endswith("0% 0:00 Đọc")
    assert last.endswith("100% 0:00 Đọc")
    assert "\r" not in stream.getvalue()


def test_progress_on_a_terminal_redraws_one_line_and_ends_it():
    stream = Terminal()

    with Progress(2, label="Đọc", stream=stream) as progress:
        progress.advance()
        progress.say("Ghi")

    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("50% 0:00 Ghi\x1b[K\n")
    assert text.count("\r") == 3
