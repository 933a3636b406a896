"""The routing table: everything that is heard, on one screen.

Kinds and the functions they call:

- ``command``: a word after ``/csi``: ``(ack, body, client, respond, kit, words)``; ``words`` follow the command word.
- ``action``: a button or menu by its action_id; ``id:anything`` is heard as ``id``: ``(ack, body, client, kit, …)``.
- ``view``: a modal's submission by its callback_id: ``(ack, body, view, client, kit, …)``.
- ``options``: what an external select offers, by its action_id: ``(ack, body)``.
- ``shortcut``: a global or message shortcut by its callback_id: ``(ack, body, client, kit, …)``.
- ``event``: stored first, then worked on apart from the request, again after a crash: ``(event, body, client, kit)``;
  ``heard_at`` is when it was stored.
- ``job``: work left by ``kit.inbox.later``: ``(payload, client, kit)``, with ``payload["team_id"]``.

Each function is given what its parameters name, and nothing else.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot import daily, receipts
from bot.blocks.text import unescape
from bot.context import Kit
from bot.listeners import (
    cycle,
    home,
    installation,
    looking,
    people,
    pictures,
    proposing,
    record,
    reminders,
    roles,
    sources,
    study,
    tidying,
)
from bot.listeners import register as register_
from bot.listeners import step1_should_measure as step1
from bot.listeners import step2_can_measure as step2
from bot.listeners import step3_gather as step3
from bot.listeners import step4_process as step4
from bot.listeners import step5_analyse as step5
from bot.listeners import step6_present as step6
from bot.listeners import step7_correct as step7
from bot.payload import team_of, user_of

COMMAND = "/csi"


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that is heard: its kind, its id, and the function that listens.

    ``lost`` says of a job that was given up where its end is waited for: ``(payload, kit)``. A ``heavy`` job reads,
    computes or draws: it is done apart (``bot.apart``), one at a time.
    """

    kind: str
    id: str
    listen: Callable[..., Any]
    lost: Callable[..., Any] | None = None
    heavy: bool = False


def open_word(ack: Ack, body: Mapping[str, Any], client: WebClient, respond: Respond, kit: Kit) -> None:
    """Hear a button that does what a command does."""
    ack()
    commands = of_kind("command")
    words = {word: partial(call, listen) for word, listen in commands.items()}
    words["mine"] = words[""]
    words["help"] = partial(call, partial(cycle.show_help, commands=list(commands)))
    cycle.press(words, body, client, respond, kit)


ROUTES: tuple[Route, ...] = (
    # the cycle
    Route("command", "", cycle.waiting),
    Route("command", "start", cycle.start),
    Route("command", "status", cycle.status),
    Route("command", "next", cycle.next_step),
    Route("command", "back", cycle.back),
    Route("command", "history", cycle.history),
    Route("action", "cycle.start", cycle.open_start),
    Route("action", "cycle.more", cycle.more_of_start),
    Route("action", "cycle.open", open_word),
    Route("action", "cycle.next", cycle.next_clicked),
    Route("action", "cycle.pass", cycle.open_reasons),
    Route("view", "cycle.start", cycle.started),
    Route("view", "cycle.back", cycle.went_back),
    Route("view", "cycle.pass", cycle.passed),
    # 1. what should you measure
    Route("command", "measure", step1.measure),
    Route("command", "kpi", step1.kpi),
    Route("action", "measure.open", step1.open_tree),
    Route("action", "measure.vision", step1.open_vision),
    Route("view", "measure.vision", step1.said_vision),
    Route("action", "measure.add_goal", step1.open_goal),
    Route("view", "measure.add_goal", step1.said_goal),
    Route("action", "measure.edit_goal", step1.open_goal),
    Route("view", "measure.edit_goal", step1.said_goal),
    Route("action", "measure.remove_goal", step1.remove_goal),
    Route("action", "measure.add_csf", step1.open_csf),
    Route("view", "measure.add_csf", step1.said_csf),
    Route("action", "measure.edit_csf", step1.open_csf),
    Route("view", "measure.edit_csf", step1.said_csf),
    Route("action", "measure.remove_csf", step1.remove_csf),
    Route("action", "measure.add_kpi", step1.open_kpi),
    Route("view", "measure.add_kpi", step1.said_kpi),
    Route("action", "measure.edit_kpi", step1.open_kpi),
    Route("view", "measure.edit_kpi", step1.said_kpi),
    Route("action", "measure.remove_kpi", step1.remove_kpi),
    Route("view", "measure.define", step1.defined),
    Route("action", "propose.open", proposing.open_choice),
    Route("action", "propose.leave", proposing.leave),
    Route("action", "propose.catalogue", proposing.open_catalogue),
    Route("options", "propose.others", proposing.offer_entries),
    Route("view", "propose.choose", proposing.chose),
    Route("action", "propose.how", proposing.open_how),
    Route("view", "propose.read", proposing.read_so),
    Route("action", "propose.more", proposing.more),
    Route("view", "propose.agree", proposing.agreed),
    Route("action", "measure.meant", step1.confirm),
    Route("action", "measure.catalogue", step1.chose_catalogue),
    Route("action", "measure.more", step1.more),
    Route("action", "measure.carried", step1.open_carried),
    Route("view", "measure.carried", step1.said_carried),
    Route("action", "measure.submit", step1.submit),
    Route("action", "measure.approve", step1.approve),
    Route("action", "measure.reject", step1.open_reject),
    Route("view", "measure.reject", step1.rejected),
    # 2. what can you measure
    Route("command", "assess", step2.assess),
    Route("command", "sla", step2.sla),
    Route("action", "assess.kpi", step2.open_kpi),
    Route("action", "assess.more", step2.more),
    Route("view", "assess.kpi", step2.said_kpi),
    Route("action", "assess.gap", step2.open_gap),
    Route("view", "assess.gap", step2.said_gap),
    Route("action", "sla.open", step2.open_sla),
    Route("action", "sla.draft", step2.open_draft),
    Route("view", "sla.draft", step2.drafted),
    Route("action", "sla.activate", step2.activate),
    Route("action", "sla.retire", step2.retire),
    # 3. gather the data
    Route("command", "gather", step3.gather),
    Route("action", "gather.open", step3.gather),
    Route("event", "file_shared", step3.dropped),
    Route("job", "gather.look", step3.look, heavy=True),
    Route("job", "gather.propose", step3.propose, heavy=True),
    Route("action", "gather.map", step3.open_mapping),
    Route("action", "gather.guess", step3.again),
    Route("action", "gather.more", step3.more),
    Route("action", "gather.choose", step3.more),
    Route("view", "gather.map", step3.mapped),
    Route("action", "gather.name", step3.open_naming),
    Route("action", "gather.try", step3.try_naming),
    Route("view", "gather.name", step3.named),
    Route("action", "gather.read", step3.read_as_before),
    Route("job", "gather.read", step3.read, lost=step3.not_read, heavy=True),
    Route("job", "gather.reread", step3.reread, heavy=True),
    Route("job", "gather.again", step3.reread_all, heavy=True),
    Route("job", "gather.forget", step3.forget),
    Route("action", "gather.how", step3.how),
    Route("action", "gather.change", step3.change),
    Route("action", "gather.undo", step3.undo),
    Route("action", "gather.accept", step3.accept),
    Route("action", "gather.meant", step3.meant),
    Route("action", "gather.remove", step3.remove),
    Route("action", "gather.restore", step3.restore),
    Route("action", "gather.number", step3.open_number),
    Route("view", "gather.number", step3.said_number),
    Route("action", "gather.attest", step3.attested),
    Route("action", "gather.collect", step3.open_collection),
    Route("view", "gather.collect", step3.said_collection),
    Route("action", "gather.study", step3.taken),
    # 4. process the data
    Route("command", "process", step4.process),
    Route("action", "process.run", step4.process_again),
    Route("job", "process.run", step4.run, heavy=True),
    Route("action", "process.swap", step4.swap),
    Route("action", "process.trace", step4.open_trace),
    Route("view", "process.traced", step4.wanted_trace),
    Route("action", "process.exclude", step4.open_exclude),
    Route("view", "process.exclude", step4.proposed_exclusion),
    Route("action", "process.exclusion", step4.open_exclusion),
    Route("action", "process.decide", step4.decided_exclusion),
    Route("action", "process.windows", step4.open_windows),
    Route("view", "process.windows", step4.fixed_windows),
    Route("action", "process.rebase", step4.open_rebase),
    Route("view", "process.rebase", step4.rebased),
    Route("action", "process.export", study.export_clicked),
    Route("command", "export", study.export),
    # 5. analyse the data
    Route("command", "analyse", step5.analyse),
    Route("action", "analyse.open", step5.analyse),
    Route("action", "analyse.run", step5.again),
    Route("action", "analyse.meant", step5.meant),
    Route("action", "analyse.windows", step5.open_windows),
    Route("view", "analyse.windows", step5.fixed_windows),
    Route("action", "analyse.finding", step5.open_finding),
    Route("view", "analyse.finding", step5.said_finding),
    Route("action", "analyse.all", step5.open_together),
    Route("view", "analyse.all", step5.said_together),
    Route("action", "analyse.none", step5.open_none),
    Route("view", "analyse.none", step5.said_none),
    Route("action", "analyse.why", step5.why),
    Route("action", "analyse.where", pictures.open_where),
    Route("job", "analyse.where", pictures.draw_where, heavy=True),
    Route("action", "analyse.rebase", step5.open_rebase),
    Route("view", "analyse.rebase", step5.rebased),
    Route("action", "analyse.withdraw", step5.withdrawn),
    # 6. present the information
    Route("command", "present", step6.open_form),
    Route("view", "present.send", step6.wanted),
    Route("job", "present.draw", step6.draw, heavy=True),
    Route("action", "present.acknowledge", step6.acknowledged),
    Route("action", "present.question", step6.open_question),
    Route("action", "present.answer", step6.open_answer),
    Route("view", "present.answer", step6.answered),
    Route("view", "present.question", step6.questioned),
    Route("action", "present.decide", step6.open_decision),
    Route("view", "present.decide", step6.decided),
    Route("action", "present.how", step6.how),
    Route("action", "present.why", step6.why),
    Route("action", "present.spiral", step6.open_spiral),
    Route("job", "present.spiral", step6.draw_spiral, heavy=True),
    Route("action", "history.spiral", pictures.open_spiral),
    Route("job", "history.spiral", pictures.draw_spiral, heavy=True),
    Route("action", "present.further", pictures.open_further),
    Route("job", "present.further", pictures.draw_further, heavy=True),
    # 7. implement corrective action
    Route("command", "act", step7.act),
    Route("command", "actions", step7.listing),
    Route("command", "close", step7.open_close),
    Route("action", "act.open", step7.open_act),
    Route("action", "act.propose", step7.open_propose),
    Route("view", "act.propose", step7.proposed),
    Route("action", "act.from_entry", step7.open_from_entry),
    Route("action", "act.more", step7.more),
    Route("action", "act.edit", step7.open_edit),
    Route("view", "act.edit", step7.edited),
    Route("action", "act.approve", step7.approve),
    Route("action", "act.reject", step7.open_reject),
    Route("view", "act.reject", step7.rejected),
    Route("action", "act.announce", step7.announce),
    Route("action", "act.done", step7.done),
    Route("action", "act.review", step7.review),
    Route("action", "act.close", step7.close_action),
    Route("action", "act.benefit", step7.benefit),
    Route("job", "act.watch", step7.watch, heavy=True),
    Route("action", "act.baseline", step7.open_baseline),
    Route("action", "act.baselines", step7.open_act),
    Route("view", "act.baseline", step7.said_baseline),
    Route("action", "act.approve_baseline", step7.approve_baseline),
    Route("action", "act.reject_baseline", step7.open_reject_baseline),
    Route("view", "act.reject_baseline", step7.rejected_baseline),
    Route("action", "cycle.close", step7.open_close),
    Route("view", "cycle.close", step7.said_close),
    # sources
    Route("command", "source", sources.show),
    Route("action", "source.open", sources.show),
    Route("action", "source.add", sources.open_add),
    Route("action", "source.edit", sources.open_edit),
    Route("view", "source.save", sources.save),
    Route("action", "source.collect", sources.collect_now),
    Route("job", "source.collect", sources.collect, heavy=True),
    Route("action", "source.token", sources.make_token),
    Route("action", "source.revoke", sources.revoke),
    Route("action", "source.retire", sources.retire),
    # the register
    Route("command", "register", register_.show),
    Route("action", "register.open", register_.show),
    Route("action", "register.add", register_.open_add),
    Route("shortcut", "register.add", register_.from_message),
    Route("view", "register.add", register_.added),
    Route("action", "register.more", register_.more),
    Route("action", "register.edit", register_.open_edit),
    Route("view", "register.edit", register_.edited),
    Route("action", "register.show", register_.look),
    Route("action", "register.sort", register_.look),
    Route("view", "register.open", register_.searched),
    Route("action", "register.page", register_.turn_page),
    Route("action", "register.move", register_.open_move),
    Route("view", "register.move", register_.moved),
    # the record
    Route("command", "audit", record.audit),
    Route("action", "audit.page", record.turn_page),
    Route("job", "record.prove", record.prove_daily, heavy=True),
    Route("command", "settings", record.settings),
    Route("view", "settings.open", record.said_settings),
    Route("job", "study.pack", study.pack, heavy=True),
    Route("job", "keep.tidy", tidying.tidy),
    Route("action", "settings.erase", record.open_erase),
    Route("view", "settings.erase", record.said_erase),
    Route("job", "settings.erase", record.erase),
    # App Home, people, places
    Route("event", "app_home_opened", home.opened),
    Route("action", "home.page", home.turn_page),
    Route("action", "home.hours", home.open_hours),
    Route("view", "home.hours", home.said_hours),
    Route("action", "home.start", home.open_start),
    Route("view", "home.start", home.chose_channel),
    Route("action", "home.tour", home.show_turn),
    Route("action", "wait.look", looking.look),
    Route("event", "app_mention", cycle.mentioned),
    Route("event", "member_joined_channel", cycle.joined),
    Route("event", "user_change", people.changed),
    Route("event", "app_uninstalled", installation.uninstalled),
    Route("event", "tokens_revoked", installation.revoked),
    Route("action", "reminder.snooze", reminders.snoozed),
    Route("job", "people.remember", people.remember),
    Route("action", "people.give_on", people.open_give_on),
    Route("view", "people.give_on", people.gave_on),
    # roles
    Route("command", "roles", roles.show),
    Route("action", "roles.open", roles.show),
    Route("view", "roles.save", roles.save),
)


def of_kind(kind: str) -> dict[str, Callable[..., Any]]:
    """The functions that listen to one kind, by id."""
    return {route.id: route.listen for route in ROUTES if route.kind == kind}


def call(listen: Callable[..., Any], **given: Any) -> Any:
    """Call a function with those of the given values that its parameters name."""
    wanted = inspect.signature(listen).parameters
    return listen(**{name: value for name, value in given.items() if name in wanted})


def register(app: App) -> None:
    """Let the app hear all that is in the table."""
    app.command(COMMAND)(hear_command)
    for route in ROUTES:
        if route.kind == "action":
            app.action(_pattern(route.id))(_once(route))
        elif route.kind == "view":
            app.view(route.id)(_once(route))
        elif route.kind == "options":
            app.options(route.id)(_offering(route))
        elif route.kind == "shortcut":
            app.shortcut(route.id)(_once(route))
        elif route.kind == "event":
            app.event(route.id)(_stored_already)


def _once(route: Route) -> Callable[..., None]:
    """What Bolt calls for a route: its function, with what that names, unless it had its effect before."""

    def hear(ack: Ack, body: Mapping[str, Any], client: WebClient, respond: Respond, kit: Kit) -> None:
        given = {"ack": ack, "body": body, "client": client, "respond": respond, "kit": kit, "view": body.get("view")}
        try:
            receipts.once(route.kind, route.listen, call, given)
        finally:
            daily.refresh(kit, team_of(body), user_of(body))

    return hear


def _offering(route: Route) -> Callable[..., None]:
    """What Bolt calls for an external select: nothing is changed by it, so that it may come as often as it likes."""

    def hear(ack: Ack, body: Mapping[str, Any]) -> None:
        call(route.listen, ack=ack, body=body)

    return hear


def _pattern(action_id: str) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(action_id)}(:.*)?$")


def _stored_already() -> None:
    """Nothing is left to do: the middleware stored the event, the inbox works on it."""


def hear_command(ack: Ack, body: Mapping[str, Any], client: WebClient, respond: Respond, kit: Kit) -> None:
    """Hand ``/csi WORD …`` to the word's function; an unknown word gets help with the nearest."""
    words = unescape(str(body.get("text") or "")).split()
    commands = of_kind("command")
    word = words[0].lower() if words else ""
    if refused := cycle.not_here(body, word):
        ack(text=refused)
    elif word in commands:
        given = {"ack": ack, "body": body, "client": client, "respond": respond, "kit": kit, "words": words[1:]}
        receipts.once("command", commands[word], call, given)
    elif word in ("", "help"):
        cycle.show_help(ack, list(commands))
    else:
        nearest = difflib.get_close_matches(word, [name for name in commands if name], n=1, cutoff=0.5)
        cycle.unknown_word(ack, body, word, nearest[0] if nearest else "")
