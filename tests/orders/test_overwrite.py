"""What planned orders hold in Flxpoint is read before anything is sent, and respected."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconcile.domain.calls import PlannedCall
from reconcile.domain.errors import ExitCode, StoppedError, TimeIsUpError
from reconcile.domain.issues import explain
from reconcile.domain.model import CallKind, Comparison, Outcome, RowRef
from reconcile.job.online import PullWish, pull_ids
from reconcile.job.planned_input import PlannedInput, SendRules
from reconcile.job.run import run
from reconcile.journal import OrderReading
from reconcile.orders.overwrite import OrdersRead, ReadOrder, issues_before_sending
from reconcile.orders.remote_state import compared
from reconcile.sandbox import Answer, Hang, Scripted
from tests.conftest import Shop
from tests.orders.books import lines
from tests.shops import OpenShop, item, order

Command = Callable[..., tuple[int, str, str]]
EXPORT = "Order ID,Order External ID\n700001,INV-1\n700002,INV-2\n"
THEIRS = {"externalAccountingId": "THEIRS", "accountingSynced": True}


def external_ids(shop: Shop) -> dict[int, Any]:
    """What the orders hold."""
    return {id_: each.get("externalAccountingId") for id_, each in shop.server.state.items()}


def reads(shop: Shop) -> list[str]:
    """Which orders were read."""
    return [
        each.path
        for each in shop.server.arrivals
        if each.path.startswith("/orders/") and each.method == "GET"
    ]


def test_a_foreign_value_is_not_overwritten_and_its_order_held_back(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, **THEIRS))
    finished = shop.run(shop.export(EXPORT), overwrite="blanks", verify="none")
    assert finished.exit_code == ExitCode.INCOMPLETE
    assert external_ids(shop) == {700001: "INV-1", 700002: "THEIRS"}
    (failure,) = lines(finished.workbook, "Failures")
    assert failure["Code"] == "would-overwrite"
    assert "externalAccountingId holds THEIRS" in failure["Reason"]
    assert "--overwrite all" in failure["What to do"]


def test_all_overwrites_and_asks_nobody(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, **THEIRS))
    shop.run(shop.export(EXPORT), overwrite="all", verify="none")
    assert external_ids(shop) == {700001: "INV-1", 700002: "INV-2"}
    assert reads(shop) == []


def test_what_we_wrote_ourselves_may_be_corrected(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    shop.run(shop.export(EXPORT), overwrite="blanks", verify="none")
    shop.run(shop.export(EXPORT.replace("INV-1", "INV-X")), overwrite="blanks", verify="none")
    assert external_ids(shop) == {700001: "INV-X", 700002: "INV-2"}


def test_what_somebody_changed_after_us_is_not_ours_any_more(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    shop.run(shop.export(EXPORT), overwrite="blanks", verify="none")
    shop.server.change(700001, externalAccountingId="CORRECTED BY HAND")
    finished = shop.run(
        shop.export(EXPORT.replace("INV-1", "INV-X")), overwrite="blanks", verify="none"
    )
    assert finished.totals.outcomes[Outcome.REJECTED] == 1
    assert external_ids(shop)[700001] == "CORRECTED BY HAND"


def test_never_overwrites_not_even_what_we_wrote(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    shop.run(shop.export(EXPORT), overwrite="never", verify="none")
    finished = shop.run(
        shop.export(EXPORT.replace("INV-1", "INV-X")), overwrite="never", verify="none"
    )
    assert finished.totals.outcomes[Outcome.REJECTED] == 1
    assert external_ids(shop) == {700001: "INV-1", 700002: "INV-2"}


def test_where_flxpoint_does_not_say_the_journal_knows(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, **THEIRS), accounting_fields="never")
    shop.run(shop.export(EXPORT), overwrite="blanks", verify="none")
    assert external_ids(shop) == {700001: "INV-1", 700002: "INV-2"}, "nobody can know of THEIRS"
    changed = shop.export(EXPORT.replace("INV-1", "INV-X"))
    finished = shop.run(changed, overwrite="never", verify="none")
    assert finished.totals.outcomes[Outcome.REJECTED] == 1
    assert external_ids(shop)[700001] == "INV-1"


def test_an_item_that_is_not_the_orders_own_is_never_sent(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    text = "Order ID,Item ID,Item External ID\n700001,101,L-1\n700002,101,L-2\n"
    finished = shop.run(
        shop.export(text.replace("700002,101", "700002,999")), overwrite="blanks", verify="none"
    )
    (failure,) = lines(finished.workbook, "Failures")
    assert failure["Code"] == "item-not-in-order"
    assert "has no item 999" in failure["Reason"]
    assert [path for path, _, _ in shop.patches()] == ["/orders/700001/accounting-sync"]


def test_an_order_that_is_not_there_is_left_to_the_call_itself(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    finished = shop.run(shop.export(EXPORT), overwrite="blanks", verify="none")
    assert finished.totals.outcomes[Outcome.REFUSED] == 1


def test_by_default_a_few_orders_tell_whether_looking_is_of_any_use(open_shop: OpenShop) -> None:
    shop = open_shop(*map(order, range(1, 9)), accounting_fields="never")
    text = "".join(f"70000{n},INV-{n}\n" for n in range(1, 9))
    file = shop.export(f"Order ID,Order External ID\n{text}")
    shop.run(file)
    assert len(reads(shop)) == 10, "five before, five that surely hold something"
    shop.run(shop.export(file.read_text(encoding="utf-8").replace("INV", "X")))
    assert len(reads(shop)) == 10, "what was learned is remembered"


def test_an_order_that_holds_nothing_teaches_nothing(open_shop: OpenShop) -> None:
    """Its answer leaves empty fields out; the one that the run has booked doesn't."""
    shop = open_shop(order(1), order(2, **THEIRS))
    shop.run(shop.export(EXPORT.replace("700002,INV-2\n", "")))
    shop.run(shop.export(EXPORT))
    assert external_ids(shop) == {700001: "INV-1", 700002: "THEIRS"}


@pytest.mark.parametrize("answer", [Answer(200, {}, "[]"), Answer(403), Answer(500)])
def test_an_order_that_can_not_be_read_is_held_where_others_can(
    open_shop: OpenShop, answer: Answer
) -> None:
    shop = open_shop(order(1), order(2), order(3), accounting_fields="always")
    shop.server.inject(Scripted("order", 700002, answer, times=None))
    export = shop.export(f"{EXPORT}700003,INV-3\n")
    finished = shop.run(export, overwrite="blanks", verify="none", tries=1)
    (failure,) = lines(finished.workbook, "Failures")
    assert failure["Code"] == "order-not-read"
    assert external_ids(shop) == {700001: "INV-1", 700002: None, 700003: "INV-3"}


def test_what_the_list_tells_and_the_order_does_not_is_nothing_held(open_shop: OpenShop) -> None:
    """The pull saw accounting fields in the list; the single order never has them."""
    shop = open_shop(order(1), order(2, **THEIRS), accounting_fields="always")
    pull_ids(shop.context(), PullWish())
    bare = '{"id": 70000%d, "orderNumber": "SO"}'
    for number in (1, 2):
        answer = Answer(200, {}, bare % number)
        shop.server.inject(Scripted("order", 700000 + number, answer, times=None))
    finished = shop.run(shop.export(EXPORT), overwrite="blanks", verify="all")
    assert finished.exit_code == ExitCode.DONE
    assert {each["Finding"] for each in lines(finished.workbook, "Read back")} == {"? does not say"}


def test_by_default_values_are_respected_where_flxpoint_tells_them(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, **THEIRS), accounting_fields="always")
    shop.run(shop.export(EXPORT))
    assert external_ids(shop) == {700001: "INV-1", 700002: "THEIRS"}


def test_what_a_pull_saw_tells_too(open_shop: OpenShop) -> None:
    """The first planned order holds nothing, and its answer leaves empty fields out."""
    shop = open_shop(order(1), order(2, **THEIRS))
    pull_ids(shop.context(), PullWish())
    shop.run(shop.export(EXPORT))
    assert external_ids(shop)[700002] == "THEIRS"


@pytest.mark.parametrize("overwrite", ["blanks", "never"])
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "doesn't accept the token"),
        (403, "forbids this token to read orders"),
        (500, "no answer to GET /orders/70000"),
    ],
)
def test_where_overwriting_is_ruled_out_nothing_is_sent_unseen(
    open_shop: OpenShop, overwrite: str, status: int, words: str
) -> None:
    shop = open_shop(order(1), order(2), order(3))
    shop.server.inject(Scripted("order", None, Answer(status), times=None))
    with pytest.raises(StoppedError, match=words) as stopped:
        shop.run(shop.export(f"{EXPORT}700003,INV-3\n"), overwrite=overwrite, tries=1)
    assert "Nothing was sent" in str(stopped.value)
    assert "--overwrite all" in str(stopped.value)
    assert shop.patches() == []


def test_where_overwriting_is_ruled_out_an_answer_that_is_no_order_holds_it_back(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1), order(2))
    shop.server.inject(Scripted("order", None, Answer(405), times=None))
    finished = shop.run(shop.export(EXPORT), overwrite="blanks", verify="none")
    codes = [failure["Code"] for failure in lines(finished.workbook, "Failures")]
    assert codes == ["order-not-read", "order-not-read"]
    assert shop.patches() == []


def test_one_order_that_can_not_be_read_is_held_though_the_others_hold_nothing(
    open_shop: OpenShop,
) -> None:
    """Answers leave empty fields out, so those of the others tell nothing."""
    shop = open_shop(order(1), order(2, **THEIRS))
    shop.server.inject(Scripted("order", 700002, Answer(500), times=None))
    shop.run(shop.export(EXPORT), overwrite="blanks", verify="none", tries=1)
    assert external_ids(shop) == {700001: "INV-1", 700002: "THEIRS"}


def test_what_some_orders_told_is_known_though_others_never_answered(open_shop: OpenShop) -> None:
    shop = open_shop(*map(order, range(1, 5)), accounting_fields="always")
    for number in (2, 3, 4):
        broken = Hang(0.2, Answer(500))
        shop.server.inject(Scripted("order", 700000 + number, broken, times=None))
    export = shop.export(f"{EXPORT}700003,INV-3\n700004,INV-4\n")
    with pytest.raises(StoppedError):
        shop.run(export, overwrite="blanks", tries=1)
    with pytest.raises(StoppedError, match="Nothing was sent"):
        shop.run(export, tries=1)  # since Flxpoint is known to tell, it has to
    assert shop.patches() == []


def test_the_time_to_finish_by_ends_the_reading_too(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), latency=0.5)
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    context = replace(shop.context(overwrite="blanks", account="mine"), finish_by=soon)
    with pytest.raises(TimeIsUpError, match="the time to finish by") as stopped:
        run([shop.export(EXPORT)], SendRules(), context)
    assert stopped.value.exit_code == ExitCode.STOPPED_BY_USER
    assert shop.patches() == []


def test_the_question_before_sending_shows_what_is_held_back(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, **THEIRS))
    asked: list[int] = []

    def confirm(planned: PlannedInput) -> bool:
        asked.append(len(planned.calls.to_send))
        return False

    context = shop.context(overwrite="blanks")
    no = run([shop.export(EXPORT)], SendRules(), context, confirm=confirm)
    assert (no, asked, shop.patches()) == (None, [1], [])


def test_check_online_shows_new_same_different_blank_and_silence(
    open_shop: OpenShop, command_in: Command
) -> None:
    partly = {"accountingSynced": True, "externalAccountingId": "INV-3"}
    same = {"accountingSynced": True, "externalAccountingId": "INV-4"}
    shop = open_shop(order(1), order(2, **THEIRS), order(3, **partly), order(4, **same))
    text = (
        "Order ID,Order External ID,Item ID,Item External ID\n"
        "700001,INV-1,,\n700002,INV-2,,\n700003,INV-3,301,L-3\n700004,INV-4,,\n700005,INV-5,,\n"
    )
    shop.export(text)
    pull_ids(shop.context(), PullWish())
    shop.server.change_item(700003, 302, externalAccountingId="L-302")
    code, out, _ = command_in(shop, "check", "--online", "export.csv")
    assert code == ExitCode.INCOMPLETE
    line = next(line for line in out.splitlines() if line.startswith("Flxpoint"))
    assert line == (
        "Flxpoint   5 orders read: 1 new to Flxpoint's books, 1 the same already, "
        "1 different, 1 partly blank, 1 not found"
    )
    assert "Different  order 700002 externalAccountingId: THEIRS -> INV-2" in out
    assert shop.patches() == []


def test_check_online_says_where_flxpoint_does_not(
    open_shop: OpenShop, command_in: Command
) -> None:
    shop = open_shop(order(1), order(2), accounting_fields="never")
    shop.export(EXPORT)
    code, out, _ = command_in(shop, "check", "--online", "export.csv")
    assert code == ExitCode.DONE
    assert "2 of which Flxpoint does not say" in out


def test_the_time_that_check_tells_counts_the_reads_too(
    open_shop: OpenShop, command_in: Command
) -> None:
    shop = open_shop(order(1), order(2))
    shop.export(EXPORT)
    code, out, _ = command_in(shop, "check", "--online", "--overwrite", "blanks", "export.csv")
    assert code == ExitCode.DONE
    assert "2 calls and 2 orders to read before" in out


def call(order_id: int, content: str, previous: str | None = None) -> PlannedCall:
    return PlannedCall(order_id, CallKind.SYNC, content, "f", Comparison.NEW, previous=previous)


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ({"externalAccountingId": "X"}, "would-overwrite"),
        ({"items": [{"id": 2}]}, "item-not-in-order"),
    ],
)
def test_each_issue_says_where_what_was_found_what_was_expected_and_what_to_do(
    held: dict[str, Any], code: str
) -> None:
    content = {"externalAccountingId": "INV", "items": [{"id": 1, "externalAccountingId": "L"}]}
    reading = OrderReading(7, None, held)  # type: ignore[arg-type]  # its time is of no account
    seen = OrdersRead({7: ReadOrder(reading, tuple(compared(content, held, ())))}, frozenset())
    rows = {7: [RowRef("export.csv", "", 2)]}
    found = issues_before_sending(seen, [call(7, "{}")], rows, {}, policy="blanks", unread=True)
    (issue,) = found[7]
    assert issue.code == code
    assert explain(issue).startswith("export.csv:2: ")
    assert "; expected " in explain(issue)
    assert explain(issue).endswith(f". [{code}]")


def test_items_of_another_order_are_shown_with_those_of_its_own(open_shop: OpenShop) -> None:
    shop = open_shop(order(1, orderItems=[item(1, at) for at in range(1, 7)]))
    text = "Order ID,Item ID,Item External ID\n700001,999,L\n"
    finished = shop.run(shop.export(text), overwrite="blanks", verify="none")
    (failure,) = lines(finished.workbook, "Failures")
    assert "999" in failure["Reason"]
