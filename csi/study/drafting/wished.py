"""What the name of a column says of what is wished of it, in the languages exports come in."""

from __future__ import annotations

import re
from functools import lru_cache

from csi.reading.name_words import folded, without_choice

HIGHER, LOWER = "higher", "lower"

_SATISFIED = (
    r"csat|satisf\w*|insatisf\w*|zufrieden\w*|\w*zufriedenheit|\w*tevreden\w*|zadowol\w*|spokojenost\w*|memnun\w*|tilfreds\w*|nojd\w*"
    r"|fornoyd\w*|tyytyvais\w*|elegedett\w*|ικανοποι\w*|удовлетвор\w*|multumi\w*|задовол\w*"
)
_SATISFIED_IN_SCRIPT = re.compile(r"満足|满意|滿意|만족|ความพึงพอใจ|رضا")
_RATED = (
    r"rating|ratings|rated|score|scores|stars?|sterne?|etoiles?|estrellas?|estrelas?|stelle|sterren|gwiazdki|note|notes|nota|notas|betyg"
    r"|\w*bewertung\w*|\w*benotung|evaluation|evaluacion|avaliacao|valutazione|valoracion|calificacion|beoordeling|cijfer|ocena|hodnoceni"
    r"|znamka|schulnoten?|puan|puani|βαθμολογια|оценка|оцінка|karakter|arvosana|ertekeles|smiley|feedback"
)
_RATED_IN_SCRIPT = re.compile(r"評価|评分|評分|평점|คะแนน")
_RECOMMENDED = (
    r"nps|promoters?|\w*recommend\w*|\w*recommand\w*|recomend\w*|recomiend\w*|raccomand\w*|consigli\w*|\w*empfehl\w*|aanbevel\w*|aanrad\w*"
    r"|polec\w*|doporuc\w*|odporuc\w*|tavsiye\w*|συστηνα\w*|συστασ\w*|συνιστ\w*|рекоменд\w*|порек\w*|rekommend\w*|anbefal\w*|suosittel\w*"
    r"|ajanl\w*|recoman\w*"
)
_RECOMMENDED_IN_SCRIPT = re.compile(r"推薦|推荐|すすめ|勧め|薦め|추천|แนะนำ")
_HIGHER = (
    rf"{_SATISFIED}|nps|first (?:call|contact|time) (?:resolution|fix\w*)|uptime"
    r"|availab\w*|\w*verfugbar\w*|disponib\w*|beschikbaar\w*|dostepn\w*|dostupn\w*|kullanilabilir\w*|tillganglig\w*"
    r"|tilgjengelig\w*|διαθεσιμ\w*|доступн\w*|met|kept|achiev\w*|attain\w*|complian\w*|eingehalten|erfullt|respecte\w*|cumpl\w*|rispettat\w*"
    r"|behaald|nageleefd|dotrzym\w*|spelnion\w*|dodrzen\w*|splnen\w*|karsilandi|uppfylld\w*|resolved|solved|fixed|gelost|resolu|resuelt\w*"
    r"|resolvid\w*|risolt\w*|opgelost|rozwiaza\w*|vyresen\w*|cozul\w*|answered|beantwortet|repondu\w*|fcr|ftf|success\w*|erfolg\w*|exito\w*"
    r"|succes\w*|sukces\w*|uspes\w*|throughput|durchsatz|revenue|umsatz\w*|\w*umsatz|ingresos?|receitas?|ricavi|omzet|przychod\w*|trzby"
    r"|service ?level|servicegrad|nivel de servi[cz]io|niveau de service|taux de service|livello di servizio"
    r"|serviceniveau|poziom obslugi|uroven sluzeb|erreichbarkeit\w*|angenommen|atendid\w*|traite\w*|gestit\w*"
    r"|beantwoord|odebran\w*|prijat\w*"
    r"|profit\w*|gewinn\w*|coverage|automat\w*|conversion|adoption|mtbf|efficiency|productivity"
)
_HIGHER_IN_SCRIPT = re.compile(r"可用|稼働率|가용|達成|达成|달성|解決済|已解决|해결")
_LOWER = (
    r"wait\w*|warte\w*|attente|espera\w*|attesa|wacht\w*|oczekiw\w*|cekan\w*|bekleme\w*|vant\w*|latenc\w*|latenz|delay\w*|verzog\w*|retards?"
    r"|retraso|atraso|ritard\w*|vertraging|opozn\w*|zpozden\w*|gecikme|errors?|\w*fehler\w*|erreurs?|erros?|errore|errori|fouten|bl[ae]d\w*"
    r"|chyb\w*|hatalar?|fel|felen|fail\w*|\w*ausfalle?|defects?|defekte?|bugs?|complain\w*|beschwerde\w*|reclama\w*|klacht\w*|skarg\w*|stiznost\w*"
    r"|reopen\w*|wiedereroffn\w*|reabert\w*|reabiert\w*|rouvert\w*|heropen\w*|escalat\w*|eskal\w*|escala\w*|breach\w*|\w*verletzt?\w*|violat\w*"
    r"|exceed\w*|uberschritt\w*|depass\w*|excedid\w*|superad\w*|overschred\w*|przekrocz\w*|prekrocen\w*|abandon\w*|missed|verpasst|downtime"
    r"|outages?|incidents?|costs?|\w*kosten|couts?|costes?|custos?|costo|costi|koszt\w*|naklad\w*|maliyet\w*|kostnad\w*|backlog|overdue|late"
    r"|aufgelegt|abgebrochen|perdid\w*|perdu\w*|pers[aei]|porzucon\w*|ztracen\w*"
    r"|uberfallig|rework|reassign\w*|churn|lost|stornier\w*|vulnerabilit\w*"
)
_LOWER_IN_SCRIPT = re.compile(
    r"待ち|等待|대기|遅延|延迟|延遲|지연|错误|錯誤|エラー|오류|障害|故障|장애|違反|违反|위반|費用|费用|비용|コスト|รอ|ผิดพลาด"
)
_AGREED = (
    r"slas?|in time|on time|within target|eingehalten|fristgerecht|rechtzeitig|breach\w*|respecte\w*"
    r"|dans les delais|cumpl\w*|a tiempo|no prazo"
    r"|rispettat\w*|nageleefd|op tijd|dotrzym\w*|w terminie|dodrzen\w*|splnen\w*"
)
_AGREED_IN_SCRIPT = re.compile(r"期限内|按时|按時|기한 ?내")
_FIRST_ANSWER = re.compile(
    r"\b(?:first (?:\w+ )?(?:response|reply|answer)|erst\w* (?:\w+ )?(?:antwort|reaktion|ruckmeldung)\w*"
    r"|erstantwort\w*|erstreaktion\w*|premiere? (?:reponse|prise)|primera? (?:respuesta|contacto)|primeira resposta"
    r"|prima risposta|eerste (?:reactie|antwoord)"
    r"|pierwsz\w+ (?:odpowied\w*|reakcj\w*)|prvni (?:odpoved|reakce))"
)
_FIRST_ANSWER_IN_SCRIPT = re.compile(r"初回(?:応答|回答|返信)|首次(?:响应|響應|回复|回覆)|첫 ?응답|최초 ?응답")
_LASTING = re.compile(r"\b(?:uptime|mtbf|between failures|zwischen ausfallen|entre fallos|entre falhas|entre pannes)\b")
_NOT = re.compile(
    r"\b(?:not|no|non|nicht|kein\w*|sans|sin|sem|senza|niet|geen|nie|bez|ne|ikke|inte|ei|не|нет|без|without|insatisf\w*|unzufried\w*)\b"
)
_COUNTED = re.compile(
    r"\b(?:count|counts|counter|number of|num|n|qty|quantity|anzahl|menge|stuckzahl|nombre|nb|numero de|numero di"
    r"|cantidad|quantidade|quantita|aantal|liczba|ilosc|pocet|sayisi|adet|antal|antall|lukumaara|maara|darab|αριθμος|πληθος|количество|число|кількість|numar)\b"
)
_COUNTED_IN_SCRIPT = re.compile(r"件数|個数|回数|数量|數量|件數|次数|次數|건수|횟수|개수|จำนวน")
_PLURALS = re.compile(
    r"(?:tickets?|incidents|cases|calls|updates|users|agents|requests|reopens|reassignments|touches|contacts|visits|errors|failures|retries"
    r"|attempts|comments|replies|messages|alerts|orders|events|changes|deployments|bugs|defects|complaints|items|transactions|sessions|views"
    r"|clicks|anrufe|storungen|fehler|vorfalle|appels|llamadas|chamadas|chamados|incidentes|chiamate|zgloszenia|oproepen|meldingen|aufrufe)"
)


def says_recommended(name: str) -> bool:
    """Whether a name is that of an answer to “would you recommend us?”."""
    return _is(name, _RECOMMENDED) or bool(_RECOMMENDED_IN_SCRIPT.search(name))


def says_satisfied(name: str) -> bool:
    """Whether a name says how content somebody is, so that more is better."""
    return _is(name, _SATISFIED) or bool(_SATISFIED_IN_SCRIPT.search(name))


def says_rated(name: str) -> bool:
    """Whether a name is that of a rating; which end of it is the best it does not say."""
    return says_satisfied(name) or _is(name, _RATED) or bool(_RATED_IN_SCRIPT.search(name))


def says_agreed(name: str) -> bool:
    """Whether a name says that something agreed was kept, or was not: ``SLA eingehalten``, ``Breached``."""
    return _is(name, _AGREED) or bool(_AGREED_IN_SCRIPT.search(name))


def says_first_answer(name: str) -> bool:
    """Whether a name is of the first answer: ``First response``, ``Erste Antwort``, ``Première réponse``."""
    return bool(_FIRST_ANSWER.search(folded(name)) or _FIRST_ANSWER_IN_SCRIPT.search(name))


def says_counted(name: str) -> bool:
    """Whether a name says that its numbers are of things: ``Anzahl Tickets``, ``reopen_count``, ``calls``."""
    text = folded(without_choice(name))
    last = text.split()[-1:] or [""]
    return bool(_COUNTED.search(text) or _COUNTED_IN_SCRIPT.search(name) or _PLURALS.fullmatch(last[0]))


def asks_yes_or_no(name: str) -> bool:
    """Whether a name is a question, or names the answers it allows: ``SLA OK?``, ``Answered (Y/N)``."""
    return without_choice(name) != name or name.rstrip(" )]").endswith(("?", "？"))


@lru_cache(maxsize=4_000)
def direction_of(name: str, *, lasts: bool = False) -> str:
    """Whether ``higher`` or ``lower`` is better, as a name says it; empty where it says neither, both, or a no.

    Args:
        name: of the column.
        lasts: whether its numbers are lengths of time, of which a shorter one is better but between two failures.
    """
    name = without_choice(name)
    text = folded(name)
    if lasts:
        return HIGHER if _LASTING.search(text) else LOWER
    higher = _is(name, _HIGHER) or bool(_HIGHER_IN_SCRIPT.search(name) or _SATISFIED_IN_SCRIPT.search(name))
    lower = _is(name, _LOWER) or bool(_LOWER_IN_SCRIPT.search(name))
    if higher == lower or _NOT.search(text):
        return ""
    return HIGHER if higher else LOWER


@lru_cache(maxsize=4_000)
def _is(name: str, pattern: str) -> bool:
    """Whether a word of a name, or several, fit."""
    return re.search(rf"\b(?:{pattern})\b", folded(name)) is not None
