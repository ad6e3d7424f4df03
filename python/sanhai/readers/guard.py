"""What stands before every parser: size, members and ratio of a packed file, document types, passwords, what it is."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
from pathlib import Path

from sanhai.readers.rows import Report, Spot

__all__ = ["LARGEST", "content_of", "kind_of"]

LARGEST = 200 << 20  # bytes of a text file
LARGEST_BOOK = 20 << 20
MOST_MEMBERS = 500
LARGEST_MEMBER = 64 << 20
LARGEST_TOTAL = 128 << 20
MOST_RATIO = 200
CHUNK = 1 << 16
BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".et")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def content_of(path: Path, report: Report) -> bytes:
    """The bytes of a regular file of bounded size, unpacked where it is gzip. InputError otherwise."""
    spot = Spot(path.name)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise report.stop("input.UNKNOWN_FORMAT.not_regular", spot)
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise report.stop("input.UNKNOWN_FORMAT.unreadable", spot, said=said) from error
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST + 1)
        except (OSError, EOFError, ValueError) as error:
            raise report.stop("input.CUT_OFF.packed", spot) from error
    if len(data) > LARGEST:
        raise report.stop("input.TOO_LARGE.file", spot, most=f"{LARGEST >> 20} MB")
    return data


def kind_of(path: Path, data: bytes, report: Report) -> str:
    """xlsx, xls, parquet or text, by the bytes, never by the name. InputError for what is none or is unsafe."""
    spot = Spot(path.name)
    suffix = path.suffix.lower()
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<head", b"<meta")):
        raise report.stop("input.NOT_EXCEL.kind", spot, kind="XML" if head.startswith(b"<?xml") else "HTML")
    if data.startswith(b"PK"):
        _check_package(data, spot, report)
        return "xlsx"
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise report.stop("input.ENCRYPTED.file", spot)
        if len(data) > LARGEST_BOOK:
            raise report.stop("input.TOO_LARGE.file", spot, most=f"{LARGEST_BOOK >> 20} MB")
        return "xls"
    if data.startswith(b"PAR1"):
        return "parquet"
    if suffix in BOOKS:
        raise report.stop("input.NOT_EXCEL.kind", spot, kind="CSV, TXT" if b"\0" not in data[:4096] else "?")
    return "text"


def _check_package(data: bytes, spot: Spot, report: Report) -> None:
    if len(data) > LARGEST_BOOK:
        raise report.stop("input.TOO_LARGE.file", spot, most=f"{LARGEST_BOOK >> 20} MB")
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
        names = [one.filename for one in members]
        if len(names) > MOST_MEMBERS or len(set(names)) != len(names):
            raise report.stop("input.TOO_LARGE.package", spot)
        for member in members:
            if member.flag_bits & 1:
                raise report.stop("input.ENCRYPTED.file", spot)
            if ".." in member.filename or member.filename.startswith("/"):
                raise report.stop("input.NOT_EXCEL.kind", spot, kind="ZIP")
        _count(package, spot, report)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if report.problems:
            raise
        raise report.stop("input.NOT_EXCEL.kind", spot, kind="ZIP") from error
    if not any(name.startswith("xl/workbook.") for name in names):
        raise report.stop("input.NOT_EXCEL.kind", spot, kind="ZIP")


def _count(package: zipfile.ZipFile, spot: Spot, report: Report) -> None:
    """Declared sizes can lie: what comes out is counted."""
    total = 0
    for member in package.infolist():
        size, before = 0, b""
        with package.open(member) as file:
            while chunk := file.read(CHUNK):
                size, total = size + len(chunk), total + len(chunk)
                swollen = size > 1 << 20 and size > MOST_RATIO * max(member.compress_size, 1)
                if size > LARGEST_MEMBER or total > LARGEST_TOTAL or swollen:
                    raise report.stop("input.TOO_LARGE.package", spot)
                if member.filename.endswith((".xml", ".rels")):
                    seen = before + chunk
                    if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                        raise report.stop("input.NOT_EXCEL.kind", spot, kind="DTD")
                    before = chunk[-16:]
