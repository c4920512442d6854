"""One person before a browser: what they see and click, by the names that a screen reader would say."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from bot.sandbox.slack import LocalSlack

# A "no" of the local Slack, or its silence, is something that the page shows; the browser calls it an error too.
EXPECTED = ("status of 409", "net::ERR_")


class Window:
    def __init__(self, page: Page, slack: LocalSlack, person: Any) -> None:
        self.page, self.slack, self.person = page, slack, person
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in EXPECTED):
            self.complaints.append(f"{message.type}: {message.text}")

    # -- going about --------------------------------------------------------------------------------------------------
    def visit(self, place: Any = None) -> None:
        """A channel, or a path such as ``app/home``."""
        where = place if isinstance(place, str) else place.id if place else ""
        self.page.goto(f"{self.slack.url}/#/{quote(self.person.name)}/{where}")
        expect(self.page.get_by_role("button", name="Acting as")).to_contain_text(self.person.real_name)

    def become(self, person: Any) -> None:
        self.page.get_by_role("button", name="Acting as").click()
        self.page.get_by_role("menuitemradio", name=person.real_name).click()
        self.person = person
        expect(self.page.get_by_role("button", name="Acting as")).to_contain_text(person.real_name)

    def go(self, name: str) -> None:
        """By the sidebar."""
        self.page.get_by_role("navigation").get_by_role("button", name=name).click()

    def shot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)

    # -- typing -------------------------------------------------------------------------------------------------------
    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("main").get_by_role("combobox")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")
        expect(self.composer).to_have_value("")

    def reply(self, text: str) -> None:
        box = self.thread.get_by_role("combobox")
        box.fill(text)
        box.press("Enter")
        expect(self.thread.locator(".message").filter(has_text=text)).to_be_visible()

    # -- messages -----------------------------------------------------------------------------------------------------
    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("main").locator(".message")

    def message(self, words: str) -> Locator:
        """The last message of the channel with these words."""
        return self.messages.filter(has_text=words).last

    def card(self, words: str) -> Locator:
        """The same of those that everybody sees: whoever opens a case is told so alone, before its card or after."""
        return self.page.get_by_role("main").locator(".message:not(.ephemeral)").filter(has_text=words).last

    def act_on(self, message: Locator, item: str) -> None:
        """Of the menu "More actions"."""
        message.hover()
        message.get_by_role("button", name="More actions").click()
        self.page.get_by_role("menuitem", name=item).click()

    # -- forms --------------------------------------------------------------------------------------------------------
    @property
    def modal(self) -> Locator:
        return self.page.locator("dialog.modal")

    def wait_for_modal(self, title: str) -> Locator:
        expect(self.modal.get_by_role("heading", name=title)).to_be_visible()
        return self.modal

    def choose(self, control: Locator, option: str, search: str = "") -> None:
        """In a select menu of any kind."""
        control.click()
        box = self.page.locator(".popover")
        if search:
            box.get_by_role("combobox").fill(search)
        box.get_by_role("option", name=option).first.click()
        expect(box).to_have_count(0)

    def field(self, label: str) -> Locator:
        """The whole field with this label: label, control, hint, error."""
        return self.modal.locator(".field").filter(has=self.page.locator(".field-label").filter(has_text=label))
