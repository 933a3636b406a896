"""Code pages that fit a text alike are told with a cell read in each; one that its letters tell has no rival."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.reading.encoding import guess_encoding, rivals
from csi.reading.layout import guess


def _text(words: str, encoding: str) -> bytes:
    rows = "".join(f"{n};2025-01-{n};{word}\n" for n, word in enumerate(words.split(";") * 2, start=10))
    return f"id;at;kind\n{rows}".encode(encoding)


@pytest.mark.parametrize(
    ("words", "encoding", "read"),
    [
        ("да;нет", "cp1251", {"cp1251": "нет", "koi8-r": "МЕР"}),
        ("ВЫСОКИЙ;НИЗКИЙ", "koi8-r", {"koi8-r": "ВЫСОКИЙ", "cp1251": "чщуплйк"}),
        ("障害番号", "euc-jp", {"euc-jp": "障害番号", "cp949": "얇남휘방"}),
        ("障害番号", "cp932", {"cp932": "障害番号", "cp949": "뤳둙붥뜂"}),
        ("번호;높음", "cp949", {"cp949": "번호", "euc-jp": "腰硲"}),
        ("תמיכה;נמוכה;הנהלת", "cp862", {"cp866": "ЪОЙЛД", "cp862": "תמיכה"}),
        ("高;低", "gb18030", {"gb18030": "高", "euc-jp": "互"}),
        ("qualità", "cp1252", {"cp1252": "qualità", "cp1250": "qualitŕ"}),
    ],
)
def test_rivals_are_told_with_a_cell_in_each(words: str, encoding: str, read: dict[str, str]) -> None:
    content = _text(words, encoding)
    found = rivals(content, ";")
    assert {name: found.get(name) for name in read} == read
    assert next(iter(found)) == guess_encoding(content, ";")
    assert len(found) <= 8
    assert guess(content, "log.csv").alike == found


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Müller;Störung", "cp1252"),
        ("Müller;Störung", "cp1250"),
        ("Référence;à traiter;Élevée;où;ça;être", "cp1252"),
        ("qualità;città;perché;più;così", "cp1252"),
        ("España;número;año", "cp1252"),
        ("situação;não;São João", "cp1252"),
        ("łódź;źródło", "cp1250"),
        ("łódź;źródło", "iso8859-2"),
        ("Požadavek;vyřešeno;žádost", "cp852"),
        ("çözüldü;yüksek;düşük;İstanbul", "cp1254"),
        ("Заявка;решено;высокий;низкий", "cp1251"),
        ("Заявка;решено;высокий;низкий", "koi8-r"),
        ("Αίτημα;λύθηκε;υψηλή;χαμηλή;δίκτυο", "cp1253"),
        ("番号;作成日時;優先度;ネットワーク", "cp932"),
        ("หมายเลข;สูง;ต่ำ;เครือข่าย", "cp874"),
        ("да;нет", "utf-8"),
        ("да;нет", "utf-8-sig"),
        ("да;нет", "utf-16"),
        ("да;нет", "utf-16-le"),
        ("yes;no", "ascii"),
    ],
)
def test_what_its_letters_tell_has_no_rival(words: str, encoding: str) -> None:
    assert rivals(_text(words, encoding), ";") == {}


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Kõrge;Võrk;Trükk;Tähtsus", "cp1252"),
        ("Szűrő;Erőforrás;Közepes;Sürgős", "cp1250"),
        ("ﾈｯﾄﾜｰｸ;ｻﾎﾟｰﾄ;ﾌﾟﾘﾝﾀ", "cp932"),
        ("編號;群組;技術支援;印表機", "big5"),
        ("الرقم;المجموعة;منخفضة", "iso8859-6"),
        ("الرقم;المجموعة;منخفضة", "cp1256"),
        ("Сеть;Бухгалтерия;Поддержка", "mac-cyrillic"),
        ("Мрежа;Счетоводство;Поддръжка", "cp855"),
        ("Αριθμός;Δίκτυο;Υποστήριξη", "cp869"),
        ("Oluşturma;Ağ;Düşük;Kullanıcı", "cp857"),
        ("Grupė;Išspręsta;Aukštas;Žemas", "cp775"),
        ("Księgowość;Sieć;zamknięte;źródło", "mac-latin2"),
        ("Atenção;não;ações;cidadão", "cp860"),
        ("224.365,53 €", "cp1252"),
        ("€224;€1,5", "cp1252"),
        ("224 365,53 zł", "cp1250"),
        ("1 250,00 Kč;3 Kč", "cp1250"),
        ("1 200,50 руб.;300 руб.", "cp1251"),
        ("12 m³;3 m³", "cp1252"),
        ("Θέμα;δεν λειτουργεί", "cp1253"),
        ("хром;Тема;не работает", "koi8-r"),
        ("제목;메일이 안 됨", "cp949"),
        ("Tēma;nedarbojas šī", "cp1257"),
        ("工单号;创建时间;是否超时;是;否", "gb18030"),
        ("工單號;建立時間;解決時間", "big5"),
        ("受付番号;作成日時;状態", "euc-jp"),
        ("Kayıt;Ağır ağ;değişim", "cp1254"),
    ],
)
def test_a_few_words_are_read_right(words: str, encoding: str) -> None:
    content = _text(words, encoding)
    read = guess_encoding(content, ";")
    assert content.decode(read) == content.decode(encoding)
    found = rivals(content, ";")  # what reads these words otherwise is asked about, this one first
    assert next(iter(found), read) == read


def test_an_encoding_that_was_said_keeps_its_rivals_and_another_has_none() -> None:
    content = _text("да;нет", "koi8-r")
    from_person = {
        said: guess(content, "log.csv", SourceDefinition(id="", encoding=said)) for said in ("cp1251", "latin-1")
    }
    assert from_person["cp1251"].alike == rivals(content, ";")
    assert from_person["latin-1"].alike == {}


def test_a_cell_that_a_long_text_ends_in_is_no_rival() -> None:
    assert rivals(b"id;kind\n" + "1;Störung\n".encode("cp1252") * 40_000, ";") == {}
    assert "koi8-r" in rivals(b"id;kind\n" + "1;да\n".encode("cp1251") * 40_000, ";")


def test_a_header_tells_as_much_as_what_all_rows_say() -> None:
    rows = "".join(f"{n};ро\n" for n in range(300)).encode("cp1251")
    assert guess_encoding("id;Tзma\n".encode("cp1251") + rows) == "cp1257"
