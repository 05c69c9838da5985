"""The wards that a free-text address speaks of, by the names they bear and bore.

“12 Nguyễn Trãi, phường An Hội, quận Ninh Kiều”: the word phường says where the name
begins, a comma or a unit above where it ends; the units above tell wards of one name
apart. At most four queries, whatever the number of wards and of addresses.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import F

from members.models import Committee, CommitteePeriod, Kind
from members.queries.name_keys import place_key, unit_key, words_of
from members.queries.old_names import OldName, names_above, old_names
from members.queries.unit_names import FoundUnit, open_units, tell_apart
from party76.shared.text import fold, has_marks, marked_key

_PARTS = re.compile(r"[,;\n]|\s[-–]\s")
# Short forms as they stand in addresses alone.
_SHORT = {
    "p": "phuong",
    "x": "xa",
    "tt": "thi tran",
    "q": "quan",
    "h": "huyen",
    "tx": "thi xa",
    "tp": "thanh pho",
    "tpct": "thanh pho can tho",
    "t": "tinh",
}
_WARD_WORDS = ("phuong", "xa", "thi tran", "dac khu")
_DISTRICT_WORDS = ("quan", "huyen", "thi xa")
_TOP_WORDS = ("thanh pho", "tinh")
# What may follow the name of a ward that is not of the name.
_ENDS = (*_DISTRICT_WORDS, *_TOP_WORDS, "cu")
_ABOVE = re.compile(r"^(?:quan|huyen|thi|thanh|tinh) uy |^(?:quan|huyen|thi xa|tinh) ")
_OF_TOP = re.compile(r"^(?:thanh uy|tinh uy|thanh pho|tinh) ")


@dataclass(frozen=True)
class _Ward:
    """A ward under one of its names, as it stood in one place."""

    name: str
    above: tuple[str, ...]
    units: tuple[int, ...]
    old: OldName | None = None  # None while it bears the name

    def districts(self) -> list[str]:
        """Bare names of the units between the ward and the city or province."""
        has_top = len(self.above) > 1 or any(map(_is_top, self.above))
        return [_bare(name) for name in (self.above[:-1] if has_top else self.above)]

    def fits(self, rest: "_Rest") -> int | None:
        """How well the words behind the name agree; None where they contradict."""
        districts = sum(rest.holds(name) for name in self.districts())
        above = sum(rest.holds(_bare(name)) for name in self.above)
        if rest.says(_DISTRICT_WORDS) and self.districts() and not districts:
            return None
        if rest.says(_TOP_WORDS) and self.above and not above:
            return None
        return above + districts


@dataclass(frozen=True)
class _Rest:
    """What an address says behind the name of the ward."""

    text: str

    def holds(self, words: str) -> bool:
        return f" {words} " in self.text

    def says(self, words: Iterable[str]) -> bool:
        return any(map(self.holds, words))


@dataclass
class _Names:
    """All wards under the keys of their names."""

    whole: dict[str, list[_Ward]] = field(default_factory=lambda: defaultdict(list))
    bare: dict[str, list[_Ward]] = field(default_factory=lambda: defaultdict(list))
    above: set[str] = field(default_factory=set)

    def add(self, ward: _Ward) -> None:
        self.whole[unit_key(ward.name)].append(ward)
        self.bare[place_key(ward.name)].append(ward)
        self.above.update(map(_bare, ward.above))


def wards_in_address(text: str) -> list[FoundUnit]:
    """Open wards that an address speaks of; one that bears its name today comes first."""
    return wards_in_addresses([text])[0]


def wards_in_addresses(texts: Sequence[str]) -> list[list[FoundUnit]]:
    """The same of many addresses, in as many queries as of one."""
    if not any(map(fold, texts)):
        return [[] for _ in texts]
    names = _names()
    found = [_best(_mentioned(text, names), text) if text else [] for text in texts]
    keys = {pk for wards in found for ward in wards for pk in ward.units}
    units = open_units(keys, wards_only=True)
    return [_told(wards, units) for wards in found]


def _told(found: list[_Ward], units: dict[int, Committee]) -> list[FoundUnit]:
    """The open units that these wards, under old or present names, lead to."""
    leading: dict[int, list[OldName]] = {}
    for ward in found:
        for pk in ward.units:
            told = leading.setdefault(pk, [])
            if ward.old and ward.old not in told:
                told.append(ward.old)
    named = {pk for ward in found if ward.old is None for pk in ward.units}
    return tell_apart(
        [
            (units[pk], [] if pk in named else told)
            for pk, told in leading.items()
            if pk in units
        ],
        [ward.old for ward in found if ward.old],
    )


def _names() -> _Names:
    names = _Names()
    periods = CommitteePeriod.objects.filter(
        committee__kind=Kind.WARD,
        committee__valid_to=None,
        name=F("committee__name"),
    )
    for row in periods.order_by("-valid_from").values(
        "committee_id", "name", "parent__name", "parent__parent__name"
    ):
        names.add(_Ward(row["name"], names_above(row), (row["committee_id"],)))
    for old in sorted(old_names(), key=lambda old: old.until, reverse=True):
        names.add(_Ward(old.name, old.above, tuple(old.followers), old))
    return names


def _mentioned(text: str, names: _Names) -> Iterator[tuple[_Ward, _Rest]]:
    """Wards whose name stands in the address, with the words behind it."""
    parts = [words_of(part, _SHORT) for part in _PARTS.split(text)]
    is_found = False
    for number, words in enumerate(parts):
        for key, end in _named_in(words, names):
            is_found = True
            rest = _rest([words[end:], *parts[number + 1 :]])
            yield from ((ward, rest) for ward in names.whole[key])
    if is_found:
        return
    # No word says where a name begins: a part that is a name and no more.
    for number, words in enumerate(parts):
        key = " ".join(words)
        if key in names.bare and not key.isdigit():
            rest = _rest(parts[number + 1 :])
            yield from ((ward, rest) for ward in names.bare[key])
            return


def _named_in(words: list[str], names: _Names) -> Iterator[tuple[str, int]]:
    """(name, where it ends): from each word for a ward the longest name."""
    for start in range(len(words)):
        is_town = start > 0 and words[start - 1] == "thi"  # thị xã is no xã
        if is_town or not _starts(words[start:], _WARD_WORDS):
            continue
        for end in range(len(words), start + 1, -1):
            key = " ".join(words[start:end])
            if key in names.whole and _may_end(words[end:], names):
                yield key, end
                break


def _may_end(words: list[str], names: _Names) -> bool:
    """An Hòa is not named where Tây follows, but where a comma or a district does."""
    return not words or _starts(words, _ENDS) or _starts(words, names.above)


def _starts(words: list[str], with_one_of: Iterable[str]) -> bool:
    text = " ".join(words) + " "
    return any(text.startswith(f"{one} ") for one in with_one_of)


def _rest(parts: Iterable[list[str]]) -> _Rest:
    # A mark between the parts: no name runs over a comma.
    return _Rest("".join(f" {' '.join(words)} |" for words in parts))


def _best(mentioned: Iterable[tuple[_Ward, _Rest]], text: str) -> list[_Ward]:
    """Those that the units above speak for most; those of the very marks."""
    marked = marked_key(text)
    scored = [
        (score, ward)
        for ward, rest in mentioned
        if (score := ward.fits(rest)) is not None
    ]
    if has_marks(text) and (
        same := [(score, ward) for score, ward in scored if _marked(ward) in marked]
    ):
        scored = same
    best = max((score for score, _ in scored), default=0)
    return sorted(
        (ward for score, ward in scored if score == best),
        key=lambda ward: ward.old is not None,
    )


def _marked(ward: _Ward) -> str:
    """The bare name with its marks: as many words from the end as the key has."""
    length = len(place_key(ward.name).split())
    return " ".join(marked_key(ward.name).split()[-length:])


def _bare(name: str) -> str:
    """Ninh Kiều, of Quận ủy Ninh Kiều or quận Ninh Kiều."""
    return _ABOVE.sub("", " ".join(words_of(name, _SHORT)))


def _is_top(name: str) -> bool:
    return bool(_OF_TOP.match(fold(name)))
