"""Everything that is to stay in Slack, as rows: written in the caller's transaction, sent after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, col, select, update

from bot.blocks.parts import Block
from bot.blocks.text import clip
from bot.delivery import effects
from csi.errors import NotFound
from csi.models import OutboxPost
from csi.reading.files import FileStore
from csi.states import GIVEN_UP, UNDELIVERED, OutboxState
from csi.storage import lock, rows

TEXT = 12_000  # characters of a message in all; Slack refuses near 13,200


class Outbox:
    """Writes posts and wakes the delivery worker when the transaction that wrote them is through."""

    def __init__(self, now: Callable[[], datetime], files: FileStore) -> None:
        self._now = now
        self._files = files
        self.woken = Event()

    def post(
        self,
        session: Session,
        *,
        team_id: str,
        channel: str,
        text: str,
        key: str,
        blocks: Sequence[Block] = (),
        thread_ts: str | None = None,
        thread_key: str = "",
        kind: str = "result",
        image: bytes | None = None,
        alt_text: str = "",
        subject: tuple[str, int] | None = None,
        pin: bool = False,
        tell: str = "",
    ) -> OutboxPost:
        """A message to be sent once; a second post under the same key changes nothing.

        Args:
            session: the caller's; the message goes out after its commit, and not at all without.
            team_id: the workspace.
            channel: a channel's id, or a person's for their conversation with the bot.
            text: what notifications show, and the message itself where there are no blocks (mrkdwn, escaped).
            key: unique in the workspace, such as ``action:12``.
            blocks: the message; an image goes behind the first block, or where ``parts.slack_image("image", …)`` is.
            thread_ts: the message it answers.
            thread_key: the same by that post's key, when it may not have been sent yet.
            kind: ``result`` is posted again after a crash; a ``nudge`` rather not at all than twice.
            image: PNG bytes.
            alt_text: the image's words, made from the data.
            subject: the row it is about, such as ``("action", 12)``.
            pin: keep it pinned in its channel.
            tell: the person who hears of it when it cannot be posted.
        """
        return self._once(
            session,
            image,
            team_id=team_id,
            channel=channel,
            text=text,
            key=key,
            blocks=blocks,
            thread_ts=thread_ts or "",
            thread_key=thread_key,
            kind=kind,
            alt_text=alt_text,
            pin=pin,
            subject=subject,
            tell=tell,
        )

    def _once(
        self, session: Session, content: bytes | str | None, *, team_id: str, key: str, **more: Any
    ) -> OutboxPost:
        """The row under a key; made where there is none, and its content kept then."""
        lock(session, f"post:{team_id}:{key}")  # two who say the same at once say it once
        found = self.find(session, team_id=team_id, key=key)
        if found is not None:
            return found
        kept = content if isinstance(content, str) else self._stored(team_id, content)
        row = self._made(team_id=team_id, key=key, image_key=kept, **more)
        session.add(row)
        session.flush()
        self._wake_after_commit(session)
        return row

    def post_new(self, session: Session, posts: Sequence[Mapping[str, Any]]) -> None:
        """Several messages without images that nobody else can be writing, in a few queries; known keys stay as is."""
        if not posts:
            return
        known = self.held(session, posts[0]["team_id"], [one["key"] for one in posts])
        session.add_all(self._made(**one) for one in posts if one["key"] not in known)
        session.flush()
        self._wake_after_commit(session)

    def _made(
        self, *, text: str, blocks: Sequence[Block], subject: tuple[str, int] | None = None, **more: Any
    ) -> OutboxPost:
        now = self._now()
        about, number = subject or ("", None)
        return OutboxPost(
            text=clip(text, TEXT),
            blocks=list(blocks),
            subject_kind=about,
            subject_id=number,
            created_at=now,
            next_at=now,
            **more,
        )

    def share(
        self,
        session: Session,
        *,
        team_id: str,
        channel: str,
        key: str,
        content: bytes | str,
        name: str,
        words: str = "",
        title: str = "",
        alt_text: str = "",
        thread_ts: str = "",
        tell: str = "",
    ) -> OutboxPost:
        """A file to be seen in a channel once; the same key again changes nothing.

        Args:
            session: the caller's; the file goes out after its commit.
            team_id: the workspace.
            channel: where.
            key: unique in the workspace.
            content: its bytes, or under which key they are kept.
            name: the file's.
            words: the message it comes with (mrkdwn, escaped).
            title: what Slack shows as its title; its name without.
            alt_text: of a picture, its words.
            thread_ts: the message it answers.
            tell: the person who hears of it when it cannot be brought.
        """
        return self._once(
            session,
            content,
            team_id=team_id,
            channel=channel,
            text=words,
            key=key,
            kind=effects.FILE,
            thread_ts=thread_ts,
            tell=tell,
            blocks=[{"name": name, "title": title or name, "alt_text": alt_text}],
        )

    def follow(self, session: Session, row: OutboxPost, ts: str) -> None:
        """What is to be done about a message that was just posted at ``ts``, in the transaction that keeps this."""
        for kind, key in effects.of_post(row, ts).items():
            session.add(
                self._made(
                    team_id=row.team_id,
                    channel=row.channel,
                    text=row.text,
                    key=key,
                    kind=kind,
                    blocks=(),
                    thread_key=row.key,
                    tell=row.tell,
                )
            )
        session.flush()

    def update(
        self,
        session: Session,
        *,
        team_id: str,
        key: str,
        text: str,
        blocks: Sequence[Block] = (),
        image: bytes | None = None,
        alt_text: str = "",
    ) -> OutboxPost:
        """Change a message in place, sent already or not; one that says the same is left alone.

        Raises:
            NotFound: when nothing was ever posted under that key.
        """
        row = self.find(session, team_id=team_id, key=key)
        if row is None:
            raise NotFound(f"There is no message {key} to change.")
        return self._bring(session, row, text=text, blocks=blocks, image=image, alt_text=alt_text)

    def _bring(
        self,
        session: Session,
        row: OutboxPost,
        *,
        text: str,
        blocks: Sequence[Block] = (),
        image: bytes | None = None,
        alt_text: str = "",
    ) -> OutboxPost:
        wanted = {"text": clip(text, TEXT), "blocks": list(blocks)}
        if image is not None:
            wanted |= {"image_key": self._stored(row.team_id, image), "alt_text": alt_text}
        if any(getattr(row, name) != value for name, value in wanted.items()):
            self._change(session, row, wanted)
        return row

    def keep(self, session: Session, *, team_id: str, key: str, channel: str, text: str, **more: Any) -> OutboxPost:
        """Post under this key, or change what is there: one message, kept up to date."""
        row = self.find(session, team_id=team_id, key=key)
        if row is None:
            return self.post(session, team_id=team_id, key=key, channel=channel, text=text, **more)
        changes = {name: more[name] for name in ("blocks", "image", "alt_text") if name in more}
        return self._bring(session, row, text=text, **changes)

    def _change(self, session: Session, row: OutboxPost, wanted: dict[str, Any]) -> None:
        if wanted.get("image_key", row.image_key) != row.image_key:
            row.file_id = ""
        for name, value in wanted.items():
            setattr(row, name, value)
        row.revision += 1
        row.attempts = 0
        if row.status in GIVEN_UP:
            row.status = OutboxState.SENT if row.ts else OutboxState.PENDING
        session.add(row)
        session.flush()
        self._wake_after_commit(session)

    def _stored(self, team_id: str, image: bytes | None) -> str:
        return self._files.keep(team_id, image) if image else ""

    def find(self, session: Session, *, team_id: str, key: str) -> OutboxPost | None:
        """The post under this key, with its channel and ts once it is sent."""
        return session.exec(select(OutboxPost).where(OutboxPost.team_id == team_id, OutboxPost.key == key)).first()

    def held(self, session: Session, team_id: str, keys: Sequence[str]) -> dict[str, OutboxPost]:
        """The posts under these keys, those that are there."""
        return {one.key: one for one in rows(session, OutboxPost, team_id, key=tuple(keys))}

    def withdraw(self, session: Session, team_id: str) -> None:
        """Give up what is not sent yet in a workspace: should the bot come back, it would be stale."""
        unsent = (col(OutboxPost.status).in_(UNDELIVERED), col(OutboxPost.ts) == "")
        given_up = {
            "status": OutboxState.DROPPED,
            "error": "the workspace removed the bot",
            "claimed_by": "",
            "claimed_at": None,
        }
        session.execute(update(OutboxPost).where(col(OutboxPost.team_id) == team_id, *unsent).values(**given_up))

    def image(self, row: OutboxPost) -> bytes:
        """The bytes of a post's image."""
        return self._files.read(row.image_key)

    def wake(self) -> None:
        """Let the worker look now; posting does this by itself."""
        self.woken.set()

    def _wake_after_commit(self, session: Session) -> None:
        event.listen(session, "after_commit", lambda _: self.woken.set(), once=True)
