"""What people say in the channels beside their cases, which alerts nobody has looked at yet, and the greeting."""

from dataclasses import dataclass

from bot.demo.alerts import Alert, alertmanager, error, monitor, signal


@dataclass(frozen=True, slots=True)
class Said:
    """``ago``: hours. ``replies``: ``who: text`` in its thread, a few minutes apart."""

    ago: float
    channel: str
    who: str
    text: str
    replies: tuple[str, ...] = ()


TALK = (
    Said(98, "general", "henry", "The new coffee machine is in. It wants descaling already, of course."),
    Said(74, "general", "carol", "Warehouse is closed on Friday for the stocktaking, please ship before."),
    Said(51, "general", "eve", "Platform office hours are at 14:00, bring your flaky pipelines.",
         ("frank: I have a whole zoo of them", "eve: :heart: the zoo opens at two")),
    Said(46, "ops", "bob", "Checkout 2.14 goes out in a minute, its feature flag is off.",
         ("ann: Thanks, support knows.",)),
    Said(27.5, "ops", "eve", "I keep an eye on db-2 for now, its disk grows faster than I like."),
    Said(25, "general", "frank", "Does anybody still need the old wiki? I would switch it off in May."),
    Said(10, "security", "grace", "Reminder: the penetration test's second part begins on Monday."),
    Said(8.5, "ops", "carol", "Is the export late for everybody or only for us?",
         ("eve: For you only. I made a case of it, OPS knows.", "carol: :+1:")),
    Said(6, "general", "ann", "The Thai place is back! Who comes along today?", ("bob: Me!", "grace: Save me a seat")),
    Said(3.2, "alerts", "bob", "The search one below is the deploy, it should calm down by itself."),
    Said(0.2, "ops", "ann", "Phones are quiet again, thank you @bob :pray:"),
    Said(0.6, "general", "grace", "Has anybody seen the adapter for the projector in room 2?"),
)  # fmt: skip

# For whoever tries Casebook: there must be something to escalate.
WAITING: tuple[tuple[float, str, Alert], ...] = (
    (3.1, "alerts", monitor("p99 latency of search is above 2 s", "p99 is 3.4 s, usually 0.6 s", 22003)),
    (1.4, "alerts", error("ValueError in importer.parse_date", "time data '2026-13-01' does not match", 77)),
    (0.9, "alerts", alertmanager("PostgresReplicationLag", "db-3 is 75 s behind its primary", 2)),
    (0.7, "security", signal("Access key used from an unknown network", "ci-deploy lists every bucket", 32)),
    (0.3, "alerts", monitor("Error rate of checkout is above 5 %", "6.2 % of requests fail with 502", 22004)),
)

GREETER = "dana"
GREETING = """\
Welcome! This is Casebook: whatever needs looking into becomes a case, right here in Slack. Try it:
1.  Type /case in the box below and press Enter: a menu opens.
2.  In #alerts, point at an alert → More actions → Escalate to a case → Open case.
3.  The case's card is in #ops now. Press Take, look at Details, choose P1: Bob's inbox Urgent posts it in #general.
4.  Reply in the card's thread: your words are a note on the case. Then Close it.
5.  Open Casebook at the left, Home: your cases, and everybody's.
6.  In #monitoring alerts become cases by themselves, are counted when they repeat, and end them when they recover.
     Post an alert there, at the top; then post it again, or that it has recovered.
7.  Be somebody else, at the top right: Bob works on checkout, I see what is private to security.
Nobody here is real, so nothing can go wrong."""
