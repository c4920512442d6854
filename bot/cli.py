"""The operator's door: ``python -m bot COMMAND``. A command is one ``add_…`` function and its name in ``COMMANDS``."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import config, doctor, logs, wiring
from bot.config import Settings, SettingsError
from bot.domain.delivery import Delivery, State
from bot.domain.errors import Refusal
from bot.domain.inbox import Recipient
from bot.domain.intake import Hook
from bot.storage import revision
from bot.storage.database import Database
from bot.vault import OFF, Vault, new_key, reseal_all
from bot.web import PortTaken

STOP_WITHIN = 10.0
# A signal that the system has given to another thread is heard when the main thread next runs.
WAKE = 1.0

log = logging.getLogger("bot")


class Failure(Exception):
    """A sentence for the operator; the program ends with code 1."""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except (Failure, SettingsError, PortTaken, Refusal) as error:
        say(str(error), sys.stderr)
        return 1


def say(text: str, stream: Any = None) -> None:
    (stream or sys.stdout).write(text + "\n")
    (stream or sys.stdout).flush()


def casebook_version() -> str:
    try:
        return version("casebook")
    except PackageNotFoundError:
        return "(not installed as a package)"


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database, for one command; what goes wrong with it is said in a sentence."""
    db = Database(settings.database_url, pool_size=2)
    try:
        yield db
    except SQLAlchemyError as error:
        raise Failure(
            f"The database {doctor.shown(db)} cannot be used: {logs.redacted(doctor.first_line(error))}. "
            "Check DATABASE_URL and that the database runs; `python -m bot migrate` creates its tables."
        ) from error
    finally:
        db.close()


def set_up() -> Settings:
    settings = config.load()
    logs.set_up(settings.log_format, settings.log_level)
    return settings


# -- serve ------------------------------------------------------------------------------------------------------------


def add_serve(commands: Any) -> None:
    command = commands.add_parser("serve", help="connect to Slack and work until stopped")
    command.set_defaults(run=serve)


def serve(arguments: argparse.Namespace) -> int:
    settings = set_up()
    stopping = stop_signal()
    with opened(settings) as db:
        make_current(db)
    casebook = built(settings)
    try:
        casebook.start()
        say(f"Casebook {casebook_version()} {whereabouts(casebook)}; stop it with Ctrl-C")
        while not stopping.wait(WAKE):
            pass
    finally:
        end_within(STOP_WITHIN)
        casebook.stop(STOP_WITHIN - 2)
    say("Stopped.")
    return 0


def stop_signal() -> threading.Event:
    """Set by the first SIGTERM or SIGINT, also while still starting; a second one ends the program at once."""
    stopping = threading.Event()

    def stop(number: int, _frame: Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        end_within(STOP_WITHIN)
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return stopping


def end_within(seconds: float) -> None:
    """Whatever still hangs then is cut off: what it was doing is repeated after the next start."""

    def end() -> None:
        log.error("Still busy after %.0f s: ending anyway", seconds)
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def built(settings: Settings) -> wiring.Casebook:
    try:
        return wiring.build(settings)
    except (SlackApiError, OSError) as error:
        finding = doctor.trouble(error, settings, "bot")
        raise Failure(f"{finding.what} {finding.remedy}") from error


def whereabouts(casebook: wiring.Casebook) -> str:
    """One line: what this process is connected to."""
    settings = casebook.settings
    way = "over Socket Mode" if settings.mode == "socket" else "over HTTP"
    return (
        f"serves {casebook.workspace.url} {way}, database {doctor.shown(casebook.db)}, "
        f"web server on {settings.host} port {casebook.server.port}"
    )


def make_current(db: Database) -> None:
    """SQLite is migrated here; PostgreSQL has an operator, who decides when."""
    present = schema_of(db)
    if present == revision.head():
        return
    if not db.is_sqlite:
        raise Failure(
            f"The database {doctor.shown(db)} has schema {present or 'none'}, this Casebook needs {revision.head()}. "
            "Run `python -m bot migrate`, then start again."
        )
    revision.upgrade(db)


def schema_of(db: Database) -> str | None:
    """``None`` for an empty database; one that a newer Casebook has migrated is refused."""
    present, known = revision.current(db), revision.head()
    if present and present > known:
        raise Failure(
            f"The database {doctor.shown(db)} belongs to a newer Casebook (schema {present}, this one knows {known}). "
            "Use that one, or restore a backup from before it."
        )
    return present


# -- migrate ----------------------------------------------------------------------------------------------------------


def add_migrate(commands: Any) -> None:
    command = commands.add_parser("migrate", help="bring the database's schema up to date; safe to run at any time")
    command.set_defaults(run=run_migrate)


def run_migrate(arguments: argparse.Namespace) -> int:
    with opened(set_up()) as db:
        before = schema_of(db)
        revision.upgrade(db)
        after = revision.current(db)
        changed = "was up to date already" if before == after else f"was brought up from {before or 'nothing'}"
        say(f"The database {doctor.shown(db)} {changed}: schema {after}.")
    return 0


# -- doctor -----------------------------------------------------------------------------------------------------------


def add_doctor(commands: Any) -> None:
    command = commands.add_parser("doctor", help="check settings, tokens, scopes, database, deliveries and channels")
    command.set_defaults(run=run_doctor)


def run_doctor(arguments: argparse.Namespace) -> int:
    try:
        settings = config.load()
        findings = doctor.examine(settings)
        for note in doctor.notes(settings):
            say(note)
    except SettingsError as error:
        findings = doctor.settings_findings(error)
    for finding in findings:
        say(f"{finding.level}: {finding.what}\n    {finding.remedy}")
    if not findings:
        say("All is well: settings, tokens, scopes, clock, database, deliveries, home channels and people.")
    return 1 if findings else 0


# -- outbox -----------------------------------------------------------------------------------------------------------


def add_outbox(commands: Any) -> None:
    command = commands.add_parser("outbox", help="what Slack has still to be told, and what it refused")
    verbs = command.add_subparsers(title="what to do", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="deliveries that are due or dead, the longest waiting first")
    listing.add_argument("--dead", action="store_true", help="only dead ones, newest first")
    listing.add_argument("--limit", type=int, default=100, help="how many of each to show (100)")
    listing.set_defaults(run=list_outbox)
    retrying = verbs.add_parser("retry", help="send dead ones again")
    retrying.add_argument("ids", nargs="*", type=int, metavar="ID")
    retrying.add_argument("--dead", action="store_true", help="all dead ones")
    retrying.set_defaults(run=retry_outbox)
    dropping = verbs.add_parser("drop", help="forget deliveries: Slack is never told")
    dropping.add_argument("ids", nargs="+", type=int, metavar="ID")
    dropping.add_argument("--yes", action="store_true", help="really do it")
    dropping.set_defaults(run=drop_from_outbox)


def list_outbox(arguments: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    with opened(set_up()) as db, db.read() as work:
        states = (State.DEAD,) if arguments.dead else (State.DUE, State.DEAD)
        rows = [row for state in states for row in work.deliveries.list(state, arguments.limit)]
        counts = work.deliveries.backlog().counts
    say(
        table([("id", "state", "kind", "target", "case", "age", "tries", "last error"), *(cells(r, now) for r in rows)])
    )
    say(f"{counts[State.DUE]} due, {counts[State.DEAD]} dead.")
    return 0


def cells(row: Delivery, now: datetime) -> tuple[str, ...]:
    return (
        str(row.id), row.state, row.kind, row.target or "-", str(row.case_id or "-"), age(now - row.created_at),
        str(row.attempts), logs.redacted(row.last_error or "-"),
    )  # fmt: skip


def age(since: timedelta) -> str:
    """``90 s``, ``12 min``, ``5 h`` or ``3 d``."""
    seconds = max(int(since.total_seconds()), 0)
    for unit, size, enough in (("s", 1, 120), ("min", 60, 120), ("h", 3600, 48)):
        if seconds < size * enough:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} d"


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def retry_outbox(arguments: argparse.Namespace) -> int:
    if bool(arguments.ids) == arguments.dead:
        raise Failure("Say which ones: `python -m bot outbox retry 12 13`, or `--dead` for all dead ones.")
    with opened(set_up()) as db, db.write() as work:
        count = work.deliveries.retry(None if arguments.dead else arguments.ids, datetime.now(UTC))
    say(f"{count} dead deliveries are due again.")
    return 0


def drop_from_outbox(arguments: argparse.Namespace) -> int:
    ids = " ".join(map(str, arguments.ids))
    if not arguments.yes:
        raise Failure(f"Nothing was dropped. Slack would never be told; if you mean it: outbox drop {ids} --yes")
    with opened(set_up()) as db, db.write() as work:
        count = work.deliveries.drop(arguments.ids, datetime.now(UTC))
    say(f"{count} of {len(arguments.ids)} deliveries dropped; done ones and any being sent just now are left alone.")
    return 0


# -- key --------------------------------------------------------------------------------------------------------------


def add_key(commands: Any) -> None:
    command = commands.add_parser("key", help="make a key for CASEBOOK_SECRET_KEY; it is printed and kept nowhere")
    command.set_defaults(run=key)


def key(arguments: argparse.Namespace) -> int:
    say(new_key())
    return 0


def add_reseal(commands: Any) -> None:
    command = commands.add_parser("reseal", help="keep every secret with the first key in CASEBOOK_SECRET_KEY")
    command.set_defaults(run=reseal)


def reseal(arguments: argparse.Namespace) -> int:
    settings = set_up()
    vault = Vault(settings.secret_keys)
    if not vault.is_ready:
        say(OFF)
        return 1
    with opened(settings) as db, db.write() as work:
        sealed: list[Recipient | Hook] = [*work.inboxes.sealed(), *work.alerts.sealed()]

        def write(number: int, text: str) -> None:
            sealed[number].sealed = text

        done = reseal_all(vault, [(number, one.sealed or "") for number, one in enumerate(sealed)], write)
    say(f"{done.count} secrets are kept with the first key; the other keys are needed no longer.")
    for number in done.lost:
        say(f"No key opens the secret of {whose(sealed[number])}: enter it again.")
    return 1 if done.lost else 0


def whose(one: Recipient | Hook) -> str:
    if isinstance(one, Hook):
        return f"{one.source}, who sends alerts to project {one.project_id}"
    return f"{one.medium} recipient {one.label} of inbox {one.inbox_id}"


# -- demo -------------------------------------------------------------------------------------------------------------


def add_demo(commands: Any) -> None:
    command = commands.add_parser("demo", help="show Casebook at work in a workspace of its own, in the browser")
    command.add_argument("--port", type=port, default=8910, help="the port of its page, or the next free one (8910)")
    command.add_argument("--fresh", action="store_true", help="begin anew, without what an earlier demo left")
    command.add_argument("--script", action="store_true", help="play the main journey by itself, for a recording")
    command.add_argument("--no-browser", dest="browser", action="store_false", help="do not open the browser")
    command.set_defaults(run=demo)


def port(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= 65535):
        raise argparse.ArgumentTypeError(f"{word} is not a port: a number from 0 (any free one) to 65535")
    return int(word)


def demo(arguments: argparse.Namespace) -> int:
    stopping = stop_signal()
    logs.set_up("text", "warning")
    from bot.demo import folder, run  # noqa: PLC0415 - brings the local Slack, which nothing else needs

    try:
        run.demo(
            fresh=arguments.fresh,
            port=arguments.port,
            browser=arguments.browser,
            script=arguments.script,
            say=say,
            stopping=stopping,
        )
    except (folder.CannotRun, OSError) as error:
        raise Failure(str(error)) from error
    return 0


COMMANDS = (add_serve, add_demo, add_migrate, add_doctor, add_outbox, add_key, add_reseal)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m bot", description="Casebook: case management inside Slack.")
    made.add_argument("--version", action="version", version=f"Casebook {casebook_version()}")
    commands = made.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in COMMANDS:
        add(commands)
    return made
