"""Reads fenced blocks, shell commands and links out of Markdown pages, for the tests of the documentation."""

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_PROGRAMS = ("accelerate", "make", "python", "waqai")
_LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line of its first line of content, its language and its content, not indented."""

    page: Path
    line: int
    language: str
    body: str

    @property
    def is_shell(self):
        """Whether it is for a shell: it says so, or says nothing and begins with a program of ours."""
        return self.language in ("bash", "console", "sh") or (not self.language and self.body.startswith(_PROGRAMS))

    @property
    def commands(self):
        """The shell commands, without prompts and comments; a line that ends in a backslash goes on in the next."""
        lines = self.body.replace("\\\n", " ").splitlines()
        if self.language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        stripped = (re.sub(r"(^|\s)#.*", "", line).strip() for line in lines)
        return [" ".join(line.split()) for line in stripped if line]


def blocks(page):
    """The fenced blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        indent, language, body = match.groups()
        line = text.count("\n", 0, match.start()) + 2
        found.append(Block(page, line, language, re.sub(f"^{indent}", "", body, flags=re.MULTILINE)))
    return found


def prose(page):
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page):
    """The targets of a page's links that lead to the repository."""
    return [target for target in _LINK.findall(prose(page)) if not re.match(r"[a-z]+:", target)]


def anchors(page):
    """The anchors that a public host makes of the page's headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in _HEADING.findall(prose(page))
    }
