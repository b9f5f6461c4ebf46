"""What a rule for an audience may know of cases, as SQL over the cases' own rows (`c` is the citizen)."""

from __future__ import annotations

DONE = (
    "EXISTS (SELECT 1 FROM cases_case k WHERE k.citizen_id = c.id AND k.matter = {matter}"
    " AND k.state IN ('approved', 'delivered', 'closed'))"
)
"""Whether a case for a matter was concluded in the citizen's favour, or closed."""
