"""What has happened at the company: forty cases of every kind and age.

A story is steps in order: ``take who``, ``assign who``, ``team handle``, ``P1``…``P5``, ``note who: text``,
``close who: reason``, ``reopen who``, ``archive who``, ``watch who``, ``due +days`` (from then), ``reply who: text``
(in the card's thread), ``relate blocks: the title of an older case``. Who is not named is the reporter.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """``ago``: hours since it began. ``alert``: which bot posted it, if a post became the case."""

    project: str
    ago: int
    reporter: str
    title: str
    description: str
    steps: tuple[str, ...] = ()
    alert: str = ""
    security: bool = False
    attributes: tuple[tuple[str, str], ...] = ()


def story(project: str, ago: int, reporter: str, title: str, description: str, *steps: str, **more: object) -> Story:
    attributes = tuple(part.split("=") for part in str(more.get("on", "")).split() if part)
    return Story(
        project, ago, reporter, title, description, steps, str(more.get("alert", "")), bool(more.get("security")),
        tuple((name, value) for name, value in attributes),
    )  # fmt: skip


STORIES = (
    story("OPS", 1, "ann", "Checkout answers 500 for card payments",
          "For some minutes now. Apple Pay works, cards do not.", "P1", "take bob", "watch ann",
          "reply bob: The payment gateway's certificate has expired. Renewing it.",
          "reply ann: Support has 14 tickets already.", "relate relates: Checkout slow at lunch time",
          on="service=checkout env=prod"),
    story("OPS", 5, "ann", "High CPU on web-1", "CPU above 95 % for ten minutes.", "P2", "team sre",
          alert="monitor", on="service=web env=prod"),
    story("OPS", 7, "carol", "Nightly export did not arrive at the warehouse", "The file of yesterday is missing.",
          "P3", "assign eve", "note eve: The SFTP server rejects our key since it was renewed."),
    story("OPS", 11, "bob", "Search shows products that are sold out", "Index is about six hours behind.", "P3",
          "take bob", "note bob: Reindexing, done in two hours.", on="service=search env=prod"),
    story("OPS", 20, "frank", "Staging login loops", "Logging in leads back to the login page.", "P4",
          on="service=auth env=staging"),
    story("OPS", 26, "eve", "Disk of db-2 is 91 % full", "Grows by 2 % a day.", "P2", "take eve", "due +3",
          "note eve: Old WAL archives were never deleted. Cleaning up.",
          "relate causes: Replica lag on db-2 above 60 s", alert="alertmanager",
          on="service=postgres env=prod"),
    story("OPS", 30, "dana", "Renew the wildcard certificate", "Expires in three weeks.", "P4", "assign frank",
          "due +18"),
    story("OPS", 44, "carol", "E-mails to Outlook addresses are late", "Up to forty minutes.", "P3",
          "assign ann", "note eve: Their servers defer us; we are on a block list.",
          "reply ann: I have asked to be taken off it. Customers ask about it daily."),
    story("OPS", 60, "dana", "Answer the regulator's letter about refunds", "They want the numbers of the quarter.",
          "P2", "assign ann", "due +1", "note ann: Numbers are with finance."),
    story("OPS", 9, "bob", "Help page still shows the old return address", "Two customers sent parcels there.",
          "assign ann", "due +4"),
    story("OPS", 50, "grace", "Price of gift cards is shown without tax", "Only in Austria.", "P3", "take grace",
          "close grace: Resolved"),
    story("OPS", 70, "bob", "TypeError in cart.applyVoucher", "1,204 events in an hour.", "P2", "take bob",
          "note bob: Vouchers without an end date. Fix is out.", "close bob: Resolved", alert="error",
          on="service=checkout env=prod"),
    story("OPS", 75, "henry", "Office wifi drops on the third floor", "Every afternoon."),
    story("OPS", 90, "ann", "Checkout slow at lunch time", "p95 above four seconds.", "P2", "take bob",
          "note bob: Two nodes were missing after the deploy.", "close bob: Resolved", on="service=checkout env=prod"),
    story("OPS", 120, "carol", "Warehouse scanner app crashes on start", "Since the update of Monday.", "P2",
          "assign frank", "note frank: Rolled back.", "close frank: Resolved", "reopen carol",
          "reply carol: Two devices still crash.", "due +2"),
    story("OPS", 150, "eve", "Replica lag on db-2 above 60 s", "During the backup.", "P3", "take eve",
          "close eve: Resolved", alert="monitor", on="service=postgres env=prod"),
    story("OPS", 190, "frank", "Deploys fail on Fridays", "The runner is out of disk.", "P3", "take frank",
          "close frank: Resolved"),
    story("OPS", 240, "grace", "Invoices have the wrong logo", "Old brand.", "P5", "close grace: Will not fix"),
    story("OPS", 300, "henry", "Memory of search-3 grows without end", "Restarted by hand twice.", "P3", "take bob",
          "close bob: Resolved", on="service=search env=prod"),
    story("OPS", 380, "ann", "Duplicate order e-mails", "Some customers get three.", "P2", "take ann",
          "note ann: The queue consumer was restarted in mid-batch.", "close ann: Resolved"),
    story("OPS", 500, "carol", "Returns cannot be booked", "Error 409.", "P1", "take eve", "close eve: Resolved"),
    story("OPS", 640, "bob", "Alert: certificate of api expires", "In 14 days.", "P3", "close bob: Duplicate",
          alert="alertmanager"),
    story("OPS", 800, "frank", "Cleaning up old feature flags", "93 of them.", "P5", "archive frank"),
    story("OPS", 1000, "grace", "Currency rounding in reports", "One cent off.", "P4", "take grace",
          "close grace: Resolved", "archive grace"),
    story("OPS", 1500, "ann", "Black Friday load test", "Repeat last year's.", "P2", "team sre", "take bob",
          "close bob: Resolved"),
    story("OPS", 3, "eve", "Kafka consumer group payments is stuck", "Lag 40,000 and growing.", "P2",
          alert="monitor", on="service=payments env=prod"),
    story("OPS", 2, "henry", "Status page shows yesterday's incident as open", "Please close it."),
    story("SEC", 4, "dana", "Brute force against the admin login", "312 failures from one network.", "P1", "take dana",
          "note dana: Blocked the network, no success among them.", alert="signal", security=True,
          on="service=auth env=prod"),
    story("SEC", 9, "grace", "Phishing mail with our logo", "Asks for the VPN password.", "P2", "take grace",
          "reply grace: 23 people got it, one clicked.", security=True),
    story("SEC", 16, "dana", "API key in a public repository", "Found by the scanner.", "P1", "assign grace",
          "note grace: Key revoked, rotating.", "due +1", security=True),
    story("SEC", 31, "henry", "Lost laptop", "In a taxi, disk encrypted.", "P3", "take dana", security=True),
    story("SEC", 55, "dana", "Impossible travel for a sales account", "Lisbon and Oslo within an hour.", "P3",
          "take grace", "note grace: VPN exit.", "close grace: False positive", alert="signal", security=True),
    story("SEC", 80, "grace", "Penetration test: SQL injection in the partner portal", "Report on page 14.", "P1",
          "take dana", "due +7", "note dana: Fixed in release 412, retest on Thursday.", security=True),
    story("SEC", 130, "dana", "Dependency with a known hole in checkout", "Severity 9.1.", "P2", "assign bob",
          "close bob: Resolved", security=True, on="service=checkout"),
    story("SEC", 170, "grace", "Root login on bastion-1", "During the exercise.", "P2", "take grace",
          "close grace: Testing", alert="signal", security=True),
    story("SEC", 210, "dana", "Access review of the third quarter", "Twelve accounts to remove.", "P4", "take dana",
          "close dana: Resolved", security=True),
    story("SEC", 290, "henry", "Visitor took photos in the office", "Asked to delete them.", "P5", "take dana",
          "close dana: Resolved", security=True),
    story("SEC", 400, "grace", "Firewall rule open to the world", "Port 9200 of search-3.", "P1", "take grace",
          "close grace: Resolved", security=True, on="service=search env=prod"),
    story("SEC", 700, "dana", "Old VPN still accepts logins", "Until the last branch has moved.", "P3",
          "close dana: One-time exception", security=True),
    story("SEC", 1100, "grace", "Shared mailbox password in the wiki", "Removed and changed.", "P3", "take grace",
          "close grace: Resolved", "archive grace", security=True),
    story("SEC", 6, "dana", "Unusual number of downloads from the invoice archive", "4 GB in the night.", "P2",
          "team security", alert="signal", security=True, on="service=invoices env=prod"),
    story("SEC", 22, "henry", "Badge reader at the loading dock is broken", "The door stays open.", "P3", "assign dana",
          security=True),
)  # fmt: skip
