"""``python -m bot.demo.picture``: takes the README's picture, a screenshot of the demo's page."""

import argparse
import os
import shutil
import sys
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.demo import surroundings
from bot.demo.company import company
from bot.demo.folder import CannotRun, Folder
from bot.demo.run import Demo
from bot.sandbox.driver import Message
from bot.sandbox.slack import LocalSlack

TARGET = Path(".github/casebook.png")
SIZE = (1300, 900)
WHO, WHERE, CASE = "bob", "ops", "Checkout answers 500"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
# Without the last three Chromium looks up its maker's hosts at every start, which closed networks refuse slowly.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.demo.picture", description="Take the README's picture.")
    parser.add_argument("target", nargs="?", type=Path, default=TARGET, help=f"where to put it ({TARGET})")
    parser.add_argument("--dark", action="store_true", help="as people see it who like it dark")
    arguments = parser.parse_args(argv)
    try:
        take(arguments.target, dark=arguments.dark)
    except (CannotRun, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The picture is in {arguments.target}.\n")
    return 0


def take(target: Path, *, dark: bool = False) -> None:
    if not find_spec("playwright"):
        raise CannotRun("Playwright is missing: .venv/bin/pip install -e '.[test]'")
    browser = find_browser()
    with TemporaryDirectory() as place, surroundings.left_behind():
        demo = Demo(Folder(Path(place)), 0, threading.Event())
        with demo.running():
            shoot(browser, address_of(demo.slack), target, dark=dark)


def find_browser() -> str:
    found = os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise CannotRun("No Chromium was found: install the package chromium, or name a browser in CHROMIUM.")
    return found


def address_of(slack: LocalSlack) -> str:
    """The channel with the case's thread beside it."""
    channel = company(slack).channels[WHERE]
    return f"{slack.url}/#/{WHO}/{channel.id}/{card(slack.messages(channel)).ts}"


def card(messages: Sequence[Message]) -> Message:
    return next(message for message in messages if CASE in message.shown)


def shoot(browser: str, address: str, target: Path, *, dark: bool) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - comes with the extra `test` only

    width, height = SIZE
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
        page = chromium.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale="en-US"
        )
        page.goto(address)
        page.get_by_role("complementary", name="Thread").locator(".message").nth(1).wait_for()
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
