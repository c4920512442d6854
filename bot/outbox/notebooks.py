"""Notebooks in Slack: made once, told once, and one paragraph of each kept up to date."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from slack_sdk import WebClient

from bot.domain.case import Case
from bot.domain.delivery import Tell
from bot.domain.reading import Workspace
from bot.outbox import drawing
from bot.outbox.errors import ask
from bot.outbox.export import send_bytes
from bot.outbox.posting import Poster
from bot.outbox.sender import Refused, Sent, Unreachable
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.storage.outcomes import siblings
from bot.usecases import notebooks
from bot.usecases.verb import loaded
from bot.views import lines
from bot.views import notebooks as views

MADE = "The notebook of this case is ready: {address}"
IN_A_FILE = "There are no canvases in this workspace, so here is the notebook of this case as a file."
# docs.slack.dev, "canvases.create", "conversations.canvases.create"
NO_CANVASES = {
    "canvas_disabled_user_team", "canvas_creation_failed", "canvas_tab_creation_failed", "missing_scope",
    "restricted_action", "team_tier_cannot_create_channel_canvases", "not_allowed_token_type",
}  # fmt: skip
NOT_ON_FREE_PLANS = "free_team"
# Somebody deleted it, or took it from us: it is theirs.
LEFT_ALONE = {"canvas_not_found", "canvas_deleted", "canvas_editing_failed", "access_denied", "canvas_editing_locked"}


class Notebooks:
    def __init__(
        self, client: WebClient, workspace: Workspace, db: Database, poster: Poster, clock: Callable[[], datetime]
    ) -> None:
        self.client, self.workspace, self.db, self.poster, self.clock = client, workspace, db, poster, clock
        self.tell: Mapping[Tell, Callable[[Held], Sent]] = {Tell.NOTEBOOK: self.begin, Tell.NOTEBOOK_KEPT: self.keep}

    def begin(self, held: Held) -> Sent:
        """A canvas of which nothing was recorded before a crash stands for nobody to see; another is made."""
        with self.db.read() as work:
            notebook = work.notebooks.of_case(held.delivery.case_id or 0)
            case = work.cases.by_id(held.delivery.case_id or 0) if notebook else None
            if notebook is None or case is None:
                return Sent()
            words, title = self.words(work, case), views.title(case)
            card = work.cases.standing_post(case.id, case.project.home_channel)
        if card is None:
            raise Unreachable("the card is not there yet", perhaps_sent=False)
        canvas = notebook.canvas or self.create(held, case, title, words)
        if canvas is None:
            self.upload(held, case, card.ts, title, words)
            notebooks.keep_canvas(self.db, case.id, None, self.clock())
            return Sent()
        notebooks.keep_canvas(self.db, case.id, canvas, self.clock())
        said = lines.whisper(MADE.format(address=self.workspace.canvas(canvas)))
        self.poster.reply(held, card.channel, card.ts, said)
        return Sent()

    def words(self, work: Work, case: Case) -> str:
        found = notebooks.contents(work, case)
        entries = found.timeline.entries
        people = [who for entry in entries for who in (entry.actor, entry.before("assignee"), entry.after("assignee"))]
        names = drawing.names(work, [*people, case.assignee, case.reporter])
        return views.notebook(found, names, self.workspace, self.clock())

    def create(self, held: Held, case: Case, title: str, words: str) -> str | None:
        """``None`` where there are no canvases."""
        content = {"type": "markdown", "markdown": words}
        try:
            if case.incident_channel and (ours := self.in_channel(case.incident_channel, title, content)):
                return ours
            canvas = str(ask(self.client.canvases_create, title=title, document_content=content)["canvas_id"])
            where = [case.project.home_channel, *([case.incident_channel] if case.incident_channel else [])]
            ask(self.client.canvases_access_set, canvas_id=canvas, access_level="write", channel_ids=where)
        except Refused as refused:
            if refused.problem in NO_CANVASES or refused.problem.startswith(NOT_ON_FREE_PLANS):
                return None
            raise
        return canvas

    def in_channel(self, channel: str, title: str, content: dict[str, str]) -> str | None:
        """``None`` if the channel has a canvas already, which is left as it is."""
        try:
            made = ask(
                self.client.conversations_canvases_create, channel,
                channel_id=channel, title=title, document_content=content,
            )  # fmt: skip
        except Refused as refused:
            if refused.problem != "channel_canvas_already_exists":
                raise
            return None
        return str(made["canvas_id"])

    def upload(self, held: Held, case: Case, thread_ts: str, title: str, words: str) -> None:
        channel = case.project.home_channel
        with TemporaryDirectory(prefix="casebook-notebook-") as folder:
            path = Path(folder) / f"{case.key}-notebook.md"
            path.write_text(f"# {title}\n\n{words}", encoding="utf-8")
            size = path.stat().st_size
            answer = ask(self.client.files_getUploadURLExternal, channel, filename=path.name, length=size)
            send_bytes(answer["upload_url"], path)
        ask(
            self.client.files_completeUploadExternal, channel, files=[{"id": answer["file_id"], "title": title}],
            channel_id=channel, thread_ts=thread_ts, initial_comment=IN_A_FILE,
        )  # fmt: skip

    def keep(self, held: Held) -> Sent:
        """One paragraph, if it is still there; whatever people wrote is left alone."""
        with self.db.read() as work:
            covered = siblings(work, held)
            case = work.cases.by_id(held.delivery.case_id or 0)
            if case is None or case.notebook is None:
                return Sent(covered)
            names = drawing.names(work, [case.assignee])
            words = views.kept_paragraph(loaded(case), names, self.workspace, self.clock())
        try:
            self.replace(case.notebook, words)
        except Refused as refused:
            if refused.problem not in LEFT_ALONE:
                raise
        return Sent(covered)

    def replace(self, canvas: str, words: str) -> None:
        found = ask(self.client.canvases_sections_lookup, canvas_id=canvas, criteria={"contains_text": views.KEPT})
        sections = found.get("sections") or []
        if sections:
            change = {
                "operation": "replace",
                "section_id": sections[0]["id"],
                "document_content": {"type": "markdown", "markdown": words},
            }
            ask(self.client.canvases_edit, canvas_id=canvas, changes=[change])
