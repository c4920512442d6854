"""A local Slack in a process of its own: reads a snapshot of its workspace from standard input, says its address."""

import json
import sys

from bot.sandbox.slack import LocalSlack
from tests.benchmarks.places import APP_TOKEN, BOT_TOKEN, MANIFEST, SECRET


def main() -> None:
    state = json.loads(sys.stdin.readline() or "null")
    slack = LocalSlack(MANIFEST, bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SECRET)
    if state:
        slack.restore(state)
    with slack:
        print(slack.api_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
