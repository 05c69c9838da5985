"""Keys of names of units: one for all the ways in which offices write a name."""

import re
from collections.abc import Mapping
from functools import lru_cache

from party76.shared.text import fold

# What stands before a name says which organisation, not which place.
_PREFIX = re.compile(r"^(?:dang uy|dang bo|ban chap hanh dang bo|chi bo(?: co so)?) ")
_PLACE = re.compile(r"^(?:phuong|xa|thi tran|dac khu|quan|huyen|thi xa|thanh pho) ")
_PROVINCE = re.compile(r"^(?:thanh uy|tinh uy|thanh pho|tinh)(?: thanh pho| tinh)? ")
_ORGANISATIONS = ("", "dang uy ", "dang bo ", "chi bo ", "chi bo co so ")
_PLACES = ("", "phuong ", "xa ", "thi tran ", "dac khu ")
_SHORT_FORMS = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "thpt": "trung hoc pho thong",
    "thcs": "trung hoc co so",
    "th": "tieu hoc",
    "bv": "benh vien",
    "bvdk": "benh vien da khoa",
    "dh": "dai hoc",
    "cd": "cao dang",
    "ct": "cong ty",
    "cty": "cong ty",
    "cp": "co phan",
    "tnhh": "trach nhiem huu han",
    "tp": "thanh pho",
    "tpct": "thanh pho can tho",
    "qk": "quan khu",
    "kv": "khu vuc",
    "p": "phuong",
    "tt": "thi tran",
}
_WORD = re.compile(r"[a-z]+|\d+")


def words_of(text: str, short_forms: Mapping[str, str] = _SHORT_FORMS) -> list[str]:
    """The folded words of a text, short forms written out, 05 as 5."""
    words = [short_forms.get(word, word) for word in _WORD.findall(fold(text))]
    return " ".join(word.lstrip("0") or "0" for word in words).split()


@lru_cache(maxsize=8192)  # a list says the same few names over and over
def unit_key(name: str) -> str:
    """One key for the spellings of a name: P. 05 and phường 5, UBND and the words."""
    return unit_words(" ".join(words_of(name)))


def place_key(name: str) -> str:
    """The bare name of a place: An Hội, of Đảng ủy phường An Hội."""
    return _PLACE.sub("", unit_key(name))


def province_key(name: str) -> str:
    """The bare name of a province: Cần Thơ, of TP. Cần Thơ and of Thành ủy Cần Thơ."""
    return _PROVINCE.sub("", unit_key(name))


def unit_words(folded: str) -> str:
    """A folded name without what says which organisation: phuong an hoi."""
    return _PREFIX.sub("", folded)


def exact_forms(folded: str) -> list[str]:
    """The whole names, folded, that a text may stand for: tan an, dang uy phuong tan an."""
    plain = unit_words(folded)
    if not plain:
        return [folded]
    places = ("",) if _PLACE.match(plain) else _PLACES
    return [f"{first}{place}{plain}" for first in _ORGANISATIONS for place in places]
