"""The checker: reads a module folder as the host would and says everything that is wrong with it at once.

The same code runs over `matrix_modules/` in the tests, on the author's machine and at upload. One function a rule, one
code a rule; `RULES` is the whole list. Each has a page in `docs/modules/rules/` with a bad and a good sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from backend.sdk.check import bans, booking, clauses, flow, form, guide, material, module, pages, texts
from backend.sdk.check.context import Context
from backend.sdk.findings import Finding, has_errors
from backend.sdk.manifest import load_sources

__all__ = ["RULES", "Finding", "check_folder", "has_errors", "page_of"]

CheckRule = Callable[[Context], Iterator[Finding]]

# What is said before any rule runs (the folder, its TOML, its shape, the container of an upload): a page a group.
GROUPS = frozenset({"folder", "toml", "manifest", "bundle"})
# What only the host can say, which knows the other teams' modules.
HOST = frozenset({"module.owner", "module.version_exists", "module.origin_unknown", "module.origin_digest"})
PAGES = "docs/modules/rules"

RULES: dict[str, CheckRule] = {
    "module.folder": module.folder_is_named_after_the_module,
    "module.empty": module.module_has_matters,
    "module.version": module.version_grows,
    "module.platform": module.platform_is_this_one,
    "module.regions": module.module_names_its_regions,
    "module.region": module.regions_of_the_module_exist,
    "module.field": module.declared_fields_are_known,
    "module.department_code": module.department_code_is_right,
    "module.connector": module.connector_serves_a_matter,
    "module.origin": module.origin_is_what_it_says,
    "matter.region": module.regions_of_a_matter_are_the_modules,
    "matter.theme": module.themes_exist,
    "matter.audience": module.matter_has_audience,
    "matter.kind": module.kind_has_its_parts,
    "matter.inferred": guide.inferred_names_are_keys,
    "booking.empty": booking.bookings_have_offices_and_slots,
    "booking.days": booking.booking_days_are_in_order,
    "booking.slot": booking.slots_do_not_overlap,
    "booking.office": booking.offices_have_codes_of_their_own,
    "place.unverified": booking.unverified_places_have_no_address,
    "component.duplicate": booking.components_have_codes_of_their_own,
    "component.unknown": booking.components_that_are_named_exist,
    "component.cycle": booking.components_do_not_wait_in_a_circle,
    "hooks.syntax": module.hooks_are_python,
    "hooks.import": module.hooks_import_only_the_sdk,
    "field.duplicate": form.names_are_unique,
    "field.count": form.forms_are_not_too_long,
    "field.reserved": form.names_are_not_reserved,
    "field.options": form.options_are_complete,
    "field.empty": form.containers_hold_fields,
    "field.nested": form.only_containers_hold_fields,
    "field.depth": form.containers_are_not_nested,
    "field.text": form.commitments_have_a_text,
    "field.bounds": form.bounds_make_sense,
    "field.pattern": form.patterns_are_safe,
    "field.hint": form.patterns_are_explained,
    "field.readonly": form.read_only_fields_have_a_source,
    "field.prefill": form.prefill_is_declared,
    "field.prefill_level": form.prefill_needs_its_level,
    "field.default": form.defaults_are_valid,
    "field.asked_again": form.asked_once,
    "rule.invalid": form.rules_compile,
    "rule.list": form.rows_of_lists_are_always_shown,
    "rule.decider": form.automatic_decisions_are_ours,
    "rule.auto": form.automatic_decisions_are_accepted_first,
    "form.invalid": form.form_compiles,
    "element.missing": guide.the_ten_elements_are_stated,
    "element.settled": guide.what_is_stated_is_not_pending,
    "limits.promise": guide.promise_within_legal_limit,
    "limits.other_province": guide.limits_are_of_this_place,
    "limits.immediate": guide.immediate_means_one_day,
    "fact.source": guide.verified_facts_name_a_source,
    "fee.basis": guide.fee_has_a_basis,
    "fee.clash": guide.fee_and_its_words_agree,
    "flow.empty": flow.flow_has_steps,
    "flow.duplicate": flow.steps_have_ids_of_their_own,
    "flow.step": flow.flow_is_complete,
    "flow.days": flow.step_days_add_up,
    "clause.open": clauses.lists_are_closed,
    "guide.site_visit": guide.site_visits_take_time,
    "guide.online": guide.what_is_online_needs_no_visit,
    "guide.agent": guide.presence_and_agents_do_not_clash,
    "guide.guardian": guide.adults_and_guardians_do_not_clash,
    "guide.proof": guide.proofs_in_conditions_are_materials,
    "guide.material": guide.materials_stay_out_of_conditions,
    "guide.summary": guide.guide_has_a_summary,
    "guide.keywords": guide.guide_has_search_words,
    "guide.visits": guide.guide_says_how_many_visits,
    "material.duplicate": material.materials_have_codes_of_their_own,
    "material.formats": material.uploads_name_their_formats,
    "material.sharing": material.departments_papers_are_shared_first,
    "material.forms": material.blank_forms_come_with_a_specimen,
    "material.file": material.forms_of_materials_are_in_the_folder,
    "reminder.result": flow.reminders_have_a_result,
    "reminder.renew": flow.reminders_renew_a_matter,
    "reminder.before": flow.reminders_say_when,
    "text.markup": texts.texts_have_no_markup,
    "text.control": texts.texts_are_printable,
    "text.secret": texts.texts_have_no_secrets,
    "text.personal": texts.texts_have_no_personal_data,
    "text.unfinished": texts.texts_are_finished,
    "ban.check_in": bans.nobody_checks_in,
    "ban.points": bans.nobody_collects_points,
    "ban.online_time": bans.nobody_is_counted_by_time,
    "ban.forced_login": bans.nobody_must_sign_in_to_read,
    "ban.level": bans.a_link_needs_no_level,
    "ban.forwarding": bans.nobody_must_forward,
    "link.scheme": texts.links_are_safe,
    "link.text": texts.addresses_stay_out_of_texts,
    "page.stray": pages.web_files_stay_in_h5,
    "page.svg": pages.pictures_have_no_script,
    "page.index": pages.pages_have_an_entry,
    "page.entry": pages.pages_that_matters_open_are_there,
    "page.unused": pages.pages_are_opened_by_a_matter,
    "page.foreign": pages.pages_load_nothing_foreign,
    "page.inline": pages.pages_have_no_inline_script,
    "page.zoom": pages.pages_can_be_enlarged,
    "page.lang": pages.pages_name_their_language,
    "page.elder": pages.pages_have_an_elder_version,
    "page.contrast": pages.colours_can_be_told_apart,
    "page.small": pages.pages_are_big_enough_to_read,
}


def page_of(code: str) -> str:
    """The page that explains a finding, from the top of the repository; "" for a code that has none."""
    if code in RULES or code in HOST:
        return f"{PAGES}/{code}.md"
    group = code.partition(".")[0]
    return f"{PAGES}/{group}.md" if group in GROUPS else ""


def check_folder(path: Path | str, *, live: str | None = None) -> list[Finding]:
    """Every finding about a folder, errors first. `live` is the version that is published now, if any.

    When the folder cannot be read into a module, the findings say why, and the rules on content are left out.
    """
    root = Path(path)
    bundle, findings, where = load_sources(root)
    if bundle is not None:
        context = Context(root, bundle, where, live)
        for rule in RULES.values():
            findings.extend(rule(context))
    return sorted(findings, key=lambda finding: (finding.severity != "error", finding.file, finding.line or 0))
