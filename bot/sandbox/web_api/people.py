"""conversations.*, users.*, team.info, bots.info, auth.test, apps.connections.open."""

from __future__ import annotations

from bot.sandbox.refusal import Refused
from bot.sandbox.web_api.calls import Answer, Api, Args, Method, channel, need, page, person, scope_of, true
from bot.sandbox.workspace import Channel, Person

READS = ("channels:read", "groups:read", "im:read", "mpim:read")
DEFAULT_TYPES = "public_channel"


def auth_test(api: Api, _args: Args) -> Answer:
    """Who the token is."""
    return {
        "url": f"https://{api.workspace.domain}.slack.com/",
        "team": api.workspace.name,
        "user": api.workspace.bot.name,
        "team_id": api.workspace.team_id,
        "user_id": api.workspace.bot.id,
        "bot_id": api.workspace.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(api: Api, _args: Args) -> Answer:
    """An address for one Socket Mode connection."""
    return {"url": api.socket_address()}


def team_info(api: Api, _args: Args) -> Answer:
    """The team."""
    team = {"id": api.workspace.team_id, "name": api.workspace.name, "domain": api.workspace.domain, "icon": {}}
    return {"team": team}


def bots_info(api: Api, args: Args) -> Answer:
    """The app's bot."""
    if args.get("bot") not in (None, api.workspace.bot_id):
        raise Refused("bot_not_found")
    return {
        "bot": {
            "id": api.workspace.bot_id,
            "deleted": False,
            "name": api.workspace.bot.real_name,
            "app_id": api.workspace.app_id,
            "user_id": api.workspace.bot.id,
            "icons": {},
        }
    }


def _kind(found: Channel) -> str:
    if found.is_im:
        return "im"
    return "mpim" if found.is_mpim else ("private_channel" if found.is_private else "public_channel")


def conversations_list(api: Api, args: Args) -> Answer:
    """Channels of the wanted types: public ones, and of the rest those the bot is in."""
    kinds = str(args.get("types") or DEFAULT_TYPES).replace(" ", "").split(",")
    wanted = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
    for kind in kinds:
        if kind not in wanted:
            raise Refused("invalid_types")
        need(api, f"{wanted[kind]}:read")
    seen = [
        api.shapes.channel(one)
        for one in api.workspace.channels.values()
        if _kind(one) in kinds and (_kind(one) == "public_channel" or api.workspace.bot.id in one.members)
    ]
    return page(seen, args, "channels")


def conversations_info(api: Api, args: Args) -> Answer:
    """One channel."""
    found = channel(api, args)
    need(api, scope_of("read", found))
    return {"channel": api.shapes.channel(found)}


def conversations_members(api: Api, args: Args) -> Answer:
    """Who is in a channel."""
    found = channel(api, args)
    need(api, scope_of("read", found))
    made = page([{"id": one} for one in found.members], args, "members")
    return made | {"members": [one["id"] for one in made["members"]]}


def conversations_open(api: Api, args: Args) -> Answer:
    """The direct message with one person (several make a group message)."""
    if args.get("channel"):
        return {"channel": api.shapes.channel(channel(api, args))}
    users = [one for one in str(args.get("users") or "").split(",") if one]
    if not users:
        raise Refused("users_list_not_supplied")
    people = [person(api, {"user": one}) for one in users]
    if len(people) > 1:
        need(api, "mpim:write")
        raise Refused("not_enough_users", detail="the sandbox opens direct messages with one person only")
    if people[0].deleted:
        raise Refused("user_disabled")
    if people[0].is_bot:
        raise Refused("cannot_dm_bot")
    found = api.workspace.im(people[0].id, api.workspace.bot.id)
    return {"channel": {"id": found.id} | (api.shapes.channel(found) if true(args.get("return_im")) else {})}


def conversations_join(api: Api, args: Args) -> Answer:
    """The bot joins a public channel."""
    found = channel(api, args)
    if found.is_im or found.is_private:
        raise Refused("method_not_supported_for_channel_type")
    bot = api.workspace.bot
    if bot.id not in found.members:
        found.members.append(bot.id)
        api.posts.events.membership(bot, found, "", joined=True)
        api.workspace.changed()
    return {"channel": api.shapes.channel(found)}


def _profile(api: Api, found: Person) -> Answer:
    return api.shapes.profile(found, email="users:read.email" in api.manifest.scopes)


def users_info(api: Api, args: Args) -> Answer:
    """One person."""
    return {"user": _profile(api, person(api, args))}


def users_list(api: Api, args: Args) -> Answer:
    """Everybody."""
    return page([_profile(api, one) for one in api.workspace.people.values()], args, "members")


def users_lookup(api: Api, args: Args) -> Answer:
    """A person by address."""
    for one in api.workspace.people.values():
        if one.email and one.email == args.get("email"):
            return {"user": _profile(api, one)}
    raise Refused("users_not_found")


METHODS = {
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(connections_open, app_token=True),
    "team.info": Method(team_info, ("team:read",)),
    "bots.info": Method(bots_info, ("users:read",)),
    "conversations.list": Method(conversations_list, READS),
    "conversations.info": Method(conversations_info, READS, ("channel",)),
    "conversations.members": Method(conversations_members, READS, ("channel",)),
    "conversations.open": Method(conversations_open, ("im:write", "mpim:write")),
    "conversations.join": Method(conversations_join, ("channels:join",), ("channel",)),
    "users.info": Method(users_info, ("users:read",), ("user",)),
    "users.list": Method(users_list, ("users:read",)),
    "users.lookupByEmail": Method(users_lookup, ("users:read.email",), ("email",)),
}
