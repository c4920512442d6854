"""What came of something a person did."""

from dataclasses import asdict, dataclass, field

from .deliveries import Ack
from .wire import Json


@dataclass
class Outcome:
    """`ms`: until the app acknowledged. `error`: what the person saw go wrong, "" when nothing did.

    `text`, `blocks`, `attachments`: the answer to a command. `channel` and `ts`: the message that it became.
    `errors`: block id → objection. `closed`: the modal is gone. `declined`: a confirmation was turned down.
    `told`: the app was sent something. `options`: what an external select offered. `view`: the view acted in.
    `ack`: the app's acknowledgement, raw.
    """

    ms: float = 0.0
    timed_out: bool = False
    error: str = ""
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    channel: str = ""
    ts: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    declined: bool = False
    url: str = ""
    options: list[Json] = field(default_factory=list)
    view: str = ""
    told: bool = False
    ack: Json | None = None

    @classmethod
    def of(cls, ack: Ack) -> "Outcome":
        return cls(told=True, ms=ack.ms, timed_out=ack.timed_out, ack=ack.payload)

    def as_json(self) -> Json:
        return asdict(self)
