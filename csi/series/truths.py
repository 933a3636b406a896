"""Yes and no as programs write them: which words a column's values are, and what a literal means beside them.

Whether a column holds truths is told by all its values together, never by one cell: ``da`` and ``ja`` both say yes, and
both are languages. What the values are is a small set, so that partitions can be asked and their answers united.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

Words = frozenset[str]  # the folded values of a column; more than MOST of them say only that there are many
MOST = 8  # different words of a column of truths: both sides, a short form of each, and a few that say neither
_THIRD = 2  # words beside yes and no ("n.a.", "unknown") that a column of truths may hold; ours
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\ufe0e\ufe0f"))  # zero width, and how a tick is drawn

# Boolean signs that belong to no language. A cross beside a tick says no; alone it is what fills a box.
_PLAIN = ("true t 1 1.0 1,0 ✓ ✔ ☑ ✅", "false f 0 0.0 0,0 ✗ ✘ ☐ ❌")
_MINUS_ONE = ("-1 -1.0 -1,0", "0 0.0 0,0")  # as Access and Visual Basic write them
_BOXES = (("x ☒", "☐ - –"), ("✓ ✔ ☑ ✅ ○ ◯", "x × ✗ ✘ ☒ ❌ ☐ - –"))
# The yes and no of the languages exports come in, with the logical words of spreadsheets where these differ. Source:
# Unicode CLDR, posix/messages (yesstr, nostr), which Babel does not carry; letters only where programs export them.
_LANGUAGES = (
    ("yes y", "no n"),
    ("ja j wahr", "nein n falsch"),
    ("ja j waar", "nee n onwaar"),
    ("ja j sand sant sann", "nej nei n falsk usant falskt"),
    ("oui o vrai v", "non n faux"),
    ("sí si s verdadero v", "no n falso"),
    ("sim s verdadeiro v", "não nao n falso"),
    ("sì si s vero v", "no n falso"),
    ("sí si s cert", "no n fals"),
    ("tak t prawda", "nie n fałsz"),
    ("ano áno pravda", "ne nie n nepravda"),
    ("igen igaz", "nem hamis"),
    ("da adevărat", "nu fals"),
    ("da istina", "ne laž"),
    ("kyllä tosi", "ei epätosi"),
    ("jah jā taip", "ei nē ne"),
    ("evet doğru", "hayır yanlış"),
    ("ναι", "όχι"),
    ("да истина д", "нет не ложь н"),
    ("так", "ні"),
    ("כן", "לא"),
    ("نعم", "لا"),
    ("はい 真 有", "いいえ 偽 無"),
    ("是 真 有", "否 假 无 無"),
    ("예 네 참", "아니요 아니오 거짓"),
    ("có đúng", "không sai"),
    ("ya benar", "tidak salah"),
    ("ใช่ จริง", "ไม่ใช่ เท็จ"),
    ("हाँ हां", "नहीं"),
    ("بله", "خیر"),
    ("ہاں", "نہیں"),
    ("si s", "non n"),
    ("bai egia", "ez gezurra"),
    ("po", "jo"),
    ("já", "nei"),
    ("კი", "არა"),
    ("այո", "ոչ"),
    ("ndiyo", "hapana"),
    ("αληθησ αληθής", "ψευδησ ψευδής"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The words that say yes, and those that say no, folded."""

    yes: Words
    no: Words

    def side(self, word: str) -> bool | None:
        """What a folded word says; None when it says neither."""
        return True if word in self.yes else False if word in self.no else None

    def others(self, words: Words) -> Words:
        """Those that say neither."""
        return words - self.yes - self.no


def folded(text: str) -> str:
    """A word without its case, its blanks at either end, and the ways in which one sign can be coded; ``HAYIR`` is
    ``hayır``, whose letter no case of other languages has."""
    small = unicodedata.normalize("NFC", tidied(text).translate(_INVISIBLE).casefold())
    return small.replace("i\u0307", "i").replace("ı", "i")


def tidied(text: str) -> str:
    """A text in Unicode's composed form, without blanks at either end: a difference nobody sees is none."""
    return unicodedata.normalize("NFC", text).strip()


def _pair(yes: str, no: str) -> Pair:
    return Pair(frozenset(map(folded, yes.split())), frozenset(map(folded, no.split())))


_SIGNS = _pair(*_PLAIN)
_SPOKEN = tuple(_pair(*words) for words in _LANGUAGES)
PAIRS = (
    *(_pair(*one) for one in _BOXES),
    *(Pair(one.yes | _SIGNS.yes, one.no | _SIGNS.no) for one in _SPOKEN),
    _pair(*_MINUS_ONE),
)
_EVERY_YES: Words = frozenset().union(*(one.yes for one in PAIRS))
_EVERY_NO: Words = frozenset().union(*(one.no for one in PAIRS))


def words_of(values: Iterable[str]) -> Words:
    """The folded values of a column, empty ones left out."""
    return frozenset(word for value in values if (word := folded(value)))


def united(parts: Iterable[Words]) -> Words:
    """The values of a whole column from those of its parts."""
    return frozenset().union(*parts)


def pair_of(words: Words) -> Pair | None:
    """The pair that a column's values are; None when they are no truths.

    All values belong to it; or both its sides are there, and beside them at most two words that say neither ("n.a."):
    no number, and no yes or no of another language.
    """
    if not words or len(words) > MOST:
        return None
    whole = [one for one in PAIRS if not one.others(words)]
    if whole:
        return next((one for one in whole if one.yes & words), whole[0])
    return next((one for one in PAIRS if one.yes & words and one.no & words and _few(one.others(words))), None)


def is_box(words: Words | None) -> bool:
    """Whether a column is ticked or left empty: its values all say yes, so that an empty cell says no."""
    pair = pair_of(words) if words else None
    return pair is not None and words is not None and words <= pair.yes


def _few(others: Words) -> bool:
    return len(others) <= _THIRD and not any(_is_number(word) or _says_so_elsewhere(word) for word in others)


def _says_so_elsewhere(word: str) -> bool:
    """Whether a word is yes or no in another language: beside these it is the language's name, or the like."""
    return len(word) > 1 and word in _EVERY_YES | _EVERY_NO


def _is_number(word: str) -> bool:
    try:
        float(word.replace(",", "."))
    except ValueError:
        return False
    return True


def may_be_truth(value: str | float | bool) -> bool:
    """Whether a literal could mean yes or no, beside a column that holds truths."""
    if isinstance(value, str):
        return folded(value) in _EVERY_YES | _EVERY_NO
    return value in (0, 1)


def meaning(value: str | float | bool, pair: Pair) -> bool | None:
    """What a literal says beside a column of truths; None when it says neither.

    A word of the column's own pair says what it says there; one of another language what it says in all of them, if it
    is more than a letter.
    """
    if not isinstance(value, str):
        return bool(value) if value in (0, 1) else None
    word = folded(value)
    own = next((side for one in (pair, _SIGNS) if (side := one.side(word)) is not None), None)
    if own is not None or len(word) == 1:
        return own
    yes, no = word in _EVERY_YES, word in _EVERY_NO
    return yes if yes != no else None
