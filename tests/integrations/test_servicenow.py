"""ServiceNow is told and read by way of its Table API. The local one refuses whatever the real one would not do."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.domain.casetype import Group
from bot.domain.ticket import Account, CaseLink, Draft, Part, Standing, Step, There, Ticketing
from bot.integrations.errors import Declined, Gone
from bot.integrations.servicenow import SETTLES, SYSTEM
from bot.integrations.servicenow_fields import FIELDS
from bot.integrations.servicenow_fields import seen as seen_in
from bot.sandbox import LocalServiceNow
from tests.integrations.samples import unasked
from tests.integrations.servicenow import CASE, Clock, asked, clients, draft

RESOLVED = Step(["Resolved"], Group.CLOSED)


@pytest.fixture
def client(sn: LocalServiceNow) -> Ticketing:
    return clients(sn)()


# -- creating ---------------------------------------------------------------------------------------------------------


def test_a_record_is_created_in_one_request(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    group = sn.add_group("Network")
    mia = client.account("mia@example.com")
    extra = {"assignment_group": group, "category": "network", "correlation_id": "forged"}
    values = {**draft(sn_clock).values, Part.ASSIGNEE: mia}
    seen = client.create(draft(sn_clock, extra=extra, values=values))
    assert len(sn.calls) == 2, "the first one looked for mia"
    assert (seen.key, seen.kind, seen.mark, seen.label) == ("INC0010001", "incident", "OPS-12", "2 - High")
    assert seen.url == f"{sn.url}/nav_to.do?uri=incident.do%3Fsys_id%3D{seen.id}"
    assert seen.updated == sn_clock.at
    assert seen.values == {
        Part.TITLE: "Checkout is down",
        Part.DESCRIPTION: "500s since 02:55",
        Part.STATUS: Standing("New", Group.OPEN),
        Part.PRIORITY: "1/2",
        Part.ASSIGNEE: Account(mia.id if mia else "", "Mia Meyer", "mia@example.com"),
    }
    record = sn.record("INC0010001")
    assert (record["assignment_group"], record["category"]) == (group, "network")
    assert record["correlation_id"] == "OPS-12", "the form has no say in that"
    assert sn.journal("INC0010001", internal=True) == [f"Casebook's OPS-12: Checkout is down\n{CASE.url}"]
    assert sn.calls[-1].headers["user-agent"] == "Casebook"


@pytest.mark.parametrize("kind", ["problem", "change_request", "sc_task"])
def test_other_tables(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock, kind: str) -> None:
    seen = client.create(draft(sn_clock, kind=kind))
    assert (seen.kind, seen.values[Part.STATUS].group) == (kind, Group.OPEN)  # type: ignore[union-attr]
    assert client.read(seen.id, kind) == seen


@pytest.mark.parametrize("title", ["x" * 400, "<!channel> 😀 [code]<b>hi</b>[/code]", "a^ORstate=1\nb", "\u202eodd"])
def test_whatever_a_case_says(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock, title: str) -> None:
    case = CaseLink("OPS-1", title, "")
    values = {Part.TITLE: title, Part.DESCRIPTION: title * 100}
    seen = client.create(draft(sn_clock, values=values, case=case))
    assert len(str(seen.values[Part.TITLE])) <= 160
    (note,) = sn.journal(seen.key, internal=True)
    assert "[code]" not in note
    client.comment(seen.id, seen.kind, title, internal=None)
    assert client.commented(seen.id, seen.kind, title, sn_clock.at)


def test_a_record_is_found_again_by_its_mark(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    one = draft(sn_clock)
    seen = client.create(one)
    assert asked(sn, lambda: client.created(one)) == 1
    assert client.created(one) == seen
    sn_clock.pass_by(seconds=SETTLES.total_seconds() + 1)
    assert client.created(draft(sn_clock, mark="OPS-13", since=one.since)) is None
    sn.edit(seen.key, "mia", correlation_display="Another tool")
    assert client.created(one) is None


def test_a_priority_that_is_none(client: Ticketing, sn_clock: Clock, sn: LocalServiceNow) -> None:
    with pytest.raises(Declined, match="odd priority") as declined:
        client.create(draft(sn_clock, values={Part.PRIORITY: "High"}))
    assert "“High”" in declined.value.remedy
    assert not sn.calls
    for ours, theirs in SYSTEM.priorities.items():
        seen = client.create(draft(sn_clock, values={Part.PRIORITY: theirs}))
        assert seen.label.startswith(ours[1:]), "our priorities are theirs"


# -- reading and finding ----------------------------------------------------------------------------------------------


def test_a_record_is_read_by_its_id(sn: LocalServiceNow, client: Ticketing) -> None:
    number = sn.insert("incident", "mia", short_description="Disk", description="a\r\nb", correlation_id="X")
    id_ = sn.record(number)["sys_id"]
    seen = client.read(id_, "incident")
    assert (seen.key, seen.mark, seen.values[Part.DESCRIPTION]) == (number, "", "a\nb")
    assert client.read(id_, "problem") == seen, "wherever it was moved"
    assert len(sn.calls) == 3


def test_what_may_not_be_read_is_not_taken_for_empty() -> None:
    """ServiceNow leaves such fields out without a word."""
    told = {"sys_id": "1", "number": "INC1", "sys_class_name": "incident", "sys_updated_on": "2026-11-23 04:00:00"}
    record = {name: {"value": value, "display_value": value} for name, value in told.items()}
    assert seen_in(record, "https://x").values == {}
    record |= {name: {"value": "", "display_value": ""} for name in FIELDS if name not in told}
    assert seen_in(record, "https://x").values == {Part.TITLE: "", Part.DESCRIPTION: "", Part.ASSIGNEE: None}


@pytest.mark.parametrize(
    "words",
    [
        "INC0010001", " inc0010001 ", "{url}/nav_to.do?uri=incident.do%3Fsys_id%3D{id}%26sysparm_view%3D",
        "{url}/nav_to.do?uri=%2Fincident.do%3Fsys_id%3D{id}", "{url}/incident.do?sys_id={id}",
        "{url}/now/nav/ui/classic/params/target/incident.do%253Fsys_id%253D{id}",
        "{url}/now/sow/record/incident/{id}", "{url}/now/workspace/agent/record/incident/{id}?x=1",
        "{url}/task.do?sysparm_query=number=INC0010001",
    ],
)  # fmt: skip
def test_a_record_is_found_by_what_people_paste(sn: LocalServiceNow, client: Ticketing, words: str) -> None:
    id_ = sn.record(sn.insert("incident", "mia", short_description="Disk"))["sys_id"]
    assert client.look_up(words.format(url=sn.url, id=id_)).id == id_
    assert len(sn.calls) == 1


@pytest.mark.parametrize(
    ("words", "trouble", "sentence"),
    [
        ("INC0099999", Gone, "ServiceNow has no record INC0099999"),
        ("disk full", Declined, "“disk full” is neither a number nor an address"),
        ("INC1^ORnumber=2", Declined, "is neither a number nor an address"),
        ("javascript:gs.sleep(9)", Declined, "is neither a number nor an address"),
        ("https://other.service-now.com/incident.do?sys_id=1", Declined, "is of other.service-now.com"),
        ("https://[::1/x", Declined, "is of nowhere"),
        ("{url}/kb_view.do", Declined, "is neither a number nor an address"),
        ("{url}/incident.do?sys_id=00000000000000000000000000000000", Gone, "no such record any more"),
    ],
)
def test_what_cannot_be_found(
    sn: LocalServiceNow, client: Ticketing, words: str, trouble: type[Declined], sentence: str
) -> None:
    with pytest.raises(trouble) as declined:
        client.look_up(words.format(url=sn.url))
    assert type(declined.value) is trouble
    assert sentence in declined.value.remedy


# -- the link ---------------------------------------------------------------------------------------------------------


def test_a_record_is_tied_to_a_case_and_untied(sn: LocalServiceNow, client: Ticketing) -> None:
    number = sn.insert("incident", "mia", short_description="Disk")
    id_ = sn.record(number)["sys_id"]
    assert asked(sn, lambda: client.attach(id_, "incident", "OPS-12", CASE)) == 2
    assert asked(sn, lambda: client.attach(id_, "incident", "OPS-12", CASE)) == 1
    assert client.read(id_, "incident").mark == "OPS-12"
    assert len(sn.journal(number, internal=True)) == 1, "once"
    with pytest.raises(Declined, match="taken") as declined:
        client.attach(id_, "incident", "OPS-13", CASE)
    assert "another case" in declined.value.remedy
    client.detach(id_, "incident", "OPS-13")
    assert client.read(id_, "incident").mark == "OPS-12"
    for _ in range(2):
        client.detach(id_, "incident", "OPS-12")
        assert (sn.record(number)["correlation_id"], sn.record(number)["correlation_display"]) == ("", "")
    sn.edit(number, "mia", correlation_id="4711", correlation_display="PagerDuty")
    with pytest.raises(Declined) as declined:
        client.attach(id_, "incident", "OPS-12", CASE)
    assert "tied to “PagerDuty”" in declined.value.remedy
    client.detach(id_, "incident", "4711")
    assert sn.record(number)["correlation_id"] == "4711", "that is not ours"


# -- fields and states ------------------------------------------------------------------------------------------------


def test_fields_are_changed_in_one_request(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock))
    mia = client.account("mia@example.com")
    values = {Part.TITLE: "New", Part.DESCRIPTION: "", Part.PRIORITY: "3/3", Part.ASSIGNEE: mia}
    assert asked(sn, lambda: client.change(seen.id, seen.kind, values)) == 1
    assert client.read(seen.id, seen.kind).values == {**values, Part.STATUS: Standing("New", Group.OPEN)}
    client.change(seen.id, seen.kind, {Part.ASSIGNEE: None})
    assert client.read(seen.id, seen.kind).values[Part.ASSIGNEE] is None
    assert asked(sn, lambda: client.change(seen.id, seen.kind, {})) == 0


@pytest.mark.parametrize(
    ("names", "group", "name", "requests"),
    [
        (["In Progress"], Group.IN_PROGRESS, "In Progress", 1),
        (["in-progress"], Group.IN_PROGRESS, "In Progress", 1),
        (["Nowhere", "On hold"], Group.IN_PROGRESS, "On Hold", 2),
        (["Resolved"], Group.CLOSED, "Resolved", 2),
        (["Closed"], Group.CLOSED, "Closed", 2),
        (["Canceled"], Group.CLOSED, "Canceled", 1),
        ([], Group.IN_PROGRESS, "In Progress", 1),
        (["Nowhere"], Group.OPEN, "New", 1),
    ],
)
def test_an_incident_is_moved(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock, names: list[str], group: Group, name: str, requests: int
) -> None:
    seen = client.create(draft(sn_clock))
    there = listed(client, seen.kind)
    assert asked(sn, lambda: client.move(seen.id, seen.kind, Step(names, group), there)) == requests
    assert client.read(seen.id, seen.kind).values[Part.STATUS] == Standing(name, group)


@pytest.mark.parametrize("kind", ["incident", "problem"])
def test_to_ask_first_and_then_close_takes_two_requests(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock, kind: str
) -> None:
    seen = client.create(draft(sn_clock, kind=kind))
    there = listed(client, kind)

    def close() -> None:
        client.read(seen.id, kind)
        client.move(seen.id, kind, Step(["Closed"], Group.CLOSED), there)

    assert asked(sn, close) == 2
    assert client.read(seen.id, kind).values[Part.STATUS] == Standing("Closed", Group.CLOSED)


def test_what_resolving_needs_is_filled_but_not_overwritten(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock
) -> None:
    seen = client.create(draft(sn_clock))
    client.move(seen.id, seen.kind, RESOLVED, unasked)
    record = sn.record(seen.key)
    assert record["close_notes"] == "Its case was closed in Casebook."
    sn.edit(seen.key, "mia", close_notes="A cable", close_code="Workaround provided")
    assert asked(sn, lambda: client.move(seen.id, seen.kind, RESOLVED, unasked)) == 1, "it is there already"
    assert client.move(seen.id, seen.kind, Step(["Closed"], Group.CLOSED), unasked) == Standing("Closed", Group.CLOSED)
    record = sn.record(seen.key)
    assert (record["close_notes"], record["close_code"]) == ("A cable", "Workaround provided")
    client.move(seen.id, seen.kind, Step(["New"], Group.OPEN), unasked)
    assert sn.record(seen.key)["active"] == "true"


def test_another_tables_states_are_known_by_what_was_listed(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock
) -> None:
    seen = client.create(draft(sn_clock, kind="problem"))
    there, step = listed(client, "problem"), Step(["Root cause analysis"], Group.IN_PROGRESS)
    assert asked(sn, lambda: client.move(seen.id, "problem", step, there)) == 1
    assert sn.record(seen.key)["state"] == "103"
    client.move(seen.id, "problem", Step([], Group.CLOSED), there)
    assert client.read(seen.id, "problem").values[Part.STATUS] == Standing("Resolved", Group.CLOSED)
    client.move(seen.id, "problem", Step(["Open"], Group.OPEN), there)
    assert sn.record(seen.key)["state"] == "101", "by its group, as there is none of that name"


def test_another_tables_states_may_be_hidden(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock, kind="problem"))
    sn.close("sys_choice", "read")
    with pytest.raises(Declined, match="states unknown") as declined:
        client.move(seen.id, "problem", Step(["Assess"], Group.OPEN), lambda: client.statuses("problem"))
    assert "read access to sys_choice" in declined.value.remedy


def listed(client: Ticketing, kind: str) -> There:
    """As they are kept between changes."""
    standings = client.statuses(kind)
    return lambda: standings


def forwards_only(before: dict[str, str], after: dict[str, str]) -> str:
    """From New one goes by In Progress."""
    jumps = before.get("state") == "1" and after["state"] in {"6", "7"}
    return "Work on it first" if jumps else ""


def test_a_forbidden_move_is_declined_in_servicenows_words(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock
) -> None:
    seen = client.create(draft(sn_clock))
    sn.abort_when(forwards_only)
    with pytest.raises(Declined, match="403") as declined:
        client.move(seen.id, seen.kind, RESOLVED, unasked)
    assert "aborted by Business Rule 'Work on it first^" in declined.value.remedy
    assert "Stack" not in declined.value.remedy
    assert sn.record(seen.key)["state"] == "1"


def test_it_goes_by_way_of_others_only_as_told(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock))
    sn.abort_when(forwards_only)
    via = Step(["Resolved"], Group.CLOSED, via=["In Progress"])
    assert client.move(seen.id, seen.kind, via, unasked) == Standing("Resolved", Group.CLOSED)
    another = client.create(draft(sn_clock, mark="OPS-13"))
    with pytest.raises(Declined, match="no such state"):
        client.move(
            another.id, another.kind, Step(["Resolved"], Group.CLOSED, via=["Nowhere"]), listed(client, another.kind)
        )


def test_a_rule_that_takes_the_change_back_is_noticed(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock))

    def undone(before: dict[str, str], after: dict[str, str]) -> str:
        after["state"] = before.get("state") or after["state"]
        return ""

    sn.abort_when(undone)
    with pytest.raises(Declined, match="state unchanged") as declined:
        client.move(seen.id, seen.kind, Step(["In Progress"], Group.IN_PROGRESS), unasked)
    assert "left the record at “New”" in declined.value.remedy


def test_statuses(sn: LocalServiceNow, client: Ticketing) -> None:
    def groups(kind: str) -> dict[str, str]:
        return {one.name: one.group.value for one in client.statuses(kind)}

    assert groups("incident") == {
        "New": "open", "In Progress": "in progress", "On Hold": "in progress", "Resolved": "closed",
        "Closed": "closed", "Canceled": "closed",
    }  # fmt: skip
    assert groups("problem")["Assess"] == "in progress"
    assert groups("change_request") | {"New": "open", "Review": "in progress", "Canceled": "closed"} == groups(
        "change_request"
    )
    assert groups("sc_task") == {
        "Pending": "open", "Open": "open", "Work in Progress": "in progress", "Closed Complete": "closed",
        "Closed Incomplete": "closed", "Closed Skipped": "closed",
    }  # fmt: skip
    sn.close("sys_choice", "read")
    assert len(groups("incident")) == 6, "as they are out of the box"
    assert not groups("problem")


# -- people and lists -------------------------------------------------------------------------------------------------


def test_people_are_known_by_their_address_or_not_at_all(sn: LocalServiceNow, client: Ticketing) -> None:
    sn.add_user("old", "Old Olga", "olga@example.com", active=False)
    for name in ("tim", "tom"):
        sn.add_user(name, "T", "team@example.com")
    found = client.account("Mia@Example.com")
    assert found
    assert (found.name, found.email) == ("Mia Meyer", "mia@example.com")
    unknown = ("olga@example.com", "team@example.com", "mia@example.co", "", "x^ORactive=true", "javascript:1")
    assert [client.account(email) for email in unknown] == [None] * 6
    me = client.me()
    assert (me.name, me.id) == ("Casebook", sn.ask(lambda: sn.records.user("casebook")["sys_id"]))
    assert asked(sn, client.me) == 0


def test_what_a_form_asks(sn: LocalServiceNow, client: Ticketing) -> None:
    assert [kind.id for kind in client.kinds("inc")] == ["incident", "incident_task"]
    assert client.kinds("")[0].id == SYSTEM.default_kind
    assert not client.subtypes("incident")
    assert [one.name for one in client.asked("incident", "")] == ["category"], "there are no groups"
    ids = {name: sn.add_group(name) for name in ("Service Desk", "Network")}
    sn.add_group("Gone", active=False)
    group, category = client.asked("incident", "")
    assert [(one.id, one.name) for one in group.choices] == [
        (ids["Network"], "Network"), (ids["Service Desk"], "Service Desk"),
    ]  # fmt: skip
    assert not group.required
    assert "Network" in [one.name for one in category.choices]
    assert len(client.asked("problem", "")) == 1
    sn.close("sys_user_group", "read")
    assert not client.asked("problem", "")


# -- many at once -----------------------------------------------------------------------------------------------------


def test_many_threads_mix_nothing_up(sn: LocalServiceNow) -> None:
    """Of one resource, all requests share their parameters: here each request has its own, each thread its client."""
    numbers = [sn.insert("incident", "mia", short_description=f"Disk {place}") for place in range(12)]
    make = clients(sn)

    def work(place: int) -> list[str]:
        client, number = make(), numbers[place % 12]
        found = client.look_up(number)
        client.change(found.id, found.kind, {Part.DESCRIPTION: number})
        made = client.create(Draft(f"M-{place}", "incident", "", {Part.TITLE: f"T {place}"}, found.updated, CASE))
        again = client.read(found.id, found.kind)
        return [found.key, str(again.values[Part.DESCRIPTION]), made.mark, str(made.values[Part.TITLE])]

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(48)))
    assert results == [[numbers[i % 12], numbers[i % 12], f"M-{i}", f"T {i}"] for i in range(48)]
    assert len(sn.numbers("incident")) == 60
