"""How much the name of a column is like that of a field."""

from difflib import SequenceMatcher

from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.model import Field
from reconcile.loader.layouts import LAYOUTS

__all__ = ["likeness"]


def likeness(name: str, known: Field) -> float:
    """How near a name comes to those of a field, from 0 to 1."""
    spec = FIELDS[known]
    names = [spec.header, *spec.synonyms]
    for layout in LAYOUTS:
        names += {
            Field.ORDER_EXTERNAL_ID: layout.order_external_id,
            Field.ITEM_EXTERNAL_ID: layout.item_external_id,
            Field.SKU: layout.sku,
        }.get(known, ())
    plain = normal_name(name)
    return max(SequenceMatcher(None, plain, normal_name(each)).ratio() for each in names)
