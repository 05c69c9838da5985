"""Vietnamese text: one spelling to store, keys to search, compare and sort by."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_CODES = {letter: f"{code:02}" for code, letter in enumerate(_LETTERS, 20)}
_LETTER_CODES |= {str(digit): str(10 + digit) for digit in range(10)}
# Combining marks in Vietnamese order: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_TONE_CLASS = "".join(_TONES)
_NEXT_WORD, _END_OF_WORDS = "01", "00"

# hoà → hòa, khoẻ → khỏe, thuỷ → thủy: the tone of an open oa, oe, uy.
_OPEN_PAIR = re.compile(rf"(o)([ae])([{_TONE_CLASS}])(?!\w)")
_OPEN_UY = re.compile(rf"(?<!q)(u)(y)([{_TONE_CLASS}])(?!\w)")


def normalize_vi(text: str) -> str:
    """The text in composed Unicode (NFC) with single blanks; spelling is kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def marked_key(text: str) -> str:
    """Lower case with marks, hoà written hòa: equal for one spelling of a name."""
    decomposed = unicodedata.normalize("NFD", normalize_vi(text).lower())
    moved = _OPEN_PAIR.sub(r"\1\3\2", decomposed)
    moved = _OPEN_UY.sub(r"\1\3\2", moved)
    return unicodedata.normalize("NFC", moved)


def fold(text: str) -> str:
    """Lower-case ASCII without marks (đ → d), blanks single: the key to search by."""
    decomposed = unicodedata.normalize("NFD", normalize_vi(text).lower())
    plain = decomposed.replace("đ", "d").encode("ascii", "ignore").decode()
    return " ".join(plain.split())


def has_marks(text: str) -> bool:
    """True when the text carries Vietnamese marks, so that they were meant."""
    return marked_key(text) != fold(text)


def differ_in_marks(text: str, other: str) -> bool:
    """True for two texts of the same letters that cannot be one: Tân Phú and Tân Phù.

    A word written without marks may stand for any; texts of other words do not differ
    in marks alone.
    """
    words, others = marked_key(text).split(), marked_key(other).split()
    if len(words) != len(others):
        return False
    return any(
        one != two and fold(one) == fold(two) and has_marks(one) and has_marks(two)
        for one, two in zip(words, others, strict=True)
    )


def sort_key(full_name: str) -> str:
    """Digits that sort as ICU's Vietnamese does, by given name, then the rest."""
    words = marked_key(full_name).split()
    return _digits([*words[-1:], *words[:-1]])


def text_sort_key(text: str) -> str:
    """As sort_key, word by word from the left, numbers by value: names of units."""
    numbered = re.sub(r"\d+", lambda number: number[0].zfill(4), marked_key(text))
    return _digits(numbered.split())


def _digits(words: list[str]) -> str:
    # Digits only, because every collation of every database orders them alike.
    letters, tones = [], []
    for position, word in enumerate(words):
        if position:
            letters.append(_NEXT_WORD)
            tones.append("0")
        for letter, tone in _letters_with_tones(word):
            letters.append(_LETTER_CODES[letter])
            tones.append(tone)
    return "".join(letters) + _END_OF_WORDS + "".join(tones)


@lru_cache(maxsize=4096)  # thousands of names are made of a few hundred syllables
def _letters_with_tones(word: str) -> tuple[tuple[str, str], ...]:
    pairs = map(_split_tone, word)
    return tuple(pair for pair in pairs if pair[0] in _LETTER_CODES)


def _split_tone(character: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", character)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), "0")
    kept = "".join(mark for mark in decomposed if mark not in _TONES)
    return unicodedata.normalize("NFC", kept), tone
