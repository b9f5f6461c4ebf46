"""The checker: reads a module folder as the host would and says everything that is wrong with it at once.

The same code runs over `matrix_modules/` in the tests, on the author's machine and at upload. One function a rule;
`RULES` is the whole list, in the order in which findings are worth reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from backend.sdk.check import form, guide, module, pages, texts
from backend.sdk.check.context import Context
from backend.sdk.findings import Finding, has_errors
from backend.sdk.manifest import load_sources

__all__ = ["RULES", "Finding", "check_folder", "has_errors"]

CheckRule = Callable[[Context], Iterator[Finding]]

RULES: tuple[CheckRule, ...] = (
    module.folder_is_named_after_the_module,
    module.module_has_matters,
    module.version_grows,
    module.regions_exist,
    module.themes_exist,
    module.declared_fields_are_known,
    module.department_code_is_right,
    module.connector_serves_a_matter,
    module.origin_is_what_it_says,
    module.matter_has_audience,
    module.kind_has_its_parts,
    module.booking_can_be_booked,
    module.unverified_places_have_no_address,
    module.components_fit_together,
    module.hooks_import_only_the_sdk,
    form.names_are_unique,
    form.options_are_complete,
    form.containers_hold_fields,
    form.bounds_make_sense,
    form.patterns_are_safe,
    form.prefill_is_declared,
    form.defaults_are_valid,
    form.asked_once,
    form.components_of_fields_exist,
    form.rules_compile,
    form.automatic_decisions_are_ours,
    form.form_compiles,
    guide.promise_within_legal_limit,
    guide.limits_are_of_this_place,
    guide.immediate_means_one_day,
    guide.verified_facts_name_a_source,
    guide.fee_has_a_basis,
    guide.flow_is_complete,
    guide.step_days_add_up,
    guide.site_visits_take_time,
    guide.presence_and_agents_do_not_clash,
    guide.adults_and_guardians_do_not_clash,
    guide.proofs_in_conditions_are_materials,
    guide.materials_stay_out_of_conditions,
    guide.materials_are_well_described,
    guide.reminders_can_be_sent,
    guide.guide_says_what_it_is,
    guide.inferred_names_are_keys,
    texts.texts_have_no_markup,
    texts.texts_are_printable,
    texts.texts_have_no_secrets,
    texts.texts_have_no_personal_data,
    texts.nothing_lures_people,
    texts.links_are_safe,
    pages.web_files_stay_in_h5,
    pages.pages_keep_the_rules,
)


def check_folder(path: Path | str, *, live: str | None = None) -> list[Finding]:
    """Every finding about a folder, errors first. `live` is the version that is published now, if any.

    When the folder cannot be read into a module, the findings say why, and the rules on content are left out.
    """
    root = Path(path)
    bundle, findings, where = load_sources(root)
    if bundle is not None:
        context = Context(root, bundle, where, live)
        for rule in RULES:
            findings.extend(rule(context))
    return sorted(findings, key=lambda finding: (finding.severity != "error", finding.file, finding.line or 0))
