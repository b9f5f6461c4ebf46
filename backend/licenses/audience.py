"""What a rule for an audience may know of licences, as SQL over the licences' own rows (`c` is the citizen)."""

from __future__ import annotations

_OWN = "FROM licenses_license l WHERE l.citizen_id = c.id AND l.type = {type}"

HELD = f"EXISTS (SELECT 1 {_OWN})"
VALID = f"EXISTS (SELECT 1 {_OWN} AND l.state = 'valid' AND (l.valid_until IS NULL OR l.valid_until >= {{today}}))"
DAYS_LEFT = (
    "(SELECT max(l.valid_until) - {today} FROM licenses_license l WHERE l.citizen_id = c.id AND l.type = {type}"
    " AND l.state = 'valid' AND l.valid_until >= {today} AND NOT EXISTS (SELECT 1 FROM licenses_license n"
    " WHERE n.citizen_id = c.id AND n.type = l.type AND n.state = 'valid' AND n.valid_until IS NULL))::bigint"
)
"""Days until the newest valid licence of a type ends; null without one, and for one that never ends."""
