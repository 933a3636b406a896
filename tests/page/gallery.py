"""One of everything the page must show: blocks, a modal with every input, an App Home."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str | None = None, description: str = "") -> Block:
    made = {"text": plain(text), "value": value or text.lower()}
    return made | ({"description": plain(description)} if description else {})


def button(text: str, action_id: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


CONFIRM = {
    "title": plain("Approve the action?"),
    "text": mrkdwn("The decision is *kept* and announced."),
    "confirm": plain("Approve"),
    "deny": plain("Not yet"),
}


def finding(file_id: str = "", image_url: str = "") -> list[Block]:
    """A message as the bot may post it: header, fields, table, chart, buttons."""
    picture = {"slack_file": {"id": file_id}} if file_id else {"image_url": image_url}
    return [
        {"type": "header", "text": plain("Did we get there? Resolved within SLA")},
        {
            "type": "section",
            "block_id": "verdict",
            "text": mrkdwn(
                "*IMPROVED* – from 42.9 % to 75.2 %, target 75 %.\n> Measured on _1,401_ incidents of 2016-W16\n"
                "Owner <@BOB>, see <https://example.com/a?b=1&amp;c=2|the definition> and `made_sla == true`"
            ),
            "accessory": {
                "type": "overflow",
                "action_id": "finding.more",
                "options": [option("How was this computed?", "how"), option("Dispute it", "dispute")],
            },
        },
        {
            "type": "section",
            "block_id": "numbers",
            "fields": [
                mrkdwn("*Baseline*\n42.9 %"),
                mrkdwn("*Now*\n75.2 %"),
                mrkdwn("*Evidence*\nmoderate"),
                mrkdwn("*Signals*\n2, none at the latest point"),
            ],
        },
        *(
            [{"type": "image", "alt_text": "Weekly share within SLA, rising", "title": plain("P′ chart"), **picture}]
            if file_id or image_url
            else []
        ),
        {
            "type": "table",
            "block_id": "grid",
            "column_settings": [{"align": "left"}, {"align": "right"}, {"align": "right"}],
            "rows": [
                [{"type": "raw_text", "text": text} for text in ("Clause", "W15", "W16")],
                [{"type": "raw_text", "text": text} for text in ("Within SLA", "✓ 79.2 %", "✗ 65.7 %")],
                [{"type": "raw_text", "text": text} for text in ("Median hours", "✓ 19.1", "✓ 20.4")],
            ],
        },
        {"type": "divider"},
        {
            "type": "rich_text",
            "block_id": "rich",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Likely cause", "style": {"bold": True}},
                        {"type": "text", "text": " (hypothesis):"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "fewer reassignments"}]},
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "a second shift"}]},
                    ],
                },
            ],
        },
        {
            "type": "actions",
            "block_id": "decide",
            "elements": [
                button("Approve", "finding.approve", style="primary", value="7", confirm=CONFIRM),
                button("Reject", "finding.reject", style="danger", value="7"),
                button("Explain", "finding.explain", value="7"),
                {
                    "type": "static_select",
                    "action_id": "finding.owner",
                    "placeholder": plain("Give it to…"),
                    "options": [option("Service desk"), option("Network team")],
                },
                {"type": "datepicker", "action_id": "finding.due", "initial_date": "2026-12-01"},
            ],
        },
        {
            "type": "context",
            "elements": [mrkdwn("n = 13,746 · source incidents.csv.gz · <!date^1463097600^{date_short}|13 May 2016>")],
        },
    ]


def every_input() -> list[Block]:
    """A modal body with every input type."""
    options = [option("One"), option("Two", description="with a note"), option("Three")]
    elements: list[tuple[str, str, Block, Block]] = [
        ("name", "Name", {"type": "plain_text_input"}, {"hint": plain("As people say it")}),
        (
            "why",
            "Why it matters",
            {"type": "plain_text_input", "multiline": True, "placeholder": plain("In one sentence")},
            {"optional": True},
        ),
        ("target", "Target", {"type": "number_input", "is_decimal_allowed": True}, {}),
        ("evidence", "Evidence", {"type": "url_text_input"}, {"optional": True}),
        ("email", "E-mail", {"type": "email_text_input"}, {"optional": True}),
        ("due", "Due on", {"type": "datepicker"}, {}),
        ("at", "At", {"type": "timepicker", "initial_time": "09:30"}, {"optional": True}),
        ("moment", "Moment", {"type": "datetimepicker"}, {"optional": True}),
        ("unit", "Unit", {"type": "static_select", "options": options, "placeholder": plain("Choose a unit")}, {}),
        (
            "kpi",
            "KPI",
            {"type": "external_select", "min_query_length": 2, "placeholder": plain("Type to search")},
            {"optional": True},
        ),
        ("steps", "Steps", {"type": "multi_static_select", "options": options}, {"optional": True}),
        ("owner", "Owner", {"type": "users_select"}, {"optional": True}),
        ("approvers", "Approvers", {"type": "multi_users_select"}, {"optional": True}),
        ("where", "Where to announce", {"type": "conversations_select"}, {"optional": True}),
        ("direction", "Direction", {"type": "radio_buttons", "options": options[:2], "initial_option": options[0]}, {}),
        ("days", "Days", {"type": "checkboxes", "options": options}, {"optional": True}),
        ("proof", "Proof", {"type": "file_input", "filetypes": ["csv", "png"], "max_files": 2}, {"optional": True}),
    ]
    return [
        {"type": "section", "block_id": "intro", "text": mrkdwn("Every input *once*.")},
        *(
            {
                "type": "input",
                "block_id": block_id,
                "label": plain(label),
                "element": {"action_id": block_id, **element},
                **more,
            }
            for block_id, label, element, more in elements
        ),
    ]


def modal(title: str = "Add a KPI") -> Block:
    return {
        "type": "modal",
        "callback_id": "gallery.submit",
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": every_input(),
    }


def home() -> Block:
    waiting = mrkdwn("*Service desk*, step 3: _Gather the data_, due tomorrow")
    open_step = button("Open", "home.open", value="3")
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("What waits for you")},
            {"type": "section", "block_id": "wait", "text": waiting, "accessory": open_step},
            {"type": "divider"},
            {"type": "context", "elements": [mrkdwn("Cycle 1 · <#C0|service-desk>")]},
        ],
    }
