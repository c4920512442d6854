"""Log lines for operators: text or JSON, and never a secret."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

# Tokens; addresses that anybody who reads them can post to; single-use tickets of Socket Mode; passwords in URLs.
SECRETS = re.compile(
    r"""
      (?P<token> \b (?: xoxe\. )? (?: xox[a-z] | xapp ) - [\w-]+ )
    | (?P<hook> \b https?://hooks\.slack(?:-gov)?\.com/ [^\s"'<>]+ )
    | (?<= response_url ) (?P<before> ["']? \s* [:=] \s* ["']? ) (?P<reply> [^\s"'<>,]+ )
    | (?P<atlassian> \b ATATT [\w=-]+ )
    | (?P<login> (?: (?<= Basic\s ) | (?<= Bearer\s ) ) [\w.+/=-]{8,} )
    | (?P<ticket> (?<= ticket= ) [\w-]+ )
    | (?P<password> (?<= :// ) [^\s/@:"'] * : [^\s/@"'] + (?= @ ) )
    """,
    re.VERBOSE,
)
# At DEBUG these print whole payloads, and with them what people write; at INFO some of them chatter. urllib3's warnings
# name the whole address that was asked, and a webhook's may hold a secret.
LEAST = {
    "bolt": logging.INFO,
    "slack_bolt": logging.INFO,
    "slack_sdk": logging.INFO,
    "urllib3": logging.ERROR,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
}


def redacted(text: str) -> str:
    return SECRETS.sub(lambda match: f"{match['before'] or ''}[redacted]", text)


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The finished line, so that arguments and tracebacks are redacted as well."""
        return redacted(super().format(record))


class JsonLines(logging.Formatter):
    """One object a line: ``time`` (UTC), ``level``, ``logger``, ``message`` and, of an error, ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(format: str, level: str) -> None:  # noqa: A002 - the word of the setting
    """``format``: text or json; ``level``: debug, info, warning or error."""
    text = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if format == "json" else TextLines(text))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    for name, least in LEAST.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level.upper())))
