"""What Jira's answers are taken for when they are none, and that nothing secret is in what is made of them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.domain.ticket import Draft, Part
from bot.integrations.errors import AskedToWait, Declined, Gone, Shut, Trouble, Unanswered
from bot.sandbox import LocalJira
from tests.integrations.jiras import NOW, Clock, client, draft, filled


@pytest.mark.parametrize(
    ("kind", "value", "trouble", "perhaps"),
    [
        ("status", 500, Unanswered, True),
        ("status", 502, Unanswered, True),
        ("status", 503, Unanswered, True),
        ("html", None, Unanswered, True),
        ("drop_before", None, Unanswered, True),
        ("drop_after", None, Unanswered, True),
        ("ratelimited", None, AskedToWait, None),
        ("status", 401, Shut, None),
        ("status", 403, Shut, None),
        ("status", 404, Shut, None),
        ("status", 302, Shut, None),
        ("error", "Too odd <!channel> `x`", Declined, None),
    ],
)
def test_answers(
    both: LocalJira, made: Any, caplog: pytest.LogCaptureFixture, kind: Any, value: Any, trouble: Any,
    perhaps: bool | None,
) -> None:  # fmt: skip
    seen = made(both).create(draft(NOW))
    both.calls.clear()
    both.faults.add(kind=kind, value=value, times=1)
    with pytest.raises(trouble) as raised:
        made(both).read(seen.id, "OPS")
    check(raised.value, both)
    assert getattr(raised.value, "perhaps_sent", None) is perhaps
    assert len(both.asked) == 1, "nothing is tried twice here"
    assert not [record for record in caplog.records if not record.name.startswith("aiohttp")]
    assert made(both).read(seen.id, "OPS").key == "OPS-1"


def check(trouble: Trouble, local: LocalJira) -> None:
    """Short for logs; neither secrets nor addresses nor pages in it."""
    told = trouble.problem + getattr(trouble, "remedy", "") + str(trouble)
    assert len(trouble.problem) < 60
    for secret in (local.token, local.pat, "rest/api", "AREQUESTID", "DOCTYPE", "Traceback", "<!channel>", local.url):
        assert secret not in told
    assert trouble.__cause__ is None


@pytest.mark.parametrize(
    ("value", "seconds"), [(None, 30), ("120", 120), ("Mon, 23 Nov 2026 04:02:02 GMT", 120), ("99999", 3600)]
)
def test_jira_may_ask_for_a_pause(cloud: LocalJira, made: Any, value: Any, seconds: float) -> None:
    cloud.faults.add(kind="ratelimited", value=value, times=1)
    with pytest.raises(AskedToWait) as raised:
        made(cloud).create(draft(NOW))
    assert raised.value.seconds == seconds
    assert (len(cloud.asked), len(cloud.issues)) == (1, 0)


def test_jira_may_take_too_long(cloud: LocalJira, made: Any) -> None:
    cloud.faults.add(kind="delay", value=30, times=1)
    with pytest.raises(Unanswered, match="no answer in time") as raised:
        made(cloud, timeout=(3.0, 0.2)).create(draft(NOW))
    assert raised.value.perhaps_sent


def test_nobody_may_be_there(made: Any, clock: Clock) -> None:
    with filled(LocalJira(now=clock.seconds)) as local:
        pass
    with pytest.raises(Unanswered, match="no connection") as raised:
        made(local).me()
    assert not raised.value.perhaps_sent


def test_wrong_credentials(both: LocalJira, made: Any) -> None:
    with pytest.raises(Shut, match="401") as shut:
        made(both, **({"token": "wrong"} if both.cloud else {"pat": "wrong"})).me()
    assert ("JIRA_API_TOKEN" if both.cloud else "JIRA_PAT") in shut.value.remedy


def test_a_site_that_strangers_may_look_at_does_not_make_issues_seem_gone(cloud: LocalJira, made: Any) -> None:
    seen = made(cloud).create(draft(NOW))
    cloud.anonymous = True
    with pytest.raises(Shut, match="401"):
        made(cloud, token="expired").read(seen.id, "OPS")


def test_an_account_that_is_locked(cloud: LocalJira, made: Any) -> None:
    cloud.locked_out = True
    with pytest.raises(Shut, match="403") as shut:
        made(cloud).me()
    assert "sign in to Jira with it once" in shut.value.remedy


@pytest.mark.parametrize("barred", ["create", "edit", "comment"])
def test_no_permission(cloud: LocalJira, made: Any, barred: str) -> None:
    cloud.create("OPS", "Checkout", by="mia")
    cloud.site.projects["OPS"].barred.add(barred)
    id_, jira = cloud.issue("OPS-1").id, made(cloud)
    acts = {
        "create": lambda: jira.create(draft(NOW)),
        "edit": lambda: jira.change(id_, "OPS", {Part.TITLE: "x"}),
        "comment": lambda: jira.comment(id_, "OPS", "x", internal=None),
    }
    with pytest.raises(Declined, match="403") as declined:
        acts[barred]()
    assert f"“You do not have permission to {barred} issues in this project.”" in declined.value.remedy
    assert "whoever runs Jira" in declined.value.remedy


def test_what_may_not_be_seen_is_gone(cloud: LocalJira, made: Any) -> None:
    cloud.create("OPS", "Checkout", by="mia")
    cloud.site.projects["OPS"].barred.add("browse")
    with pytest.raises(Gone):
        made(cloud).read(cloud.issue("OPS-1").id, "OPS")


def test_threads_do_not_mix_records_up(cloud: LocalJira, clock: Clock) -> None:
    def lived(number: int) -> tuple[str, str, str]:
        one: Draft = draft(NOW, mark=f"case:{number}", values={Part.TITLE: f"n{number}"})
        seen = client(cloud, clock).create(one)
        client(cloud, clock).comment(seen.id, "OPS", f"c{number}", internal=None)
        read = client(cloud, clock).read(seen.id, "OPS")
        return seen.mark, read.mark, str(read.values[Part.TITLE])

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lived, range(60)))
    assert told == [(f"case:{n}", f"case:{n}", f"n{n}") for n in range(60)]
    for issue in cloud.issues:
        number = issue.summary.removeprefix("n")
        assert (issue.properties["casebook"]["mark"], issue.notes[0].body) == (f"case:{number}", f"c{number}")
        assert list(issue.links) == [f"casebook=case:{number}"]
