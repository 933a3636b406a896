"""Code pages told by the letters of a few lines, and any character as delimiter."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.encoding import guess_encoding, is_text
from csi.reading.readers import read
from csi.reading.reading import Reading

# The header and some rows of an export, as its program writes it.
TEXTS = [
    ("cp1250", "Klucz zgłoszenia;Utworzono;Rozwiązane\nP-1;2024-01-01;ręcznie\nP-2;2024-01-02;Błąd drukarki\n"),
    ("iso-8859-2", "Klucz zgłoszenia;Utworzono;Rozwiązane\nP-1;2024-01-01;źle\nP-2;2024-01-02;Błąd, część\n"),
    ("cp1250", "Číslo požadavku;Otevřeno;Stav\n1;2024-01-01;uzavřený\n2;2024-01-02;nový\n"),
    ("cp1250", "Sorszám;Megnyitva;Állapot\n1;2024-01-01;lezárt – felhasználó kérése, időtúllépés\n"),
    ("cp1251", "Номер;Открыто;Состояние\n1;2024-01-01;Закрыто\n2;2024-01-02;В работе\n"),
    ("koi8-r", "Номер;Открыто;Состояние\n1;2024-01-01;Закрыто\n2;2024-01-02;В работе\n"),
    ("cp1251", "НОМЕР;ОТКРЫТО;СОСТОЯНИЕ\n1;2024-01-01;ЗАКРЫТО\n"),
    ("koi8-r", "номер;открыто;состояние\n1;2024-01-01;закрыто\n2;2024-01-02;в работе\n"),
    ("mac-roman", "Numéro;Ouvert;État\n1;2024-01-01;Résolu à distance\n2;2024-01-02;fermé\n"),
    ("mac-roman", "Nummer;Geöffnet;Priorität\n1;2024-01-01;hoch\n"),
    ("cp850", "Nummer;Geöffnet;Priorität\n1;2024-01-01;groß\n"),
    ("cp850", "Número;Aberto;Situação\n1;2024-01-01;não\n"),
    ("cp1252", "Número;Aberto;Situação\n1;2024-01-01;não\n"),
    ("cp1252", "Nummer;Geöffnet;Priorität\n1;2024-01-01;groß\n"),
    ("cp1252", "Ticketnr;Øbnet;Løst\n1;2024-01-01;På grund af fejl\n"),
    ("cp1252", "id;note\n1;5 ³ m\n2;20 °C\n3;‘ok’ – 12 €\n"),
    ("iso-8859-15", "Référence;Coût\n1;12,50 €\n2;7,00 €\n"),
    ("cp1254", "Talep No;Açılış;Çözüm\n1;2024-01-01;yazıcı arızası\n2;2024-01-02;şifre değişikliği\n"),
    ("iso-8859-9", "Kayıt;Öncelik\n1;Yüksek, ağ bağlantısı\n"),
    ("cp932", "番号,優先度,開始日時\nINC1,1 - 重大,2024/01/01\nINC2,メール,2024/01/02\n"),
    ("euc-jp", "番号,優先度,開始日時\nINC1,1 - 重大,2024/01/01\nINC2,メールが届かない,2024/01/02\n"),
    ("gb18030", "编号,优先级,创建时间\n1,高,2024-01-01\n2,打印机故障,2024-01-02\n"),
    ("big5", "編號,優先級,建立時間\n1,高,2024-01-01\n2,印表機故障,2024-01-02\n"),
    ("euc-kr", "번호,우선순위,생성일\n1,높음,2024-01-01\n2,프린터 고장,2024-01-02\n"),
    ("cp1253", "Αριθμός;Ημερομηνία;Κατάσταση\n1;2024-01-01;Κλειστό\n"),
    ("cp1255", "מספר;תאריך;מצב\n1;2024-01-01;סגור\n"),
    ("cp1256", "رقم;تاريخ;الحالة\n1;2024-01-01;مغلق\n"),
    ("cp1257", "Numeris;Būsena;Sukurta\n1;uždaryta;ąčęėįšųūž\n"),
    ("cp866", "Номер;Открыто;Состояние\n1;2024-01-01;Закрыто\n2;2024-01-02;В работе\n"),
    ("cp866", "НОМЕР;ОТКРЫТО;СОСТОЯНИЕ\n1;2024-01-01;ЗАКРЫТО\n"),
    ("cp1125", "Номер;Відкрито;Стан\n1;2024-01-01;Закрито\n2;2024-01-02;Її принтер не працює\n"),
    ("koi8-u", "Номер;Відкрито;Стан\n1;2024-01-01;Закрито\n2;2024-01-02;Її принтер не працює\n"),
    ("iso-8859-5", "Номер;Открыто;Состояние\n1;2024-01-01;Закрыто\n2;2024-01-02;В работе\n"),
    ("iso-8859-5", "НОМЕР;ОТКРЫТО;СОСТОЯНИЕ\n1;2024-01-01;ЗАКРЫТО\n"),
    ("cp852", "Klucz zgłoszenia;Utworzono;Rozwiązane\nP-1;2024-01-01;ręcznie\nP-2;2024-01-02;Błąd drukarki\n"),
    ("cp852", "Číslo požadavku;Otevřeno;Stav\n1;2024-01-01;uzavřený\n2;2024-01-02;nový\n"),
    ("cp852", "Sorszám;Megnyitva;Állapot\n1;2024-01-01;lezárt felhasználó kérése, időtúllépés\n"),
    ("iso-8859-7", "Αριθμός;Ημερομηνία;Κατάσταση\n1;2024-01-01;Κλειστό\n2;2024-01-01;Άνοιξε\n"),
    ("cp737", "Αριθμός;Ημερομηνία;Κατάσταση\n1;2024-01-01;Κλειστό\n2;2024-01-01;Άνοιξε\n"),
    ("iso2022_jp", "番号,優先度,開始日時\nINC1,1 - 重大,2024/01/01\nINC2,メール,2024/01/02\n"),
    ("gbk", "编号,优先级,创建时间\n1,高,2024-01-01\n2,打印机故障,2024-01-02\n"),
    ("euc-kr", "번호,우선순위,생성일\n1,높음,2024-01-01\n2,PC오류,2024-01-02\n"),
    ("cp874", "หมายเลข;วันที่;สถานะ\n1;2024-01-01;ปิด\n"),
]


@pytest.mark.parametrize(("encoding", "text"), TEXTS, ids=lambda one: one if one.isascii() else "")
def test_a_code_page_is_told_by_its_letters(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    assert content.decode(guess_encoding(content)) == text


@pytest.mark.parametrize("text", ["номер;открыто\n1;принтер\n", "編號,高\n1,2\n", "id,opened\n1,2024-01-01\n"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_wide_characters_are_told_with_and_without_mark(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    assert content.decode(guess_encoding(content)) == text


def test_some_zero_bytes_make_no_wide_characters() -> None:
    for text in (b"id,note\n1,a\x00\x00\x00\x00\n2,b\x00\x00\x00\x00\n" * 9, b"id,note\n1,\x00\n"):
        assert guess_encoding(text) == "utf-8"


@pytest.mark.parametrize(("odd", "fits"), [(20, True), (21, False)])
def test_a_text_holds_few_control_characters(odd: int, fits: bool) -> None:
    assert is_text("\x02" * odd + "a" * 100) is fits
    assert is_text("\x02" * (odd * 5) + "a" * (10_000 - odd * 5)) is fits


def test_bytes_that_look_like_no_text_are_read_in_the_encoding_a_person_names() -> None:
    content = ("id,note\n1," + "\x02" * 30 + "\n").encode()
    with pytest.raises(InvalidInput, match="or say in which encoding it is written"):
        read(content, SourceDefinition(id="s"), moments=[], numbers=[])
    assert len(read(content, SourceDefinition(id="s", encoding="utf-8"), moments=[], numbers=[]).frame) == 1


@pytest.mark.parametrize("encoding", ["utf-32", "UTF-32LE", "koi8-r", "mac-roman", "big5", "iso-8859-2"])
def test_a_declared_encoding_is_taken(encoding: str) -> None:
    text = "id;note\n1;x\n2;y\n"
    reading = read(text.encode(encoding), SourceDefinition(id="s", encoding=encoding), moments=[], numbers=["id"])
    assert list(reading.frame["id"]) == [1, 2]


_WORDS = [
    *((page, word) for page in ("cp1252", "cp1250", "latin-1", "cp850") for word in ("größe", "plain")),
    *((page, "número") for page in ("cp1252", "latin-1", "cp850")),
    ("cp1250", "zgłoszenie"),
]


@pytest.mark.parametrize(("encoding", "word"), _WORDS)
@pytest.mark.parametrize("mark", ["¤", "§", "¦"])
@pytest.mark.parametrize("is_stated", [True, False])
def test_what_parts_every_line_is_a_delimiter_in_the_code_page_taken(
    encoding: str, mark: str, word: str, is_stated: bool
) -> None:
    text = f"id{mark}n{mark}note\n1{mark}2{mark}{word}\n3{mark}4{mark}x\n"
    content = text.encode(encoding)
    assert content.decode(guess_encoding(content, mark if is_stated else "")) == text


def test_a_stated_delimiter_stands_in_the_file_that_is_read() -> None:
    content = "id¤n¤note\na¤1¤größe\nb¤2¤x\n".encode("cp1252")
    reading = read(content, SourceDefinition(id="s", delimiter="¤"), moments=[], numbers=["n"])
    assert (list(reading.frame["n"]), reading.frame["note"].iloc[0]) == ([1, 2], "größe")


def test_a_character_that_stands_in_some_lines_parts_none() -> None:
    content = "id§n\n1§größe\nzwölf\ndreißig\n".encode("cp1252")
    assert guess_encoding(content) == guess_encoding(content, "§") == "cp1252"
    for text in ("НОМЕР;ОТКРЫТО;СОСТОЯНИЕ\n1;2;Я\n", "Číslo;Otevřeno\n1;uzavřený\n"):
        encoding = "iso-8859-5" if text[0] == "Н" else "cp852"  # in other pages they hold a ¤ a line
        assert text.encode(encoding).decode(guess_encoding(text.encode(encoding))) == text


def _read(text: str, delimiter: str | None, encoding: str = "utf-8") -> Reading:
    source = SourceDefinition(id="s", delimiter=delimiter)
    return read(text.encode(encoding), source, moments=[], numbers=["n"], filename="f.csv")


@pytest.mark.parametrize(
    "mark", ["¤", "§", "¦", "\x1f", "😀", "·", "、", "￭", "^", "~", "#", "x", "'", "\\", " ", "=", "\x02"]
)
def test_any_character_parts_cells_and_quotes_are_kept(mark: str) -> None:
    text = f'id{mark}n{mark}note\n"a{mark}b"{mark}1{mark}"two\nlines ""{mark}"""\nc{mark}2{mark}\n'
    reading = _read(text, mark)
    assert list(reading.frame["id"]) == [f"a{mark}b", "c"]
    assert list(reading.frame["n"]) == [1, 2]
    assert reading.frame["note"].iloc[0] == f'two\nlines "{mark}"'
    assert list(reading.frame.index) == [2, 4]


@pytest.mark.parametrize("mark", ["¤", "§", "¦", "\x1f", "^", "~"])
def test_a_seldom_delimiter_is_guessed_where_it_parts_every_line(mark: str) -> None:
    rows = "".join(f"T{n}{mark}{n},5{mark}a, b; c\n" for n in range(1, 20))
    assert list(_read(f"id{mark}n{mark}note\n{rows}", None).frame["id"]) == [f"T{n}" for n in range(1, 20)]


def test_a_seldom_character_in_some_lines_is_none() -> None:
    reading = _read("id,n\n" + "".join(f"a~{n},{n}\n" for n in range(1, 9)), None)
    assert list(reading.frame.columns) == ["id", "n"]


def test_broken_rows_show_the_delimiter_that_stands_in_the_file() -> None:
    reading = _read('id¤n\na¤1\nb¤2¤3\nc¤"open\nd¤4\n', "¤")
    assert reading.quarantine[["line", "value", "reason"]].to_numpy().tolist() == [
        [3, "b¤2¤3", "3 cells"],
        [4, 'c¤"open', "a quote opens here and does not close"],
    ]
    assert list(reading.frame["id"]) == ["a", "d"]


def test_a_character_the_parser_uses_instead_may_stand_in_the_text() -> None:
    reading = _read("id¤n\na\x1fb¤1\n\x1e¤2\n", "¤")
    assert list(reading.frame["id"]) == ["a\x1fb", "\x1e"]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("user:uid:home\nroot:0:/root\nbob:7:/home\n", 3),
        ("at\n10:00:00\n11:30:00\n", 1),  # times, under a name that is one cell
        ("user:uid\nroot:0\nbob:7:x\n", 1),
        ("10:00\n11:30\n", 1),
    ],
)
def test_a_colon_parts_cells_only_where_it_plainly_does(text: str, columns: int) -> None:
    reading = read(text.encode(), SourceDefinition(id="s"), moments=[], numbers=[])
    assert len(reading.frame.columns) == columns


def test_the_delimiter_said_above_the_header_goes_before_a_guess_and_behind_a_person() -> None:
    text = "sep=|\nid|n\na,b,c|1\n"
    assert list(_read(text, None).frame["id"]) == ["a,b,c"]
    assert _read("id|n\na,b,c|1\n", "|").frame["id"].tolist() == ["a,b,c"]
    said = read(b"sep=|\nid,n\n1,2\n", SourceDefinition(id="s", delimiter=","), moments=[], numbers=["n"])
    assert (list(said.frame["n"]), list(said.frame.index)) == ([2], [3])
