"""One case with its ticket, as the tests of tickets follow both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.link import Health, Ticket
from bot.domain.ticket import Part
from bot.wiring import Casebook
from tests.flows.conftest import Clock, Town
from tests.flows.partners import Side

SOON = 20


class Died(BaseException):
    """The thread is gone: nobody catches it, and nothing is written down."""


class Mortal:
    """What it is asked it does; then whoever asked dies without a word, if that was ``deadly``."""

    def __init__(self, ticketing: Any, deadly: set[str]) -> None:
        self.ticketing, self.deadly = ticketing, deadly

    def __getattr__(self, name: str) -> Any:
        doing = getattr(self.ticketing, name)

        def done(*args: Any, **kwargs: Any) -> Any:
            answer = doing(*args, **kwargs)
            if name in self.deadly:
                self.deadly.remove(name)
                raise Died
            return answer

        return done


class Story:
    """One case with its ticket; what is done by hand is done by Mia there and by Bob here."""

    def __init__(self, town: Town, casebook: Casebook, side: Side, clock: Clock, card: Any) -> None:
        self.town, self.casebook, self.side, self.clock, self.card = town, casebook, side, clock, card
        self.slack, self.db = town.slack, casebook.db

    def bob(self, words: str) -> Any:
        answer = self.town.bob.command(f"/case {words}", channel=self.town.ops)
        assert not answer.error, answer.error
        return answer

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        return self.slack.wait_for(holds, SOON, what)

    def becomes(self, look: Callable[[], Any], wanted: Any) -> None:
        def same() -> bool:
            found = look()
            assert found == wanted
            return True

        self.until(same, f"{wanted}")

    @property
    def case(self) -> Case:
        with self.db.read() as work:
            case = work.cases.by_key("OPS-1")
            assert case
            return case

    @property
    def ticket(self) -> Ticket:
        with self.db.read() as work:
            case = work.cases.by_key("OPS-1")
            assert case
            return list(case.tickets)[-1]

    def here(self) -> dict[str, Any]:
        fields = ("title", "description", "priority", "status", "assignee")
        return {name: getattr(self.case, name) for name in fields} | {"notes": self.notes()}

    def timeline(self) -> list[Entry]:
        """The oldest first."""
        with self.db.read() as work:
            case = work.cases.by_key("OPS-1")
            assert case
            return list(reversed(work.cases.timeline(case, page=1, size=200)))

    def notes(self) -> list[str]:
        with self.db.read() as work:
            case = work.cases.by_key("OPS-1")
            assert case
            return list(work.cases.note_texts(case))

    @property
    def key(self) -> str:
        return self.ticket.key

    def in_step(self) -> None:
        self.becomes(lambda: (self.ticket.health, self.ticket.problem), (Health.IN_STEP, None))
        self.until(lambda: "in step" in self.card.shown, "the card to say so")
        assert self.casebook.worker.wait_until_idle(SOON)

    def later(self, **by: float) -> None:
        """So much later; what was to be tried again is."""
        self.clock.ahead += timedelta(**by)
        assert self.casebook.worker.wait_until_idle(SOON)

    def poll(self) -> None:
        """The next minute's look at the partner, which Socket Mode has instead of webhooks."""
        self.clock.ahead += timedelta(seconds=61)
        for job in self.casebook.clockwork.jobs:
            if job.name == f"tickets/{self.side.name}":
                self.casebook.clockwork.tick(job)
        assert self.casebook.worker.wait_until_idle(SOON)

    def both_ways(self) -> None:
        """Dana has title and description follow as well."""
        self.town.dana.command(f"/case project OPS tickets {self.side.name}", channel=self.town.ops)
        modal = self.town.dana.modal
        modal.fill({f"way.{part}": "Both ways" for part in (Part.TITLE, Part.DESCRIPTION)})
        assert not modal.submit().errors
        modal.close(everything=True)

    def link(self, words: str) -> None:
        self.bob(f"link OPS-1 {self.side.name} {words}")
        self.in_step()

    def there(self) -> dict[str, str]:
        return self.side.fields(self.key)

    def writes(self) -> int:
        """How often the partner was told anything so far."""
        return sum(bool(call.raw) for call in self.side.calls)
