"""HTTP delivery: signed requests to the app's one URL, as Bolt's `/slack/events` takes them.

Sources: docs.slack.dev, "Verifying requests from Slack", "The Events API", "Handling user interaction".
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from .deliveries import Ack
from .wire import Json


def sign(secret: str, timestamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


class HttpDelivery:
    def __init__(self, url: str, secret: str, now: Callable[[], float], timeout: float) -> None:
        self.url, self._secret, self._now = url, secret, now
        self._timeout = ClientTimeout(total=timeout)
        self._session: ClientSession | None = None

    async def verify(self) -> None:
        """What Slack does when the URL is typed in. Raises ValueError when the app doesn't answer the challenge."""
        challenge = secrets.token_hex(16)
        ack = await self.send("events_api", {"type": "url_verification", "challenge": challenge, "token": "x"}, 0, "")
        answer = (ack.payload or {}).get("challenge") or (ack.payload or {}).get("text")
        if answer != challenge:
            raise ValueError(f"{self.url} did not answer the challenge: {ack.reason or ack.payload}")

    async def send(self, kind: str, payload: Json, attempt: int, reason: str, drop: bool = False) -> Ack:
        body, content_type = _encode(kind, payload)
        timestamp = str(int(self._now()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout)
        try:
            async with self._session.post(self.url, data=body.encode(), headers=headers) as answer:
                text = await answer.text()
                status, final = answer.status, answer.headers.get("X-Slack-No-Retry") == "1"
                is_json = answer.content_type == "application/json"
        except TimeoutError:
            return Ack(None, 0.0, "http_timeout")
        except (ClientError, OSError):
            return Ack(None, 0.0, "connection_failed")
        if drop:
            return Ack(None, 0.0, "connection_failed")
        if not 200 <= status < 300:
            return Ack(None, 0.0, "http_error", final)
        return Ack(_decode(text, is_json), 0.0)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _encode(kind: str, payload: Json) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    if kind == "slash_commands":
        return urlencode(payload), "application/x-www-form-urlencoded"
    return urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"


def _decode(text: str, is_json: bool) -> Json | None:
    """A body that isn't JSON is the text of an answer."""
    if not text:
        return None
    if not is_json:
        return {"text": text}
    try:
        answer = json.loads(text)
    except ValueError:
        answer = text
    return answer if isinstance(answer, dict) else {"text": str(answer)}
