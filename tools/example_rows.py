# ruff: noqa: E501  (a row of an export is one line)
"""The rows of the example exports in tests/exports; `make_exports` writes them as files.

A line is a row, its cells are parted by `|`; empty cells at its end are left out. In workbooks
`#5` is the number 5.
"""

__all__ = ["FOLDERS", "IDS"]

Examples = dict[str, str]

IDS = """\
Order Number|Reference Number|Order ID|SKU|Item ID|Quantity
1001|114-0000001|700001|WIDGET-RED|9001|2
1001|114-0000001|700001|WIDGET-BLUE|9002|1
1002|114-0000002|700002|WIDGET-RED|9003|1
1003|114-0000003|700003|WIDGET-RED|9004|1
1003|114-0000003|700003|WIDGET-RED|9005|5
1004|114-0000004|700004
1005|114-0000005|700005|KIT|9007|1
1006|114-0000006|700006|KIT|9008|1
1006|114-0000006|700007|KIT|9009|1
01007|114-0000007|700008|KIT|9010|1
"""

QUICKBOOKS_ONLINE: Examples = {
    "by_product": """\
Acme Corp
Sales by Product/Service Detail
January 1 - March 5, 2026

|Transaction date|Transaction type|Num|Customer full name|Memo/Description|Quantity|Sales price|Amount|Balance
Hardware
Hardware:WIDGET-RED
|01/05/2026|Invoice|5001|Alder & Sons|FLX-1001|2|10.00|20.00|20
|01/06/2026|Sales Receipt|5002|Total Quality Logistics|FLX-1002|1|10.00|10.00|30.00
|1/9/2026|Estimate|77|Birch|FLX-1003|1|10.00|10.00|40.00
Total for Hardware:WIDGET-RED||||||4||$40.00
Total for Hardware with sub-items||||||4||$40.00
WIDGET-BLUE
|01/05/2026|Invoice|5001|Alder & Sons|FLX-1001|1|5.00|5.00|5
Total for WIDGET-BLUE||||||1||$5.00
Not specified
|01/05/2026|Invoice|5001|Alder & Sons|FLX-1001|||7.00|7.00
Total for --||||||||$7.00
TOTAL||||||5||$52.00


Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00
""",
    "by_customer_with_credit_memo": """\
Acme Corp
Sales by Product/Service Detail
January 1 - March 5, 2026

|Date|Transaction Type|Num|Product/Service|Memo/Description|Qty|Sales Price|Amount|Balance
Alder & Sons
|01/05/2026|Invoice|1001|Hardware:WIDGET-RED|two red ones|2|10.00|20.00|20.00
|01/05/2026|Invoice|1001|WIDGET-BLUE||1|5.00|5.00|25.00
|01/05/2026|Invoice|1001|Shipping||1|4.00|4.00|29.00
|01/20/2026|Credit Memo|1001|WIDGET-BLUE||-1|5.00|(5.00)|24
|01/21/2026|Payment|88|||||-24.00|0.00
Total for Alder & Sons||||||3||$24.00
Total Quality Logistics
|01/06/2026|Invoice|1002|Hardware:WIDGET-RED||1|10.00|10.00|10
Total for Total Quality Logistics||||||1||$10.00
|Date|Transaction Type|Num|Product/Service|Memo/Description|Qty|Sales Price|Amount|Balance
Cedar
|01/07/2026|Refund|1005|KIT||-1|9.00|-9.00|-9.00
Total for Cedar||||||-1||$-9.00
TOTAL||||||3||$25.00


Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00
""",
    "list_of_numbers": """\
Acme Corp
Sales by Product/Service Detail
January 1 - March 5, 2026

Date|Transaction Type|Transaction ID|No.|Name|Memo/Description|Due Date|Amount|Open Balance
01/05/2026|Invoice|301|1001|Alder||02/05/2026|25.00|0.00
01/06/2026|Invoice|302|1009|Birch||02/06/2026|10.00|0.00
01/07/2026|Invoice|303|1006|Cedar||02/07/2026|10.00|0.00
01/07/2026|Invoice|304|1007|Dogwood||02/07/2026|10.00|0.00
01/08/2026|Rechnung|305|1002|Elm||02/08/2026|10.00|0.00
01/08/2026|Invoice|306||Fir||02/08/2026|10.00|0.00
01/09/2026|Journal Entry|307|||year end||1.00
TOTAL|||||||66.00|0.00


Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00
""",
    "undecided": """\
Acme Corp
Sales by Product/Service Detail
January 1 - March 5, 2026

Date|Transaction Type|Transaction ID|No.|Name|Memo/Description|Due Date|Amount|Open Balance
01/05/2026|Invoice|301|1001|Alder||02/05/2026|25.00|0.00
""",
    "daily_summary": """\
Acme Corp
Sales by Product/Service Detail
January 1 - March 5, 2026

Date|Transaction Type|Transaction ID|No.|Name|Memo/Description|Due Date|Amount|Open Balance
01/05/2026|Sales Receipt|401|TPX-1|Daily sales|Daily summary eBay||925.00|0.00
01/06/2026|Sales Receipt|402|TPX-2|Daily sales|Daily summary eBay||725.00|0.00
""",
}

QUICKBOOKS_DESKTOP: Examples = {
    "item_sales": """\
Type|Date|Num|Memo|Name|Qty|Sales Price|Amount|Balance
Hardware
WIDGET-RED
Invoice|01/05/2026|1001||Müller & Söhne|2|10.00|20.00|20.00
Sales Receipt|01/06/2026|1002||Total Tea|0|10.00|0.00|20.00
Total WIDGET-RED|||||2||20.00|20.00
Total Hardware|||||2||20.00|20.00
WIDGET-BLUE
Invoice|01/05/2026|1001||Müller & Söhne|1|5.00|5.00|25.00
Total WIDGET-BLUE|||||1||5.00|25.00
TOTAL|||||3||25.00|25.00
""",
    "with_credit_memo": """\
Type|Date|Num|Memo|Name|Qty|Sales Price|Amount|Balance
WIDGET-RED
Invoice|01/05/2026|88|FLX-1002|Alder|1|10.00|10.00|10.00
Credit Memo|01/09/2026|89|FLX-1002|Alder|-1|10.00|-10.00|0.00
Sales Order|01/09/2026|90|FLX-1003|Birch|1|10.00|10.00|10.00
Total WIDGET-RED|||||1||10.00|10.00
TOTAL|||||1||10.00|10.00
""",
    "one_sku_twice": """\
Type|Date|Num|Memo|Name|Qty|Sales Price|Amount|Balance
WIDGET-RED
Invoice|01/05/2026|1003||Alder|1|10.00|10.00|10.00
Invoice|01/05/2026|1003||Alder|5.00|10.00|50.00|60.00
Total WIDGET-RED|||||6||60.00|60.00
WIDGET-GREEN
Invoice|01/06/2026|1001||Birch|1|10.00|10.00|70.00
Total WIDGET-GREEN|||||1||10.00|70.00
KIT
Invoice|01/06/2026|1004||Cedar|1|10.00|10.00|80.00
Total KIT|||||1||10.00|80.00
TOTAL|||||8||80.00|80.00
""",
    "one_sku_twice_with_one_quantity": """\
Type|Date|Num|Memo|Name|Qty|Sales Price|Amount|Balance
WIDGET-RED
Invoice|01/05/2026|1003||Alder|2|10.00|20.00|20.00
Total WIDGET-RED|||||2||20.00|20.00
TOTAL|||||2||20.00|20.00
""",
}

ZOHO_BOOKS: Examples = {
    "invoices": """\
Invoice Date|Invoice ID|Invoice Number|Invoice Status|Customer Name|PurchaseOrder|Sales Order Number|Item Name|SKU|Quantity|Item Price|Item ID
2026-01-05|2345678000000012001|INV-1|Paid|Alder|1001|SO-1|Red widget|WIDGET-RED|2|10.00|2345678000000099001
2026-01-05|2345678000000012001|INV-1|Paid|Alder|1001|SO-1|Blue widget|WIDGET-BLUE|1|5.00|2345678000000099002
2026-01-06|2345678000000012002|INV-2|Overdue|Birch|01007|SO-2|Kit|KIT|1|5.00|2345678000000099003
""",
    "with_void_and_draft": """\
Invoice Date|Invoice ID|Invoice Number|Invoice Status|Customer Name|PurchaseOrder|Sales Order Number|Item Name|SKU|Quantity|Item Price|Item ID
2026-01-05|2345678000000012001|INV-1|Void|Alder|1001|SO-1|Red widget|WIDGET-RED|2|10.00
2026-01-05|2345678000000012003|INV-3|Draft|Alder|1005|SO-3|Kit|KIT|1|5.00
2026-01-05|2345678000000012004|INV-4|Sent|Alder|1002|SO-4|Red widget|WIDGET-RED|1|5.00
2026-01-05|2345678000000012005|INV-5|Beglichen|Alder|1005|SO-5|Kit|KIT|1|5.00
""",
    "through_excel": """\
Invoice Date|Invoice ID|Invoice Number|Invoice Status|Customer Name|PurchaseOrder|Sales Order Number|Item Name|SKU|Quantity|Item Price|Item ID
2026-01-05|#2345678000000012000|INV-1|Paid|Alder|#1002|SO-1|Red widget|WIDGET-RED|#1|#10
2026-01-06|2345678000000012002|INV-2|Paid|Birch|#1005|SO-2|Kit|KIT|#1|#5
""",
    "undecided": """\
Invoice Date|Invoice ID|Invoice Number|Invoice Status|Customer Name|PurchaseOrder|Sales Order Number|Item Name|SKU|Quantity|Item Price|Item ID
2026-01-05|2345678000000012001|INV-1|Paid|Alder|1001|SO-1|Red widget|WIDGET-RED|2|10.00
""",
}

NETSUITE: Examples = {
    "saved_search": """\
*|Internal ID|Date|Type|Document Number|Name|Memo|Item|Quantity|Amount|Status|Line Unique Key
*|8801|1/5/2026|Invoice|INV88|Alder|FLX-1001|||25.00|Paid In Full|50
|8801|1/5/2026|Invoice|INV88|Alder||Widgets : WIDGET-RED|2|20.00|Paid In Full|51
|8801|1/5/2026|Invoice|INV88|Alder|one blue|WIDGET-BLUE|1|5.00|Paid In Full|52
*|8802|1/6/2026|Cash Sale|CS2|Birch|FLX-1002|||10.00|Cash Sale : Deposited|60
|8802|1/6/2026|Cash Sale|CS2|Birch||WIDGET-RED|1|10.00|Cash Sale : Deposited|61
""",
    "with_credit_memo": """\
*|Internal ID|Date|Type|Document Number|Name|Memo|Item|Quantity|Amount|Status|Line Unique Key
*|8801|1/5/2026|Invoice|INV88|Alder|FLX-1002|||10.00|Open|50
*|8803|1/9/2026|Credit Memo|CM1|Alder|FLX-1002|||-10.00|Open|70
*|8804|1/9/2026|Sales Order|SO1|Alder|FLX-1005|||10.00|Billed|71
*|8805|1/9/2026|Invoice|INV89|Alder|FLX-1005|||10.00|Pending Approval|72
""",
    "documents_that_do_not_fit": """\
*|Internal ID|Date|Type|Document Number|Name|Memo|Item|Quantity|Amount|Status|Line Unique Key
*|8801|1/5/2026|Invoice|INV88|Alder|FLX-1001|||25.00|Open|50
|8801|1/5/2026|Invoice|INV88|Alder|FLX-1009|WIDGET-RED|2|20.00|Open|51
*|8802|1/6/2026|Invoice|INV89|Birch|FLX-1002|||10.00|Open|60
*|8802|1/6/2026|Invoice|INV89|Birch|FLX-1005|||10.00|Open|61
|8802|1/6/2026|Invoice|INV89|Birch||KIT|1|10.00|Open|62
*|8803|1/6/2026|Invoice|INV90|Cedar|1004|||10.00|Open|63
""",
}

PLAIN: Examples = {
    "with_ids": """\
Order ID|Order External ID|Item ID|Item External ID|Customer
700001|INV-1|9001|INV-1-1|Alder
700001||9002|INV-1-2|Alder
Total
""",
    "by_number": """\
Order Number|Order External ID|SKU|Item External ID|Item Quantity
1001|INV-1|WIDGET-RED|INV-1-1|2
114-0000001|INV-1|WIDGET-BLUE|INV-1-2|1
1003|INV-3|WIDGET-RED|INV-3-1|5
1004|INV-4|KIT|INV-4-1|1
Total||||9
""",
    "ids_that_disagree": """\
Order ID|Order Number|Order External ID|Item ID|SKU
700001|1002|INV-1
700002|1002|INV-2|9001|WIDGET-RED
700005|none|INV-5|9007|KIT
|1005|INV-5||KIT
|1003|INV-3|9005|WIDGET-RED
""",
    "without_id_map": """\
Order Number|Order External ID
1001|INV-1
""",
}

XERO_HEADER = (
    "ContactName|EmailAddress|POAddressLine1|POAddressLine2|POAddressLine3|POAddressLine4|POCity"
    "|PORegion|POPostalCode|POCountry|SAAddressLine1|SAAddressLine2|SAAddressLine3|SAAddressLine4"
    "|SACity|SARegion|SAPostalCode|SACountry|InvoiceNumber|Reference|InvoiceDate|DueDate"
    "|PlannedDate|Total|TaxTotal|InvoiceAmountPaid|InvoiceAmountDue|InventoryItemCode|Description"
    "|Quantity|UnitAmount|Discount|LineAmount|AccountCode|TaxType|TaxAmount|TrackingName1"
    "|TrackingOption1|TrackingName2|TrackingOption2|Currency|Type|Sent|Status"
)


def xero(lines: str) -> str:
    """The export with these lines; of its 44 columns they have those that matter here."""
    columns = XERO_HEADER.split("|")
    rows = [XERO_HEADER]
    for line in lines.splitlines():
        contact, number, reference, sku, quantity, kind, status = line.split("|")
        known = {
            "ContactName": contact,
            "InvoiceNumber": number,
            "Reference": reference,
            "InvoiceDate": "05/01/2026",
            "InventoryItemCode": sku,
            "Description": "a thing",
            "Quantity": quantity,
            "UnitAmount": "10.00",
            "Currency": "GBP",
            "Type": kind,
            "Sent": "Sent",
            "Status": status,
        }
        rows.append("|".join(known.get(name, "") for name in columns))
    return "\n".join(rows)


XERO: Examples = {
    "invoices": xero("""\
Alder|INV-0001|1001|WIDGET-RED|2.0000|Sales invoice|Paid
Alder|INV-0001|1001|WIDGET-BLUE|1.0000|Sales invoice|Paid
Alder|INV-0001|1001||1.0000|Sales invoice|Paid
Total Quality Logistics|INV-0002|114-0000002|WIDGET-RED|1.0000|Sales invoice|Paid
Birch|INV-0003|1003|WIDGET-RED|5|Sales invoice|Awaiting Payment
"""),
    "with_credit_note_and_draft": xero("""\
Alder|INV-0001|1002|WIDGET-RED|1.0000|Sales invoice|Paid
Alder|CN-0001|1002|WIDGET-RED|1.0000|Sales credit note|Paid
Birch|INV-0004|1005|KIT|1.0000|Sales invoice|Draft
Cedar|INV-0005|1004||1.0000|Sales overpayment|Paid
Dogwood|INV-0006|1005|KIT|1.0000|Sales invoice|Voided
"""),
    "without_id_map": xero("""\
Alder|INV-0001|1002|WIDGET-RED|1.0000|Sales invoice|Paid
"""),
    "payout": xero("""\
Amazon|INV-0001|Settlement 01 Mar - 15 Mar||1.0000|Sales invoice|Paid
Amazon|INV-0002|Settlement 16 Mar - 31 Mar||1.0000|Sales invoice|Paid
"""),
}

FOLDERS: dict[str, Examples] = {
    "quickbooks-online": QUICKBOOKS_ONLINE,
    "quickbooks-desktop": QUICKBOOKS_DESKTOP,
    "xero": XERO,
    "zoho-books": ZOHO_BOOKS,
    "netsuite": NETSUITE,
    "plain": PLAIN,
}
