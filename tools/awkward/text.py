"""Text files: encodings, separators, line ends and quotes."""

from collections.abc import Iterator

from awkward.case import (
    TWO,
    TWO_ROWS,
    UNSET,
    Case,
    becomes,
    booked,
    held,
    item,
    lines,
    refused,
)

__all__ = ["cases"]

HEADER = TWO_ROWS[0]
UMLAUT = (HEADER, "700001,RE-Ä1", "700002,RE-ß 2€")
UMLAUTS = {700001: booked("RE-Ä1"), 700002: booked("RE-ß 2€")}


def encodings() -> Iterator[Case]:
    """In which the characters are written."""
    utf8 = lines(*UMLAUT)
    tabs = "".join(f"{row}\r\n" for row in UMLAUT).replace(",", "\t")
    for name, content in {
        "utf8.csv": utf8,
        "utf8_with_bom.csv": b"\xef\xbb\xbf" + utf8,
        "utf16_le_with_bom.txt": b"\xff\xfe" + tabs.encode("utf-16-le"),
        "utf16_be_with_bom.txt": b"\xfe\xff" + tabs.encode("utf-16-be"),
        "utf16_with_bom_and_commas.csv": b"\xff\xfe" + lines(*UMLAUT, encoding="utf-16-le"),
        "windows_1252.csv": lines(*UMLAUT, encoding="cp1252"),
    }.items():
        yield Case(f"encodings/{name}", content, becomes(UMLAUTS))
    for name, content in {
        "bom_twice.csv": b"\xef\xbb\xbf\xef\xbb\xbf" + lines(*TWO_ROWS),
        "dos_end_of_file.csv": lines(*TWO_ROWS) + b"\x1a",
        "dos_end_of_file_three_times_without_line_end.csv": lines(*TWO_ROWS)[:-2] + b"\x1a" * 3,
        "bom_before_sep_line.csv": b"\xef\xbb\xbfsep=,\r\n" + lines(*TWO_ROWS),
    }.items():
        yield Case(f"encodings/{name}", content, becomes(TWO))
    refusals = {
        "utf8_with_one_windows_byte.csv": (
            lines(HEADER, "700001,RE-Ä1") + b"700002,RE-\xdc2\r\n",
            ("mostly UTF-8", "line 3", "0xDC"),
        ),
        "windows_1252_that_might_be_utf8_in_one_place.csv": (
            lines(HEADER, "700001,RE-Ä1", "700002,RE-ß€2", encoding="cp1252"),
            ("line 2", "two programs wrote the file"),
        ),
        "utf16_that_ends_in_half_a_character.txt": (
            b"\xff\xfe" + tabs.encode("utf-16-le")[:-1],
            ("is damaged or incomplete", "UTF-16"),
        ),
        "byte_81_which_windows_1252_does_not_know.csv": (
            lines(HEADER) + b"700001,INV-\x811\r\n",
            ("neither UTF-8 nor Windows-1252", "line 2", "0x81"),
        ),
        "utf16_le_without_bom.txt": (tabs.encode("utf-16-le"), ("UTF-16", "without the mark")),
        "utf16_be_without_bom.txt": (tabs.encode("utf-16-be"), ("UTF-16", "without the mark")),
        "utf32.txt": (tabs.encode("utf-32"), ("UTF-32",)),
    }
    for name, (content, words) in refusals.items():
        yield Case(f"encodings/{name}", content, refused(*words))
    nul = lines(HEADER, "700001,INV\0-1", "70\x000002,INV-2", "700003,INV-3")
    yield Case(
        "encodings/nul_bytes_in_ids.csv",
        nul,
        becomes(
            {700003: booked("INV-3")},
            held(700001, "2", "external-id-control-characters B2"),
            held(None, "3", "order-id-invalid A3"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "encodings/composed_and_decomposed_letters_stay_as_they_are.csv",
        lines(HEADER, "700001,Zo\u00eb", "700002,Zoe\u0308", "700003,😀"),
        becomes({700001: booked("Zo\u00eb"), 700002: booked("Zoe\u0308"), 700003: booked("😀")}),
    )


def separators() -> Iterator[Case]:
    """Between the values."""
    wide = ("Order ID,Order External ID,Amount", '700001,INV-1,"1,50"', '700002,INV-2,"2,50"')
    for name, rows in {
        "commas.csv": wide,
        "semicolons_and_decimal_commas.csv": (
            "Order ID;Order External ID;Amount",
            "700001;INV-1;1,50",
            "700002;INV-2;1.002,50",
        ),
        "tabs_and_commas_in_texts.tsv": (
            "Order ID\tOrder External ID\tCustomer",
            "700001\tINV-1\tAlder, Birch, Cedar & Co, Ltd",
            "700002\tINV-2\tDogwood, Elm, Fir",
        ),
        "pipes.txt": ("Order ID|Order External ID|Note", "700001|INV-1|a,b;c", "700002|INV-2|"),
        "commas_and_a_note_full_of_semicolons.csv": (
            "Order ID,Order External ID,Note",
            "700001,INV-1,a;b;c;d;e",
            "700002,INV-2,a;b;c;d;e;f",
        ),
        "header_quoted_with_commas_inside.csv": (
            '"Order ID","Order External ID","Name, first, and last"',
            '"700001","INV-1","Alder, Ann"',
            '"700002","INV-2","Birch, Bo"',
        ),
        "blanks_behind_commas.csv": (
            "Order ID, Order External ID, Name",
            "700001, INV-1, x",
            "700002, INV-2, y",
        ),
    }.items():
        yield Case(f"separators/{name}", lines(*rows), becomes(TWO))
    for name, sign in {"semicolon": ";", "tab": "\t", "pipe": "|", "caret": "^"}.items():
        rows = [row.replace(",", sign) for row in TWO_ROWS]
        content = lines(f"sep={sign}", *rows)
        yield Case(f"separators/sep_line_with_{name}.csv", content, becomes(TWO))
    yield Case(
        "separators/sep_line_quoted_and_in_capitals.csv",
        lines('"SEP=;"', *(row.replace(",", ";") for row in TWO_ROWS)),
        becomes(TWO),
    )
    yield Case(
        "separators/sep_line_in_utf16.csv",
        b"\xff\xfe" + lines("sep=,", *TWO_ROWS, encoding="utf-16-le"),
        becomes(TWO),
    )
    yield Case(
        "separators/sep_line_that_lies.csv",
        lines("sep=;", *TWO_ROWS),
        refused("no header row", "Order ID,Order External ID"),
    )
    yield Case(
        "separators/semicolons_below_a_title_full_of_commas.csv",
        lines("Report, all orders, all shops, 2026", "", *(r.replace(",", ";") for r in TWO_ROWS)),
        becomes(TWO, ignored="1 title; 2 blank; 3 header"),
    )


def line_ends() -> Iterator[Case]:
    """Of the records, and within them."""
    for name, content in {
        "cr_only.csv": lines(*TWO_ROWS, end="\r"),
        "lf_only.csv": lines(*TWO_ROWS, end="\n"),
        "no_line_end_at_the_end.csv": lines(*TWO_ROWS)[:-2],
        "mixed.csv": f"{TWO_ROWS[0]}\r\n{TWO_ROWS[1]}\r{TWO_ROWS[2]}\n".encode(),
        "blank_lines_at_the_end.csv": lines(*TWO_ROWS) + b"\r\n" * 50,
        "rows_of_commas_at_the_end.csv": lines(*TWO_ROWS) + b",\r\n" * 50,
    }.items():
        yield Case(f"lines/{name}", content, becomes(TWO))
    yield Case(
        "lines/quoted_line_breaks_count_as_one_record.csv",
        lines(
            '"Report\r\nof all\norders",',
            "",
            "Order ID,Order External ID,Note",
            '700001,INV-1,"two\nlines"',
            '700002,INV-2,"three\r\n\r\nlines"',
            '700003,#N/A,"x"',
        ),
        becomes(
            TWO,
            held(700003, "6", "cell-error B6"),
            ignored="1 title; 2 blank; 3 header",
        ),
    )
    yield Case(
        "lines/line_breaks_around_an_id_are_blanks.csv",
        lines(HEADER, '"\n700001\r\n","INV-1\n"', '700002,"\r\nINV-2"'),
        becomes(TWO),
    )
    yield Case(
        "lines/line_break_inside_an_external_id.csv",
        lines(HEADER, '700001,"INV\n1"', "700002,INV-2"),
        becomes({700002: booked("INV-2")}, held(700001, "2", "external-id-control-characters B2")),
    )
    yield Case(
        "lines/line_break_in_the_names_of_columns.csv",
        lines('"Order\nID","Order\r\nExternal\r\nID"', *TWO_ROWS[1:]),
        becomes(TWO),
    )
    yield Case(
        "lines/blank_lines_between_rows_count.csv",
        lines(HEADER, "", "700001,INV-1", "", "", "700002,INV-2", "x,INV-3"),
        becomes(
            TWO,
            held(None, "7", "order-id-invalid A7"),
            ignored="1 header; 2 blank; 4-5 blank",
            notices=["rows-without-order 7"],
        ),
    )


def quotes() -> Iterator[Case]:
    """Around values, in them, and those that are missing."""
    yield Case(
        "quotes/never_closed.csv",
        lines(*TWO_ROWS, '700003,"INV-3', "700004,INV-4"),
        refused("record 4", "a quote opens in it and never closes"),
    )
    yield Case(
        "quotes/never_closed_in_the_last_cell.csv",
        lines(HEADER, '700001,"INV-1')[:-2],
        refused("record 2", "never closes"),
    )
    yield Case(
        "quotes/closed_in_the_middle_of_a_cell.csv",
        lines(HEADER, '700001,"INV"-1'),
        refused("record 2", "a quote closes in the middle"),
    )
    yield Case(
        "quotes/stray_and_doubled.csv",
        lines(HEADER, '700001,INV 5" pipe', '700002,"INV ""2"""', "700003,'INV-3'"),
        becomes(
            {
                700001: booked('INV 5" pipe'),
                700002: booked('INV "2"'),
                700003: booked("'INV-3'"),
            }
        ),
    )
    yield Case(
        "quotes/text_formulas.csv",
        lines(HEADER, '="700001",="00123"', '"=""700002""","=""00124"""', "700003,=A1"),
        becomes(
            {700001: booked("00123"), 700002: booked("00124"), 700003: booked("=A1")},
            notices=["text-formula A2", "text-formula B2"],
        ),
    )
    yield Case(
        "quotes/text_formulas_in_the_header.csv",
        lines('="Order ID",="Order External ID"', *TWO_ROWS[1:]),
        becomes(TWO),
    )


def columns() -> Iterator[Case]:
    """Rows with more cells than the header, and with fewer."""
    yield Case(
        "columns/one_cell_too_many_from_an_unquoted_comma.csv",
        lines("Order ID,Customer,Order External ID", "700001,Alder, Ann,INV-1", "700002,B,INV-2"),
        becomes({700002: booked("INV-2")}, held(700001, "2", "row-too-long 2")),
    )
    yield Case(
        "columns/too_long_row_of_an_order_with_other_rows.csv",
        lines(
            "Order ID,Item ID,Item External ID",
            "700001,9001,L-1",
            "700001,9002,L-2,x",
            "700002,9003,L-3",
        ),
        becomes(
            {700002: booked(UNSET, item(9003, "L-3"))},
            held(700001, "2 3", "row-too-long 3"),
        ),
    )
    yield Case(
        "columns/too_long_rows_whose_further_cells_are_blank.csv",
        lines(HEADER, "700001,INV-1,,,", "700002,INV-2, ,"),
        becomes(
            {},
            held(700001, "2", "row-too-long 2"),
            held(700002, "3", "row-too-long 3"),
        ),
    )
    yield Case(
        "columns/rows_with_fewer_cells.csv",
        lines("Order ID,Order External ID,A,B,C", "700001,INV-1", "700002,INV-2,x"),
        becomes(TWO),
    )
    yield Case(
        "columns/a_semicolon_file_with_a_decimal_comma_too_many.csv",
        lines("Order ID;Order External ID;Amount", "700001;INV-1;1;50", "700002;INV-2;2,50"),
        becomes({700002: booked("INV-2")}, held(700001, "2", "row-too-long 2")),
    )
    yield Case(
        "columns/total_row_that_is_too_long.csv",
        lines(*TWO_ROWS, "Total,,3.00"),
        becomes(
            TWO,
            held(None, "4", "row-too-long 4", "order-id-invalid A4"),
            notices=["rows-without-order 4"],
        ),
    )


def cases() -> Iterator[Case]:
    """All of them."""
    for topic in (encodings, separators, line_ends, quotes, columns):
        yield from topic()
