"""How the Table API says no, and what its times look like."""

from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

Row = dict[str, str]

STAMP = "%Y-%m-%d %H:%M:%S"
MISSING = ("No Record found", "Record doesn't exist or ACL restricts the record retrieval")


class Refusal(Exception):
    """An answer with an `error`."""

    def __init__(self, status: int, message: str, detail: str | None = None) -> None:
        super().__init__(f"{status} {message}: {detail}")
        self.status, self.message, self.detail = status, message, detail

    def answer(self) -> web.Response:
        error = {"message": self.message, "detail": self.detail}
        headers = {"WWW-Authenticate": 'BASIC realm="Service-now"'} if self.status == 401 else {}
        return web.json_response({"error": error, "status": "failure"}, status=self.status, headers=headers)


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(STAMP)


def http_date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
