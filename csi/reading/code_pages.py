"""Which code page a text is in that is not UTF-8: the one in which its letters make words of one language.

Statistics of letter pairs need more text than the header of an export has; which letters a language writes at all,
and where they stand in a word, is told by a few of them.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from csi.reading.currencies import currency

_MOST = 16_000  # bytes looked at
# Letters beyond ASCII by language. Source: Unicode CLDR, main exemplar characters.
_WESTERN = (
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíóúüñªº¿¡",
    "áâãàçéêíóôõúüªº",
    "àèéìíîòóù",
    "áéëïíóöú",
    "åäöé",
    "æøåéè",
    "äõöšü",
    "àçéèíïóòúü",
)
_ICELANDIC = ("áéíóúýþæöðüë",)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýžü", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţșț", "äöüß")
_TURKISH = ("çğıöşüİâîû",)
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž")
_CYRILLIC = ("абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґўј",)
_GREEK = ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ",)
_HEBREW = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْپچژگ،؟",)
_THAI = ("".join(map(chr, (*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C)))),)
# What any of them writes beside letters.
_SIGNS = "–—‘’‚“”„«»‹›…•·€£§°©®™±²³µ×№¡¿\u00a0"
_SIGN_WITHIN = re.compile(rf"(?<=[^\W\d_])[{_SIGNS.translate(dict.fromkeys(map(ord, '’‘')))}](?=[^\W\d_])")
# In the shape of a text, ``u`` for a capital and ``l`` for a small letter: a capital in a word, a small one behind two.
_ODD_CASE = re.compile(r"(?<=l)u(?=\w)|(?<=uu)l")
_TILDE = re.compile(r"õ(?!e|\b)", re.IGNORECASE)  # Portuguese writes it before e; else it is Hungarian ő misread
_PORTUGUESE = frozenset("ãõ")
_IN_LATIN_WORD = re.compile(r"(?<=[A-Za-z])[\u0370-\u1fff\u3040-\uffff](?=[a-z])")  # a letter of a Latin word, misread
_NARROW_KANA = re.compile(r"[\uff66-\uff9f](?=[a-z])|(?<=[a-z])[\uff66-\uff9f]")  # a letter of two bytes, cut in half
_TWO_SCRIPTS = re.compile(r"[A-Za-z][\u0370-\u1fff\u3040-\uffff]|[\u0370-\u1fff\u3040-\uffff][A-Za-z]")
_INITIAL = re.compile(r"\bğ")  # what no word of any language begins with
_PRICE = re.compile(r"(?<=\d)[ \u00a0]?([^\W\d_]{1,3}|[^\w\s])(?!\w)|(?<!\w)([^\x00-\x7f])[ \u00a0]?(?=\d)")
_PRICED = 0.05  # what a currency beside a number tells: €, not А; zł, not z³
_NUMBER = re.compile(rb"\d+")
_CELL_ENDS = re.compile(rb"[\n;,\t]")  # no second byte of any of the encodings here
_BESIDE_LATIN = re.compile(r"(?<=[A-Za-z])[^\x00-\xbf]|[^\x00-\xbf](?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class _Page:
    """An encoding, and how much of a text decoded from it is what its languages write, of 0 to 1."""

    encoding: str
    fits: Callable[[str], float]


def _of_alphabets(*alphabets: str, common: str = "") -> Callable[[str], float]:
    """The share of characters beyond ASCII that one language writes, each where it may stand in a word.

    Args:
        alphabets: letters beyond ASCII, by language.
        common: the commonest letters of a script other than Latin; its words hold no Latin letter. Of two pages that
            give letters of one script, they tell which gives words.
    """
    sets = [frozenset(letters + letters.upper() + _SIGNS) for letters in alphabets]

    def fits(text: str) -> float:
        odd = Counter(char for char in text if char > "\x7f")
        tilde = len(_TILDE.findall(text))
        known = max(
            sum(count for char, count in odd.items() if char in letters) - (tilde if letters >= _PORTUGUESE else 0)
            for letters in sets
        )
        misplaced = len(_SIGN_WITHIN.findall(text))
        misplaced += sum(text[found.start()] > "\x7f" for found in _ODD_CASE.finditer(_shape(text)))
        misplaced += len(_INITIAL.findall(text))
        misplaced += len(_IN_LATIN_WORD.findall(text))
        misplaced += len(_BESIDE_LATIN.findall(text)) if common else 0
        usual = sum(count for char, count in odd.items() if char.lower() in common)
        return (known - misplaced + 0.01 * usual + _PRICED * _priced(text)) / max(1, odd.total())

    return fits


def _shape(text: str) -> str:
    """A text of the same length with ``u`` for each capital and ``l`` for each small letter."""
    return "".join("u" if char.isupper() else "l" if char.islower() else char for char in text)


def _priced(text: str) -> int:
    """How many characters beyond ASCII are in signs of a currency beside a number."""
    signs = Counter(behind or before for behind, before in _PRICE.findall(text))
    return sum(
        count * sum(char > "\x7f" for char in sign)
        for sign, count in signs.items()
        if not sign.isascii() and currency(sign)
    )


def _of_ideographs(is_usual: Callable[[str], bool], common: str) -> Callable[[str], float]:
    """The share of characters beyond ASCII that the encoding's language usually writes.

    Args:
        is_usual: whether a character is among them.
        common: those that exports hold most; of pages that give usual ones, they tell which gives words.
    """

    def fits(text: str) -> float:
        odd = Counter(char for char in text if char > "\x7f")
        usual = sum(count for char, count in odd.items() if is_usual(char))
        misplaced = len(_IN_LATIN_WORD.findall(text)) + len(_NARROW_KANA.findall(text))
        known = sum(count for char, count in odd.items() if char in common)
        return (usual - misplaced + 0.01 * known) / max(1, odd.total())

    return fits


def _is_wide_sign(char: str) -> bool:
    return "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff60" or char in "…—·℃①②③④⑤㈱"


def _is_kana(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff" or "\uff66" <= char <= "\uff9f"


def _leads(char: str, encoding: str, first: int, last: int) -> bool:
    """Whether a character stands among the usual ones of a national standard, which are put first in it."""
    try:
        return first <= char.encode(encoding)[0] <= last
    except UnicodeEncodeError:
        return False


def _is_japanese(char: str) -> bool:
    return _is_kana(char) or _is_wide_sign(char) or _leads(char, "euc_jp", 0xB0, 0xCF)


def _is_korean(char: str) -> bool:
    return "\uac00" <= char <= "\ud7a3" or _is_wide_sign(char)


def _is_simplified(char: str) -> bool:
    return _is_wide_sign(char) or (not _is_kana(char) and _leads(char, "gb2312", 0xB0, 0xD7))


def _is_traditional(char: str) -> bool:
    return _is_wide_sign(char) or (not _is_kana(char) and _leads(char, "big5", 0xA4, 0xC6))


_JAPANESE = "日時番号件名状態優先度作成完了受付担当者解決種別区分対応内容更新月年高低中無有部門の"
_KOREAN = "이다의는에고을지가로사제목번호일시생성완료상태우선순위담당자요청처리높음낮보통예아니오월년"
_SIMPLIFIED = "的一是不了在人有时间日期号编单工状态优先级创建解决关闭类型组务请求否部门月年名称高中低户个数完成"
_TRADITIONAL = "的一是不了在人有時間日期號編單工狀態優先級創建立解決關閉類型組務請求否部門月年名稱高中低戶個數完成"

# Characters beyond ASCII that part cells in exports; what stands in every line alike is one of them.
_MARKS = ("¤", "§", "¦")
_USUAL = (",", ";", "\t", "|")
_LINES, _PARTED = 200, 0.9
_NEARLY, _RIVALS = 0.01, 8  # pages that fit as well as that are alike; so many of them are told
# Of pages that fit alike the first is taken.
_USUAL_PAGES = (
    _Page("cp1252", _of_alphabets(*_WESTERN)),
    _Page("iso8859-15", _of_alphabets(*_WESTERN)),
    _Page("cp1250", _of_alphabets(*_CENTRAL)),
    _Page("iso8859-2", _of_alphabets(*_CENTRAL)),
    _Page("cp852", _of_alphabets(*_CENTRAL)),
    _Page("cp1254", _of_alphabets(*_TURKISH)),
    _Page("mac-roman", _of_alphabets(*_WESTERN)),
    _Page("cp850", _of_alphabets(*_WESTERN)),
    _Page("cp1252", _of_alphabets(*_ICELANDIC)),
    _Page("cp1257", _of_alphabets(*_BALTIC)),
    _Page("cp1251", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("koi8-r", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("cp866", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("koi8-u", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("cp1125", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("iso8859-5", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("cp1253", _of_alphabets(*_GREEK, common="ατοιενρσκηςπ")),
    _Page("iso8859-7", _of_alphabets(*_GREEK, common="ατοιενρσκηςπ")),
    _Page("cp737", _of_alphabets(*_GREEK, common="ατοιενρσκηςπ")),
    _Page("cp1255", _of_alphabets(*_HEBREW, common="יוהלרבתמאש")),
    _Page("cp1256", _of_alphabets(*_ARABIC, common="اليمونرتبة")),
    _Page("cp932", _of_ideographs(_is_japanese, _JAPANESE)),
    _Page("cp949", _of_ideographs(_is_korean, _KOREAN)),
    _Page("euc-jp", _of_ideographs(_is_japanese, _JAPANESE)),
    _Page("gb18030", _of_ideographs(_is_simplified, _SIMPLIFIED)),
    _Page("big5", _of_ideographs(_is_traditional, _TRADITIONAL)),
    _Page("cp874", _of_alphabets(*_THAI)),
)
_SELDOM_LATIN = (  # of programs that are seldom met
    _Page("cp857", _of_alphabets(*_TURKISH)),
    _Page("cp775", _of_alphabets(*_BALTIC)),
    _Page("cp861", _of_alphabets(*_ICELANDIC)),
    _Page("cp865", _of_alphabets(*_WESTERN)),
    _Page("cp860", _of_alphabets(*_WESTERN)),
    _Page("mac-latin2", _of_alphabets(*_CENTRAL)),
)
_SELDOM_OTHERS = (
    _Page("mac-cyrillic", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("cp855", _of_alphabets(*_CYRILLIC, common="оеаинтсрвлкмд")),
    _Page("cp869", _of_alphabets(*_GREEK, common="ατοιενρσκηςπ")),
    _Page("cp862", _of_alphabets(*_HEBREW, common="יוהלרבתמאש")),
    _Page("iso8859-6", _of_alphabets(*_ARABIC, common="اليمونرتبة")),
)
_PAGES = (*_USUAL_PAGES, *_SELDOM_LATIN, *_SELDOM_OTHERS)


def likeliest(head: bytes, delimiter: str = "") -> str:
    """The code page that fits the lines beyond ASCII best; cp1252, the commonest, where none does.

    Args:
        head: the first bytes.
        delimiter: what a person says parts the cells: a page in which it stands in no line is none.
    """
    odd = _beyond_ascii(head)
    marks = (delimiter,) if delimiter else () if _is_parted(odd) else _MARKS
    for mark in marks:
        if not mark.isascii() and (told := _best(odd, mark)):
            return told
    return _best(_distinct(odd)) or "cp1252"


def _beyond_ascii(head: bytes) -> bytes:
    """The lines beyond ASCII, as many as are looked at."""
    return b"\n".join(line for line in head.splitlines() if not line.isascii())[:_MOST]


def _distinct(lines: bytes) -> bytes:
    """Each cell beyond ASCII once, whatever its numbers are: a header tells as much as what all rows say."""
    cells = (cell for cell in _CELL_ENDS.split(lines) if not cell.isascii())
    return b"\n".join({_NUMBER.sub(b"0", cell): cell for cell in cells}.values())


def alike(head: bytes, delimiter: str) -> dict[str, str]:
    """The likeliest code page and those that fit a text as well but read it otherwise, each with a cell read so.

    One of Latin letters that is seldom met rivals no usual one.

    Args:
        head: the first bytes of a text that is in a code page.
        delimiter: what parts its cells.

    Returns:
        Per encoding, the likeliest first, the cell that they read most differently; empty where none rivals it.
    """
    odd = _beyond_ascii(head)
    distinct = _distinct(odd)
    first = likeliest(head, delimiter)
    scores: dict[str, float] = {}
    is_usual = any(page.encoding == first for page in _USUAL_PAGES)
    for page in (*_USUAL_PAGES, *_SELDOM_OTHERS) if is_usual else _PAGES:  # one may stand for several languages
        scores[page.encoding] = max(_score(distinct, page, ""), scores.get(page.encoding, -1.0))
    least = scores.get(first, 0) - _NEARLY
    parted = delimiter.encode() if delimiter.isascii() and delimiter else b"\n"
    cells = [cell.strip(b'"\r ') for line in odd.split(b"\n")[:_LINES] for cell in line.split(parted)]
    readings: dict[str, list[str]] = {}
    for encoding in dict.fromkeys((first, *sorted(scores, key=lambda one: -scores[one]))):
        texts = _read_in(encoding, [cell for cell in cells if not cell.isascii()]) if scores[encoding] >= least else []
        if texts and texts not in readings.values():
            readings[encoding] = texts
    if first not in readings or len(readings) == 1:
        return {}
    told = max(zip(*readings.values(), strict=True), key=lambda texts: len(set(texts)))
    return dict(list(zip(readings, told, strict=True))[:_RIVALS])


def _read_in(encoding: str, cells: list[bytes]) -> list[str]:
    """Cells as an encoding reads them; none where they are no text in it, or words of two scripts."""
    try:
        texts = [cell.decode(encoding) for cell in cells]
    except UnicodeDecodeError:
        return []
    whole = " ".join(texts)
    return texts if whole.replace("\u00a0", "").isprintable() and not _TWO_SCRIPTS.search(whole) else []


def _best(odd: bytes, mark: str = "") -> str:
    """The page that fits best, of those in which a mark parts the lines; empty where none fits."""
    scores = [(_score(odd, page, mark), -place, page.encoding) for place, page in enumerate(_PAGES)]
    best, _, encoding = max(scores)
    return encoding if best > 0 or (mark and best == 0) else ""


def _score(odd: bytes, page: _Page, mark: str) -> float:
    """How well the page fits; below 0 where the bytes are none of it, or a mark does not part their lines."""
    try:
        text = codecs.getincrementaldecoder(page.encoding)().decode(odd)
    except UnicodeDecodeError:
        return -1.0
    if not mark:
        return page.fits(text)
    bare = text.replace(mark, " ")
    return (page.fits(bare) if not bare.isascii() else 0.0) if _parts(text, mark) else -1.0


def _parts(text: str, mark: str) -> bool:
    """Whether a mark stands equally often in nearly every line, the last, which may be cut, left out."""
    counts = Counter(line.count(mark) for line in text.split("\n")[:_LINES] if line)
    most, lines = counts.most_common(1)[0] if counts else (0, 0)
    return most > 0 and lines >= _PARTED * counts.total() and lines > 1


def _is_parted(odd: bytes) -> bool:
    """Whether one of the usual delimiters already parts the lines."""
    text = odd.decode("latin-1")
    return any(_parts(text, mark) for mark in _USUAL)
