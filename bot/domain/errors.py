"""What a use-case says when it will not do what was asked. Every sentence is meant for the person."""

from collections.abc import Mapping


class Refusal(Exception):
    """The base of every "no": ``sentence`` says what happened and what to do next."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Invalid(Refusal):
    """Input that cannot be accepted. ``fields`` maps a field's name to its own sentence; it may be empty."""

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})

    @classmethod
    def field(cls, name: str, sentence: str) -> "Invalid":
        return cls(sentence, {name: sentence})


class NotAllowed(Refusal):
    """The person lacks the right; the sentence says why and who can help."""


class NotFound(Refusal):
    """There is nothing of that name, or nothing this person may know of."""


class Conflict(Refusal):
    """Somebody else changed the same thing since this person looked; the sentence names who and what."""


class Busy(Refusal):
    """The database could not be had in time; nothing was changed."""
