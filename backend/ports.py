"""What upper floors hand down to lower ones, in one place. A lower floor never imports an upper one."""

from __future__ import annotations

from backend.appointments import service as appointments
from backend.campaigns import service as campaigns
from backend.cases import ports as cases_ports
from backend.cases import service as cases
from backend.companies import service as companies
from backend.identity import service as identity
from backend.licenses import service as licenses
from backend.modules import ports as modules_ports
from backend.official import replies as official
from backend.payments import leaving as payments_leaving
from backend.payments import service as payments
from backend.ratings import service as ratings
from backend.reminders import service as reminders
from push import leaving as push_leaving
from push import ports as push
from push import service as push_service


def configure() -> None:
    """Give each slice the functions it needs from above. Called once a process, before anything is served."""
    push.configure(
        push.Ports(
            addresses=identity.addresses,
            citizen_of_openid=identity.citizen_of_openid,
            official_reply=official.reply_to,
            addresses_of_many=identity.addresses_of_many,
        )
    )
    cases_ports.configure(
        cases_ports.Ports(
            issue_license=licenses.issue_for_case,
            held=licenses.held_of,
            reserve_slot=appointments.reserve,
            release_slot=appointments.release,
            rating_of=ratings.rating_of,
        )
    )
    modules_ports.configure(
        modules_ports.Ports(forms=cases.forms_of, ratings=ratings.of_module, names=identity.staff_names)
    )
    identity.configure_ports(
        identity.Ports(
            citizen_merged=(
                push_service.move_citizen,
                cases.citizen_merged,
                licenses.move_citizen,
                ratings.move_citizen,
                payments.citizen_merged,
                reminders.move_citizen,
                campaigns.move_citizen,
                companies.move_citizen,
            ),
            exports=(
                ("cases", cases.export),
                ("companies", companies.export),
                ("drafts", cases.export_drafts),
                ("licenses", licenses.export),
                ("payments", payments_leaving.export),
                ("messages", push_leaving.export),
            ),
            open_things=(cases.open_of, payments_leaving.open_of),
            kept=(cases.kept_of, licenses.kept_of, payments_leaving.kept_of),
            citizen_closed=(cases.closed, companies.closed, push_leaving.closed),
        )
    )
    identity.name_acts(cases.ACTS | licenses.ACTS | ratings.ACTS)
