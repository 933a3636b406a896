"""What Slack itself does to an app now and then: connections dropped, calls failing, people leaving."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.acts import Acts
from bot.sandbox.delivery import Delivery
from bot.sandbox.refusal import Impossible
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.web_api.door import Door, Fault

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class World:
    """The hand behind the workspace, for tests."""

    acts: Acts
    door: Door
    sockets: SocketMode
    delivery: Delivery

    async def do(self, asked: Shape) -> Shape:
        """One thing that happens.

        Raises:
            Impossible: There is no such thing.
        """
        kind = str(asked.get("kind", ""))
        if kind not in KINDS:
            raise Impossible(f"nothing called {kind!r} happens; there are: {', '.join(sorted(KINDS))}")
        await KINDS[kind](self, {name: value for name, value in asked.items() if name != "kind"})
        return {"ok": True}


async def _drop(world: World, asked: Shape) -> None:
    await world.sockets.drop(str(asked.get("reason") or "refresh_requested"))


async def _cut(world: World, _asked: Shape) -> None:
    await world.sockets.cut()


async def _fail(world: World, asked: Shape) -> None:
    world.door.faults.append(Fault(**asked))


async def _settings(world: World, asked: Shape) -> None:
    if "retry_after" in asked:
        world.delivery.retry_after = tuple(float(one) for one in asked.pop("retry_after"))
    for name, value in asked.items():
        setattr(world.acts.interactions.posts.settings, name, value)


async def _deactivate(world: World, asked: Shape) -> None:
    person = world.acts.somebody(asked)
    person.deleted = True
    world.acts.interactions.posts.events.user_change(person)
    world.acts.interactions.workspace.changed()


async def _uninstall(world: World, _asked: Shape) -> None:
    world.acts.interactions.posts.events.uninstalled()
    world.door.revoked = True


KINDS: dict[str, Callable[[World, Shape], Awaitable[None]]] = {
    "drop": _drop,
    "cut": _cut,
    "fail": _fail,
    "settings": _settings,
    "deactivate": _deactivate,
    "uninstall": _uninstall,
}
