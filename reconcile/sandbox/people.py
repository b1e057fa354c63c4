"""The people of an order, made up from its id alone: what a client has no business to keep.

Flxpoint's answers carry names, addresses, e-mail and telephone; the names of these fields are a
guess.
"""

_FIRST_NAMES = ("Ottoline", "Peregrine", "Philippa", "Thaddeus", "Wilhelmina")
_LAST_NAMES = ("Quillfeather", "Thistlewood", "Marchbanks", "Featherstonehaugh")
_STREETS = ("Marmalade Lane", "Cloudberry Road", "Lamplighter Street")
_CITIES = ("Winterbourne Abbas", "Nether Wallop")


def personal_data_of(order_id: int) -> dict[str, object]:
    """Make up the personal fields of an order, the same ones each time."""
    buyer = _person(order_id)
    return {
        "customerName": f"{buyer['firstName']} {buyer['lastName']}",
        "email": buyer["email"],
        "phone": buyer["phone"],
        "billingAddress": buyer,
        "shippingAddress": _person(order_id + 1),
    }


def _person(seed: int) -> dict[str, object]:
    first = _FIRST_NAMES[seed % len(_FIRST_NAMES)]
    last = _LAST_NAMES[seed % len(_LAST_NAMES)]
    return {
        "firstName": first,
        "lastName": last,
        "companyName": f"{last} & Daughters",
        "addressLine1": f"{seed % 997 + 1} {_STREETS[seed % len(_STREETS)]}",
        "addressLine2": f"Apartment {seed % 89 + 1}",
        "city": _CITIES[seed % len(_CITIES)],
        "state": "WA",
        "postalCode": f"{seed % 90_000 + 10_000}-{seed % 9_000 + 1_000}",
        "country": "US",
        "email": f"{first}.{last}.{seed}@example.org".lower(),
        "phone": f"+1-555-01{seed % 100:02}-{seed % 10_000:04}",
    }
