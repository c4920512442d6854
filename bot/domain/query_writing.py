"""From a query's tree back to text that is read as the same tree."""

import re

from bot.domain.query import All, Any, Node, Not, Term, Value
from bot.domain.query_text import ENTITY, MENTIONED, PERSON, TEAM

MARKED = re.compile(f"([{PERSON}{TEAM}])([^{MENTIONED}]*){MENTIONED}")
LOOKS_ESCAPED = re.compile(r"&(?=(?:lt|gt|amp);)")


def written(node: Node | None) -> str:
    """Empty for ``None``, which asks for everything."""
    match node:
        case None:
            return ""
        case Term():
            return written_term(node)
        case Not():
            part = written(node.part)
            return f"-{part}" if isinstance(node.part, Term | Not) else f"-({part})"
        case All():
            return " ".join(enclosed(part) for part in node.parts)
        case Any():
            return " OR ".join(
                f"({written(part)})" if isinstance(part, All | Any) else written(part) for part in node.parts
            )


def enclosed(node: Node) -> str:
    """As one condition among others."""
    return f"({written(node)})" if isinstance(node, All | Any) else written(node)


def written_term(term: Term) -> str:
    name = f"{term.field}:" if term.field else ""
    if term.op == "..":
        low, high = (written_value(value) if value else "" for value in term.values)
        return f"{name}{low}..{high}"
    value = written_value(term.value)
    if term.op != ":":
        return f"{name}{term.op}{' ' * value.startswith('=')}{value}"
    return f"{name}({value})" if name and value.startswith("//") else f"{name}{value}"


def written_value(value: Value) -> str:
    text = as_sent(f'"{value.text}"' if value.exact else value.text)
    return f"{text}*" if value.prefix else text


def as_sent(text: str) -> str:
    """What ``as_typed`` reads as this text: mentions as Slack writes them, and nothing else that looks like one."""
    sent: list[str] = []
    end = 0
    for mark in MARKED.finditer(text):
        sent.append(escaped(text[end : mark.start()]))
        sent.append(f"<@{mark[2]}>" if mark[1] == PERSON else f"<!subteam^{mark[2]}>")
        end = mark.end()
    return "".join([*sent, escaped(text[end:])])


def escaped(text: str) -> str:
    text = LOOKS_ESCAPED.sub("&amp;", text)
    return ENTITY.sub(lambda found: f"&lt;{found[0][1:]}" if found[0].startswith("<") else found[0], text)
