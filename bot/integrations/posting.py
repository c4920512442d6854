"""One request to a partner, and what is to be made of it when no answer comes."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import urllib3
from requests import RequestException, Response, Session, exceptions

from bot.integrations.errors import AskedToWait, Declined, Unanswered, pause

AGENT = "Casebook"
# Seconds to connect, and between two pieces of the answer.
TIMEOUT = (5.0, 10.0)
# Bytes of an answer that are looked at; its rest is not even read.
MOST = 16_384

BAD_CERTIFICATE = (
    "The certificate of `{host}` is not valid for it, or no longer. Whoever runs it has to renew it, or put the "
    "authority that signed it into the file that REQUESTS_CA_BUNDLE names."
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


def post(session: Session, url: str, raw: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """Raises ``Unanswered`` or ``Declined``. No redirect is followed.

    What is raised hides the exception behind it: those of `requests` have the whole address in their text.
    """
    fixed = {"Content-Type": "application/json", "User-Agent": AGENT, "Accept-Encoding": "identity"}
    try:
        with session.post(
            url, data=raw, headers={**fixed, **(headers or {})}, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as response:  # fmt: skip
            return Answer(response.status_code, response.headers, read(response))
    except RequestException as error:
        raise unanswered(error, host_of(url)) from None


def check_passing(answer: Answer, now: datetime, wait: float) -> None:
    """Raises for what passes by itself. ``wait``: seconds, when a partner that is asked too often does not say."""
    if answer.status == 429:
        raise AskedToWait("429", pause(answer.headers, now, wait))
    if answer.status >= 500 or answer.status in {408, 425}:
        raise Unanswered(str(answer.status), perhaps_sent=True)


def read(response: Response) -> str:
    """As much as is looked at, or nothing if it breaks off: the status has said what matters."""
    try:
        content: bytes = response.raw.read(MOST, decode_content=False)
    except (urllib3.exceptions.HTTPError, OSError):
        return ""
    return content.decode("utf-8", "replace")


def unanswered(error: RequestException, host: str) -> Unanswered | Declined:
    causes = list(chain(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Declined("bad certificate", BAD_CERTIFICATE.format(host=host))
    if isinstance(error, exceptions.ConnectTimeout):
        return Unanswered("no connection in time", perhaps_sent=False)
    if any(isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in causes):
        return Unanswered("no connection", perhaps_sent=False)
    if isinstance(error, exceptions.Timeout):
        return Unanswered("no answer in time", perhaps_sent=True)
    return Unanswered(f"connection broken ({type(error).__name__})", perhaps_sent=True)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those it was raised for."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def host_of(url: str) -> str:
    return urllib3.util.parse_url(url).host or ""
