"""Bytes as text: by mark, strict UTF-8, else the first of the old encodings in which a format knows the header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sanhai.readers.rows import Report, Spot

__all__ = ["Text", "texts_of"]

OLD = ("gb18030", "cp949", "cp932", "cp1252")
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What UTF-8 turns into when it is read as GBK and saved again.
MOJIBAKE = re.compile("锟斤拷|鍦板尯|鐢峰|骞撮緞|浜哄彛|�")
LONGEST_LINE = 200_000


@dataclass(frozen=True)
class Text:
    """A text file: its lines without ends, and whether the last line had one."""

    file: str
    encoding: str
    lines: tuple[str, ...]
    is_ended: bool

    def spot(self, line: int, column: str = "") -> Spot:
        return Spot(self.file, line=line, column=column)

    def fields(self, separator: str, start: int = 0) -> Iterator[tuple[int, list[str]]]:
        """(line from 1, fields) of each line from index `start` on; quotes as in RFC 4180."""
        reader = csv.reader(self.lines[start:], delimiter=separator)
        before = 0
        try:
            for fields in reader:
                yield start + before + 1, fields
                before = reader.line_num
        except csv.Error:
            yield start + before + 1, ["\0"]

    def is_cut(self, line: int) -> bool:
        """Whether this line is the last and has no line end: it may have lost its tail."""
        return line == len(self.lines) and not self.is_ended


def texts_of(name: str, data: bytes, report: Report) -> Iterator[Text]:
    """Readings of the bytes, the likeliest first. InputError (ENCODING) where none can be right."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                yield _text(name, encoding, data[len(mark) :].decode(encoding), report)
            except UnicodeDecodeError as error:
                raise report.stop("input.ENCODING.broken", _line_at(name, data, error.start), got=encoding) from error
            return
    try:
        yield _text(name, "utf-8", data.decode("utf-8"), report)
        return
    except UnicodeDecodeError as error:
        lines = [line for line in data.split(b"\n") if not line.isascii()]
        valid = sum(_decodes(line, "utf-8") for line in lines)
        if 2 * valid > len(lines):
            raise report.stop("input.ENCODING.broken", _line_at(name, data, error.start), got="UTF-8") from error
    found = [encoding for encoding in OLD if _decodes(data, encoding)]
    if not found:
        raise report.stop("input.ENCODING.unknown", Spot(name), got=_guess(data))
    for encoding in found:
        yield _text(name, encoding, data.decode(encoding), report)


def _text(name: str, encoding: str, text: str, report: Report) -> Text:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = plain.split("\n")
    is_ended = lines[-1] == ""
    lines = lines[:-1] if is_ended else lines
    for number, line in enumerate(lines, 1):
        if "\0" in line or len(line) > LONGEST_LINE:
            raise report.stop("input.ENCODING.broken", Spot(name, line=number), got="NUL")
        if encoding != "cp1252" and (odd := MOJIBAKE.search(line)):
            raise report.stop("input.ENCODING.mojibake", Spot(name, line=number), got=odd.group())
    return Text(name, encoding, tuple(lines), is_ended)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _line_at(name: str, data: bytes, position: int) -> Spot:
    return Spot(name, line=data.count(b"\n", 0, position) + 1)


def _guess(data: bytes) -> str:
    """What charset-normalizer takes it for: only words for a refusal, it calls GB18030 cp949."""
    try:
        from charset_normalizer import detect
    except ImportError:
        return "?"
    return str(detect(data[:100_000]).get("encoding") or "?")
