"""What rules tell channels and people in Slack."""

from collections.abc import Callable, Mapping

from bot.domain.delivery import Tell
from bot.domain.reading import Workspace
from bot.outbox import errors
from bot.outbox.cards import Cards, case_of
from bot.outbox.posting import Poster
from bot.outbox.sender import Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.usecases.access import those_who_may_see
from bot.usecases.verb import loaded
from bot.views import rules as views


class Rules:
    def __init__(self, db: Database, poster: Poster, cards: Cards, workspace: Workspace) -> None:
        self.db = db
        self.poster = poster
        self.cards = cards
        self.workspace = workspace
        self.tell: Mapping[Tell, Callable[[Held], Sent]] = {
            Tell.RULE_TOLD: self.told,
            Tell.RULE_PROBLEM: self.problem,
        }

    def told(self, held: Held) -> Sent:
        """Nobody is told of a case that they may not see by now."""
        delivery = held.delivery
        with self.db.read() as work:
            case = case_of(work, delivery)
            if case is None:
                return Sent()
            if errors.is_person(delivery.target):
                people = work.people.by_ids([delivery.target]).values()
                may_see = bool(those_who_may_see(work, case.project, people))
            else:
                may_see = self.cards.may_show(work, case, delivery.target)
            message = views.told_message(loaded(case), delivery.data, self.workspace) if may_see else None
        if message:
            self.poster.post(held, delivery.target, message)
        return Sent()

    def problem(self, held: Held) -> Sent:
        self.poster.post(held, held.delivery.target, views.problem_message(held.delivery))
        return Sent()
