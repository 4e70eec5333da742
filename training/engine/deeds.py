"""What the team does, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.engine import people
from training.engine.mood import empathy, is_warm, strategy_of
from training.engine.times import minutes

if TYPE_CHECKING:
    from training.engine.running import Run

MASS = 3


def do(run: Run, event: Any) -> None:
    """Take one deed of the team into the run."""
    run.out("deed", seq=event["seq"], deed=event["kind"])
    match event["kind"]:
        case "campaign.held":
            run.state["held"] = True
        case "campaign.released":
            _released(run)
        case "statement.submitted":
            people.submitted(run, event)
        case "statement.published":
            _said(run, event)
            _published(run, event)
        case "statement.withdrawn":
            name = event["statement"]
            run.state["spoken"] = [one for one in run.state["spoken"] if one["statement"] != name]
        case "reply.posted" | "message.answered":
            _said(run, event)
            _answered(run, event)
        case "post.hidden" | "post.deleted":
            _removed(run, event)
        case "choice.made":
            run.decide(event["decision"], event["option"], "choice", f"event:{event['seq']}")
        case "task.done":
            run.state["tasks"].setdefault(event["task"], run.minute)


def _released(run: Run) -> None:
    """Advertising in the middle of a crisis: what was held goes out now, or the public sees some other campaign."""
    run.state["held"] = False
    for name, row in run.state["injects"].items():
        if run.scenario.injects[name].data["kind"] == "scheduled_campaign" and row["status"] == "skipped":
            row.update(status="waiting", due=run.minute, forced=True)
    if "promo" not in run.scenario.tags:
        run.feed.shock(run.effects.data["shocks"]["promo"])


def _said(run: Run, event: Any) -> None:
    """Facts asserted, denied or left open in public; what does not go together with what was said before."""
    state, evidence = run.state, f"event:{event['seq']}"
    for how in ("claims", "denies", "unknown"):
        for fact in event.get(how, []):
            known = fact in state["facts"] and state["facts"][fact] <= event["minute"]
            state["said"].append({"fact": fact, "how": how, "evidence": evidence, "known": known})
            if how == "unknown":
                continue
            truth = run.scenario.facts[fact]["truth"]
            before = state["position"].get(fact)
            wrong = truth is not None and (how == "claims") != truth
            if before and before["how"] != how and event.get("purpose") != "correction":
                run.contradict(fact, [before["evidence"], evidence])
            elif known and wrong:
                run.contradict(fact, [evidence, f"fact:{fact}"])
            state["position"][fact] = {"how": how, "evidence": evidence}
            if how == "denies" and known and truth is True:
                run.knock_out("confirmed_fact_denied", evidence)
    if event.get("personal_data"):
        run.knock_out("personal_data_published", evidence)
    if event.get("names_employee"):
        run.knock_out("employee_named", evidence)


def _spoken(run: Run, event: Any, kind: str) -> None:
    run.state["spoken"].append({
        "kind": kind, "seq": event["seq"], "minute": event["minute"], "statement": event.get("statement"),
        "empathy": round(empathy(run.effects, event), 6), "strategy": strategy_of(event),
        "compensation": bool(event.get("compensation")) or event.get("strategy") == "compensate",
    })  # fmt: skip


def _published(run: Run, event: Any) -> None:
    run.state["statements"] += 1
    if "next_at" in event:
        run.state["promises"].append({"seq": event["seq"], "due": minutes(event["next_at"])})
    _spoken(run, event, event["purpose"])


def _answered(run: Run, event: Any) -> None:
    """Somebody gets an answer; the first one counts, and they answer to it."""
    targets = event["to"] if isinstance(event["to"], list) else [event["to"]]
    refuted = people.unfounded(run, {"denies": event.get("denies", [])}) is None
    warm = is_warm(event, refuted)
    for target in targets:
        row = run.state["posts"].get(target)
        if row is None or row["answered"] is not None or row["gone"] is not None:
            continue
        row["answered"] = {"minute": event["minute"], "seq": event["seq"], "private": bool(event.get("private")),
                           "warm": warm}  # fmt: skip
        if warm and event["kind"] == "reply.posted":
            _spoken(run, event, "reply")
        people.react(run, target, "answered" if warm else "dismissed")


def _removed(run: Run, event: Any) -> None:
    """A post is hidden or deleted. With a word, what breaks the rules may go; criticism may not."""
    row = run.state["posts"].get(event["post"]) or people.crowd_post(run, event["post"])
    if row is None or row["gone"] is not None:
        return
    evidence = f"event:{event['seq']}"
    how = "hidden" if event["kind"] == "post.hidden" else "deleted"
    persona = run.scenario.personas.get(row["persona"] or "", {})
    moderated = bool(event.get("announced")) and bool(persona.get("toxic"))
    row["gone"] = {"minute": event["minute"], "seq": event["seq"], "how": how, "moderated": moderated or row["own"]}
    if row["own"] or moderated:
        return
    people.react(run, event["post"], how)
    silently = [one for one in run.state["posts"].values() if one["gone"] and not one["gone"]["moderated"]]
    if how == "deleted" and not event.get("announced") and "silent_delete" not in run.scenario.tags:
        before = sum(one["gone"]["how"] == "deleted" for one in silently) - 1
        run.feed.shock(run.effects.data["shocks"]["silent_delete"] * run.effects.data["repeat"] ** before)
    if len(silently) >= MASS:
        run.knock_out("criticism_mass_deleted", evidence)
