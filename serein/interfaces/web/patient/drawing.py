"""Tablets as drawings: a whole circle with its score line, half a circle for half a tablet. The words stand beside it and say the same."""

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from serein.care.planning.text import PlannedDose
from serein.clinical.knowledge import Product

WHOLE = "M15 3a12 12 0 1 1 0 24a12 12 0 1 1 0-24M15 3v24"
PARTS = {
    Decimal("0.25"): "M15 15V3a12 12 0 0 0-12 12z",
    Decimal("0.5"): "M15 3a12 12 0 0 0 0 24z",
    Decimal("0.75"): "M15 15h12a12 12 0 1 1-12-12z",
}
MOST = 12


def drawn(product: Product, dose: PlannedDose) -> SafeString | str:
    """The tablets of one dose; nothing for a liquid, for a part that no tablet has, or for more than a row holds."""
    units = Decimal(dose.units)
    whole, part = divmod(units, 1)
    if product.mg is None or units > MOST or (part and part not in PARTS):
        return ""
    paths = [WHOLE] * int(whole) + ([PARTS[part]] if part else [])
    return format_html(
        '<span class="tablets" aria-hidden="true">{}</span>',
        format_html_join(
            "", '<svg viewBox="0 0 30 30" width="30" height="30" focusable="false"><path d="{}"/></svg>', ((p,) for p in paths)
        ),
    )
