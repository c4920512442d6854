"""What the tests of the use-cases start from and look at."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.evidence import Post, PostRole
from bot.domain.reading import PostRef, Workspace
from bot.storage.database import Database
from bot.usecases import opening, people, projects
from bot.usecases.evidence import Reply
from bot.usecases.people import Profile
from bot.usecases.verb import Outcome

WORKSPACE = Workspace(url="https://acme.slack.com/", team_id="T1", bot_user_id="UBOT")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)

PEOPLE = [
    Profile("ann", "Ann", email="ann@example.com"),
    Profile("bob", "Bob", email="Bob@Example.com"),
    Profile("carol", "Carol"),
    Profile("dana", "Dana", is_admin=True),
    Profile("gus", "Gus", is_guest=True),
    Profile("olga", "Olga", is_outside=True),
    Profile("gone", "Gone", is_gone=True),
    Profile("robot", "Robot", is_bot=True),
]


@dataclass
class Acts:
    """Builds acts a second apart, each with an origin of its own unless another is given."""

    serial: Any = field(default_factory=lambda: count(1))

    def __call__(self, actor: str, **more: Any) -> Act:
        number = next(self.serial)
        fixed: dict[str, Any] = {"at": START + timedelta(seconds=number), "via": "command", "origin": f"o/{number}"}
        return Act(actor=actor, **(fixed | more))


def project(db: Database, act: Act, key: str, *, members: tuple[str, ...] | None = None, guests: bool = False) -> int:
    """``members``: of its private home channel; ``None`` for a public one."""
    made = projects.create_project(
        db, act, key=key, name=f"{key} team", home_channel=f"C{key}", retention_months=15, guests_allowed=guests
    )
    mirror(db, f"C{key}", members=members)
    return made.id


def mirror(db: Database, channel: str, *, members: tuple[str, ...] | None = None) -> None:
    people.keep_channel(
        db, channel, START, name=channel.lower(), is_private=members is not None, is_archived=False, is_member=True,
        members=members or (),
    )  # fmt: skip


def open_case(db: Database, act: Act, title: str = "Checkout is down", *, key: str = "OPS", **new: Any) -> Outcome:
    return opening.open_case(db, act, opening.NewCase(title=title, **new), WORKSPACE, project_key=key)


POST_TS = "1772442000.000100"  # 2026-03-02 09:00:00 UTC


def post(ts: str = POST_TS, *, channel: str = "CGENERAL", **more: Any) -> PostRef:
    said: dict[str, Any] = {
        "thread_ts": ts, "author": "Bob", "text": "The checkout page is blank", "title": "The checkout page is blank",
        "source": "person",
    }  # fmt: skip
    return PostRef(channel=channel, ts=ts, **(said | more))


def ts(seconds: float) -> str:
    """A Slack time so many seconds after the start."""
    return f"{START.timestamp() + seconds:.6f}"


def card(db: Database, case: Case, channel: str, at: str, *, for_team: bool = False) -> None:
    """As the outbox notes it after it has posted the card."""
    role = PostRole.CARD.value
    with db.write() as work:
        work.add(Post(case_id=case.id, role=role, channel=channel, ts=at, thread_ts=at, for_team=for_team))


def rows(db: Database, model: type[Any], *where: Any) -> list[Any]:
    """In order of their ids."""
    with db.read() as work:
        return list(work.session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key.columns)))


def fresh(db: Database, case: Case) -> Case:
    """The case as it is in the database now."""
    with db.read() as work:
        found = work.cases.by_id(case.id)
        assert found
        _ = found.teams, found.posts, found.watchers
        return found


def at_once(number: int, do: Callable[[int], Any]) -> list[Any]:
    """``do(0)`` … ``do(number - 1)`` on a thread each, all let go together; what each returned or raised."""
    gate = Barrier(number)

    def run(index: int) -> Any:
        gate.wait()
        try:
            return do(index)
        except Exception as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@contextmanager
def losing_the_connection() -> Iterator[None]:
    """Each commit fails when everything has been written."""

    def lose(session: Session) -> None:
        session.flush()
        raise ConnectionError("the cable was pulled")

    event.listen(Session, "before_commit", lose)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", lose)


def said(reply: Reply, change: str, at: float) -> Act:
    """As the listener makes it of an event that Slack tells of so many seconds after the start."""
    moment = ts(at)
    origin = f"{change}/{reply.channel}/{reply.ts}/{moment}"
    return Act(actor=reply.author, at=datetime.fromtimestamp(float(moment), UTC), via="thread", origin=origin)
