"""Section 5 of the rules as a table: what each answer means for each of the two endpoints."""

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.model import CallKind
from reconcile.flxpoint import Exchange, NeverSent, NoReply, Reply, judge
from reconcile.flxpoint.verdict import (
    Accept,
    Doubt,
    Halt,
    Refuse,
    Retry,
    Verdict,
    first_line,
    retry_after,
)

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

LOGIN_PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>"

DONE = "done"
NOTED = "done, and noted"
AGAIN = "tried again: it was not applied"
MAYBE = "tried again: it may have been applied"
LATER = "tried again when the token may, no try is used up"
REFUSED = "refused"
IN_DOUBT = "in doubt, never repeated"
STOP = "stops the run"


def in_words(verdict: Verdict) -> str:
    match verdict:
        case Accept(note):
            return NOTED if note else DONE
        case Retry(throttled=True, counts=False, applied=False):
            return LATER
        case Retry(throttled=False, counts=True, applied=applied):
            return MAYBE if applied else AGAIN
        case Refuse():
            return REFUSED
        case Doubt():
            return IN_DOUBT
        case Halt():
            return STOP
        case _:
            return f"what the rules don't know: {verdict}"


@pytest.mark.parametrize(
    ("exchange", "sync", "status"),
    [
        # Nothing sent, or nothing heard
        (NeverSent("no connection to Flxpoint"), AGAIN, AGAIN),
        (NoReply("no answer in time"), MAYBE, IN_DOUBT),
        (NoReply("the connection broke"), MAYBE, IN_DOUBT),
        # Acknowledged
        (Reply(204), DONE, DONE),
        (Reply(204, {"content-type": "text/html; charset=utf-8"}), DONE, DONE),
        (Reply(201), NOTED, DONE),
        (Reply(200, {}, '{"id": 700001}'), NOTED, DONE),
        (Reply(200, {}, "OK"), NOTED, DONE),
        (Reply(200, {"content-type": "text/html"}, "OK"), NOTED, DONE),
        (Reply(202), NOTED, DONE),
        (Reply(203), NOTED, DONE),
        (Reply(205), NOTED, DONE),
        (Reply(206), NOTED, DONE),
        (Reply(299), NOTED, DONE),
        # A login page is no acknowledgement, whatever its status and its label
        (Reply(200, {"content-type": "text/html"}, LOGIN_PAGE), STOP, STOP),
        (Reply(200, {"content-type": "application/json"}, LOGIN_PAGE), STOP, STOP),
        (Reply(201, {}, LOGIN_PAGE), STOP, STOP),
        (Reply(200, {"content-type": "text/html"}, "<div class='login'><form>"), STOP, STOP),
        (Reply(200, {}, "<!-- a comment longer than what is kept" + "-" * 65_536), STOP, STOP),
        (Reply(204, {}, LOGIN_PAGE), STOP, STOP),
        # No redirect is followed
        (Reply(300), STOP, STOP),
        (Reply(301, {"location": "https://elsewhere.example/"}), STOP, STOP),
        (Reply(302, {"location": "/login"}), STOP, STOP),
        (Reply(303), STOP, STOP),
        (Reply(304), STOP, STOP),
        (Reply(307), STOP, STOP),
        (Reply(308), STOP, STOP),
        # The API said no
        (Reply(400), REFUSED, REFUSED),
        (Reply(401), STOP, STOP),
        (Reply(402), REFUSED, REFUSED),
        (Reply(403), REFUSED, REFUSED),  # the first, or three in a row: see test_stops
        (Reply(404), REFUSED, REFUSED),
        (Reply(405), REFUSED, REFUSED),
        (Reply(406), REFUSED, REFUSED),
        (Reply(409), REFUSED, REFUSED),
        (Reply(410), REFUSED, REFUSED),
        (Reply(413), REFUSED, REFUSED),
        (Reply(415), REFUSED, REFUSED),
        (Reply(418), REFUSED, REFUSED),
        (Reply(422), REFUSED, REFUSED),
        (Reply(451), REFUSED, REFUSED),
        (Reply(499), REFUSED, REFUSED),
        # Not now
        (Reply(408), AGAIN, AGAIN),
        (Reply(425), AGAIN, AGAIN),
        (Reply(429), LATER, LATER),
        # The server is in trouble
        (Reply(500), MAYBE, IN_DOUBT),
        (Reply(501), MAYBE, IN_DOUBT),
        (Reply(502), MAYBE, IN_DOUBT),
        (Reply(502, {}, LOGIN_PAGE), MAYBE, IN_DOUBT),
        (Reply(503), MAYBE, AGAIN),
        (Reply(504), MAYBE, IN_DOUBT),
        (Reply(520), MAYBE, IN_DOUBT),
        (Reply(599), MAYBE, IN_DOUBT),
    ],
    ids=lambda value: f"{value.status} {value.body[:9]}" if isinstance(value, Reply) else None,
)
def test_an_exchange_means_for_the_two_endpoints(
    exchange: Exchange, sync: str, status: str
) -> None:
    assert in_words(judge(SYNC, exchange, NOW)) == sync
    assert in_words(judge(STATUS, exchange, NOW)) == status


@pytest.mark.parametrize("kind", CallKind)
def test_every_status_has_a_meaning_and_only_a_2xx_is_done(kind: CallKind) -> None:
    words = {status: in_words(judge(kind, Reply(status), NOW)) for status in range(200, 600)}

    assert set(words.values()) <= {DONE, NOTED, AGAIN, MAYBE, LATER, REFUSED, IN_DOUBT, STOP}
    assert [s for s, word in words.items() if word in {DONE, NOTED}] == list(range(200, 300))
    assert (MAYBE in words.values()) == (kind is SYNC)


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_an_undocumented_acknowledgement_of_an_accounting_sync_is_noted_by_its_number(
    status: int,
) -> None:
    assert judge(SYNC, Reply(status), NOW) == Accept(f"answered {status} instead of 204")


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "<HTML lang='en'>",
        "<!doctype html>",
        '\ufeff \r\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>',
        "<!-- a comment --> <!-- and another --><html>",
        "<head><title>Sign in</title>",
        "<body>",
        "<title>Sign in</title><form>",  # a page may leave out html, head and body
    ],
)
def test_a_page_is_known_by_its_first_tag(body: str) -> None:
    assert in_words(judge(SYNC, Reply(200, {}, body), NOW)) == STOP
    assert first_line(body) == "(an HTML page)"


@pytest.mark.parametrize(
    "body", ["", "OK", '{"html": "<html>"}', "see <html>", "<htmlish>", "<error>no</error>"]
)
def test_what_only_looks_like_a_page_is_none(body: str) -> None:
    assert in_words(judge(STATUS, Reply(201, {}, body), NOW)) == DONE


def test_a_stop_says_what_is_wrong_and_where_to_look() -> None:
    sentences = [
        verdict.sentence
        for exchange in (Reply(401), Reply(302), Reply(200, {}, LOGIN_PAGE))
        if isinstance(verdict := judge(SYNC, exchange, NOW), Halt)
    ]

    assert len(sentences) == 3
    assert "401" in sentences[0]
    assert "Account, Source or Channel" in sentences[0]
    assert "302" in sentences[1]
    assert "base_url" in sentences[1]
    assert "login page" in sentences[2]


# Retry-After

WAITING = [
    *[(kind, status) for kind in CallKind for status in (408, 425, 429, 503)],
    *[(kind, status) for kind in CallKind for status in (500, 502, 504)],
]


def held(kind: CallKind, status: int, value: str) -> float | None:
    reply = Reply(status, {"retry-after": value})
    verdict = judge(kind, reply, NOW)
    assert isinstance(verdict, Retry | Doubt)
    seconds = retry_after(reply, NOW)
    assert isinstance(verdict, Doubt) or verdict.hold == seconds
    return seconds


@pytest.mark.parametrize(("kind", "status"), WAITING)
def test_a_wish_for_silence_is_heard_with_every_answer_that_is_neither_yes_nor_no(
    kind: CallKind, status: int
) -> None:
    assert held(kind, status, "7") == 7.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("1", 1.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("3600", 3600.0),
        ("Mon, 05 Jan 2026 08:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 09:00:30 +0100", 30.0),
        ("Monday, 05-Jan-26 08:00:30 GMT", 30.0),
        ("Mon Jan  5 08:00:30 2026", 30.0),
        ("Mon, 05 Jan 2026 08:00:00 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    assert held(SYNC, 429, value) == seconds


def test_a_date_is_compared_with_the_time_of_day_in_any_zone() -> None:
    here = NOW.astimezone(timezone(timedelta(hours=-5)))
    reply = Reply(503, {"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)})
    verdict = judge(SYNC, reply, here)

    assert isinstance(verdict, Retry)
    assert verdict.hold == 90.0


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "-5",
        "1e3",
        "inf",
        "nan",
        "1,5",
        "5 s",
        "\u0665",
        "Mon, 99 Jan 2026 08:00:00 GMT",
        "Mon, 05 Jan 2026 25:61:61 GMT",
    ],
)
def test_nonsense_in_retry_after_is_passed_over(value: str) -> None:
    assert held(SYNC, 429, value) is None


@pytest.mark.parametrize("value", ["99999999999", "9" * 300, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_silence_without_end_is_that_of_decades(value: str) -> None:
    assert held(SYNC, 429, value) == 999_999_999


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2},? [0-9 A-Za-z:+-]{0,40}", fullmatch=True))
def test_no_retry_after_breaks_the_run(value: str) -> None:
    seconds = held(SYNC, 429, value)
    assert seconds is None or 0.0 <= seconds < 1e9


# What is shown of an answer


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("", ""),
        (" \r\n \n", ""),
        ("no such order", "no such order"),
        ("\n\n  no such order \r\nat line 5", "no such order"),
        ('{"message": "order 700001 has no item 5"}', "order 700001 has no item 5"),
        ('{"detail": "no item 5"}', '{"detail": "no item 5"}'),
        ('{\n  "code": 7,\n  "message": "no item 5\\nat line 3"\n}', "no item 5"),
        ('{"message": "ordered by jane@example.com"}', "ordered by …"),
        ('{"message": ""}', ""),
        ('{"message": {"code": 7}}', '{"message": {"code": 7}}'),
        ('["no item 5"]', '["no item 5"]'),
        ('{"message": "cut', '{"message": "cut'),
        ("tab\tand\x00null\x1b[31m", "tab and null [31m"),
        ("ordered by jane.doe+shop@mail.example.com today", "ordered by … today"),
        ("call +1 (555) 123-4567 now", "call … now"),
        ("call +49 30 1234567 now", "call … now"),
        ("call (030) 123 4567 now", "call … now"),
        ("call (0)30 or 555-123-4567 now", "call (0)30 or … now"),
        ("call 555.123.4567 now", "call … now"),
        ("call 030 1234567 now", "call … now"),
        ("a@example.com, b@example.com", "…, …"),
        ("order 700001, item 9223372036854775807", "order 700001, item 9223372036854775807"),
        ("since 2026-01-05 08:00:00", "since 2026-01-05 08:00:00"),
        ("since 01/05/2026 08:00", "since 01/05/2026 08:00"),
        ("<html><body>jane@example.com</body></html>", "(an HTML page)"),
    ],
)
def test_the_first_line_is_shown_without_addresses_telephone_numbers_and_pages(
    body: str, shown: str
) -> None:
    assert first_line(body) == shown


def test_a_long_line_is_cut_with_a_mark() -> None:
    assert first_line("x" * 200) == "x" * 200
    assert first_line("x" * 201) == "x" * 200 + "…"


def test_an_address_across_the_cut_is_not_shown_in_part() -> None:
    assert "jane" not in first_line("x" * 190 + " jane.doe@example.com")


@given(st.text(max_size=400))
def test_one_short_printable_line_is_shown_of_any_answer(body: str) -> None:
    shown = first_line(body)
    assert shown.isprintable()
    assert len(shown) <= 201


@pytest.mark.parametrize(
    "body",
    [
        "<!---->" * 9000 + "x",
        "<!--" * 16000,
        "a" * 64000,
        "\u00e9." * 30000,
        "+1 " * 20000,
        "[" * 64000,
        '{"message": "' + "a" * 64000 + '"}',
    ],
    ids=["comments", "open comments", "letters", "names", "figures", "brackets", "message"],
)
def test_no_answer_takes_long_to_read(body: str) -> None:
    began = time.process_time()
    judge(SYNC, Reply(200, {}, body), NOW)
    first_line(body)
    assert time.process_time() - began < 10, "it is milliseconds, or minutes"
