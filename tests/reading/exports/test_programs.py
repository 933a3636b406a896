"""Every program's header, in the languages it is known in: recognised, and each column for what it stands for.

Names are those of real headers and sources as the profiles note; the rows are ours.
"""

from __future__ import annotations

import pytest

from csi.reading.exports import Trap
from csi.reading.exports.profile import profiles
from tests.reading.exports.written import read, table

# program, language ("" where names are the same in all), header: name > meaning [= cells]; "-" is no meaning
PROGRAMS = [
    (
        "servicenow",
        "",
        "number > key | short_description > title | opened_at > opened | resolved_at > resolved"
        " | closed_at > closed | sla_due > resolve_due = UNKNOWN/2026-03-09 10:00:00/2026-03-09 11:00:00"
        " | made_sla > resolve_met | sys_mod_count > version | sys_updated_on > updated | reopen_count > reopens"
        " | reassignment_count > reassignments | priority > priority = 2 - High | assignment_group > team"
        " | assigned_to > assignee | contact_type > channel | incident_state > status | category > category"
        " | calendar_stc > resolve_took = 5,510,746/60/600 | business_duration > close_took | cmdb_ci > service",
    ),
    (
        "servicenow",
        "",
        "number > key | incident_state > status | opened_at > opened | caller_id > -"
        " | short_description > title | sys_updated_on > updated | assignment_group > team"
        " | calendar_duration > close_took = 45667/137309/2405 | closed_by > -",
    ),
    (
        "servicenow",
        "en",
        "Number > key | Short description > title | Assignment group > team | Opened > opened"
        " | Resolved > resolved | Made SLA > resolve_met | State > status | Priority > priority | Updated > updated"
        " | Business resolve time > resolve_took | Configuration item > service | Contact type > channel",
    ),
    (
        "servicenow",
        "pt",
        "Número > key | Grupo de atribuição > team | Aberto(a) > opened | Encerrado > closed"
        " | Prioridade > priority | Atribuído(a) > assignee | Atualizado em > updated | Estado > status",
    ),
    (
        "servicenow",
        "es",
        "Número > key | Grupo de asignación > team | Creado > opened | Actualizado > updated"
        " | Prioridad > priority | Elemento de configuración > service | Asignado a > assignee",
    ),
    (
        "servicenow",
        "ja",
        "番号 > key | アサイン先グループ > team | 開始日時 > opened | クローズ日時 > closed"
        " | 優先度 > priority | ステータス > status | 更新日時 > updated | 保留理由 > pending_reason",
    ),
    (
        "jira",
        "en",
        "Issue key > key | Issue id > - | Summary > title | Status > status | Created > opened"
        " | Resolved > resolved | Updated > updated | Due date > due | Priority > priority | Assignee > assignee"
        " | Custom field ([CHART] Date of First Response) > first_response | Satisfaction rating > satisfaction"
        " | Custom field (Satisfaction date) > answered | Custom field (Team) > team | Sprint > - | Sprint_2 > -",
    ),
    (
        "jira",
        "de",
        "Zusammenfassung > title | Vorgangsschlüssel > key | Vorgangs-ID > - | Status > status"
        " | Erstellt > opened | Erledigt > resolved | Aktualisiert > updated | Priorität > priority"
        " | Benutzerdefinierte Felder ([CHART] Date of First Response) > first_response | Lösung > -",
    ),
    (
        "jira",
        "fr",
        "Résumé > title | Clé de ticket > key | ID de ticket > - | État > status | Création > opened"
        " | Résolu > resolved | Mise à jour > updated | Date d'échéance > due | Priorité > priority"
        " | Champs personnalisés (Satisfaction date) > answered | Personne assignée > assignee",
    ),
    (
        "jira",
        "es",
        "Resumen > title | Clave de incidencia > key | ID de la incidencia > - | Estado > status"
        " | Creada > opened | Resuelta > resolved | Actualizada > updated | Prioridad > priority"
        " | Calificación de satisfacción > satisfaction | Campo personalizado (Fecha de la satisfacción) > answered"
        " | Campo personalizado (Tiempo hasta resolución) > - | Resolución > -",
    ),
    (
        "jira",
        "pt",
        "Resumo > title | Chave da item > key | Status > status | Criado > opened | Resolvido > resolved"
        " | Atualizado(a) > updated | Prioridade > priority | Responsável > assignee | Tipo de item > category",
    ),
    (
        "jira",
        "pl",
        "Podsumowanie > title | Klucz zgłoszenia > key | Id. zgłoszenia > - | Status > status"
        " | Utworzono > opened | Rozwiązane > resolved | Zaktualizowano > updated | Termin > due",
    ),
    (
        "zendesk",
        "en",
        "Summation column > - | Id > key | Requester > - | Subject > title | Status > status"
        " | Created at > opened | Initially assigned at > assigned | Solved at > resolved | Updated at > updated"
        " | First reply time in minutes > response_took | Full resolution time in minutes > resolve_took"
        " | On hold time in minutes > paused | Reopens > reopens | Via > channel | Group > team"
        " | Satisfaction Score > satisfaction = Good/Bad/Offered | Ticket type > category | Topic [list] > -",
    ),
    (
        "zendesk_explore",
        "en",
        "Ticket ID > key | Ticket solved - Date > resolved "
        "| First reply time (hrs) > response_took | Full resolution time (hrs) > resolve_took",
    ),
    (
        "freshdesk",
        "en",
        "Ticket ID > key | Subject > title | Status > status | Priority > priority | Source > channel"
        " | Type > category | Agent > assignee | Group > team | Created time > opened | Due by Time > resolve_due"
        " | Resolved time > resolved | Closed time > closed | Last update time > updated"
        " | Initial response time > first_response | Time tracked > - = 00:30:00"
        " | First response time (in hrs) > response_took = 00:10:00/01:10:00/02:10:00"
        " | Resolution time (in hrs) > resolve_took = 10:10:00/21:10:00/02:10:00"
        " | Resolution status > resolve_met = Within SLA/SLA Violated/Within SLA"
        " | First response status > response_met = Within SLA/SLA Violated/Within SLA",
    ),
    (
        "freshdesk",
        "en",
        "Ticket ID > key | Subject > title | Status > status | Priority > priority | Type > category"
        " | Created time > opened | Resolved time > resolved | Full name > - | Title > - | Contact ID > -",
    ),
    (
        "freshservice",
        "en",
        "Ticket Id > key | Subject > title | Requester Name > - | Urgency > - | Impact > -"
        " | Created Time > opened | Resolved Time > resolved | Closed Time > closed | Category > category"
        " | Initial Response Time > first_response | Resolution Time (in Hrs) > resolve_took"
        " | Resolution Status > resolve_met = Within SLA/SLA Violated/Within SLA | Group > team",
    ),
    (
        "glpi",
        "fr",
        "ID > key = 2 553/2 554/2 555 | Titre > title | Statut > status | Demandeur - Demandeur > -"
        " | Date d'ouverture > opened | Date de résolution > resolved | Dernière modification > updated"
        " | TTR > resolve_due | Attribué à - Technicien > assignee | Catégorie > category | column_11 > - = //",
    ),
    (
        "glpi",
        "pt",
        "ID > key | Título > title | Status > status | Requerente - Requerente > -"
        " | Data de abertura > opened | Data da solução > resolved | Tempo para solução > resolve_due"
        " | Tempo para resolver excedido > resolve_met = Sim/Não/Não | Última atualização > updated"
        " | Estatísticas - Tempo de solução > resolve_took = 1 horas 18 minutos/53 segundos/0 segundo",
    ),
    (
        "glpi",
        "pt",
        "ID > key = 196 020/206 481/200 040 | Título > title | Status > status | Data de abertura > opened"
        " | Atribuído para - Técnico > assignee | Requerente - Requerente > - | Data de fechamento > closed"
        " | Pesquisa de satisfação - Satisfação > satisfaction | Pesquisa de satisfação - Comentários > -"
        " | Categoria > category | Data da solução > resolved | Atribuído para - Grupo técnico > team",
    ),
    (
        "glpi",
        "es",
        "ID > key | Título > title | Estado > status | Última actualización > updated"
        " | Fecha de Apertura > opened | Prioridad > priority | Solicitante - Solicitante > -"
        " | Asignado a: - Técnico > assignee | Categoría > category | Fecha de cierre > closed",
    ),
    (
        "glpi",
        "es",
        "ID > key | Título > title | Estado > status | Solicitante - Solicitante > -"
        " | Fecha de apertura > opened | Fecha de solución > resolved"
        " | Se superó el tiempo de resolución > resolve_met = Si/No/No | Asignado a: - Técnico > assignee",
    ),
    (
        "glpi",
        "en",
        "ID > key | Title > title | Requester - Requester > - | Opening Date > opened"
        " | Closing Date > closed | Time to Resolve > resolve_due | Time to resolve exceeded > resolve_met = Yes/No/No",
    ),
    (
        "otrs",
        "en",
        "Ticket Number > key | Age > - = 1 d 2 h | Created > opened | Closed > closed | FirstLock > assigned"
        " | FirstResponse > first_response | State > status | Priority > priority | Queue > team | Owner > assignee"
        " | FirstResponseInMin > response_took | FirstResponseDiffInMin > response_left | SolutionInMin > resolve_took"
        " | SolutionDiffInMin > resolve_left = -30/20/10 | AccountedTime > - = 20",
    ),
    (
        "otrs",
        "de",
        "Ticket Nummer > key | Alter > - = 1 d 2 h | Erstellt > opened | Status > status"
        " | Priorität > priority | Queue > team | Besitzer > assignee | SolutionInMin > resolve_took"
        " | SolutionDiffInMin > resolve_left",
    ),
    (
        "otrs",
        "pt",
        "Número > - = 1/2/3 | Ticket# > key | Idade > - = 27 d 19 h | Titulo > title | Criado > opened"
        " | Última Alteração > updated | Hora de Fechamento > closed | Fila > team | Estado > status"
        " | Prioridade > priority | ID do Cliente > - | Serviço > service | Primeira Resposta > first_response"
        " | Primeira Resposta em Minutos > response_took | Tempo de solução em minutos > resolve_took"
        " | Delta de tempo de solução em minutos > resolve_left | First Lock > assigned | Tempo Contabilizado > -",
    ),
    (
        "topdesk",
        "",
        "naam > key | dataanmk > - = 2026-03-02 10:00:00/2026-03-03 10:00:00/2026-03-04 10:00:00"
        " | datumaangemeld > opened | datumgereed > resolved | gereed > - = true/false/true | datumafgemeld > closed"
        " | afgemeld > - = true | datwijzig > updated | doorlooptijd > - = 4 uur | minutendoorlooptijd > resolve_took"
        " | datumafspraaksla > resolve_due | status > - = firstLine | soortbinnenkomst > channel",
    ),
    (
        "topdesk",
        "nl",
        "Behandelaarsgroep > team | Behandelaar > assignee | Streefdatum > due | Doorlooptijd > -"
        " | Korte omschrijving > title | Prioriteit > priority | aanmelddatum > opened | afmeldingsdatum > closed"
        " | Bestede tijd > - = 20",
    ),
    (
        "itop",
        "en",
        "Ref > key | Start date > opened | Assignment date > assigned | Resolution date > resolved"
        " | Close date > closed | Last update > updated | TTR Deadline > resolve_due"
        " | SLA ttr passed > resolve_met = yes/no/no | Origin > channel | Service > service | Team > team"
        " | User satisfaction > satisfaction = Very satisfied/Rather Dissatified/Fairly satisfied",
    ),
    (
        "itop",
        "fr",
        "Référence > key | Date de début > opened | Date de résolution > resolved"
        " | Echéance TTR > resolve_due"
        " | SLA TTR dépassé ? > resolve_met = oui/non/non | Equipe > team | Origine > channel",
    ),
    (
        "itop",
        "de",
        "Referenz > key | Gestartet > opened | Lösungsdatum > resolved | Schließdatum > closed"
        " | SLA TTR verletzt > resolve_met = Ja/Nein/Nein | Herkunft > channel",
    ),
    (
        "itop",
        "es",
        "Ref > key | Fecha de Inicio > opened | Fecha de Solución > resolved | Fecha de Cierre > closed"
        " | SLA de Tiempo de Solución Cumplido > resolve_met = si/no/no | Grupo > team",
    ),
    (
        "itop",
        "pt",
        "Ref. > key | Data de abertura > opened | Data de solução > resolved"
        " | SLA TTR superado > resolve_met = Sim/Não/Não | Serviço > service",
    ),
    (
        "itop",
        "nl",
        "Nummer > key | Startdatum > opened | Opgelost sinds > resolved | Afgesloten sinds > closed"
        " | SLA TTR overschreden > resolve_met = Ja/Nee/Nee | Oorsprong > channel",
    ),
    (
        "osticket",
        "en",
        "Ticket Number > key | Date Created > opened | Last Updated > updated | Closed Date > closed"
        " | Reopen Count > reopens | Priority > priority | Help Topic > category | Source > channel"
        " | Current Status > status | SLA Due Date > - = 2026-03-09 10:00:00/2026-03-09 11:00:00/2026-03-09 12:00:00"
        " | Overdue > - = 0/1/0 | Agent Assigned > assignee | Team Assigned > team",
    ),
    (
        "zammad",
        "en",
        "# > key | Title > title | State > status | Priority > priority | Group > team | Owner > assignee"
        " | Created At > opened | Closed At > closed | Updated At > updated | First Response At > first_response"
        " | First Response In Min > response_took | First Response Diff In Min > response_left"
        " | Close In Min > close_took | Close Diff In Min > resolve_left | Create Channel > channel"
        " | Time Units Total > - = 20",
    ),
    (
        "gitlab",
        "en",
        "Title > title | Issue ID > key | State > status | Created At (UTC) > opened"
        " | Closed At (UTC) > closed | Updated At (UTC) > updated | Assignee > assignee | Time Spent > - = 3600",
    ),
    (
        "gitlab",
        "en",
        "Title > title | ID > - | IID > key | State > status | Created At (UTC) > opened"
        " | Closed At (UTC) > closed | Milestone > -",
    ),
    (
        "github",
        "",
        "number > key = 1/2/3 | title > title | state > status | createdAt > opened | closedAt > closed"
        " | labels > category",
    ),
    (
        "github",
        "",
        "id > - | number > key = 1/2/3 | title > title | state > status | created_at > opened"
        " | closed_at > closed | updated_at > updated",
    ),
    (
        "github_runs",
        "",
        "id > key | status > - = completed | conclusion > outcome = success/failure/success"
        " | created_at > deployed | updated_at > updated",
    ),
    (
        "azure_devops",
        "en",
        "ID > key | Work Item Type > category | Title > title | Assigned To > assignee"
        " | State > status | Created Date > opened | Changed Date > updated | Area Path > team",
    ),
    (
        "pagerduty",
        "",
        "id > key | description > title | service_name > service | created_on > opened"
        " | seconds_to_first_ack > acknowledge_took | seconds_to_resolve > resolve_took | urgency > priority"
        " | assignment_count > - = 1",
    ),
    (
        "pagerduty",
        "",
        "id > - | incident_number > key = 1/2/3 | title > title | created_at > opened | status > status"
        " | urgency > priority | first_trigger_log_entry > - = {} | last_status_change_at > -",
    ),
    (
        "opsgenie",
        "",
        "id > - | tinyId > key = 1/2/3 | alias > - | message > title | status > status"
        " | createdAt > opened = 1772445600000/1772445700000/1772445800000 | priority > priority | count > - = 3",
    ),
    (
        "statuspage",
        "",
        "id > key | name > title | status > status | impact > priority = minor/none/critical"
        " | created_at > - = 2026-03-02T10:00:00.777-07:00 | started_at > started | monitoring_at > -"
        " | resolved_at > ended | updated_at > updated | shortlink > -",
    ),
    (
        "uptimerobot",
        "en",
        "Monitor > service | Monitor URL > - | Event > is_down = Down/Up/Down | Date-Time > started"
        " | Reason > - = Timeout/OK/Timeout | Duration (in mins.) > lasted",
    ),
    (
        "uptime_kuma",
        "",
        "monitorID > service = 1/2/3 | status > is_down = 0/1/1 | time > started | msg > - "
        "| ping > - = 3 | important > - = 1 | duration > - = 60",
    ),
    (
        "hubspot",
        "en",
        "Ticket ID > key = 12345678901/12345678902/12345678903 | Ticket name > title | Pipeline > team"
        " | Ticket status > status | Create date > opened | Ticket owner > assignee | Source > channel"
        " | Last activity date > -",
    ),
    (
        "intercom",
        "en",
        "Conversation ID > key | Conversation started at (America/New_York) > opened"
        " | Conversation first replied at (America/New_York) > first_response"
        " | Conversation last closed at (America/New_York) > closed | First response time (seconds) > response_took"
        " | Time to close (seconds) > close_took | Number of reassignments > reassignments | Channel > channel"
        " | Conversation rating > satisfaction",
    ),
    (
        "intercom",
        "en",
        "Conversation ID > key | Updated at (Europe/Berlin) > answered | Last teammate rating > satisfaction",
    ),
    ("google_forms", "pt", "Carimbo de data/hora > answered | Como avalia o atendimento? > - = 5"),
    ("google_forms", "it", "Informazioni cronologiche > answered | Voto > - = 5"),
    ("google_forms", "pl", "Sygnatura czasowa > answered | Ocena > - = 5"),
    ("google_forms", "de", "Zeitstempel > answered | Wie zufrieden sind Sie? > - = 5"),
    ("google_forms", "fr", "Horodateur > answered | Êtes-vous satisfait ? > - = 5"),
    ("google_forms", "es", "Marca temporal > answered | ¿Volvería a llamarnos? > - = Sí"),
    ("microsoft_forms", "en", "ID > key | Start time > started | Completion time > answered | Email > - | Name > -"),
    ("microsoft_forms", "de", "Id > key | Startzeit > started | Fertigstellungszeit > answered | E-Mail > -"),
    ("microsoft_forms", "es", "Id > key | Hora de inicio > started | Hora de finalización > answered | Nombre > -"),
    ("microsoft_forms", "pt", "Id > key | Hora de início > started | Hora de conclusão > answered | Email > -"),
    ("microsoft_forms", "nl", "ID > key | Begintijd > started | Tijd van voltooien > answered | E-mail > -"),
    ("microsoft_forms", "pl", "ID > key | Godzina rozpoczęcia > started | Godzina ukończenia > answered | Nazwa > -"),
    (
        "surveymonkey",
        "en",
        "Respondent ID > key | Collector ID > - | Start Date > started | End Date > answered"
        " | IP Address > - | How likely are you to recommend us? > - = 9",
    ),
    (
        "genesys",
        "en",
        "Full Export Completed > - | Partial Result Timestamp > - | Media Type > channel"
        " | Users > assignee | Date > opened | End Date > closed | Duration > - = 60"
        " | Direction > category | Queue > team"
        " | Conversation ID > key",
    ),
    (
        "elastix",
        "en",
        "Date > opened | Source > - | Ring Group > team | Destination > - | Src. Channel > -"
        " | Account Code > - | Dst. Channel > - | Status > status | Duration > - = 60",
    ),
    ("four_keys_deployments", "", "source > - | deploy_id > key | time_created > deployed | changes > -"),
    ("four_keys_changes", "", "source > - | change_id > key | time_created > committed"),
    (
        "four_keys_incidents",
        "",
        "source > - | incident_id > key | time_created > started | time_resolved > ended | changes > -",
    ),
]


@pytest.mark.parametrize(("program", "language", "spec"), PROGRAMS)
def test_a_header_is_recognised_and_each_column_is_what_it_stands_for(program: str, language: str, spec: str) -> None:
    found = read(spec)
    assert found is not None
    assert (found.program, found.languages[:1]) == (program, (language,) if language else ())
    told = {str(meaning): one.column for meaning, one in found.columns.items()}
    wanted = table(spec)[2]
    if program == "statuspage":  # its impact says both how bad it was and whether anything was down
        wanted["is_down"] = "impact"
    assert told == wanted


def test_every_program_has_a_row_here() -> None:
    assert {program for program, _, _ in PROGRAMS} == {profile.id for profile in profiles()}


def test_names_are_compared_without_case_accents_blanks_marks_and_quotes() -> None:
    names = ('\ufeff"CLÉ  DE TICKET"', "resume", "Etat", " Création ", "Date d’échéance")
    spec = " | ".join(
        f"{name} > {means}" for name, means in zip(names, ("key", "title", "status", "opened", "due"), strict=True)
    )
    found = read(spec)
    assert found is not None
    assert (found.program, len(found.columns)) == ("jira", 5)


def test_otherwise_names_are_exact() -> None:
    assert read("Issue keys > key | Summary > title | Created on > opened | Status > status") is None


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("Issue key > key | Created > opened | Issue id > -", {"Issue id": Trap.INTERNAL_ID}),
        ("Vorgangsschlüssel > key | Erstellt > opened | Vorgangs-ID > -", {"Vorgangs-ID": Trap.INTERNAL_ID}),
        (
            "Issue key > key | Created > opened | Custom field (Time to resolution) > - = -01:20",
            {"Custom field (Time to resolution)": Trap.TIME_LEFT},
        ),
        (
            "Issue key > key | Created > opened | Time Spent > - = 3600 | Resolution > -",
            {"Time Spent": Trap.BOOKED_WORK, "Resolution": Trap.WORD},
        ),
        ("Issue key > key | Created > opened | Last Viewed > opened", {"Last Viewed": Trap.NOT_RESOLVED}),
        (
            "Id > key | Created at > opened | Solved at > resolved | First reply time in minutes > response_took"
            " | Resolution time > - = 70 | Assignee stations > - = 1",
            {"Resolution time": Trap.NO_UNIT, "Assignee stations": Trap.COUNTS_HOLDERS},
        ),
        (
            "ID > key | Requerente - Requerente > - | Tempo para solução + Progresso > -"
            " | Tempo para atendimento > opened",
            {"Tempo para solução + Progresso": Trap.MIXED, "Tempo para atendimento": Trap.DEADLINE},
        ),
        (
            "naam > key | datumaangemeld > opened | datumgereed > resolved"
            " | doorlooptijd > - | gereed > - | status > -",
            {"doorlooptijd": Trap.NAME_OF_TARGET, "gereed": Trap.YES_NO, "status": Trap.NOT_PROGRESS},
        ),
        (
            "number > key | made_sla > resolve_met | opened_at > opened | sys_id > - | close_code > -",
            {"sys_id": Trap.INTERNAL_ID, "close_code": Trap.WORD},
        ),
        (
            "tinyId > key | createdAt > opened | alias > - | count > - = 3 | acknowledged > - = true",
            {"count": Trap.REPEATS, "acknowledged": Trap.YES_NO},
        ),
        (
            "id > key | status > - | conclusion > outcome = success | created_at > deployed | updated_at > updated",
            {"status": Trap.FINISHED_NOT_SUCCESSFUL},
        ),
        (
            "Ticket Number > key | Date Created > opened | Help Topic > category | SLA Plan > - | Overdue > - = 0",
            {"Overdue": Trap.CLEARED},
        ),
    ],
)
def test_what_misleads_is_told_and_stands_for_nothing(spec: str, why: dict[str, Trap]) -> None:
    found = read(spec)
    assert found is not None
    assert {one.column: one.why for one in found.misleading} == why
    assert not set(why) & {told.column for told in found.columns.values()}
