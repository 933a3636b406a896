"""What the name of a column says it holds, in the languages exports come in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})

_NUMBER = (
    r"number|num|numero|numer|nummer|numeris|nr|n|no|num[eé]ro|sorszam|cislo|broj|stevilka|key|cle|clave|chave|chiave"
    r"|klucz|sleutel|ref|refs|referenz|reference|referencia|referentie|riferimento|rif|folio|protocolo|номер|ключ"
    r"|\w*nummer|\w*schlussel|\w*kennung|\w*kennzeichen|\w*nr|\w+num|\w+key"
)
_ID = (
    r"id|ids|ident|identifier|identifiant|identificador|code|codigo|kod"
    r"|(?:ticket|case|incident|issue|event|request)id"
)
_CASE = (
    r"(?:ticket|case|incident|issue|request|vorgang|anfrage|meldung|storung|chamado|incidencia|incidente|solicitud"
    r"|solicitacao|demande|zgloszen|melding|segnalazion|richiest|requisica|caso|order|auftrag|bestell|обращени|заявк"
    r"|инцидент|respon[ds]|conversation|item|work|problem|change|deploy|alert|record|talep|pozadav)\w*|sr|wo"
)
# Several of them are counted, where no word for a number stands beside: Tickets, Tickets so far (but Tickets ID).
_CASES = (
    r"(?:tickets|cases|incidents|issues|requests|vorgange|anfragen|meldungen|storungen|chamados|incidencias|incidentes"
    r"|solicitudes|solicitacoes|demandes|zgloszenia|meldingen|segnalazioni|richieste|casos|orders|problems|changes"
    r"|deploys|deployments|alerts|обращения|заявки|инциденты|pozadavky)"
)
_YES, _NO = (
    r"(?:y|yes|j|ja|t|tak|true|s|s[ií]|sim|sì|o|oui|d|da|i|igen|e|evet|k|kyllä)",
    r"(?:n|no|non|não|nein|nej|nee|nie)",
)
_BETWEEN = r"(?:\s*[/|\\]\s*|\s+(?:or|oder|ou|o|of|lub|eller)\s+)"
_CHOICE = re.compile(rf"(?i)(?<![^\W_])(?:{_YES}{_BETWEEN}{_NO}|{_NO}{_BETWEEN}{_YES}|(?:y|yes)[-_]no?)(?![^\W_])")
_OF_OTHERS = (
    r"(?:customer|client|kund|klient|klant|cliente|zakaznik|user|usuari|utente|utilisat|benutzer|gebruiker|caller"
    r"|requester|requerent|solicitante|demandeur|agent|assign|owner|employee|mitarbeiter|person|contact|kontakt|contato|account"
    r"|konto|cuenta|conta|compte|compan|firma|empresa|vendor|supplier|lieferant|parent|correlation|session|device|asset"
    r"|serial|cmdb|product|produ[kc]t|categor|kategor|location|standort|filial|branch|group|grupp|gruppo|grupo|team"
    r"|queue|collector|phone|telefon|postal|postcode|email|mail|priori[dt]|status|state|version|build|sprint|linked"
    r"|related|duplicate|employee|manager|supervisor|externa?l|клиент|пользовател|заявител|reporter|creator)\w*"
    r"|tel|fax|zip|plz|ip|ci|site|store|sys|guid|uuid|year|month|week|day|jahr|monat|woche|tag"
)
_IN_SCRIPT_NUMBER = re.compile(r"番号|编号|編號|号码|號碼|單號|单号|번호|[#№]|キー")
_IN_SCRIPT_CASE = re.compile(r"チケット|インシデント|工单|工單|事件|案件|티켓|요청")
_IN_SCRIPT_OTHERS = re.compile(r"顧客|客户|客戶|利用者|ユーザ|고객|사용자|担当|电话|電話|전화")
_COUNTED = re.compile(r"\b(?:number of|numero de|nombre d|anzahl|liczba|numero di|aantal)\b")
_UNIT = re.compile(
    r"units?(?: of measure)?|uom|einheit|masseinheit|unite|unidad|unidade|unita|eenheid|jednostka|jednotka|enhet|enhed"
    r"|birim|単位|单位|單位|단위"
)
# What many cases come to names none of them.
_SUMMED_UP = re.compile(
    r"\b(?:avg|average|mean|mediane?|mediana|medel|durchschnitt|mittel|mittelwert|moyenne|promedio|gemiddelde?|srednia"
    r"|snitt|gennemsnit|ortalama|p50|p90|p95|p99)\b"
)
_OPENED = re.compile(
    r"open|opened|opening|creat|submitted|reported|raised|logged|registered|received|geoffnet|eroffnet|erstellt|angelegt"
    r"|gemeldet|erfasst|eingang|ouvert|cree|apert|abiert|abert|cread|criad|criac|creaz|aangemaakt|aanmeld|geopend|utworz|otwar"
    r"|zgloszono|vytvoren|otevren|megnyit|создан|открыт|зарегистр|acilis|olusturma|作成|起票|受付|開始日|登録|创建|建立|提交|생성|등록"
)
_RESOLVED = re.compile(
    r"\bresol|\bsolved\b|\bfixed\b|\brestored\b|\bgelost\b|losungs?(?:datum|zeitpunkt)|\berledigt|\bbehoben|resolu|resuelt|resolvid|risolt"
    r"|risoluz|soluc|\bsolut|opgelost|oplos|rozwiaz|vyres|megold|\blost\b|\blosning|ratkais|cozul|cozum|решен|вирішен|επιλυ|επιλυση|解決|解决"
    r"|해결|แก้ไข"
)
_CLOSED = re.compile(
    r"\bclos|\bcomplet|\bfinished\b|\bdone\b|\bended\b|geschlossen|abgeschlossen|abschluss|beendet|\bende\b|\bfin\b|clotur|ferme|termine"
    r"|cerrad|cierre|fechad|fecham|conclu|encerrad|chius|gesloten|afgemeld|gereed|zamkn|zakoncz|uzavr|ukonc|lezar|avslut|stangd|lukket"
    r"|suljet|kapan|kapat|закрыт|заверш|закрит|κλεισ|ολοκληρ|完了|クローズ|终了|終了|关闭|關閉|완료|종료|ปิด"
)
_BEGUN = re.compile(
    r"\bstart|\bbegin|\bbegan\b|\bbegonnen|\bdebut\b|\binicio|\binizio|\brozpocz|\bzacat|начал|開始|开始|시작|เริ่ม"
)
_WHEN = frozenset(
    [
        "at",
        "on",
        "when",
        "date",
        "dates",
        "datetime",
        "day",
        "time",
        "timestamp",
        "ts",
        "stamp",
        "moment",
        "utc",
        "local",
        "dt",
        "datum",
        "tag",
        "uhrzeit",
        "zeit",
        "zeitpunkt",
        "zeitstempel",
        "wann",
        "jour",
        "heure",
        "horodatage",
        "quand",
        "dia",
        "fecha",
        "hora",
        "cuando",
        "data",
        "horario",
        "quando",
        "giorno",
        "ora",
        "tijd",
        "tijdstip",
        "dag",
        "datetijd",
        "czas",
        "dzien",
        "cas",
        "den",
        "dato",
        "tid",
        "tidspunkt",
        "paiva",
        "paivamaara",
        "aika",
        "tarih",
        "saat",
        "idopont",
        "дата",
        "время",
        "час",
        "момент",
        "ημερομηνια",
        "ωρα",
        "日付",
        "日時",
        "日期",
        "时间",
        "時間",
        "날짜",
        "일시",
        "시간",
        "วันที่",
        "เวลา",
    ]
)
_NOT_ITS_OWN = re.compile(
    r"\bdue\b|deadline|\btarget|\bsla\b|\bttr\b|\btto\b|\buntil\b|\btill\b|valid|birth|viewed|visited|\bexpir|warrant"
    r"|\bplanned|\bscheduled|\bestimated|\bexpected|\beta\b|escalat|time to |fallig|\bfrist|frist\b|\bziel|geburt"
    r"|gultig|geplant|\bsoll|\bbis\b|echeance|limite|naissance|prevu|vencim|venciment|nacimiento|nasciment|prazo|previst"
    r"|prevista|tempo para |tiempo para |scadenza|nascita|streef|geboorte|verval|uiterst|\btermin\b|urodzen|waznos"
    r"|wymagan|срок|рожден|期限|到期|截止|締切|予定|生年月日|誕生|出生|만료|마감|생년|last login|reminder|follow up"
)
_UPDATED = re.compile(
    r"\bupdate[ds]?\b|\bmodif|\bchanged\b|last change|\bversion|\bsys mod\b|mod count|aktualisiert|geandert|anderung"
    r"|mise a jour|derniere modif|actualiza|atualiza|modifica|gewijzigd|laatst|zaktualizowan|zmodyfik|обновл|изменен"
    r"|更新|修改|최종|수정|last update"
)


# Last words of names of what tells people, places and things apart, though it be written in digits.
_CODE = (
    r"phone|telephone|telefon\w*|tel|fax|mobile|mobil|cellphone|celular|movil|handy|zip|zipcode|plz|cep|postal|postleitzahl"
    r"|postcode|postcode\w*|ip|mac|uuid|guid|lat|latitude|lon|lng|longitude|isbn|iban|bic|ean|gtin|sku|imei|cpf|cnpj|nif|ssn"
    r"|index|year|jahr|annee|ano|rok|version|build|codice|kod[aei]?|koodi|psc|irsz|cap|postinumero|pocztowy|kodu|port|pid|room"
    r"|floor|raum|etage|row|line|zeile|lp|yil|jaar|anno|vuosi|ev|rik|год|ετοσ|τκ|κωδικοσ|kw|kalenderwoche|quarter|quartal"
    r"|kwartaal|trimestre|weekday|wochentag|barcode|sequence|lote?|batch"
)
# What says how a thing stands or ranks: in digits (404, 3) it is no more an amount than in words.
_GRADE = (
    r"(?:http|exit|return|response|error)?(?:status|statut|stato|stan|estado|estatus|stav|tila|durum|situacao|κατασταση|статус"
    r"|состояние)|(?:status|error|exit|return|response|result)code|severity|sev|urgency|impact|level|tier|rank|grade"
    r"|\w*(?:priori[dt]|prioritat|priorytet|oncelik|προτεραιοτητ|приоритет)\w*|schweregrad|dringlichkeit|stufe|urgence|urgencia|urgenza"
    r"|gravite|severidad|severidade|impacto|nivel|livello|niveau|gravedad|gravidade"
)
_PER = frozenset({"per", "pro", "par", "por", "je", "by", "na", "za"})
_IN_SCRIPT_CODE = re.compile(
    r"コード|编码|編碼|代码|代碼|코드|邮编|郵便|우편|电话|電話|전화|手机|индекс|телефон|код|รหัส|ปี$|^年$|年份|年度|연도|년도|状态|狀態|ステータス"
    r"|状況|상태|สถานะ|优先|優先|우선순위|ลำดับ|重要度|심각도"
)


@lru_cache(maxsize=4_000)
def folded(name: str) -> str:
    """A name as words parted by one blank: without case, accents, and signs; ``SolutionInMin`` is three words."""
    parted = _CAMEL.sub(" ", name)
    plain = unicodedata.normalize("NFKD", parted).casefold().translate(_LETTERS)
    bare = "".join(char for char in plain if not unicodedata.combining(char) or char in "\u3099\u309a")
    bare = unicodedata.normalize("NFC", bare)
    return " ".join(re.findall(r"[^\W_]+|[#№]", bare))


_MEASURE = re.compile(
    r"\b(?:kpis?|metrics?|indicators?|measures?|kennzahl(?:en)?|messgrosse|kenngrosse|indikator\w*|indicateurs?|mesures?|metriques?"
    r"|indicadore?s?|metricas?|medida|indicatore?i?|metrica|misura|wskaznik\w*|miernik\w*|ukazatel\w*|metriek|indicator(?:en)?"
    r"|gosterge\w*|nyckeltal|nokkeltall|tunnusluku|показател\w*|метрика|показник\w*)\b"
)
_MEASURE_IN_SCRIPT = re.compile(r"指標|指标|项目|項目|지표|ตัวชี้วัด|مؤشر")


def says_unit(name: str) -> bool:
    """Whether a name is the word for a unit alone."""
    return _UNIT.fullmatch(folded(name).strip()) is not None


def says_measure(name: str) -> bool:
    """Whether a name is that of a column which says what is measured: ``KPI``, ``Metric``, ``Kennzahl``."""
    return bool(_MEASURE.search(folded(name)) or _MEASURE_IN_SCRIPT.search(name))


def without_choice(name: str) -> str:
    """A name without the answers it allows: the N of ``Answered (Y/N)`` is no number, nor is the No of ``Yes/No``."""
    return _CHOICE.sub(" ", name)


def says_key(name: str) -> int:
    """How much a name says that its column names a case: 3 (‘Ticket number’), 2, 1 (‘ID’), 0, or below (‘Customer ID’).

    An id is less than a number or a key: programs number their rows beside the name that people use.
    """
    text = folded(without_choice(name))
    words = text.split()
    if _COUNTED.search(text) or _SUMMED_UP.search(text):
        return -3
    if any(re.fullmatch(_OF_OTHERS, word) for word in words) or _IN_SCRIPT_OTHERS.search(text):
        return -2
    number = any(re.fullmatch(_NUMBER, word) for word in words) or bool(_IN_SCRIPT_NUMBER.search(text))
    ident = any(re.fullmatch(_ID, word) for word in words)
    is_named = number or ident
    cases = [word for word in words if re.fullmatch(_CASE, word) and (is_named or not re.fullmatch(_CASES, word))]
    case = bool(cases or _IN_SCRIPT_CASE.search(text))
    return (2 if number else 1 if ident else 0) + case


def says_code(name: str, *, whole: bool = True) -> bool:
    """Whether a name says that its column tells things apart rather than counts something: ``Customer ID``, ``zip``.

    Its last word decides (``n_updates`` counts). What is called as one thing or person is a number of it where its
    numbers are ``whole`` (``Assigned agent``, ``priority``), unless it is counted by it (``cost per user``).
    """
    text = folded(name)
    words = text.split()
    if not words or _COUNTED.search(text):
        return False
    if _IN_SCRIPT_NUMBER.search(text) or any(_IN_SCRIPT_CODE.search(one) for one in (text, name.strip())):
        return True
    last = words[-2] if words[-1].isdigit() and len(words) > 1 else words[-1]
    if _PER & {*words}:
        return bool(re.fullmatch(f"{_NUMBER}|{_ID}", last))
    is_one = whole and not last.endswith("s") and re.fullmatch(_OF_OTHERS, last)
    return bool(is_one or any(re.fullmatch(one, last) for one in (_NUMBER, _ID, _CODE)) or (whole and _ranks(words)))


def _ranks(words: list[str]) -> bool:
    """Whether a name is that of a state or a rank: ``HTTP status``, ``Statut HTTP``; a service level is reached."""
    last = next((word for word in reversed(words) if word != "http"), "")
    return bool(re.fullmatch(_GRADE, last)) and "service" not in words


def says_opened(name: str) -> bool:
    """Whether a name says that its moment is the one a case began at."""
    return bool(_OPENED.search(folded(name))) and not says_not_its_own(name)


def says_begun(name: str) -> bool:
    """Whether a name says that something began at its moment: a case, where none says that it was opened then."""
    return bool(_BEGUN.search(folded(name))) and not says_not_its_own(name)


def says_no_more_than_when(name: str) -> bool:
    """Whether a name says that it holds a moment and not of what: at, date, timestamp; every row should have it."""
    words = folded(name).split()
    return bool(words) and all(word in _WHEN for word in words)


def says_resolved(name: str) -> bool:
    """Whether a name says that its moment is the one a case was resolved at."""
    return bool(_RESOLVED.search(folded(name))) and not says_not_its_own(name)


def says_closed(name: str) -> bool:
    """Whether a name says that its moment is the one a case ended at, resolved or not."""
    return bool(_CLOSED.search(folded(name))) and not says_not_its_own(name)


def says_not_its_own(name: str) -> bool:
    """Whether a name says that its moment is one to come, or one of something else: due, valid until, born, viewed."""
    return bool(_NOT_ITS_OWN.search(folded(name)))


def says_updated(name: str) -> bool:
    """Whether a name says that its moment or number tells the versions of a case apart."""
    return bool(_UPDATED.search(folded(name)))
