"""An export as one file: JSON, CSV tables in an archive, or an XLSX workbook; no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from csi.keeping.tables import Table
from csi.reading.mending import escaped

Tables = Mapping[str, Table]
_EPOCH = (1980, 1, 1, 0, 0, 0)  # same content, same bytes
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CELL = 32_767  # characters a cell of a workbook holds


def as_json(tables: Tables) -> bytes:
    """All tables in one JSON object."""
    return json.dumps(tables, ensure_ascii=False, indent=1).encode()


def as_csv(tables: Tables) -> bytes:
    """A CSV file per table, in one archive."""
    return _zipped({f"{name}.csv": _csv(table) for name, table in tables.items()})


def as_xlsx(tables: Tables) -> bytes:
    """A workbook with a sheet per table."""
    content = io.BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, plain) as book:
        book.set_properties({"created": datetime(*_EPOCH)})
        for name, table in tables.items():
            sheet = book.add_worksheet(name[:31])
            names = list(table[0]) if table else []
            for number, line in enumerate([names, *([one[name] for name in names] for one in table)]):
                for place, value in enumerate(line):
                    _write(sheet, number, place, value)
    return content.getvalue()


FORMATS: dict[str, tuple[Callable[[Tables], bytes], str]] = {
    "json": (as_json, "json"),
    "csv": (as_csv, "zip"),
    "xlsx": (as_xlsx, "xlsx"),
}


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = list(table[0]) if table else []
    writer.writerow(names)
    writer.writerows([_text(one[name]) for name in names] for one in table)
    return out.getvalue().encode("utf-8-sig")


def _write(sheet: Worksheet, number: int, place: int, value: Any) -> None:
    """One cell: a number as such, everything else as text."""
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        sheet.write_number(number, place, value)
    else:
        sheet.write_string(number, place, _UNPRINTABLE.sub("\ufffd", str(_text(value)))[:_CELL])


def _text(value: Any) -> Any:
    """A value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return escaped(json.dumps(value, ensure_ascii=False))
    return escaped(value) if isinstance(value, str) else value


def _zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, held)
    return content.getvalue()
