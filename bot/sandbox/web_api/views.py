"""views.*: modals and the App Home."""

from __future__ import annotations

from bot.sandbox.refusal import Refused
from bot.sandbox.web_api.calls import Answer, Api, Args, Method, person
from bot.sandbox.workspace import View


def _answer(api: Api, view: View) -> Answer:
    return {"view": api.shapes.view(view)}


def open_view(api: Api, args: Args) -> Answer:
    """A new modal."""
    return _answer(api, api.views.open(str(args["trigger_id"]), args["view"]))


def push(api: Api, args: Args) -> Answer:
    """A modal on the one that is open."""
    return _answer(api, api.views.push(str(args["trigger_id"]), args["view"]))


def update(api: Api, args: Args) -> Answer:
    """Other content for an open modal."""
    if not args.get("view_id") and not args.get("external_id"):
        raise Refused("invalid_arguments", ["missing required field: view_id [json-pointer:/]"])
    return _answer(api, api.views.update(args))


def publish(api: Api, args: Args) -> Answer:
    """A person's App Home."""
    if not api.manifest.home_tab:
        raise Refused("not_enabled")
    who = person(api, args, "user_id")
    return _answer(api, api.views.publish(who.id, args["view"], str(args.get("hash") or "")))


METHODS = {
    "views.open": Method(open_view, (), ("trigger_id", "view")),
    "views.push": Method(push, (), ("trigger_id", "view")),
    "views.update": Method(update, (), ("view",)),
    "views.publish": Method(publish, (), ("user_id", "view")),
}
