"""A script of the pages as tokens: as much of JavaScript as tells text for people from code."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Token(NamedTuple):
    """A piece of a script.

    Attributes:
        kind: ``name``, ``string``, ``template`` (a part of one that is text), or ``mark``.
        text: a string's own text; else the piece itself.
        line: where it stands.
    """

    kind: str
    text: str
    line: int


_SKIP: Final = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
_NAME: Final = re.compile(r"[\w$]+")
_REGEXP: Final = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
_MARK: Final = re.compile(r"=>|\.\.\.|\?\.|\?\?|&&|\|\||[=!]==?|.", re.DOTALL)
_ENDS_A_VALUE: Final = (")", "]")
_BEFORE_REGEXP: Final = frozenset({"return", "typeof", "case", "in", "of"})


def tokens(source: str) -> list[Token]:
    """Take a script apart; comments and regular expressions are left out."""
    return list(_Reader(source).read(end=""))


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._last = Token("mark", "", 1)

    def read(self, end: str) -> Iterator[Token]:
        """Read on up to a closing brace that was not opened here, or to the end."""
        depth = 0
        while self._at < len(self._source):
            if self._skipped():
                continue
            if self._source[self._at] == "`":
                yield from self._template()
                continue
            found = self._next()
            if found is None:
                continue
            depth += (found.text == "{") - (found.text == "}") if found.kind == "mark" else 0
            if depth < 0 and end:
                return
            self._last = found
            yield found

    def _skipped(self) -> bool:
        found = _SKIP.match(self._source, self._at)
        if found:
            self._at = found.end()
        return found is not None

    def _next(self) -> Token | None:
        line = self._source.count("\n", 0, self._at) + 1
        for kind, pattern in (("string", _STRING), ("name", _NAME), ("", _REGEXP), ("mark", _MARK)):
            found = pattern.match(self._source, self._at)
            if found is None or (not kind and not self._may_be_regexp()):
                continue
            self._at = found.end()
            text = _said(found.group()) if kind == "string" else found.group()
            return Token(kind, text, line) if kind else None
        raise ValueError(self._source[self._at : self._at + 40])

    def _may_be_regexp(self) -> bool:
        if self._last.kind == "mark":
            return self._last.text not in _ENDS_A_VALUE
        return self._last.kind == "name" and self._last.text in _BEFORE_REGEXP

    def _template(self) -> Iterator[Token]:
        self._at += 1
        begin = self._at
        while self._source[self._at] != "`":
            if self._source.startswith("${", self._at):
                yield self._part(begin)
                self._at += 2
                self._last = Token("mark", "{", 0)
                yield Token("mark", "${", 0)
                yield from self.read(end="}")
                yield Token("mark", "}", 0)
                begin = self._at
            else:
                self._at += 2 if self._source[self._at] == "\\" else 1
        yield self._part(begin)
        self._at += 1
        self._last = Token("string", "", 0)

    def _part(self, begin: int) -> Token:
        line = self._source.count("\n", 0, begin) + 1
        return Token("template", self._source[begin : self._at], line)


_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_CONTROL: Final = {"n": "\n", "t": "\t"}


def _said(literal: str) -> str:
    """What a string literal says."""

    def one(found: re.Match[str]) -> str:
        code, letter = found.groups()
        return chr(int(code, 16)) if code else _CONTROL.get(letter, letter)

    return _ESCAPE.sub(one, literal[1:-1])
