"""A form asks at most six things at first; the others are filled in, and one press away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bot.blocks import register, step1_should_measure, step2_can_measure, step7_correct
from bot.blocks.folding import is_folded
from bot.sandbox.limits import view_problems
from csi.models import Opportunity
from tests.bot.test_step_forms import DAY, DRAFT, ENTRY, NAMES, SAID, T, clause, kpi

CSFS = {"1": "Resolved quickly", "2": "Users are content"}
KPIS = {"kpi_1": "Time to resolve", "reopened": "Reopened", "calls": "Calls", "first": "First reply"}


def of_kpi(**said: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"metadata": "{}", "csfs": CSFS, "kpis": KPIS, "owner": "U", "target_date": DAY}
    return step1_should_measure.kpi_form(**(usual | said))


def of_answer(sources: dict[str, str], **said: Any) -> dict[str, Any]:
    return step2_can_measure.assess_form(kpi(), SAID, sources, others=3, metadata="{}", **said)


def entry() -> Opportunity:
    return Opportunity(id=1, number=1, service_id=1, raised_on=DAY, title="Idea", raised_by="U", kpi_key="1", **T)


FORMS: dict[str, tuple[Callable[..., dict[str, Any]], list[str]]] = {
    "the first KPI": (lambda **s: of_kpi(csfs={}, **s), ["goal", "csf", "name", "unit", "direction", "target"]),
    "a KPI of the catalogue": (
        lambda **s: of_kpi(entry=ENTRY, **s),
        ["csf_id", "name", "unit", "direction", "target", "target_date"],
    ),
    "a KPI changed": (
        lambda **s: of_kpi(kpi=kpi(), **s),
        ["csf_id", "name", "unit", "direction", "target", "target_date"],
    ),
    "an answer": (
        lambda **s: of_answer(NAMES, **s),
        ["measurability", "checked_by", "source_id", "owner", "backup", "same"],
    ),
    "a first answer": (
        lambda **s: of_answer({}, **s),
        ["measurability", "checked_by", "source", "owner", "backup", "same"],
    ),
    "an action": (
        lambda **s: step7_correct.action_form(DRAFT, KPIS, "", "{}", **s),
        ["title", "owner", "due_on", "kpi_id", "expected_effect", "cost_class"],
    ),
    "an entry": (lambda **s: register.form(KPIS, "{}", **s), ["title", "impact", "urgency", "effort", "kpi_key"]),
    "an entry changed": (
        lambda **s: register.form(KPIS, "{}", entry=entry(), others=NAMES, **s),
        ["title", "impact", "urgency", "effort", "kpi_key"],
    ),
    "an entry from a message": (
        lambda **s: register.form(KPIS, "{}", title="Idea", description="We wait", **s),
        ["title", "description", "impact", "urgency", "effort", "kpi_key"],
    ),
}


def asked(view: dict[str, Any]) -> list[str]:
    return [one["block_id"] for one in view["blocks"] if one["type"] == "input"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_asks_at_most_six_things_at_first(name: str) -> None:
    make, first = FORMS[name]
    view, whole = make(), make(whole=True)
    assert (asked(view), is_folded(view)) == (first, True)
    assert (set(asked(whole)) > set(first), is_folded(whole)) == (True, False)
    for one in (view, whole):
        assert view_problems(one, lambda _: None, "modal") == []


def test_a_kpi_with_doubts_shows_the_fields_they_are_about() -> None:
    doubt = {"key": "good", "said": "none is good"}
    assert "good" in asked(of_kpi(kpi=kpi(), doubts=[doubt]))


def test_a_new_csf_can_be_chosen_only_where_it_can_be_named() -> None:
    def choices(view: dict[str, Any], field: str) -> list[str]:
        element = next(one["element"] for one in view["blocks"] if one.get("block_id") == field)
        return [one["value"] for one in element["options"]]

    assert choices(of_kpi(), "csf_id") == ["1", "2"]
    assert choices(of_kpi(whole=True), "csf_id") == ["1", "2", "new"]
    assert "new" not in choices(of_answer(NAMES), "source_id")
    assert "new" in choices(of_answer(NAMES, whole=True), "source_id")


def test_every_guard_of_a_kpi_is_chosen_in_its_form_the_counter_metric_first() -> None:
    made = of_kpi(kpi=kpi(counter="calls", guards=["reopened", "calls"], level="component"), whole=True)
    elements = {one["block_id"]: one["element"] for one in made["blocks"] if one["type"] == "input"}
    assert [one["value"] for one in elements["guards"]["initial_options"]] == ["calls", "reopened"]
    assert elements["level"]["initial_option"]["value"] == "component"


@pytest.mark.parametrize(
    ("target", "direction", "said"),
    [
        (20.0, "lower", "draft · Time &amp; money · at most 20 h"),
        (20.0, "higher", "draft · Time &amp; money · at least 20 h"),
        (None, "lower", "draft · Time &amp; money · at most 8 h"),
    ],
)
def test_a_clause_names_its_kpi_and_its_target_with_the_unit(target: float | None, direction: str, said: str) -> None:
    made = clause(1, "draft")
    made.target = target
    on = SimpleNamespace(name="Time & money", unit="h", direction=direction, target=8.0, band_low=None)
    text = step2_can_measure.sla_view([made], "{}", {"mttr": on})["blocks"][1]["text"]["text"]
    assert f"\n{said}\n" in text
    assert "mttr" not in text
    assert "its KPI is measured no longer" in str(step2_can_measure.sla_view([made], "{}", {}))


def test_what_an_action_says_beside_its_fields_is_told_before_it_is_proposed() -> None:
    draft = replace(DRAFT, effect_by=DAY, failure_sign="no lower <median>.", scope="", quorum=1)
    told = str(step7_correct.action_form(draft, KPIS, "", "{}"))
    assert (
        "should show by 4 May 2016, and not before it is done. It failed if: no lower &lt;median&gt;. 1 person" in told
    )
    several = str(step7_correct.action_form(replace(draft, scope="night", quorum=2), KPIS, "", "{}"))
    assert "Scope: night. 2 people must approve." in several
    assert "must approve." not in str(step7_correct.action_form(draft, KPIS, "", "{}", whole=True))
