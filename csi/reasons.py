"""What a reason is: words that say why, so that whoever reads them later learns something."""

from __future__ import annotations

import re
import unicodedata

_LEAST = 4  # letters in words that say something; ours: "bug" alone says nothing, "move" and "too early" do
_WORDS = re.compile(r"[^\W_]+")
# Said where something must stand there: agreement, refusal, nothing, a trial.
_FILLERS = """
ok okay okey oki k kk oke okej alright right fine good great nice yes yep yeah yup sure ya y no nope n none nothing
null nil na nan tbd todo tba test testing tests xx xxx xyz abc abcd asdf asdfg asdfgh qwerty qwertz foo bar foobar
done true false whatever because cause just so it is its this that the a an i do did we not any reason reasons why
please thanks thank you dont don t s know idk see above same as before approved approve accepted accept agreed agree
passed pass skip ignore continue proceed go on next need needed must
ja jo nein gut passt stimmt egal weil darum halt eben erledigt keine kein keiner nichts grund siehe oben weiter
oui non bon bien rien parce que ras si sí vale nada porque sim não nao tudo bem sì va bene niente perche perché
nee goed prima niets tak nie dobrze bo нет да ок хорошо 好 好的 是 否 无 なし はい いいえ 了解 네 예 아니오 없음
"""
_SAY_NOTHING = frozenset(_FILLERS.split())


def says_why(text: str) -> bool:
    """Whether words say more than that somebody had to type something; ``ok``, ``n/a``, ``-`` and ``xxxx`` do not."""
    words = [word.casefold() for word in _WORDS.findall(unicodedata.normalize("NFC", text))]
    told = [word for word in words if word not in _SAY_NOTHING and len(set(word)) > 1]
    return sum(map(_letters, told)) >= _LEAST


def _letters(word: str) -> int:
    """Its letters and figures; a sign that is a word by itself counts as two."""
    return sum(1 if unicodedata.category(sign) != "Lo" else 2 for sign in word)
