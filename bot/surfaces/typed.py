"""One ``/case …`` as it was typed, with what every verb of it needs."""

from dataclasses import dataclass
from typing import Any

from bot.domain.act import Act
from bot.domain.errors import Invalid
from bot.surfaces.desk import Body, Desk
from bot.surfaces.words import Words, channel_in, is_key
from bot.usecases.verb import Outcome
from bot.views import answers
from bot.views import help as help_views
from bot.views.limits import clip

Message = dict[str, Any]
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One ``/case …``, cut into words."""

    desk: Desk
    body: Body
    client: Any
    words: Words

    @property
    def act(self) -> Act:
        return self.desk.act(self.body, "command")

    def arg(self, position: int, expected: str) -> str:
        """The word at ``position`` behind the verb; ``Invalid`` says what belongs there."""
        if position >= len(self.words.args):
            raise Invalid(f"`/case {self.words.verb}` needs {expected}. {help_views.example(self.words.verb)}")
        return self.words.args[position]

    @property
    def key(self) -> str:
        word = self.arg(0, "a case's key, such as OPS-12")
        if not is_key(word):
            raise Invalid(
                f"“{clip(word, 40)}” is not a case's key, which looks like OPS-12. `/case search` finds cases."
            )
        return word.upper()

    def channel(self, position: int) -> str:
        """The id of the channel that is named there."""
        word = self.arg(position, "a channel, such as #alerts")
        found = channel_in(word)
        if not found:
            raise Invalid(f"“{clip(word, 40)}” is not a channel. Type # and choose it from the list that Slack shows.")
        return found

    def changed(self, outcome: Outcome) -> Message:
        return answers.changed(outcome.case, outcome.entry, self.desk.workspace, verb=f"case.{self.words.verb}")
