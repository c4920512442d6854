"""A case's card wherever it stands: drawn as the case is now, put up once, kept true."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.evidence import Post, PostRole
from bot.domain.inbox import Event
from bot.domain.notifying import refresh
from bot.domain.reading import Workspace
from bot.domain.silence import Silence
from bot.domain.telling import team_channels
from bot.outbox import drawing, errors
from bot.outbox.posting import Poster
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.usecases.access import those_who_may_see
from bot.usecases.listening import Listening
from bot.usecases.people import enqueue_absent
from bot.usecases.verb import loaded
from bot.views import cards, inbox_posts
from bot.views.blocks import Message
from bot.views.inbox_posts import Reason


class Cards:
    def __init__(
        self,
        poster: Poster,
        workspace: Workspace,
        db: Database,
        listening: Listening,
        clock: Callable[[], datetime],
    ) -> None:
        self.poster = poster
        self.workspace = workspace
        self.db = db
        self.listening = listening
        self.clock = clock

    def drawn(self, work: Work, case: Case, target: str) -> Message:
        """What may be said of the case there, with the reasons if an inbox has brought it or would have."""
        if not self.may_show(work, case, target):
            return cards.farewell()
        reasons = self.reasons(work, case, target)
        names = drawing.names_in(work, case)
        if not reasons:
            at_home = target in {*team_channels(case), case.incident_channel}
            left = "" if at_home or errors.is_person(target) else target
            return cards.card_message(
                loaded(case), workspace=self.workspace, now=self.clock(), names=names, channel=left
            )  # fmt: skip
        silences = self.silences(work, case, reasons)
        spoken_of = [*(reason.inbox.owner for reason in reasons), *(silence.made_by for silence in silences)]
        names = {**names, **drawing.names(work, spoken_of)}
        return inbox_posts.inbox_card(
            loaded(case), reasons, silences, workspace=self.workspace, names=names, now=self.clock()
        )  # fmt: skip

    def may_show(self, work: Work, case: Case, target: str) -> bool:
        if errors.is_person(target):
            person = work.people.by_id(target)
            return person is not None and bool(those_who_may_see(work, case.project, [person]))
        if not case.project.is_private or target == case.project.home_channel:
            return True
        # Of a case that came into the private project later, the incident's channel may be anybody's.
        incident = work.incidents.running(case.id) if target == case.incident_channel else None
        return incident is not None and incident.is_private

    def reasons(self, work: Work, case: Case, target: str) -> list[Reason]:
        """Each inbox once, with what was last told of it."""
        events = {row.inbox_id: Event(row.event) for row in work.inboxes.reasons(case.id, target)}
        if not events:
            return []
        inboxes = work.inboxes.by_ids(events)
        inside = self.listening.inside(work, case, inboxes, self.clock())
        return [Reason(inbox, events[id_], id_ in inside) for id_, inbox in inboxes.items()]

    def silences(self, work: Work, case: Case, reasons: Sequence[Reason]) -> list[Silence]:
        """Those that keep what has brought the case there from telling more of it."""
        inboxes = {reason.inbox.id for reason in reasons}
        named = work.silences.named(case.id, self.clock())
        return [one for one in named if one.inbox_id is None or one.inbox_id in inboxes]

    def update(self, post: Post, message: Message) -> bool:
        """Whether it still stands."""
        return self.poster.update(post.channel, post.ts, message)

    def put_up(self, held: Held, role: PostRole) -> Post:
        """Post the card, for the first time or because it was deleted."""
        target = held.delivery.target
        with self.db.read() as work:
            case = case_of(work, held.delivery)
            if case is None:
                raise LookupError("the case went while its card was being posted")
            message = self.drawn(work, case, target)
            known = {post.ts for post in case.posts if post.target == target}
        # The same key for every version of the card: whichever delivery has put it up, the next one finds it.
        posted = self.poster.post(held, target, message, key=f"card/{case.id}/{target}", known=known)
        post = Post(
            case_id=case.id, role=role.value, channel=posted.channel, ts=posted.ts, thread_ts=posted.ts,
            person_id=None if posted.channel == target else target,
            for_team=role == PostRole.CARD and target not in {case.project.home_channel, case.incident_channel},
        )  # fmt: skip
        with self.db.write() as work:
            if role == PostRole.INBOX:
                self.catch_up(work, held.delivery, case.version)
            gone = work.cases.standing_post(case.id, target)
            if gone:
                post.for_team = gone.for_team
                # Replies stay below a deleted message, and people may go on there: they are notes still.
                gone.role = PostRole.SOURCE.value
            work.add(post)
        return post

    def catch_up(self, work: Work, delivery: Delivery, drawn: int) -> None:
        """Whoever has changed the case since the version that was ``drawn`` knew nothing of this post."""
        case = case_of(work, delivery, lock=True)
        if case and case.version != drawn:
            enqueue_absent(work, [refresh(case.id, delivery.target, str(case.version), self.clock())])

    def promote(self, case: Case, post: Post) -> None:
        """What an inbox has put up becomes the case's card, now that the case is at home there."""
        with self.db.write() as work:
            present = work.cases.standing_post(post.case_id, post.target)
            if present:
                present.role = PostRole.CARD.value
                present.for_team = post.channel not in {case.project.home_channel, case.incident_channel}


def case_of(work: Work, delivery: Delivery, *, lock: bool = False) -> Case | None:
    """``None`` if the case is gone: there is nothing to tell any more."""
    return work.cases.by_id(delivery.case_id or 0, lock=lock)
