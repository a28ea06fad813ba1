"""Which alphabet is a file written in? Excel saves "CSV" in the encoding of the country it was bought in, and does not say.

UTF-8 and UTF-16 can be told for sure. Every other reading is a guess, so it is made only where exactly one
reading looks like people's names; where none does, or several do, the file is refused.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from course_utils.support.language import gettext as _


@dataclass(frozen=True)
class _Encoding:
    """codec: Python's name.  words: what a teacher calls it.  plausible: text -> whether names look like that."""

    codec: str
    words: str
    plausible: Callable[[str], bool]


def decoded(raw: bytes, name: str, telling: Collection[str] = frozenset()) -> tuple[str, str]:
    """The text of a file. -> (text, "" or one line that says which encoding it was taken for)

    raw: its bytes.  name: of the file, for messages.  telling: words that only a right reading has in its first line.

    Raises ValueError where the encoding is not clear.
    """
    utf_16 = _UTF_16.get(raw[:2]) or (
        "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be" if raw[:1] == b"\0" else None
    )
    if utf_16:
        return raw.decode(utf_16, errors="replace"), _("{file} was read as UTF-16.").format(file=name)
    text = _strictly(raw, "utf-8-sig")
    if text is not None:
        return text, ""
    readings = [(each, _strictly(raw, each.codec)) for each in _ENCODINGS]
    readings = [(each, text) for each, text in readings if text is not None]
    fine = [(each, text) for each, text in readings if _has_telling(text, telling)]
    fine = fine or [(each, text) for each, text in readings if each.plausible(text)]
    if len(fine) != 1:
        told = _(
            "{file} is not in UTF-8, and its encoding is not clear: save it once more as "
            '"CSV UTF-8 (comma delimited)", as Excel calls it'
        )
        raise ValueError(told.format(file=name))
    ((encoding, text),) = fine
    examples = _examples(text)
    told = (
        _("{file} is not in UTF-8; it was read as {encoding}, for example {words}.")
        if examples
        else _("{file} is not in UTF-8; it was read as {encoding}.")
    )
    return text, told.format(file=name, encoding=encoding.words, words=examples)


def _has_telling(text, telling):
    first = next(filter(None, map(str.strip, text.splitlines())), "")
    return any(cell.strip(' "') in telling for cell in re.split(r"[,;\t]", first))


def _examples(text):
    """Some words that show a teacher whether the file was read right, those with the rarest letters first."""
    count = Counter(_BEYOND_ASCII.findall(text))
    words = {word: min(count[c] for c in _BEYOND_ASCII.findall(word)) for word in _words(text) or ()}
    shown = sorted(words, key=lambda word: (words[word], word))[:3]
    return ", ".join(shown)


def _strictly(raw, codec):
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _words(text):
    """The words with a letter beyond ASCII, each once; None where the text holds signs that no name has."""
    signs = set(_BEYOND_ASCII.findall(_WORD.sub("", text)))
    return None if signs - _SIGNS else {word for word in _WORD.findall(text) if not word.isascii()}


_UTF_16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}  # the marks; else every other byte of a header is 0
_WORD = re.compile(r"[^\W\d_]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_SIGNS = set("’‘“”–—…«»´°·・\xa0\u3000（）、，．：；／＊－")


# --- East Asia: words in one script, many of which begin as family names do --------------------------------

_KOREAN = set(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소"
    "석선설마길연위표명기반왕금옥육인맹제모탁국어은편용"
)
_CHINESE = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TAIWANESE = set(
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊江呂何羅高蕭潘簡朱鍾彭游詹胡施沈余趙盧梁顏柯孫魏翁戴范宋方鄧杜侯"
    "曹薛傅丁溫紀蔣歐藍連唐馬董石卓程姚康馮古姜湯汪白田涂鄒尤巫鐘龔嚴韓黎阮袁童陸金錢邵"
)


def _korean(text):
    """Another encoding gives rare syllables, which EUC-KR lacks, or mixes them with Chinese signs.

    A quarter of the words must begin as family names do: the others may be departments.
    """
    words = _east_asian(text, r"[가-힣]+", "euc_kr")
    return len("".join(words or ())) >= 3 and _share(words, lambda word: word[0] in _KOREAN) >= 1 / 4


def _japanese(text):
    """Most signs of a name are kana, or among the 2965 kanji of the first level; its reading may follow in ｶﾅ."""
    words = _east_asian(text, r"[\u3040-\u30ff\u4e00-\u9fff々]+|[\uff66-\uff9f]+", "cp932") or ()
    names = [word for word in words if not re.match(r"[\uff66-\uff9f]", word)]
    if not names or 3 * len(names) < len(words):
        return False
    return _share("".join(names), lambda sign: sign.encode("cp932") < b"\x98\x9f") >= 2 / 3


def _chinese(codec, families):
    """Any two bytes make some Chinese sign, so it takes three names, which begin as names do."""

    def plausible(text):
        words = _east_asian(text, r"[\u4e00-\u9fff]+", codec) or ()
        return len(words) >= 3 and _share(words, lambda word: word[0] in families) >= 2 / 3

    return plausible


def _east_asian(text, script, codec):
    """The words beyond ASCII, without the A or B that tells namesakes apart; None where one is in another script."""
    words = {re.sub(r"[A-Z]$", "", word) for word in _words(text) or ()}
    fine = all(re.fullmatch(script, word) and _has(codec, word) for word in words)
    return words if fine else None


def _has(codec, word):
    try:
        return bool(word.encode(codec))
    except UnicodeEncodeError:
        return False


def _share(things, holds):
    return sum(map(holds, things)) / len(things)


# --- the West: a letter with an accent here and there, each word from one language ------------------------

_ALPHABETS = tuple(
    map(
        set,
        (
            "äöüß",  # German
            "àâçéèêëîïôöûùüÿœ",  # French
            "áéíóúüñ",  # Spanish
            "áâãàçéêíóôõúü",  # Portuguese
            "àèéìòù",  # Italian
            "åäöæøéü",  # the North
            "áéëïöüçèó",  # Dutch, Catalan
            "½¼¾",  # a number in a table of attempts
        ),
    )
)
#: Letters that no western name has here, but that appear where a Polish, Czech, Hungarian, ... one is misread.
_MISREAD = re.compile(
    r"ñ(?![aeiouáéíóú])|œ(?!u)|[ãõ](?![oe])|æ\b|\b[èœûêìò]|[ìò]\B|è(?=[aceijkou]|n[iíá])|([aei]|[^n]o)è\b"
    r"|ê(?=[bdgjkpz]|s\w)|û(?=[cn]|s\b)|[dpt]ø(?=[aei])"
)


def _western(text):
    words = _words(text)
    return words is not None and all(map(_western_word, words))


def _western_word(word):
    small = word.lower()
    accents = _BEYOND_ASCII.findall(small)
    return (
        any(set(accents) <= alphabet for alphabet in _ALPHABETS)
        and (len(word) == 1 or 2 * len(accents) <= len(word))
        and (word.isupper() or not re.search(r"[a-zß-ÿ][A-ZÀ-Þ]{2}|[a-zß-ÿ][À-Þ]", word))
        and not _MISREAD.search(small)
    )


_ENCODINGS = (
    _Encoding("cp1252", _("Western (Windows-1252)"), _western),
    _Encoding("cp949", _("Korean (CP949)"), _korean),
    _Encoding("cp932", _("Japanese (CP932)"), _japanese),
    _Encoding("gb18030", _("Chinese (GB 18030)"), _chinese("gbk", _CHINESE)),
    _Encoding("big5", _("Chinese (Big5)"), _chinese("big5", _TAIWANESE)),
)
