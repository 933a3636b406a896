"""Step 6 in Slack: the form, the report's messages, what its buttons open. All typed text is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, escape, mention
from csi.analysis.assurance import STATES as TARGET_STATES
from csi.analysis.change_state import STATES as CHANGE_STATES
from csi.charts.further import Further
from csi.models import Report, ReportClick
from csi.terms import VERDICTS, Audience, Verdict, both_axes
from csi.words.heading import ruled
from csi.words.wording import amount, plural

SEND, ACKNOWLEDGE, QUESTION, DECIDE, HOW, WHY, SPIRAL = (
    "present.send",
    "present.acknowledge",
    "present.question",
    "present.decide",
    "present.how",
    "present.why",
    "present.spiral",
)
FURTHER = "present.further"
ANSWER = "present.answer"
INFORMATION, DECISION = "information", "decision"
NAME, PEOPLE, LEFT_OUT = 120, 12, 3
PIECE = 2800  # characters of a section, below Slack's 3,000
TEXT = 7000  # characters of a list: a message holds 12,000 in all
SIGNS = {
    Verdict.ACHIEVED: ":white_check_mark:",
    Verdict.ACHIEVED_UNSTABLE: ":large_yellow_circle:",
    Verdict.IMPROVED: ":arrow_upper_right:",
    Verdict.NO_CHANGE: ":left_right_arrow:",
    Verdict.REGRESSED: ":small_red_triangle_down:",
    Verdict.INCONCLUSIVE: ":grey_question:",
}
AUDIENCES = {one.value: one.value[0].upper() + one.value[1:] for one in Audience}
UNMEASURED = ":heavy_minus_sign:"
# The verdict of each label, with the axis that it does not say itself or (in reports of earlier versions) without.
_SAID = VERDICTS | {
    both_axes(label, change, target): verdict
    for label, verdict in VERDICTS.items()
    for change in CHANGE_STATES
    for target in (*TARGET_STATES, None)
}
Line = Mapping[str, Any]


def form(verdicts: Sequence[tuple[str, str, str]], channel: str) -> Block:
    """The modal that presents: to whom, what is asked, and what they will see (name, label, summary)."""
    lines = [line(*one) for one in verdicts]
    return parts.modal(
        SEND,
        "Present",
        [
            parts.radio("audience", "Who reads it?", AUDIENCES, chosen=Audience.BUSINESS.value),
            parts.radio(
                "purpose",
                "What is it for?",
                {INFORMATION: "For information", DECISION: "Asks for a decision"},
                chosen=INFORMATION,
            ),
            parts.text_input(
                "ask",
                "What do you ask for?",
                optional=True,
                limit=1000,
                multiline=True,
                hint="One ask, for a report that asks for a decision.",
            ),
            parts.section("*What they will see*, missed ones first; the first five with a chart:"),
            *sections(lines),
        ],
        submit="Send to the channel",
        metadata=channel,
    )


def head(report: Report, content: Line, clicks: Sequence[ReportClick], *, grid: bool) -> list[Block]:
    """The report's first message: every KPI's verdict, the grid, the ask, the buttons, who pressed what."""
    picture = parts.slack_image("image", content["slam"]["alt_text"])
    ask = f":raised_hand: *Asked of you:* {escape(report.ask)}" if report.ask else "For your information."
    return [
        parts.header(f"{clip(content['service'], 100)}, cycle {content['cycle']}: did we get there?"),
        parts.section(f"For *{escape(report.audience)}*, presented by {mention(report.made_by)}."),
        *sections([_verdict(one) for one in content["verdicts"]]),
        picture
        if grid
        else parts.section(f"{escape(content['slam']['title'])}\n:warning: The grid could not be drawn."),
        parts.section(ask),
        parts.actions([*_buttons(report), *_how_menu(report, content)], block_id="report"),
        *_pressed(clicks),
    ]


def recorded(content: Line) -> str:
    """Where the record ended when the report was frozen; empty where that is not known."""
    return f"Frozen; the record ended with `{content['record']}`." if content.get("record") else ""


def headline(content: Line) -> str:
    """What a notification shows, escaped."""
    return escape(f"{clip(content['service'], 100)}, cycle {content['cycle']}: did we get there?")


def line(name: str, label: str, summary: str = "") -> str:
    """A KPI in a line: sign, name, verdict, then levels and target where they are known."""
    return f"{sign(label)} *{_name(name)}*: {escape(ruled(label, summary))}"


def said(one: Line) -> str:
    """A KPI's message as a notification shows it."""
    return line(one["name"], one["label"], one["summary"])


def item(report: Report, one: Line, *, drawn: bool) -> list[Block]:
    """One KPI: its chart, which says verdict and levels itself; one line below; all else is one press away."""
    instead = [parts.section(said(one)), not_drawn(one["name"])]
    chart = [parts.slack_image("image", one["alt_text"])] if drawn else instead
    left_out, more_left = one["left_out"][:LEFT_OUT], len(one["left_out"]) - LEFT_OUT
    beside = [escape(text) for text in (one["below"], " · ".join((one["baseline"], one["n"])), *left_out)]
    beside += [f"… and {plural(more_left, 'more span')} left out"] if more_left > 0 else []
    value = f"{report.id}:{one['kpi']}"
    more = [parts.button("Why this verdict?", WHY, value), parts.button("How was this computed?", HOW, value)]
    more += [parts.button("All cycles", SPIRAL, value)] * (report.content.get("cycle", 1) > 1)
    more = _further(one, value, more)
    return [*chart, parts.context(*(text for text in beside if text)), parts.actions(more, block_id="more")]


def _further(one: Line, value: str, buttons: list[Block]) -> list[Block]:
    """The buttons with the way to what else is drawn of a KPI: where it is in front, the rest in a menu."""
    kept = [kind for kind in Further if kind in one.get("further", {})]
    front = [parts.button(kind.words, FURTHER, f"{value}:{kind}") for kind in kept if kind is Further.WHERE]
    options = [parts.option(f"{value}:{kind}", kind.words) for kind in kept if kind is not Further.WHERE]
    menu = [{"type": "overflow", "action_id": f"{FURTHER}:menu", "options": options}] if options else []
    return [*buttons[:1], *front, *buttons[1:], *menu]


def further(alt_text: str, below: Sequence[str]) -> list[Block]:
    """One more picture of a KPI, what it says beside it."""
    return [parts.slack_image("image", alt_text), *([parts.context(*map(escape, below))] if below else [])]


def not_drawn(name: str) -> Block:
    """What stands in place of a chart that failed."""
    return parts.section(f":warning: The chart of {_name(name)} could not be drawn.")


def failed(report: Report, why: str) -> str:
    """The whole report could not be made."""
    cause = escape(clip(why, 500))
    return f":warning: The report for {escape(report.audience)} could not be made: {cause} Nothing was presented."


def lost(report: Report, content: Line, names: Sequence[str]) -> str:
    """Some pictures of a report that was sent could not be drawn."""
    what = f"the charts of {', '.join(_name(name) for name in names)}" if names else "the grid"
    return f":warning: In the report “{headline(content)}” for {escape(report.audience)} {what} could not be drawn."


def how_modal(one: Line) -> Block:
    """The answer to "How was this computed?"."""
    return _told(one, "How it was computed", one["how"])


def why_modal(one: Line) -> Block:
    """The answer to "Why this verdict?", for this audience."""
    return _told(one, "Why this verdict?", one["details"])


def _told(one: Line, title: str, texts: Sequence[str]) -> Block:
    rows = [f"• {escape(clip(text, 1500))}" for text in texts]
    return parts.modal(
        "notice", title, [parts.section(f"*{_name(one['name'])}*"), *sections(rows)], submit="", close="OK"
    )


def plain(text: str) -> str:
    """Words as a notification shows them."""
    return escape(text)


def spiral(alt_text: str, notes: Sequence[str]) -> list[Block]:
    """One KPI over all cycles: the picture says what there is to say, its numbers are told below."""
    return [parts.slack_image("image", alt_text), parts.context("\n".join(escape(note) for note in notes))]


def question_form(report_id: int) -> Block:
    """What a reader wants to know."""
    return parts.modal(
        QUESTION,
        "Ask a question",
        [parts.text_input("text", "What do you want to know?", multiline=True, limit=1000)],
        submit="Ask",
        metadata=str(report_id),
    )


def decide_form(report_id: int, ask: str) -> Block:
    """What is decided on the ask."""
    return parts.modal(
        DECIDE,
        "Decide",
        [
            parts.section(f":raised_hand: {escape(ask)}"),
            parts.text_input("text", "Your decision, and why", multiline=True, limit=1000),
        ],
        submit="Decide",
        metadata=str(report_id),
    )


def asked(user_id: str, text: str, made_by: str) -> str:
    """A reader's question, in the report's thread."""
    return f":question: {mention(user_id)} asks: {escape(text)}\n{mention(made_by)}, please answer."


def question(said: str, report_id: int, asker: str) -> list[Block]:
    """The same with the button that opens the field for the answer."""
    button = parts.button("Answer …", ANSWER, f"{report_id}:{asker}", style="primary")
    return [parts.section(clip(said, parts.SECTION)), parts.actions([button])]


def answer_form(value: str) -> Block:
    """The answer to a reader's question."""
    field = parts.text_input("text", "Your answer", multiline=True, limit=1000)
    return parts.modal(ANSWER, "Answer", [field], submit="Answer", metadata=value)


def answered(user_id: str, asker: str, text: str) -> str:
    """An answer, in the report's thread: whoever asked hears of it."""
    return f":speech_balloon: {mention(user_id)} answers {mention(asker)}: {escape(text)}"


def decided(user_id: str, text: str) -> str:
    """A decision, in the report's thread."""
    return f":ballot_box_with_check: {mention(user_id)} decided: {escape(text)}"


def sections(lines: Sequence[str], most: int = TEXT) -> list[Block]:
    """Lines in as few sections as hold them, up to ``most`` characters in all; how many are left is said."""
    pieces: list[str] = []
    used = 0
    for at, line in enumerate(lines):
        short = clip(line, PIECE)
        used += len(short) + 1
        if used > most:
            pieces.append(f"… and {len(lines) - at} more.")
            break
        if pieces and len(pieces[-1]) + len(short) + 1 <= PIECE:
            pieces[-1] += f"\n{short}"
        else:
            pieces.append(short)
    return [parts.section(piece) for piece in pieces if piece]


def sign(label: str) -> str:
    """The verdict's sign; its words always stand beside it."""
    return SIGNS[_SAID[label]] if label in _SAID else UNMEASURED


def _verdict(one: Line) -> str:
    if "summary" in one:  # what was frozen before it had one is told by its latest value
        return line(one["name"], one["label"], one["summary"])
    beside = one.get("targets") or ()
    latest = f", latest {escape(amount(one['latest']['value'], one['unit'], beside))}" if one["latest"] else ""
    target = f", {escape(one['target'])}" if one["target"] else ""
    return f"{line(one['name'], one['label'])}{latest}{target}"


def _name(name: str) -> str:
    return escape(clip(name, NAME))


def _buttons(report: Report) -> list[Block]:
    value = str(report.id)
    found = [parts.button("Acknowledge", ACKNOWLEDGE, value), parts.button("Question", QUESTION, value)]
    return found + ([parts.button("Decide", DECIDE, value, style="primary")] if report.ask else [])


def _how_menu(report: Report, content: Line) -> list[Block]:
    """The way to "How was this computed?" for figures that stand in the list without a chart."""
    shown = {item["kpi"] for item in content["items"]}
    bare = [(at, line) for at, line in enumerate(content["verdicts"]) if line["latest"] and line["kpi"] not in shown]
    options = [parts.option(f"{report.id}:#{at}", line["name"]) for at, line in bare[:100]]
    asked = parts.plain("How was this computed?", parts.PLACEHOLDER)
    menu = {"type": "static_select", "action_id": f"{HOW}:menu", "placeholder": asked, "options": options}
    return [menu] if options else []


def explained(content: Line, which: str) -> Line:
    """The line a button (a KPI's id) or the menu (``#`` and its place in the list) asks about."""
    if which.startswith("#"):
        return dict(content["verdicts"][int(which[1:])])
    return next(dict(line) for line in content["items"] if line["kpi"] == which)


WORDS = {"acknowledge": "Acknowledged by", "question": "Asked by", "decide": "Decided by"}


def _pressed(clicks: Sequence[ReportClick]) -> list[Block]:
    """Who pressed what."""
    texts = []
    for kind, words in WORDS.items():
        people = [click.user_id for click in clicks if click.kind == kind]
        more = f" and {plural(len(people) - PEOPLE, 'other')}" if len(people) > PEOPLE else ""
        if people:
            texts.append(f"{words} {', '.join(mention(one) for one in people[:PEOPLE])}{more}")
    return [parts.context(*texts)] if texts else []
