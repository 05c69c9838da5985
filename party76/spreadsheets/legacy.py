"""Letters of the old fonts TCVN3 (.VnTime) and VNI, recognised and converted.

Before Unicode these fonts drew Vietnamese over the codes of other letters, so a
sheet kept in them reads “NguyÔn V¨n H¶i” or “Nguyeãn Vaên Haûi”.
"""

import re
import unicodedata
from collections.abc import Iterable

LABELS = {"tcvn3": "TCVN3 (.VnTime)", "vni": "VNI (VNI-Times)"}

# TCVN 5712:1993, third set: the letter that each code stands for.
_TCVN3 = str.maketrans(
    "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
    "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
)

# VNI writes a vowel, then one sign that holds hat and tone together.
_VNI_SIGNS = {
    "aeouyôö": ("øùûõï", ("", "\u0300\u0301\u0309\u0303\u0323")),
    "aeo": ("âàáåãä", ("\u0302", " \u0300\u0301\u0309\u0303\u0323")),
    "a": ("êèéúüë", ("\u0306", " \u0300\u0301\u0309\u0303\u0323")),
}
_VNI_LETTERS = dict(zip("ìíæóòîñôöÌÍÆÓÒÎÑÔÖ", "ìíỉĩịỵđơưÌÍỈĨỊỴĐƠƯ", strict=True))

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD_BREAK = re.compile(r"[\s!-/0-9:-@\[-`{-~“”‘’–…]+")
_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x)?"
_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu "
    "ây e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ich im in inh ip it iu ia "
    "iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oa oac oach oai oam oan oang "
    "oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong ô ôc ôi ôm ôn "
    "ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uân uâng uât uây uê uênh "
    "uêch uôc uôi uôm uôn uông uôt uơ uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi "
    "ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêt yêu êng ơng"
)
_SYLLABLE = re.compile(f"{_ONSET}(?:{'|'.join(_RIMES.split())})")


def _vni_table() -> dict[str, str]:
    table = dict(_VNI_LETTERS)
    for vowels, (signs, (hat, tones)) in _VNI_SIGNS.items():
        for vowel in vowels:
            plain = _VNI_LETTERS.get(vowel, vowel)
            for sign, tone in zip(signs, tones, strict=True):
                letter = unicodedata.normalize("NFC", plain + hat + tone.strip())
                table[vowel + sign] = letter
                table[vowel.upper() + sign.upper()] = letter.upper()
                table[vowel.upper() + sign] = letter.upper()
    return table


_VNI = _vni_table()
_VNI_PATTERN = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))


def convert(text: str, encoding: str) -> str:
    """The text in Unicode; encoding is 'tcvn3' or 'vni'."""
    if text.isascii():
        return text
    if encoding == "tcvn3":
        return text.translate(_TCVN3)
    return _VNI_PATTERN.sub(lambda found: _VNI[found[0]], text)


def looks_legacy(texts: Iterable[str]) -> str | None:
    """'tcvn3' or 'vni' when only that reading makes the words Vietnamese."""
    words = _marked_words(texts, limit=2000)
    modern = sum(any(letter > "\xff" for letter in word) for word in words)
    if len(words) < 2 or modern * 10 > len(words):
        return None
    as_is = _share(words)
    shares = {
        encoding: _share([convert(word, encoding) for word in words])
        for encoding in LABELS
    }
    best = max(shares, key=lambda encoding: shares[encoding])
    return best if shares[best] >= 0.75 and shares[best] - as_is >= 0.3 else None


def share_of_syllables(text: str) -> float:
    """How many of the words with marks are well-formed Vietnamese, from 0 to 1."""
    return _share(_marked_words([text], limit=5000))


def _marked_words(texts: Iterable[str], limit: int) -> list[str]:
    words: dict[str, None] = {}
    for text in texts:
        if text.isascii():
            continue
        marked = (word for word in _WORD_BREAK.split(text) if not word.isascii())
        words |= dict.fromkeys(marked)
        if len(words) >= limit:
            break
    return list(words)


def _share(words: list[str]) -> float:
    if not words:
        return 0.0
    return sum(map(_is_syllable, words)) / len(words)


def _is_syllable(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.lower())
    toneless = unicodedata.normalize("NFC", _TONES.sub("", decomposed))
    return _SYLLABLE.fullmatch(toneless) is not None
