"""What a measurement says, and the one table that shows them all."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One line: measured and target are comparable words, passed says whether met."""

    name: str
    measured: str
    target: str
    passed: bool
    note: str = ""


# A server works beside us and only the clock on the wall sees it; what happens in
# this process alone is measured in its own time, which no neighbour disturbs.
Clock = Callable[[], float]
WALL: Clock = time.perf_counter
OWN: Clock = time.process_time


def seconds(work: Callable[[], object], *, clock: Clock = WALL) -> float:
    """How long one call takes."""
    start = clock()
    work()
    return clock() - start


def best_of(
    works: dict[str, Callable[[], object]], *, rounds: int, clock: Clock = WALL
) -> dict[str, float]:
    """{name: least seconds} of works run in turn, so that noise falls on all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            taken[name].append(seconds(work, clock=clock))
    return {name: min(times) for name, times in taken.items()}


def ratio(
    name: str,
    ours: float,
    theirs: float,
    *,
    target: float,
    allowance: float = 0.0,
    note: str = "",
) -> Result:
    """ours ÷ theirs beside its target; allowance in seconds is added to theirs."""
    limit = f"≤ {target}×" + (f" + {allowance * 1000:.0f} ms" if allowance else "")
    return Result(
        name=name,
        measured=f"{ours / theirs:.2f}× ({ours * 1000:.1f} / {theirs * 1000:.1f} ms)",
        target=limit,
        passed=ours <= theirs * target + allowance,
        note=note,
    )


def table(results: Iterable[Result]) -> str:
    """The results under one another, aligned, with a mark for each."""
    head = ("", "what", "measured", "target", "note")
    rows = [head]
    rows += [
        ("ok" if one.passed else "FAIL", one.name, one.measured, one.target, one.note)
        for one in results
    ]
    widths = [max(len(row[index]) for row in rows) for index in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)
