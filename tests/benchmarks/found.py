"""What people did in a fault run, and what was found of it afterwards."""

from collections import Counter
from dataclasses import dataclass, field

from tests.benchmarks import places

PEOPLE = ("ann", "bob", "eve", "fay", "hal", "ida", "joe", "kim")
PRIORITIES = ("P1 Critical", "P2 High", "P3 Medium", "P4 Low", "P5 Info")
TOLD, REFUSED, FAILED = "told", "refused", "failed"
OBJECTIONS = ("Nothing was changed", "Something broke")


@dataclass
class Change:
    """What somebody tried. ``origin``: how Slack names the attempt. ``fate``: told, refused or failed."""

    person: str
    what: str
    case: str
    fate: str
    origin: str


@dataclass
class Found:
    changes: list[Change] = field(default_factory=list)
    replies: int = 0
    kills: int = 0
    seconds: float = 0.0
    drained: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def show(self) -> None:
        fates = Counter((change.what, change.fate) for change in self.changes)
        rows = [
            (what, *(fates[what, fate] for fate in (TOLD, REFUSED, FAILED))) for what in sorted({w for w, _ in fates})
        ]
        places.table(("change", "told of", "refused", "failed"), rows)
        print(f"{len(self.changes)} changes and {self.replies} replies in {self.seconds:.0f} s, {self.kills} kills;")
        print(f"the outbox was dry {self.drained:.0f} s later. Misfortunes: {listed(self.faults)}.")
        print(f"Messages: {listed(self.sent)}. Repeated: {listed(self.repeated) or 'none'}.")
        print("\n".join(f"WRONG: {line}" for line in self.wrong) or "Nothing is lost, doubled or wrong.", flush=True)


def listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()) if count)
