"""Kind and sector of a unit, told in the words of a list or by its own name."""

import re

from members.models import Kind, Sector
from party76.shared.text import fold

_COMMUNE = "(?:xa|phuong|thi tran|dac khu|p)"
_KIND_WORDS = [
    (r"(?:thanh uy|tinh uy|dang bo (?:thanh pho|tinh))\b(?! vien)", Kind.CITY),
    (r"(?:quan|huyen|thi) uy\b|dang bo (?:quan|huyen|thi xa)\b", Kind.DISTRICT),
    (rf"(?:dang uy|dang bo) {_COMMUNE}\b|{_COMMUNE} ", Kind.WARD),
    (r"(?:dang uy|dang bo) bo phan\b", Kind.DIVISION),
    (r"(?:dang uy|dang bo) (?:co so|cap co so)\b", Kind.GRASSROOTS),
    (r"(?:dang uy|dang bo) truc thuoc\b", Kind.DIRECT),
    (r"chi bo (?:co so|truc thuoc)\b", Kind.GRASSROOTS_CELL),
    (r"chi bo\b", Kind.CELL),
]
_COMMITTEE = re.compile(r"(?:dang uy|dang bo)\b")
_CELL_OF_RESIDENCE = re.compile(r"(?:khu vuc|kv|ap|khom|to dan pho|khu pho|thon)\b")
_SUPERIOR = {Kind.CITY, Kind.DISTRICT, Kind.DIRECT}
_SECTOR_WORDS = [
    (
        r"cong an|quan su|quan khu|bo doi|bien phong|quan doi|luc luong vu trang|bo tu lenh",
        Sector.ARMED_FORCES,
    ),
    (
        r"cong ty|doanh nghiep|ngan hang|tong cong ty|xi nghiep|dien luc|hop tac xa|tap doan",
        Sector.ENTERPRISE,
    ),
    (
        r"truong|benh vien|trung tam|dai hoc|cao dang|vien|dai phat thanh|bao|don vi su nghiep|tram y te",
        Sector.SERVICE,
    ),
    (
        (
            r"so|uy ban|ubnd|van phong|ban|cuc|chi cuc|toa an|vien kiem sat|thanh tra|mat tran|"
            r"hoi|lien doan|kho bac|co quan|cac co quan|uy ban nhan dan"
        ),
        Sector.AGENCY,
    ),
]
_KIND_CODES = {fold(label): kind for kind, label in Kind.choices}
_SECTOR_CODES = {fold(label): sector for sector, label in Sector.choices}


def kind_in(written: str) -> str:
    """The kind that a cell of the column says, or nothing."""
    plain = fold(written)
    if plain in Kind.values:
        return plain
    if plain in _KIND_CODES:
        return _KIND_CODES[plain]
    if re.fullmatch(_COMMUNE, plain):
        return Kind.WARD
    found = _by_words(plain)
    if not found and plain in ("dang uy", "dang bo"):
        return Kind.GRASSROOTS
    return found


def kind_of(name: str, parent_kind: str) -> str:
    """The kind that a unit's name tells below a parent of that kind, or nothing.

    A cell directly below a superior committee is a grassroots cell.
    """
    plain = fold(name)
    found = _by_words(plain)
    if found == Kind.CELL and parent_kind in _SUPERIOR:
        return Kind.GRASSROOTS_CELL
    if found:
        return found
    if _COMMITTEE.match(plain):
        return Kind.DIRECT if parent_kind == Kind.CITY else Kind.GRASSROOTS
    if parent_kind == Kind.WARD and _CELL_OF_RESIDENCE.match(plain):
        return Kind.CELL
    return ""


def is_residence_cell(name: str) -> bool:
    """True for a cell of a khu vực, ấp, khóm …, which receives members."""
    return bool(_CELL_OF_RESIDENCE.match(fold(name).removeprefix("chi bo ")))


def sector_in(written: str) -> str:
    """The sector that a cell of the column says, or nothing."""
    plain = fold(written)
    if plain in Sector.values:
        return plain
    if plain in _SECTOR_CODES:
        return _SECTOR_CODES[plain]
    short = {"llvt": Sector.ARMED_FORCES, "su nghiep": Sector.SERVICE}
    return short.get(plain) or _sector_by_words(plain)


def sector_of(name: str, kind: str, parent_kind: str) -> str:
    """The sector that a unit's name tells; “khác” where it tells none."""
    if kind == Kind.WARD or (kind == Kind.CELL and parent_kind == Kind.WARD):
        return Sector.COMMUNE
    return _sector_by_words(fold(name)) or Sector.OTHER


def _by_words(plain: str) -> str:
    return next((kind for words, kind in _KIND_WORDS if re.match(words, plain)), "")


def _sector_by_words(plain: str) -> str:
    name = re.sub(r"^(?:dang uy|dang bo|chi bo)(?: co so| bo phan)? ", "", plain)
    return next(
        (
            sector
            for words, sector in _SECTOR_WORDS
            if re.search(rf"\b(?:{words})\b", name)
        ),
        Sector.COMMUNE if re.match(rf"{_COMMUNE}\b", name) else "",
    )
