"""What must hold of the tree on every day; every breach with what would mend it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from members.models import Committee, CommitteePeriod
from members.queries.stay_check import check_stays
from members.queries.tree_snapshot import NEVER, Finding, Mend, Rule, Snapshot, days
from members.scopes import scope_of, settle

# What a unit's own columns copy of its last period, and its words for a reader.
COPIED = {
    "code": "mã",
    "name": "tên",
    "short_name": "tên gọi tắt",
    "kind": "loại tổ chức",
    "sector": "khối",
    "parent_id": "cấp trên",
    "outside_city": "trong hay ngoài Đảng bộ thành phố",
}
# Gets the name of a step and how much of the whole, in percent, is behind it.
Say = Callable[[str, int], None]


def _say_nothing(label: str, share: int) -> None:
    pass


def check_tree(say: Say = _say_nothing) -> list[Finding]:
    """Every breach of a rule, in the order of the rules. Five queries."""
    say("Đọc cây tổ chức và hồ sơ", 0)
    tree = Snapshot.read()
    found: list[Finding] = []
    for number, (label, rule) in enumerate(_RULES.items()):
        say(label, 40 + 60 * number // len(_RULES))
        found += rule(tree)
    return found


def _check_periods(tree: Snapshot) -> Iterator[Finding]:
    """Without gap or overlap, and the unit's own columns as the last of them says."""
    for key, unit in tree.units.items():
        periods = tree.periods.get(key)
        if not periods:
            yield Finding(
                Rule.PERIODS,
                tree.name(key),
                "không có giai đoạn nào, không rõ trước đây tên gì, thuộc đâu",
            )
            continue
        yield from _check_sequence(tree, key, periods)
        yield from _check_ends(tree, unit, periods)
        yield from _check_copies(tree, unit, periods[-1])


def _check_sequence(
    tree: Snapshot, key: int, periods: list[CommitteePeriod]
) -> Iterator[Finding]:
    for earlier, later in pairwise(periods):
        if earlier.valid_to != later.valid_from:
            is_gap = (earlier.valid_to or NEVER) < later.valid_from
            yield Finding(
                Rule.PERIODS,
                tree.name(key),
                f"giai đoạn {days(earlier.valid_from, earlier.valid_to)} "
                f"{'không nối liền' if is_gap else 'chồng lên'} giai đoạn từ "
                f"{later.valid_from:%d/%m/%Y}",
                f"cho giai đoạn trước kết thúc từ {later.valid_from:%d/%m/%Y}",
                (Mend(CommitteePeriod, earlier.pk, {"valid_to": later.valid_from}),),
            )


def _check_ends(
    tree: Snapshot, unit: Committee, periods: list[CommitteePeriod]
) -> Iterator[Finding]:
    first, last = periods[0], periods[-1]
    if unit.valid_from != first.valid_from:
        yield Finding(
            Rule.PERIODS,
            tree.name(unit.pk),
            f"ngày bắt đầu không phải là {first.valid_from:%d/%m/%Y} như giai đoạn đầu",
            "ghi lại ngày bắt đầu theo giai đoạn đầu",
            (Mend(Committee, unit.pk, {"valid_from": first.valid_from}),),
        )
    if unit.valid_to == last.valid_to:
        return
    what = "ngày kết thúc khác với giai đoạn cuối"
    if unit.valid_to and last.valid_to:
        remedy = "ghi lại ngày kết thúc theo giai đoạn cuối"
        mend = Mend(Committee, unit.pk, {"valid_to": last.valid_to})
    elif unit.valid_to and unit.valid_to > last.valid_from:
        remedy = f"cho giai đoạn cuối kết thúc từ {unit.valid_to:%d/%m/%Y}"
        mend = Mend(CommitteePeriod, last.pk, {"valid_to": unit.valid_to})
    else:  # nobody but a person knows whether it has ended, and who follows
        yield Finding(Rule.PERIODS, tree.name(unit.pk), what)
        return
    yield Finding(Rule.PERIODS, tree.name(unit.pk), what, remedy, (mend,))


def _check_copies(
    tree: Snapshot, unit: Committee, last: CommitteePeriod
) -> Iterator[Finding]:
    differing = [name for name in COPIED if getattr(unit, name) != getattr(last, name)]
    if differing:
        words = ", ".join(COPIED[name] for name in differing)
        values = {name: getattr(last, name) for name in differing}
        yield Finding(
            Rule.PERIODS,
            tree.name(unit.pk),
            f"{words} hiện nay khác với giai đoạn cuối",
            f"ghi lại {words} theo giai đoạn cuối",
            (Mend(Committee, unit.pk, values),),
        )


def _check_parents(tree: Snapshot) -> Iterator[Finding]:
    """On no day below itself, and never below a unit that does not exist then."""
    for key, periods in tree.periods.items():
        for period in periods:
            if period.parent_id is None:
                continue
            # A ring begins on the first day of one of its periods.
            line = list(tree.line_on(key, period.valid_from))
            if line and line[-1].parent_id == key:
                yield Finding(
                    Rule.PARENTS,
                    tree.name(key),
                    f"trực thuộc chính nó vào ngày {period.valid_from:%d/%m/%Y}",
                )
            yield from _check_parent_is_open(tree, period)


def _check_parent_is_open(tree: Snapshot, period: CommitteePeriod) -> Iterator[Finding]:
    first, end = tree.life(period.parent_id or 0)
    if period.valid_from < first or (period.valid_to or NEVER) > end:
        yield Finding(
            Rule.PARENTS,
            tree.name(period.committee_id),
            f"trực thuộc {tree.name(period.parent_id)} "
            f"{days(period.valid_from, period.valid_to)}, nhưng đơn vị ấy chỉ hoạt động "
            f"{days(first, end)}",
        )


def _check_heirs(tree: Snapshot) -> Iterator[Finding]:
    """The heir of a closed unit is open: the last of the chain, or nobody."""
    for key, unit in tree.units.items():
        if unit.heir_id is None or not tree.units[unit.heir_id].is_closed:
            continue
        what = f"đơn vị kế tục {tree.name(unit.heir_id)} cũng đã kết thúc hoạt động"
        last = _last_heir(tree, key)
        if last == key:
            yield Finding(
                Rule.HEIRS, tree.name(key), f"{what}, và lại do chính nó kế tục"
            )
            continue
        yield Finding(
            Rule.HEIRS,
            tree.name(key),
            what,
            f"ghi lại đơn vị kế tục là {tree.name(last)}",
            (Mend(Committee, key, {"heir_id": last}),),
        )


def _last_heir(tree: Snapshot, key: int) -> int | None:
    """The open unit at the end of a chain; None for nobody; the unit itself in a ring."""
    seen, current = {key}, tree.units[key].heir_id
    while current is not None and tree.units[current].is_closed:
        if current in seen:
            return key
        seen.add(current)
        current = tree.units[current].heir_id
    return current


def _check_paths(tree: Snapshot) -> Iterator[Finding]:
    """A path is that of the scope parent and four digits more."""
    paths = settle(
        {key: unit.path for key, unit in tree.units.items()},
        {key: unit.scope_parent_id for key, unit in tree.units.items()},
    )
    for key in sorted(set(tree.units) - set(paths)):
        yield Finding(
            Rule.PATHS,
            tree.name(key),
            "chuỗi cấp trên hoặc đơn vị kế tục quay lại chính nó",
        )
    for key, path in paths.items():
        unit = tree.units[key]
        if unit.path != path:
            yield Finding(
                Rule.PATHS,
                tree.name(key),
                f"mã vị trí {unit.path} không nằm dưới {tree.name(unit.scope_parent_id)}",
                f"ghi lại mã vị trí {path}",
                (Mend(Committee, key, {"path": path}),),
            )


def _check_scopes(tree: Snapshot) -> Iterator[Finding]:
    """What stands below a unit by its parents is what its range of paths holds."""
    below: defaultdict[int, set[int]] = defaultdict(set)
    for key in tree.units:
        seen: set[int] = set()
        current: int | None = key
        while current is not None and current not in seen:
            seen.add(current)
            below[current].add(key)
            current = tree.units[current].scope_parent_id
    order = sorted((unit.path, key) for key, unit in tree.units.items())
    paths = [path for path, _ in order]
    for key, unit in tree.units.items():
        if not unit.path.isdecimal():
            continue  # said of its path
        first, end = scope_of(unit.path)
        ranged = order[bisect_left(paths, first) : bisect_left(paths, end)]
        if {other for _, other in ranged} != below[key]:
            yield Finding(
                Rule.SCOPES,
                tree.name(key),
                f"phạm vi theo mã vị trí có {len(ranged)} đơn vị, theo cấp trên có "
                f"{len(below[key])} đơn vị, không phải cùng những đơn vị ấy",
                "đúng lại khi các mã vị trí đúng",
            )


def _check_keys(tree: Snapshot) -> Iterator[Finding]:
    """Lists sort and searches find by the name as it is now."""
    for key, unit in tree.units.items():
        stored = unit.sort_key, unit.search_key
        unit.set_keys()
        if stored != (unit.sort_key, unit.search_key):
            yield Finding(
                Rule.KEYS,
                tree.name(key),
                "khóa sắp xếp, tìm kiếm không theo tên hiện nay",
                "tính lại từ tên",
                (
                    Mend(
                        Committee,
                        key,
                        {"sort_key": unit.sort_key, "search_key": unit.search_key},
                    ),
                ),
            )


_RULES: dict[str, Callable[[Snapshot], Iterator[Finding]]] = {
    "Giai đoạn của các đơn vị": _check_periods,
    "Cấp trên trong từng giai đoạn": _check_parents,
    "Đơn vị kế tục": _check_heirs,
    "Vị trí trong cây": _check_paths,
    "Phạm vi của các đơn vị": _check_scopes,
    "Khóa sắp xếp, tìm kiếm": _check_keys,
    "Nơi sinh hoạt, nơi công tác": check_stays,
}
