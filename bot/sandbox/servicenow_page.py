"""A plain page to look at the records and to change them by hand, as the people there would."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qs, quote, urlsplit

from aiohttp import web

from .servicenow_records import JOURNALS, Records
from .servicenow_tables import TABLES, TASKS, choices
from .servicenow_wire import Refusal, Row

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 62rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8885; vertical-align: top; }
label { display: block; margin: .6rem 0; }
input[type=text], select, textarea { display: block; width: 100%; box-sizing: border-box; }
input[type=text], select, textarea { font: inherit; padding: .3rem; }
button { font: inherit; padding: .4rem 1rem; }
.note { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid #8885; padding-left: .6rem; }
.alert { border: 2px solid #c33; padding: .5rem 1rem; }
"""
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
BACK = '<p><a href="/">All records</a></p>'
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
# What the form changes, in its order.
FIELDS = (
    "short_description", "description", "state", "impact", "urgency", "assigned_to", "hold_reason", "close_code",
    "close_notes",
)  # fmt: skip
LONG = ("description", "close_notes", *JOURNALS)


class Page:
    def __init__(self, records: Records) -> None:
        self.records = records

    def answer(self, request: web.Request, form: Mapping[str, str]) -> web.Response:
        """`/` lists all; `/nav_to.do?uri=…`, where ServiceNow has its records, shows one."""
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return shown("Not from here", "<p>That form is not of this page.</p>", status=403)
        try:
            answer = self.act(request, form)
        except Refusal as refusal:
            return shown("No", alert(refusal) + BACK, status=refusal.status)
        except LookupError:
            return shown("No", f"<p>Something is missing.</p>{BACK}", status=400)
        return answer or shown("Nothing here", BACK, status=404)

    def act(self, request: web.Request, form: Mapping[str, str]) -> web.Response | None:
        match request.method, request.path:
            case "GET", "/":
                return self.all()
            case "POST", "/":
                values = {"short_description": form["short_description"]}
                return led_to(self.records.insert(form["table"], values, form["by"]))
            case "GET", "/nav_to.do":
                return self.one(*place(request.query.get("uri", "")))
            case "POST", "/nav_to.do":
                return self.changed(*place(request.query.get("uri", "")), form)
        return None

    def all(self) -> web.Response:
        rows = sorted(self.records.all_of("task"), key=lambda row: row["sys_updated_on"], reverse=True)
        head = "".join(
            f'<th scope="col">{word}</th>'
            for word in ("Number", "Short description", "State", "Priority", "Assigned to", "Case", "Updated (UTC)")
        )
        lines = "".join(
            f'<tr><td><a href="{address(row)}">{escape(row["number"])}</a></td>'
            + "".join(f"<td>{escape(text)}</td>" for text in self.line(row))
            + "</tr>"
            for row in rows
        )
        tables = options({name: TABLES[name].label for name in TASKS}, "incident")
        new = (
            '<h2>New</h2><form method="post" action="/">'
            f'<label>Table<select name="table">{tables}</select></label>'
            '<label>Short description<input type="text" name="short_description" required maxlength="160"></label>'
            f"{self.you()}<button>Create</button></form>"
        )
        body = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>" if rows else "<p>No records.</p>"
        return shown("Local ServiceNow", body + new)

    def line(self, row: Row) -> tuple[str, ...]:
        table = row["sys_class_name"]
        named = tuple(choices(table, name).get(row[name], row[name]) for name in ("state", "priority"))
        return (row["short_description"], *named, self.name_of(row["assigned_to"]), case(row), row["sys_updated_on"])

    def one(self, table: str, sys_id: str, refusal: Refusal | None = None, typed: Row | None = None) -> web.Response:
        row = self.records.one(table, sys_id)
        kept = row | (typed or {})
        table = row["sys_class_name"]
        fields = "".join(self.field(table, name, kept[name], row[name]) for name in FIELDS if name in row)
        notes = "".join(self.field(table, name, (typed or {}).get(name, ""), "") for name in JOURNALS)
        body = (
            (alert(refusal) if refusal else "")
            + f"<p>{escape(TABLES[table].label)} · priority {escape(self.line(row)[2])} · "
            f"{escape(case(row) or 'no case')} · updated {escape(row['sys_updated_on'])} UTC by "
            f"{escape(row['sys_updated_by'])}</p>"
            f'<form method="post" action="{address(row)}">{fields}{notes}{self.you()}<button>Update</button></form>'
            f"<h2>Activity</h2>{self.activity(row) or '<p>None yet.</p>'}"
            f'<h2>Delete</h2><form method="post" action="{address(row)}">{self.you()}'
            '<button name="delete" value="yes">Delete this record</button></form>'
            f"{BACK}"
        )
        return shown(row["number"], body, status=refusal.status if refusal else 200)

    def changed(self, table: str, sys_id: str, form: Mapping[str, str]) -> web.Response:
        if form.get("delete"):
            self.records.delete(table, sys_id, form["by"])
            return web.Response(status=303, headers=HEADERS | {"Location": "/"})
        form = {name: text.replace("\r\n", "\n") for name, text in form.items()}
        typed = {name: text for name, text in form.items() if name in (*FIELDS, *JOURNALS)}
        # As the real form does: only what its person has changed, for others may have changed the rest meanwhile.
        values = {name: text for name, text in typed.items() if text != form.get(f"was.{name}", "")}
        try:
            return led_to(self.records.update(table, sys_id, values, form["by"]))
        except Refusal as refusal:
            return self.one(table, sys_id, refusal, typed)

    def field(self, table: str, name: str, value: str, was: str) -> str:
        column = TABLES[table].columns[name]
        if name in LONG:
            control = f'<textarea name="{name}" rows="3" maxlength="{column.most}">\n{escape(value)}</textarea>'
        elif column.type == "choice":
            control = f'<select name="{name}">{options({"": "–"} | choices(table, name), value)}</select>'
        elif column.type == "reference":
            people = {row["sys_id"]: row["name"] for row in self.records.all_of(column.of)}
            control = f'<select name="{name}">{options({"": "–"} | people, value)}</select>'
        else:
            control = f'<input type="text" name="{name}" value="{escape(value)}" maxlength="{column.most}">'
        was = f'<input type="hidden" name="was.{name}" value="{escape(was)}">'
        return f"<label>{escape(column.label)}{control}</label>{was}"

    def you(self) -> str:
        """Somebody other than Casebook first, whose doings are echoes to itself."""
        people = {
            row["user_name"]: row["name"]
            for row in sorted(self.records.all_of("sys_user"), key=lambda row: not row["email"])
        }
        return f'<label>You are<select name="by">{options(people, "")}</select></label>'

    def activity(self, row: Row) -> str:
        entries = [(name, entry) for name in JOURNALS for entry in self.records.journal(row["sys_id"], name)]
        entries.sort(key=lambda pair: pair[1]["sys_created_on"], reverse=True)
        return "".join(
            f"<h3>{escape(entry['sys_created_by'])}, {escape(entry['sys_created_on'])} UTC "
            f'({escape(TABLES["task"].columns[name].label)})</h3><p class="note">{escape(entry["value"])}</p>'
            for name, entry in entries
        )

    def name_of(self, sys_id: str) -> str:
        return self.records.rows["sys_user"][sys_id]["name"] if sys_id else ""


def case(row: Row) -> str:
    return " ".join(filter(None, (row["correlation_display"], row["correlation_id"])))


def place(uri: str) -> tuple[str, str]:
    """Table and sys_id of `incident.do?sys_id=…`. Raises LookupError."""
    parts = urlsplit(uri)
    return parts.path.strip("/").removesuffix(".do"), parse_qs(parts.query)["sys_id"][0]


def address(row: Row) -> str:
    uri = f"{row['sys_class_name']}.do?sys_id={row['sys_id']}"
    return f"/nav_to.do?uri={quote(uri, safe='')}"


def led_to(row: Row) -> web.Response:
    return web.Response(status=303, headers=HEADERS | {"Location": address(row)})


def options(labels: Mapping[str, str], chosen: str) -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in labels.items()
    )


def alert(refusal: Refusal) -> str:
    words = ": ".join(filter(None, (refusal.message, refusal.detail)))
    return f'<p class="alert" role="alert">{escape(words)}</p>'


def shown(title: str, body: str, status: int = 200) -> web.Response:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return web.Response(text=page, content_type="text/html", status=status, headers=HEADERS)
