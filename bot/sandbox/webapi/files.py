"""files.*: the three steps of an upload, and what is known of a file."""

from ..posting import post_as_app, read_content
from ..records import StoredFile
from ..shapes import file_json
from ..wire import Json, Refused
from .method import Call, method

ALT_TEXT = 1000


@method("files.getUploadURLExternal", "t4", "files:write", "filename length", "alt_txt snippet_type")
def get_upload_url(call: Call) -> Json:
    length = call.number("length", 0, 1024**3)
    if not length:
        raise Refused("invalid_arguments", "[ERROR] length must be above 0 [json-pointer:/length]")
    alt = call.text("alt_txt")
    if len(alt) > ALT_TEXT:
        raise Refused("invalid_arguments", f"[ERROR] alt_txt has up to {ALT_TEXT} characters [json-pointer:/alt_txt]")
    stored = call.platform.workspace.add_file(call.text("filename"), call.platform.bot_user)
    stored.alt = alt
    return {"upload_url": f"{call.platform.url}/upload/{stored.id}", "file_id": stored.id}


@method(
    "files.completeUploadExternal", "t4", "files:write", "files",
    "channel_id channels initial_comment thread_ts blocks",
)  # fmt: skip
def complete_upload(call: Call) -> Json:
    """The answer has no message: sharing is asynchronous in Slack."""
    entries = call.args["files"]
    if not isinstance(entries, list) or not entries:
        raise Refused("invalid_arguments", "[ERROR] files must be a list [json-pointer:/files]")
    files = [_uploaded(call, entry) for entry in entries]
    for channel in call.names("channels") or call.names("channel_id"):
        _share(call, channel, files)
    for stored in files:
        stored.complete = True
    return {"files": [file_json(stored, call.platform.url) for stored in files]}


def _uploaded(call: Call, entry: Json) -> StoredFile:
    stored = call.platform.workspace.files.get(str(entry.get("id", "")))
    if stored is None or stored.complete:
        raise Refused("file_not_found")
    if not stored.size:
        raise Refused("file_upload_size_restricted", "[ERROR] nothing was uploaded")
    stored.title = str(entry.get("title") or stored.title)
    return stored


def _share(call: Call, channel: str, files: list[StoredFile]) -> None:
    platform = call.platform
    conversation = platform.workspace.conversations.get(channel)
    if conversation is None or (conversation.kind != "public" and not platform.bot_in(conversation)):
        raise Refused("channel_not_found")
    if not platform.bot_in(conversation):
        raise Refused("not_in_channel")
    if conversation.archived:
        raise Refused("is_archived")
    content = read_content(platform, {"text": call.text("initial_comment") or "a file needs no comment"})
    content.text = call.text("initial_comment")
    for stored in files:
        stored.channels.append(channel)
    extra: Json = {"files": [file_json(stored, platform.url) for stored in files], "subtype": "file_share"}
    post_as_app(platform, conversation, content, call.text("thread_ts"), extra=extra)


@method("files.info", "t4", "files:read", "file", "limit cursor")
def info(call: Call) -> Json:
    stored = call.platform.workspace.files.get(call.text("file"))
    if stored is None or not _may_see(call, stored):
        raise Refused("file_not_found")
    return {"file": file_json(stored, call.platform.url), "comments": [], "response_metadata": {"next_cursor": ""}}


def _may_see(call: Call, stored: StoredFile) -> bool:
    """Its own files, those of conversations it is in, and those given to it in a modal (shared nowhere)."""
    conversations = call.platform.workspace.conversations
    own = stored.user == call.platform.bot_user or not stored.channels
    return own or any(call.platform.bot_in(conversations[channel]) for channel in stored.channels)
