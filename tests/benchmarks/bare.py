"""What the throughput is measured against: a Bolt app that does nothing, on waitress as it is.

``inline``: listeners run in the server's own threads, as Casebook's do; else in a pool of as many, as Bolt does unless
told otherwise.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from waitress.server import create_server

from bot.web import EVENTS_PATH, THREADS


def main() -> None:
    app = App(
        client=WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        listener_executor=ThreadPoolExecutor(THREADS),
        process_before_response="inline" in sys.argv,
    )

    @app.command("/case")
    def answer(ack: Ack) -> None:
        ack("Here is your case.")

    @app.action("case.take")
    def take(ack: Ack) -> None:
        ack()

    server = create_server(SlackRequestHandler(app, EVENTS_PATH), host="127.0.0.1", port=0, threads=THREADS, ident=None)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
