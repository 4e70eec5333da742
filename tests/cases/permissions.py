"""Who may do what with signals and cases, and who sees which page."""

from collections.abc import Callable
from typing import Any

from cases.actions import accept_role, add_fact, close_case, draft_protocol
from cases.models import Protocol
from tests.cases import build
from tests.conftest import World
from tests.permissions_table import HIDDEN, REFUSED, PageRow, VerbRow, everybody_but

# Everybody of the brand who is more than a reader; a service account among them.
CONTRIBUTORS = everybody_but("observer", "manager", "superuser", "outsider")
LEADS = frozenset({"duty", "crisis_lead", "comms_lead", "service"})
REVIEWERS = frozenset({"crisis_lead", "comms_lead", "manager", "superuser"})
MANAGERS = frozenset({"manager", "superuser"})
HOLDERS = frozenset({"duty", "crisis_lead", "comms_lead", "marketing", "service"})
OTHERS_HIDDEN = {"outsider": HIDDEN}


def fact_of(world: World) -> Any:
    return add_fact(build.led(world), world.principal("scribe"), text="The video is real")


def closed(world: World) -> Any:
    return close_case(build.in_review(world), world.principal("comms_lead"), review="We were late")


def accepted(world: World) -> Any:
    return accept_role(build.offer(world), world.principal("legal"))


def policy(world: World) -> Any:
    return build.kind().policy


def protocol(world: World) -> Any:
    build.kind()
    return Protocol.objects.get(code="data_leak")


def draft(world: World) -> Any:
    return draft_protocol(protocol(world), world.principal("manager"))


def ready(world: World) -> Any:
    return build.triage(world, lead=world.user("crisis_lead"), **build.SERIOUS)


def done(world: World) -> Any:
    case = build.contained(world)
    case.tasks.update(state="done")
    return case


def evidence(world: World) -> Any:
    return build.evidence(build.led(world), world.principal("scribe"))


def signal_file(world: World) -> Any:
    return build.signal(world, screenshot=build.received()).files.get()


def clock_of(code: str) -> Callable[[World], Any]:
    return lambda world: build.active(world).clocks.get(code=code)


VERBS = [
    VerbRow("cases.report_signal", lambda world: world.brand, CONTRIBUTORS),
    VerbRow("cases.take_over_signal", build.signal, LEADS),
    VerbRow("cases.dismiss_signal", build.signal, LEADS),
    VerbRow("cases.attach_signal", build.signal, LEADS),
    VerbRow("cases.open_case", build.signal, LEADS),
    VerbRow("cases.take_and_lead", build.signal, LEADS),
    VerbRow("cases.assess_severity", build.triage, LEADS),
    VerbRow("cases.activate_case", ready, LEADS),
    VerbRow("cases.change_case", build.triage, LEADS),
    VerbRow("cases.set_confidential", build.led, LEADS | MANAGERS),
    VerbRow("cases.watch_case", build.triage, LEADS),
    VerbRow("cases.dismiss_case", build.triage, LEADS),
    VerbRow("cases.merge_case", build.triage, LEADS),
    VerbRow("cases.waive_statement", build.led, LEADS),
    VerbRow("cases.contain_case", build.speechless, LEADS),
    VerbRow("cases.relapse_case", build.contained, LEADS),
    VerbRow("cases.resolve_case", done, LEADS),
    VerbRow("cases.start_review", build.resolved, REVIEWERS),
    # The crisis lead led this serious case and so does not close it.
    VerbRow("cases.close_case", build.in_review, REVIEWERS - {"crisis_lead"}),
    VerbRow("cases.reopen_case", closed, MANAGERS),
    VerbRow("cases.add_note", build.led, CONTRIBUTORS),
    VerbRow("cases.add_decision", build.led, LEADS),
    VerbRow("cases.call_team", build.active, LEADS),
    VerbRow("cases.offer_role", build.led, LEADS),
    VerbRow("cases.accept_role", build.offer, frozenset({"legal"})),
    VerbRow("cases.decline_role", build.offer, frozenset({"legal"})),
    VerbRow("cases.withdraw_offer", build.offer, LEADS),
    VerbRow("cases.end_role", accepted, LEADS | {"legal"}),
    VerbRow("cases.add_task", build.led, CONTRIBUTORS),
    VerbRow("cases.start_task", build.task, CONTRIBUTORS),
    VerbRow("cases.assign_task", build.task, CONTRIBUTORS),
    VerbRow("cases.finish_task", build.task, CONTRIBUTORS),
    VerbRow("cases.block_task", build.task, CONTRIBUTORS),
    VerbRow("cases.skip_task", build.task, CONTRIBUTORS),
    VerbRow("cases.tick_off_clock", clock_of("hold"), HOLDERS),
    VerbRow("cases.add_fact", build.led, CONTRIBUTORS),
    VerbRow("cases.change_fact", fact_of, CONTRIBUTORS),
    VerbRow("cases.confirm_fact", fact_of, CONTRIBUTORS),
    VerbRow("cases.refute_fact", fact_of, CONTRIBUTORS),
    VerbRow("cases.retire_fact", fact_of, CONTRIBUTORS),
    VerbRow("cases.add_evidence", build.led, CONTRIBUTORS),
    VerbRow("cases.change_evidence", evidence, CONTRIBUTORS),
    VerbRow("cases.remove_evidence", evidence, LEADS),
    VerbRow("cases.open_evidence", evidence, everybody_but("outsider")),
    VerbRow("cases.create_kind", lambda world: world.organisation, MANAGERS),
    VerbRow("cases.change_kind", lambda world: build.kind(), MANAGERS),
    VerbRow("cases.create_policy", lambda world: world.organisation, MANAGERS),
    VerbRow("cases.change_policy", policy, MANAGERS),
    VerbRow("cases.set_limit", policy, MANAGERS),
    VerbRow("cases.set_level", policy, MANAGERS),
    VerbRow("cases.create_protocol", lambda world: world.organisation, MANAGERS),
    VerbRow("cases.change_protocol", protocol, MANAGERS),
    VerbRow("cases.add_step", draft, MANAGERS),
    VerbRow("cases.change_step", lambda world: draft(world).steps.first(), MANAGERS),
    VerbRow("cases.remove_step", lambda world: draft(world).steps.first(), MANAGERS),
    VerbRow("cases.draft_protocol", protocol, MANAGERS),
    VerbRow("cases.publish_protocol", draft, MANAGERS),
]


def on_signal(world: World) -> dict[str, Any]:
    return {"uuid": build.signal(world).uuid}


def on(make: Callable[[World], Any]) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"reference": make(world).reference}


def part(make: Callable[[World], Any]) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"uuid": make(world).uuid}


def case_page(name: str, make: Callable[[World], Any] = build.active) -> PageRow:
    return PageRow(f"cases:{name}", on(make), answers=OTHERS_HIDDEN)


def hidden_case_page(name: str) -> PageRow:
    return PageRow(f"cases:{name}", on(build.confidential), default=HIDDEN, answers={"duty": 200})


PAGES = [
    PageRow("cases:signals"),
    PageRow("cases:list"),
    PageRow("cases:protocols"),
    PageRow("cases:report_signal", answers=dict.fromkeys(("observer", "manager", "superuser"), REFUSED)),
    PageRow("cases:signal", on_signal, answers=OTHERS_HIDDEN),
    PageRow("cases:signal_live", on_signal, answers=OTHERS_HIDDEN),
    PageRow("cases:dismiss_signal", on_signal, answers=OTHERS_HIDDEN),
    PageRow("cases:attach_signal", on_signal, answers=OTHERS_HIDDEN),
    PageRow("cases:open_case", on_signal, answers=OTHERS_HIDDEN),
    PageRow("cases:take_and_lead", on_signal, answers=OTHERS_HIDDEN),
    *map(
        case_page,
        (
            "head", "course", "course_live", "facts", "people", "state", "assess_severity", "activate", "change_case",
            "merge_case", "set_confidential", "watch_case", "dismiss_case", "waive_statement", "relapse_case",
            "close_case", "reopen_case", "add_note", "add_decision", "add_task", "add_fact", "add_evidence",
            "offer_role",
        ),
    ),
    *map(
        hidden_case_page,
        ("head", "course", "course_live", "facts", "people", "state", "add_note", "add_evidence"),
    ),
    PageRow("cases:finish_task", part(build.task), answers=OTHERS_HIDDEN),
    PageRow("cases:assign_task", part(build.task), answers=OTHERS_HIDDEN),
    PageRow("cases:block_task", part(build.task), answers=OTHERS_HIDDEN),
    PageRow("cases:skip_task", part(build.task), answers=OTHERS_HIDDEN),
    PageRow("cases:tick_off_clock", part(clock_of("hold")), answers=OTHERS_HIDDEN),
    PageRow("cases:confirm_fact", part(fact_of), answers=OTHERS_HIDDEN),
    PageRow("cases:refute_fact", part(fact_of), answers=OTHERS_HIDDEN),
    PageRow("cases:retire_fact", part(fact_of), answers=OTHERS_HIDDEN),
    PageRow("cases:change_fact", part(fact_of), answers=OTHERS_HIDDEN),
    *(
        PageRow(f"cases:{name}", part(evidence), answers=OTHERS_HIDDEN)
        for name in ("change_evidence", "remove_evidence", "evidence_file", "evidence_preview")
    ),
    *(
        PageRow(f"cases:{name}", part(signal_file), answers=OTHERS_HIDDEN)
        for name in ("remove_signal_file", "signal_file", "signal_file_preview")
    ),
    PageRow("cases:role", part(build.offer), answers=OTHERS_HIDDEN),
    PageRow("cases:decline_role", part(build.offer), answers=OTHERS_HIDDEN),
    PageRow("cases:end_role", part(accepted), answers=OTHERS_HIDDEN),
]  # fmt: skip

# Their GET only leads back to the page the button stands on; the POST is a verb of the table.
BUTTONS = {
    "cases:take_over_signal",
    "cases:contain_case",
    "cases:resolve_case",
    "cases:call_team",
    "cases:start_review",
    "cases:start_task",
    "cases:accept_role",
    "cases:withdraw_offer",
}
