"""A tiny Bolt app that shows one of everything, joined by Socket Mode like any bot."""

from __future__ import annotations

import time
from typing import Any

import httpx
from slack_bolt import App
from slack_sdk import WebClient

from bot.joining import Joining
from tests.page import gallery

Payload = dict[str, Any]


class GalleryApp:
    """The app and what it heard."""

    def __init__(self, sandbox: Any, picture: bytes) -> None:
        client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        self.app = App(client=client, signing_secret=sandbox.signing_secret)
        self.handler = Joining(self.app, sandbox.app_token)
        self.picture = picture
        self.clicks: list[Payload] = []
        self.submissions: list[Payload] = []
        self.listen()

    def start(self) -> None:
        self.handler.connect()

    def stop(self) -> None:
        self.handler.close()

    def listen(self) -> None:
        self.app.command("/show")(self.show)
        self.app.action("gallery.push")(self.push)
        self.app.action("gallery.rewrite")(self.rewrite)
        self.app.action("home.open")(self.open_from_home)
        self.app.action({"action_id": "finding.explain"})(self.never)
        self.app.action({"type": "block_actions", "action_id": "finding.approve"})(self.click)
        for action_id in ("finding.more", "finding.reject", "finding.owner", "finding.due"):
            self.app.action(action_id)(self.click)
        self.app.options("kpi")(self.options)
        self.app.view("gallery.submit")(self.submit)
        self.app.shortcut("register.add")(self.shortcut)
        self.app.event("app_home_opened")(self.publish)
        self.app.event("file_shared")(lambda ack: ack())

    # ---- what it hears ----

    def show(self, ack: Any, body: Payload, client: WebClient, respond: Any) -> None:
        word = body.get("text", "")
        if word == "slow":
            return  # never acknowledged
        ack()
        if word == "finding":
            self.post_finding(client, body["channel_id"])
        elif word == "private":
            respond("Only *you* can read this.")
        elif word == "pin":
            posted = client.chat_postMessage(channel=body["channel_id"], text="Cycle 1, *step 3*")
            client.pins_add(channel=body["channel_id"], timestamp=posted["ts"])
        else:
            client.views_open(trigger_id=body["trigger_id"], view=self.modal())

    def modal(self, title: str = "Add a KPI") -> Payload:
        view = gallery.modal(title)
        buttons = [gallery.button("Look closer", "gallery.push"), gallery.button("Write anew", "gallery.rewrite")]
        view["blocks"] = [
            *view["blocks"][:1],
            {"type": "actions", "block_id": "buttons", "elements": buttons},
            *view["blocks"][1:],
        ]
        return view

    def post_finding(self, client: WebClient, channel: str) -> None:
        file_id = self.upload(client)
        blocks = gallery.finding(file_id)
        blocks[1]["text"]["text"] = blocks[1]["text"]["text"].replace("BOB", self.someone(client, "bob"))
        client.chat_postMessage(channel=channel, text="Did we get there?", blocks=blocks)

    def upload(self, client: WebClient) -> str:
        place = client.files_getUploadURLExternal(
            filename="chart.png", length=len(self.picture), alt_txt="Weekly share, rising"
        )
        httpx.post(place["upload_url"], content=self.picture)
        client.files_completeUploadExternal(files=[{"id": place["file_id"], "title": "P′ chart"}])
        for _ in range(40):
            if client.files_info(file=place["file_id"])["file"].get("mimetype"):
                break
            time.sleep(0.05)
        return str(place["file_id"])

    def someone(self, client: WebClient, name: str) -> str:
        return next(str(one["id"]) for one in client.users_list()["members"] if one["name"] == name)

    def push(self, ack: Any, body: Payload, client: WebClient) -> None:
        ack()
        upper = {
            "type": "modal",
            "title": gallery.plain("Closer"),
            "blocks": [{"type": "section", "text": gallery.mrkdwn("The *upper* one")}],
        }
        client.views_push(trigger_id=body["trigger_id"], view=upper)

    def rewrite(self, ack: Any, body: Payload, client: WebClient) -> None:
        ack()
        client.views_update(view_id=body["view"]["id"], view=self.modal("Written anew"))

    def open_from_home(self, ack: Any, body: Payload, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=self.modal("From home"))

    def never(self) -> None:
        """Does not acknowledge."""

    def click(self, ack: Any, body: Payload) -> None:
        ack()
        self.clicks.append(body)

    def options(self, ack: Any, payload: Payload) -> None:
        found = [gallery.option(f"{number} {payload['value']}", f"K{number:02}") for number in range(1, 4)]
        ack(options=found)

    def submit(self, ack: Any, body: Payload, view: Payload) -> None:
        state = view["state"]["values"]
        if state["name"]["name"]["value"] == "taken":
            ack(response_action="errors", errors={"name": "There is a KPI of that name."})
            return
        self.submissions.append(state)
        ack()

    def shortcut(self, ack: Any, body: Payload, client: WebClient) -> None:
        ack()
        text = f"Kept: {body['message']['text']}"
        client.chat_postEphemeral(channel=body["channel"]["id"], user=body["user"]["id"], text=text)

    def publish(self, event: Payload, client: WebClient) -> None:
        if event.get("tab") == "home":
            client.views_publish(user_id=event["user"], view=gallery.home())
