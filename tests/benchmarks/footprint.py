"""How long `serve` takes from its start to being connected, and how much memory it holds at rest.

Goals: under 2 s, and under 150 MB.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.slack import LocalSlack
from tests.benchmarks import places
from tests.benchmarks.places import MANIFEST

HEAD = ("", "start s", "slowest s", "at rest MB", "after work MB", "goal")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--starts", type=int, default=5)
    options.add_argument("--rest", type=float, default=5.0, help="seconds before the memory is read")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="casebook-") as folder:
        rows = [
            measured(f"{mode}, {what}", mode, chosen, fresh, Path(folder) / f"{mode}.db")
            for mode in ("socket", "http")
            for what, fresh in (("new database", True), ("known database", False))
        ]
    places.table(HEAD, rows)


def measured(what: str, mode: str, chosen: argparse.Namespace, fresh: bool, path: Path) -> Sequence[object]:
    seconds, memory, worked = [], [], []
    for _ in range(chosen.starts):
        if fresh:
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()
        with LocalSlack(
            MANIFEST, bot_token=places.BOT_TOKEN, app_token=places.APP_TOKEN, signing_secret=places.SECRET
        ) as slack:
            ann = slack.add_person("ann", admin=True)
            began = time.perf_counter()
            with places.casebook(f"sqlite:///{path}", slack.api_url, mode) as (served, port):
                if mode == "socket":
                    slack.wait_connected(2)
                else:
                    slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
                seconds.append(time.perf_counter() - began)
                time.sleep(chosen.rest)
                memory.append(served.rss())
                for _ in range(50):
                    ann.command("/case help")
                    ann.command("/case mine")
                worked.append(served.rss())
    return (
        what,
        *(f"{figure:.2f}" for figure in (statistics.median(seconds), max(seconds))),
        *(f"{max(figures):.0f}" for figures in (memory, worked)),
        "2 s, 150 MB",
    )


if __name__ == "__main__":
    main()
