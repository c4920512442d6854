"""What the Web API answers and refuses, asked by the real WebClient."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Channel, LocalSlack, Person
from tests.sandbox.conftest import MANIFEST

Json = dict[str, Any]


def error_of(work: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        work(*args, **kwargs)
    return str(caught.value.response["error"])


def messages_of(work: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(SlackApiError) as caught:
        work(**kwargs)
    return list(caught.value.response["response_metadata"]["messages"])


def without_scope(*gone: str) -> Json:
    scopes = [s for s in MANIFEST["oauth_config"]["scopes"]["bot"] if s not in gone]
    return MANIFEST | {"oauth_config": {"scopes": {"bot": scopes}}}


SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


# -- who may call -------------------------------------------------------------------------------------------------
def test_auth(slack: LocalSlack, client: WebClient) -> None:
    me = client.auth_test()
    assert me["url"] == "https://acme.slack.com/"
    assert (me["user_id"], me["user"], me["team_id"]) == (slack.bot_user, "tester", "T00001")
    assert "chat:write" in me.headers["x-oauth-scopes"]
    assert error_of(WebClient(token="xoxb-no", base_url=slack.api_url).auth_test) == "invalid_auth"
    assert error_of(WebClient(base_url=slack.api_url).auth_test) == "not_authed"
    assert error_of(client.api_call, "chat.nonsense") == "unknown_method"
    assert error_of(client.apps_connections_open, app_token=slack.bot_token) == "not_allowed_token_type"
    assert error_of(WebClient(token=slack.app_token, base_url=slack.api_url).auth_test) == "not_allowed_token_type"
    as_form = client.api_call("auth.test", params={"token": slack.bot_token})
    assert as_form["ok"]


def test_revoked_and_uninstalled(slack: LocalSlack, client: WebClient) -> None:
    slack.revoke_tokens()
    assert error_of(client.auth_test) == "token_revoked"
    slack.reinstall()
    slack.uninstall()
    assert error_of(client.auth_test) == "account_inactive"


def test_missing_scope() -> None:
    with LocalSlack(manifest=without_scope("users:read", "groups:read", "chat:write", "channels:history")) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        ops = slack.add_channel("ops", bot=True)
        secret = slack.add_channel("secret", private=True, bot=True)
        with pytest.raises(SlackApiError) as caught:
            client.users_info(user=slack.bot_user)
        answer = caught.value.response
        assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
        assert "commands" in answer["provided"].split(",")
        assert client.conversations_info(channel=ops.id)["channel"]["name"] == "ops"
        assert error_of(client.conversations_info, channel=secret.id) == "missing_scope"
        assert error_of(client.conversations_list, types="public_channel,private_channel") == "missing_scope"
        assert error_of(client.chat_postMessage, channel=ops.id, text="x") == "missing_scope"
        assert [r.name for r in slack.refusals][:2] == ["users.info", "conversations.info"]
        assert any("message.channels needs channels:history" in w.note for w in slack.warnings)


# -- chat ---------------------------------------------------------------------------------------------------------
def test_post_and_what_is_stored(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    said = "a & b < c <https://x.test|x> https://y.test <!here> &amp;"
    answer = client.chat_postMessage(channel=ops.id, text=said)
    message = answer["message"]
    assert message["text"] == "a &amp; b &lt; c <https://x.test|x> <https://y.test> <!here> &amp;"
    assert (message["bot_id"], message["user"], message["ts"]) == (slack.platform.bot_id, slack.bot_user, answer["ts"])
    assert slack.messages(ops)[0].pings == ["here"]
    by_name = client.chat_postMessage(channel="#ops", text="by name")
    assert by_name["channel"] == ops.id
    assert float(by_name["ts"]) > float(answer["ts"])
    assert client.chat_postMessage(channel=ops.id, text="x" * 40_001)["warning"] == "message_truncated"


def test_where_the_app_may_post(slack: LocalSlack, client: WebClient, ann: Person, ops: Channel) -> None:
    post = client.chat_postMessage
    public, private = slack.add_channel("public"), slack.add_channel("private", private=True)
    assert error_of(post, channel=public.id, text="x") == "not_in_channel"
    assert error_of(post, channel=private.id, text="x") == "channel_not_found"
    assert error_of(post, channel="C404", text="x") == "channel_not_found"
    private.invite()
    assert post(channel=private.id, text="x")["ok"]
    ops.archive()
    assert error_of(post, channel=ops.id, text="x") == "is_archived"
    direct = post(channel=ann.id, text="psst")
    assert direct["channel"] == ann.dm_channel.id
    assert [m.text for m in ann.dm()] == ["psst"]
    ann.change(deleted=True)
    assert error_of(post, channel=ann.id, text="x") == "channel_not_found"


def test_public_channels_with_the_scope_for_it() -> None:
    manifest = MANIFEST | {"oauth_config": {"scopes": {"bot": ["chat:write", "chat:write.public"]}}}
    with LocalSlack(manifest=manifest) as slack:
        public = slack.add_channel("public")
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        assert client.chat_postMessage(channel=public.id, text="x")["ok"]


def test_messages_tab_off() -> None:
    features = MANIFEST["features"] | {"app_home": {"home_tab_enabled": False, "messages_tab_enabled": False}}
    with LocalSlack(manifest=MANIFEST | {"features": features}) as slack:
        ann = slack.add_person("ann")
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        assert error_of(client.chat_postMessage, channel=ann.id, text="x") == "messages_tab_disabled"
        home = {"type": "home", "blocks": []}
        assert error_of(client.views_publish, user_id=ann.id, view=home) == "not_enabled"


def test_what_a_message_may_be(slack: LocalSlack, client: WebClient, ops: Channel) -> None:
    post = client.chat_postMessage
    assert error_of(post, channel=ops.id, text="") == "no_text"
    broken = [SECTION, {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    places = messages_of(post, channel=ops.id, text="x", blocks=broken)
    assert places == ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]
    assert error_of(post, channel=ops.id, text="x", blocks=broken) == "invalid_blocks"
    assert error_of(post, channel=ops.id, text="x", blocks="{nonsense") == "invalid_blocks_format"
    five_long = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}} for _ in range(5)]
    assert error_of(post, channel=ops.id, text="x", blocks=five_long) == "msg_blocks_too_long"
    assert error_of(post, channel=ops.id, text="x", attachments=[{}] * 101) == "too_many_attachments"
    assert error_of(post, channel=ops.id, text="x", metadata={"event": 1}) == "invalid_metadata_format"
    assert error_of(post, channel=ops.id, text="x", attachments=[{"blocks": broken}]) == "invalid_blocks"
    assert len(slack.refusals) == 8
    assert slack.messages(ops) == []


def test_blocks_without_text_are_noted(slack: LocalSlack, client: WebClient, ops: Channel) -> None:
    client.chat_postMessage(channel=ops.id, blocks=[SECTION])
    client.chat_postMessage(channel=ops.id, text="x", colour="red")
    assert [w.name for w in slack.warnings] == ["no_fallback_text", "unknown_argument"]
    assert slack.refusals == []


def test_threads(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    parent = ann.post(ops, "parent")
    reply = client.chat_postMessage(channel=ops.id, text="reply", thread_ts=parent.ts)
    assert reply["message"]["thread_ts"] == parent.ts
    client.chat_postMessage(channel=ops.id, text="both", thread_ts=parent.ts, reply_broadcast=True)
    assert [m.text for m in parent.replies] == ["reply", "both"]
    assert [m.text for m in slack.messages(ops)] == ["parent", "both"]
    to_reply = {"channel": ops.id, "text": "x", "thread_ts": reply["ts"]}
    assert error_of(client.chat_postMessage, **to_reply) == "cannot_reply_to_message"
    thread = client.conversations_replies(channel=ops.id, ts=parent.ts)["messages"]
    assert [m["text"] for m in thread] == ["parent", "reply", "both"]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, thread[2]["ts"])
    assert error_of(client.conversations_replies, channel=ops.id, ts="1.000001") == "thread_not_found"


def test_a_reply_to_a_deleted_message_lands_in_the_channel(
    slack: LocalSlack, client: WebClient, ops: Channel, ann: Person
) -> None:
    parent = ann.post(ops, "oops")
    ann.delete(parent)
    posted = client.chat_postMessage(channel=ops.id, text="late", thread_ts=parent.ts)
    assert "thread_ts" not in posted["message"]
    assert [w.name for w in slack.warnings] == ["reply_without_parent"]


def test_a_deleted_parent_leaves_a_tombstone(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    parent = ann.post(ops, "parent")
    client.chat_postMessage(channel=ops.id, text="reply", thread_ts=parent.ts)
    ann.delete(parent)
    assert (parent.subtype, parent.text) == ("tombstone", "This message was deleted.")
    assert len(parent.replies) == 1
    assert client.chat_postMessage(channel=ops.id, text="again", thread_ts=parent.ts)["message"]["thread_ts"]


def test_update(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    posted = client.chat_postMessage(channel=ops.id, text="one", blocks=[SECTION | {"block_id": "b"}])
    own: Json = {"channel": ops.id, "ts": posted["ts"]}
    assert client.chat_update(**own, text="two")["text"] == "two"
    message = slack.messages(ops)[0]
    assert (message.text, message.blocks[0]["block_id"]) == ("two", "b")
    assert message.edited is not None
    client.chat_update(**own, text="three", blocks=[])
    assert message.blocks == []
    assert error_of(client.chat_update, **own, text="x" * 4001) == "msg_too_long"
    assert error_of(client.chat_update, **own) == "no_text"
    assert error_of(client.chat_update, channel=ops.id, ts="1.000001", text="x") == "message_not_found"
    hers = ann.post(ops, "hers")
    assert error_of(client.chat_update, channel=ops.id, ts=hers.ts, text="x") == "cant_update_message"
    assert error_of(client.chat_delete, channel=ops.id, ts=hers.ts) == "cant_delete_message"
    assert error_of(client.chat_update, channel=ann.id, ts=posted["ts"], text="x") == "channel_not_found"
    client.chat_delete(**own)
    assert [m.text for m in slack.messages(ops)] == ["hers"]


def test_metadata(client: WebClient, ops: Channel) -> None:
    metadata = {"event_type": "case_posted", "event_payload": {"key": "OPS-1"}}
    posted = client.chat_postMessage(channel=ops.id, text="one", metadata=metadata)
    plain = client.conversations_history(channel=ops.id)["messages"][0]
    assert "metadata" not in plain
    full = client.conversations_history(channel=ops.id, include_all_metadata=True)["messages"][0]
    assert full["metadata"] == metadata
    client.chat_update(channel=ops.id, ts=posted["ts"], text="two")
    kept = client.conversations_replies(channel=ops.id, ts=posted["ts"], include_all_metadata=True)["messages"][0]
    assert kept["metadata"] == metadata


def test_ephemeral(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person, bob: Person) -> None:
    carol = slack.add_person("carol")
    sent = client.chat_postEphemeral(channel=ops.id, user=ann.id, text="only you")
    assert [m.text for m in ann.messages(ops)] == ["only you"]
    assert ann.last(ops).ephemeral
    assert bob.messages(ops) == []
    assert slack.messages(ops) == []
    assert client.conversations_history(channel=ops.id)["messages"] == []
    to_carol = {"channel": ops.id, "user": carol.id, "text": "x"}
    assert error_of(client.chat_postEphemeral, **to_carol) == "user_not_in_channel"
    assert error_of(client.chat_update, channel=ops.id, ts=sent["message_ts"], text="x") == "message_not_found"
    ann.delete(ann.last(ops))
    assert ann.messages(ops) == []


def test_permalinks(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    parent = ann.post(ops, "parent")
    reply = ann.post(ops, "reply", thread=parent)
    link = client.chat_getPermalink(channel=ops.id, message_ts=parent.ts)["permalink"]
    assert link == f"https://acme.slack.com/archives/{ops.id}/p{parent.ts.replace('.', '')}" == slack.permalink(parent)
    assert slack.permalink(reply).endswith(f"{reply.ts.replace('.', '')}?thread_ts={parent.ts}&cid={ops.id}")
    assert error_of(client.chat_getPermalink, channel=ops.id, message_ts="1.000001") == "message_not_found"


# -- conversations, users, groups ---------------------------------------------------------------------------------
def test_channels(slack: LocalSlack, client: WebClient, ann: Person, bob: Person) -> None:
    made = client.conversations_create(name="inc-1")["channel"]
    assert made["is_member"]
    for name, error in (
        ("inc-1", "name_taken"),
        ("Inc 2", "invalid_name_specials"),
        ("x" * 81, "invalid_name_maxlength"),
    ):
        assert error_of(client.conversations_create, name=name) == error
    invite = client.conversations_invite
    assert invite(channel=made["id"], users=[ann.id, bob.id])["channel"]["num_members"] == 3
    assert error_of(invite, channel=made["id"], users=ann.id) == "already_in_channel"
    forced = invite(channel=made["id"], users=[ann.id, "U404"], force=True)
    assert [e["error"] for e in forced["errors"]] == ["already_in_channel", "user_not_found"]
    assert client.conversations_members(channel=made["id"])["members"] == [slack.bot_user, ann.id, bob.id]
    assert client.conversations_setTopic(channel=made["id"], topic="down")["channel"]["topic"]["value"] == "down"
    assert error_of(client.conversations_setTopic, channel=made["id"], topic="x" * 251) == "too_long"
    assert client.bookmarks_add(channel_id=made["id"], title="Case", type="link", link="https://x.test")["bookmark"][
        "id"
    ]
    client.conversations_archive(channel=made["id"])
    assert error_of(client.conversations_unarchive, channel=made["id"]) == "not_in_channel"
    public = slack.add_channel("public")
    assert client.conversations_join(channel=public.id)["channel"]["is_member"]
    client.conversations_leave(channel=public.id)
    assert error_of(client.conversations_history, channel=public.id) == "not_in_channel"


def test_direct_conversations(client: WebClient, slack: LocalSlack, ann: Person, bob: Person) -> None:
    opened = client.conversations_open(users=ann.id)["channel"]["id"]
    assert client.conversations_open(users=ann.id)["channel"]["id"] == opened == ann.dm_channel.id
    assert client.conversations_info(channel=opened)["channel"]["user"] == ann.id
    between = slack.ask(slack.platform.workspace.direct, ann.id, bob.id)
    assert error_of(client.conversations_info, channel=between.id) == "channel_not_found"


def test_lists_come_in_pages() -> None:
    with LocalSlack(manifest=MANIFEST, page_size=2) as slack:
        client = WebClient(token=slack.bot_token, base_url=slack.api_url)
        for name in ("ann", "bob", "carol", "dana"):
            slack.add_person(name)
        first = client.users_list(limit=200)
        assert len(first["members"]) == 2
        assert first["response_metadata"]["next_cursor"]
        names = [user["name"] for page in client.users_list() for user in page["members"]]
        assert names == ["tester", "ann", "bob", "carol", "dana"]
        assert error_of(client.users_list, cursor="nonsense") == "invalid_cursor"


def test_people(slack: LocalSlack, client: WebClient, ann: Person) -> None:
    dana = slack.add_person("dana", admin=True, tz="America/New_York")
    gus = slack.add_person("gus", guest=True, email="")
    hers = client.users_info(user=dana.id)["user"]
    assert (hers["is_admin"], hers["tz"], hers["profile"]["email"]) == (True, "America/New_York", "dana@acme.example")
    assert hers["tz_offset"] in (-18000, -14400)
    his = client.users_info(user=gus.id)["user"]
    assert his["is_restricted"]
    assert "email" not in his["profile"]
    assert error_of(client.users_info, user="U404") == "user_not_found"
    assert client.users_lookupByEmail(email="ann@acme.example")["user"]["id"] == ann.id
    assert error_of(client.users_lookupByEmail, email="no@acme.example") == "users_not_found"


def test_groups(slack: LocalSlack, client: WebClient, ann: Person, bob: Person) -> None:
    sre = slack.add_group("sre", name="SRE", members=[ann])
    listed = client.usergroups_list(include_users=True)["usergroups"]
    assert [(g["id"], g["handle"], g["users"]) for g in listed] == [(sre.id, "sre", [ann.id])]
    sre.set_members([ann, bob])
    assert client.usergroups_users_list(usergroup=sre.id)["users"] == [ann.id, bob.id]
    sre.disable()
    assert client.usergroups_list()["usergroups"] == []
    assert client.usergroups_list(include_disabled=True)["usergroups"][0]["date_delete"] > 0
    assert error_of(client.usergroups_users_list, usergroup="S404") == "no_such_subteam"


def test_the_rest(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    message = ann.post(ops, "look")
    on: Json = {"channel": ops.id, "timestamp": message.ts}
    client.reactions_add(**on, name="eyes")
    assert message.json["reactions"] == [{"name": "eyes", "users": [slack.bot_user], "count": 1}]
    assert error_of(client.reactions_add, **on, name="eyes") == "already_reacted"
    client.reactions_remove(**on, name="eyes")
    assert error_of(client.reactions_remove, **on, name="eyes") == "no_reaction"
    client.pins_add(**on)
    assert error_of(client.pins_add, **on) == "already_pinned"
    assert client.team_info()["team"]["domain"] == "acme"
    mine = client.users_conversations(types="public_channel")["channels"]
    assert [c["name"] for c in mine] == ["ops"]


def test_files(slack: LocalSlack, client: WebClient, ops: Channel, ann: Person) -> None:
    uploaded = client.files_upload_v2(
        channel=ops.id, content="a,b\n1,2\n", filename="cases.csv", initial_comment="here"
    )
    message = slack.messages(ops)[0]
    assert (message.text, message.subtype) == ("here", "file_share")
    assert message.files[0]["id"] == uploaded["file"]["id"]
    posted = ann.post(ops, "see", files=[("log.txt", b"down")])
    shared = client.files_info(file=posted.files[0]["id"])["file"]
    assert (shared["name"], shared["size"], shared["mimetype"]) == ("log.txt", 4, "text/plain")
    assert error_of(client.files_info, file="F404") == "file_not_found"
    other = slack.add_channel("other", members=[ann])
    hidden = ann.post(other, "see", files=[("log.txt", b"down")]).files[0]["id"]
    assert error_of(client.files_info, file=hidden) == "file_not_found"
    public = slack.add_channel("public")
    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.files_upload_v2(channel=public.id, content="x", filename="x.txt")
