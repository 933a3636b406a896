"""Words that fill the cells of a column of dates or numbers where there is none: brak, 未設定, (open), —.

A word is told by the column it stands in: where all else are dates or numbers and one word is said again and again, it
says that there is nothing yet. What is known to say so in some language is told from fewer cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

_SAID = frozenset({
    "not available", "not applicable", "not assigned", "not set", "not provided", "not specified", "unassigned",
    "unknown", "missing", "no data", "nothing", "empty", "undefined", "tbd", "tba", "pending", "open", "ongoing",
    "nicht zugewiesen", "nicht vorhanden", "nicht verfügbar", "nicht gesetzt", "nicht bekannt", "keine", "keiner",
    "kein", "unbekannt", "leer", "ohne", "entfällt", "ohne angabe", "k. a.", "k.a", "offen", "fehlt", "keine daten",
    "non renseigné", "non disponible", "non défini", "non attribué", "sans objet", "aucun", "aucune", "inconnu",
    "vide", "n.c.", "nc", "nr", "n.r.", "non applicable", "en cours", "no disponible", "no aplica", "no asignado",
    "sin asignar", "sin definir", "ninguno", "ninguna", "vacío", "desconocido", "s/i", "pendiente", "não informado",
    "não disponível", "não se aplica", "não atribuído", "nenhum", "nenhuma", "vazio", "desconhecido", "n/i",
    "em aberto", "pendente", "non disponibile", "non assegnato", "non applicabile", "nessuno", "nessuna", "vuoto",
    "sconosciuto", "n.p.", "n.d.", "nd", "niet beschikbaar", "niet toegewezen", "niet van toepassing", "n.v.t.",
    "nvt", "onbekend", "geen", "leeg", "brak", "nie dotyczy", "nieprzypisane", "nie podano", "nieznany", "n/v",
    "puste", "b.d", "není", "neuvedeno", "nezadáno", "žádný", "žádné", "neznámé", "nie je", "neuvedené", "nincs",
    "nincs adat", "ismeretlen", "üres", "lipsă", "fără", "nema", "nije", "nepoznato", "ni podatka", "nėra", "nav",
    "puudub", "ingen", "ikke angivet", "ikke tildelt", "ej angivet", "ej tilldelad", "saknas", "okänd", "ukendt",
    "ukjent", "mangler", "ei ole", "puuttuu", "tyhjä", "ei tiedossa", "yok", "veri yok", "boş", "bilinmiyor",
    "atanmadı", "нет", "не задано", "не указано", "не назначен", "неизвестно", "пусто", "отсутствует", "немає",
    "не вказано", "невідомо", "няма", "неизвестен", "δεν υπάρχει", "δ/υ", "κενό", "未設定", "未定", "未入力",
    "未対応", "該当なし", "なし", "無し", "不明", "無", "空", "无", "未设置", "未知", "未填写", "暂无", "没有",
    "不适用", "未設置", "未填寫", "暫無", "沒有", "不適用", "未分配", "未指派", "없음", "미정", "미지정",
    "해당없음", "알 수 없음", "ไม่มี", "ไม่ระบุ", "ไม่ทราบ", "không có", "không", "chưa có", "tidak ada", "belum",
    "belum ada", "kosong", "tiada", "لا يوجد", "غير محدد", "غير متوفر", "فارغ", "غير معروف", "אין", "לא ידוע",
    "ריק", "لم يحدد", "ندارد", "نامشخص", "कोई नहीं", "उपलब्ध नहीं", "none", "null", "nil", "nan", "n/a", "n.a.",
})  # fmt: skip
_DIGIT = re.compile(r"\d")
_WORDS, _TIMES = 2, 2  # different words of a column, and how often each at least
_LONGEST = 30  # characters; ours
_FEW, _MANY = 3, 13  # different dates or numbers that stand beside a known word, beside any other; ours


def fillers(columns: Mapping[str, Sequence[str]], known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Per column that may be of dates or numbers the words that fill its other cells.

    Args:
        columns: a sample.
        known: markers for missing that are known already.
    """
    found = {}
    for name, cells in columns.items():
        counts = Counter(text for cell in cells if (text := cell.strip()) and text not in known)
        words = [text for text in counts if not _DIGIT.search(text)]
        if not 0 < len(words) <= _WORDS or any(counts[word] < _TIMES or len(word) > _LONGEST for word in words):
            continue
        least = _FEW if all(map(says_nothing, words)) else _MANY
        if len(counts) - len(words) >= least:
            found[name] = tuple(words)
    return found


def says_nothing(word: str) -> bool:
    """Whether a word is known to say in some language that there is nothing, with or without brackets around it."""
    bare = unicodedata.normalize("NFC", word).strip().strip("()[]<>{}-–—*\"' ").casefold()
    return not bare or bare in _SAID
