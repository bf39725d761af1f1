"""Files of rows, as spreadsheets and databases write them, and as they should not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest

from smsc_transports.bulk.tables import open_table
from smsc_transports.values.errors import ConfigurationError

SHORT = "1 value for 2 columns; a value with a separator in it stands in quotes"
SURPLUS = "3 values for 2 columns; a value with a separator in it stands in quotes"
READABLE: Dict[str, Tuple[bytes, List[Any]]] = {
    "commas": (b"phone,name\n1,a\n2,b\n", [(2, ["1", "a"], ""), (3, ["2", "b"], "")]),
    "a BOM, semicolons, CRLF": (
        "phone;name\r\n1;Олена\r\n".encode("utf-8-sig"),
        [(2, ["1", "Олена"], "")],
    ),
    "windows-1251, tabs": (
        "phone\tname\n1\tОлена\n".encode("windows-1251"),
        [(2, ["1", "Олена"], "")],
    ),
    "utf-16, as Excel's Unicode text": (
        "phone\tname\n1\tОлена\n".encode("utf-16"),
        [(2, ["1", "Олена"], "")],
    ),
    "a semicolon file with commas in the names": (
        b"phone;name, first;name, last\n1;a;b\n",
        [(2, ["1", "a", "b"], "")],
    ),
    "line breaks and quotes in quotes": (
        b'phone,name\n1,"a\nb ""c"", d"\n2,e\n',
        [(2, ["1", 'a\nb "c", d'], ""), (4, ["2", "e"], "")],
    ),
    "empty lines, before the columns too": (
        b"\n\nphone,name\n\n1,a\n , \n,\n2,b\n\n",
        [(5, ["1", "a"], ""), (8, ["2", "b"], "")],
    ),
    "lines of an old Mac": (b"phone,name\r1,a\r", [(2, ["1", "a"], "")]),
    "a short row": (b"phone,name\n1\n", [(2, ["1", None], SHORT)]),
    "an unquoted comma": (b"phone,name\n1,a, b\n", [(2, ["1", "a"], SURPLUS)]),
    "empty surplus": (b"phone,name\n1,a,,\n", [(2, ["1", "a"], "")]),
    "JSON lines": (
        b'{"phone": 380501112233, "name": "a"}\n\n{"name": null}\n{"phone": 3.8E+11}\n',
        [(1, ["380501112233", "a"], ""), (3, [None, ""], ""), (4, ["3.8E+11", None], "")],
    ),
    "JSON lines that are none": (
        b'{"phone": "1"}\n[2]\n{3\n{"phone": {"a": 1}}\n{"phone": true}\n',
        [
            (1, ["1"], ""),
            (2, [None], "this is no JSON object"),
            (3, [None], "this is no JSON object"),
            (4, [None], "the value of 'phone' is neither text nor a number"),
            (5, [None], "the value of 'phone' is neither text nor a number"),
        ],
    ),
}
UNREADABLE: Dict[str, Tuple[bytes, str]] = {
    "nothing": (b"", "is empty."),
    "a BOM only": (b"\xef\xbb\xbf", "is empty."),
    "no encoding that we know": (b"phone,name\n1,\x98\xff\n", "is neither utf-8 nor windows-1251"),
    "a quote that is not closed": (
        b'phone,name\n1,a\n2,"b\n3,c\n',
        "in the row that begins in line 3: unexpected end of data. A value with quotes",
    ),
    "text behind a quote": (
        b'phone,name\n1,"a" b\n',
        "in the row that begins in line 2: ',' expected after '\"'. A value with quotes",
    ),
}


@pytest.mark.parametrize("case", READABLE)
def test_rows_are_read_with_their_lines(tmp_path: Path, case: str) -> None:
    content, expected = READABLE[case]
    (tmp_path / "rows").write_bytes(content)
    assert [tuple(row) for row in open_table(tmp_path / "rows", "phone").rows()] == expected


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_reported(tmp_path: Path, case: str) -> None:
    content, told = UNREADABLE[case]
    (tmp_path / "rows").write_bytes(content)
    with pytest.raises(ConfigurationError) as mistake:
        list(open_table(tmp_path / "rows", "phone").rows())
    assert str(tmp_path / "rows") in str(mistake.value)
    assert told in str(mistake.value)


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_is_no_file_is_reported(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"(No such file|Is a) "):
        open_table(tmp_path / name, "phone")
