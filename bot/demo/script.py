"""``python -m bot demo --script``: the main journey plays by itself, slowly, for a recording."""

from collections.abc import Callable

from bot.demo.alerts import monitor
from bot.demo.company import company
from bot.demo.folder import CannotRun
from bot.sandbox.driver import Answer, Message
from bot.sandbox.slack import LocalSlack

PAUSE = 3.5  # seconds between one thing and the next
PATIENCE = 10.0
TITLE = "Error rate of payments is above 5 %"

Say = Callable[[str], None]
Wait = Callable[[float], None]


class ScriptFailed(AssertionError):
    """Slack or Casebook did not do what the script is about."""


class Script:
    """All of it happens in #ops, as Ann sees it, so that whoever records need not click. ``wait`` may raise.

    Somebody may click in between, and then what comes next is perhaps not possible any more.
    """

    def __init__(self, slack: LocalSlack, wait: Wait, say: Say, pause: float | None = None) -> None:
        self.slack, self.wait, self.say = slack, wait, say
        self.pause = PAUSE if pause is None else pause
        place = company(slack)
        try:
            self.ann, self.bob = place.people["ann"], place.people["bob"]
            self.ops, self.datadog = place.channels["ops"], place.bots["Datadog"]
        except KeyError as error:
            raise CannotRun(f"The script needs {error}, which is not there any more: add --fresh.") from error

    @property
    def address(self) -> str:
        return f"{self.slack.url}/#/{self.ann.name}/{self.ops.id}"

    def run(self) -> None:
        self.say("The main journey plays by itself in #ops. Look on as Ann; nothing needs to be clicked.")
        self.wait(3 * self.pause)
        try:
            self.play()
        except (AssertionError, LookupError) as error:
            self.say(f"The script ends here, for something came in between: {error}.")
        else:
            self.say("That was it. Go on yourself: everything is as you see it.")

    def play(self) -> None:
        card = self.escalate(self.alert())
        self.take(card)
        self.talk(card)
        self.look()
        self.close(card)

    def tell(self, what: str) -> None:
        self.say(f"  {what}")

    def then(self) -> None:
        self.wait(self.pause)

    # -- scenes -------------------------------------------------------------------------------------------------------
    def alert(self) -> Message:
        self.tell("An alert comes in.")
        text = "More than 5 % of the requests to payments fail with 502, for ten minutes now."
        posted = self.datadog.post(self.ops, **monitor(TITLE, text, 22010).post)
        self.then()
        return posted

    def escalate(self, alert: Message) -> Message:
        self.tell("Ann escalates it to a case: the form is filled in from the alert.")
        self.went(self.ann.message_shortcut("case.escalate", alert))
        form = self.ann.modal
        self.then()
        self.tell("She says what it is about, how urgent it is, and opens the case.")
        form.fill({"Description": "Payments fail with 502 since the gateway was updated. Customers call."})
        self.then()
        form.fill({"Priority": "P2 High"})
        self.then()
        self.went(form.submit())
        card = self.slack.wait_for(self.card, PATIENCE, "the card in #ops")
        self.then()
        self.ann.modal.close(everything=True)
        self.tell("Its card is in #ops, for everybody to see.")
        self.then()
        return card

    def card(self) -> Message | None:
        ours = [message for message in self.slack.messages(self.ops) if message.user == self.slack.bot_user]
        return next(
            (message for message in reversed(ours) if TITLE in message.shown and "Take" in message.buttons), None
        )

    def take(self, card: Message) -> None:
        self.tell("Bob takes it: the card says so.")
        self.went(self.bob.click(card, "Take"))
        self.until(card, "In progress")
        self.tell("He makes it a P1.")
        self.went(self.bob.choose(card, "case.priority", "P1 Critical"))
        self.until(card, "P1 Critical")

    def talk(self, card: Message) -> None:
        self.tell("Bob replies in the card's thread; what is said there is kept as notes.")
        self.bob.post(self.ops, "The gateway's new version drops keep-alive. Rolling back now.", thread=card)
        self.then()
        self.ann.post(self.ops, "Thank you! I let support know.", thread=card)
        self.then()

    def look(self) -> None:
        self.tell("Ann finds it on Casebook's Home, too (at the left, under Apps).")
        self.ann.open_home(timeout=PATIENCE)
        self.then()

    def close(self, card: Message) -> None:
        self.tell("Bob closes it, with a reason and a note.")
        self.went(self.bob.click(card, "Close"))
        form = self.bob.modal
        form.fill({"reason": "Resolved", "note": "Rolled the gateway back; the error rate is normal again."})
        self.then()
        self.went(form.submit())
        self.until(card, "Closed")

    # -- watching -----------------------------------------------------------------------------------------------------
    def until(self, card: Message, words: str) -> None:
        self.slack.wait_for(lambda: words in card.shown, PATIENCE, f"the card to say {words}")
        self.then()

    def went(self, answer: Answer) -> None:
        if not answer.ok:
            raise ScriptFailed(answer.error or ", ".join(answer.errors.values()))
