"""bin/run in a copy of the project: what somebody sees who starts it the first time."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", "var", "__pycache__", ".*_cache", ".env"
)
pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    """A copy of the project, started once without the demo; `output` tells of it."""
    copy = tmp_path_factory.mktemp("first-start") / "project"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    with running(copy, "--empty", "--unit", "Đảng ủy phường Thử"):
        pass
    return copy


def environment() -> dict[str, str]:
    """The machine's variables without those that tests or the settings know."""
    ours = re.findall(
        r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE
    )
    return {
        name: value
        for name, value in os.environ.items()
        if name not in {*ours, "DJANGO_SETTINGS_MODULE"}
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_to_its_end(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [project / "bin" / "run", *arguments],
        cwd="/",
        env=environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )


@contextmanager
def running(project: Path, *arguments: str):
    """(output so far, seconds until the login page came) while the server runs."""
    port, output = free_port(), project.parent / "output"
    began = time.monotonic()
    with output.open("w") as stream:
        server = subprocess.Popen(
            [project / "bin" / "run", "--port", str(port), *arguments],
            cwd="/",
            env=environment(),
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        wait_for_login_page(server, port)
        yield output, time.monotonic() - began
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def wait_for_login_page(server, port: int) -> None:
    for _ in range(1800):
        assert server.poll() is None, "bin/run ended by itself"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/dang-nhap/") as page:
                assert page.status == 200
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("no login page after three minutes")


def test_run_when_empty_is_asked_for_prints_a_password(office):
    with running(office, "--fresh", "--yes", "--empty") as (output, _):
        assert re.search(r"một lần: \S{16}", output.read_text())


def test_run_when_started_again_is_quick_and_prints_no_password(office):
    with running(office) as (output, seconds):
        assert "một lần" not in output.read_text()
        assert seconds < 5


@pytest.mark.parametrize("name", ["party76.sqlite3", "secret_key"])
def test_run_keeps_what_is_secret_for_its_owner(office, name):
    assert (office / "var" / name).stat().st_mode & 0o077 == 0


def test_run_when_fresh_is_asked_of_an_office_without_a_yes_changes_nothing(office):
    before = (office / "var" / "party76.sqlite3").read_bytes()

    answer = run_to_its_end(office, "--fresh")

    assert answer.returncode == 1
    assert "office's records" in answer.stderr
    assert (office / "var" / "party76.sqlite3").read_bytes() == before


def test_run_when_fresh_is_confirmed_keeps_the_office_aside(office):
    before = (office / "var" / "party76.sqlite3").read_bytes()

    with running(office, "--fresh", "--yes", "--empty"):
        pass

    kept = [path.read_bytes() for path in (office / "var").glob("set-aside-*.sqlite3")]
    assert before in kept


def test_run_when_the_port_is_taken_says_so(office):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        answer = run_to_its_end(office, "--port", str(port))

    assert answer.returncode == 1
    assert f"Port {port} is in use" in answer.stderr
