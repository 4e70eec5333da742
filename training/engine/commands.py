"""What the facilitator does; every command is an event of the log, so a steered run replays like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.engine import clock, events, people

if TYPE_CHECKING:
    from training.engine.running import Run, State
    from training.engine.scenarios import Scenario


def next_inject(scenario: Scenario, state: State) -> int | None:
    """The minute of the next inject whose time is known: where a jump leads. None when none is left."""
    dues = [row["due"] for row in state["injects"].values() if row["status"] == "waiting" and row["due"] is not None]
    later = [due for due in dues if state["minute"] < due <= scenario.length]
    return min(later, default=None)


def obey(run: Run, event: Any) -> None:
    """Take one command into the run."""
    kind = event["kind"]
    if kind in events.CLOCK_COMMANDS:
        run.state["clock"] = clock.touched(run.scenario.rates, run.state["clock"], event)
    run.out("command", seq=event["seq"], command=kind)
    match kind:
        case "inject.fired":
            row = run.state["injects"][event["inject"]]
            if row["status"] != "delivered":
                row.update(status="waiting", due=run.minute, forced=True)
        case "inject.skipped":
            row = run.state["injects"][event["inject"]]
            if row["status"] == "waiting":
                row["status"] = "skipped"
                run.out("skipped", id=event["inject"], why="facilitator")
        case "inject.edited":
            _edit(run, event)
        case "persona.spoke":
            _speak_as(run, event)
        case "feed.heat":
            run.state["feed"]["heat"] = float(event["factor"])
        case "fact.revealed":
            run.learn(event["fact"], "revealed")


def _edit(run: Run, event: Any) -> None:
    """Change what an inject will be; one that was delivered stays as it was."""
    if run.state["injects"][event["inject"]]["status"] != "waiting":
        return
    edit = run.state["edits"].setdefault(event["inject"], {})
    if "text" in event:
        edit["text"] = _bilingual(event["text"])
    if "persona" in event:
        edit["persona"] = event["persona"]
    if "shock" in event:
        edit["feed"] = {**run.scenario.injects[event["inject"]].data.get("feed", {}), "shock": event["shock"]}


def _speak_as(run: Run, event: Any) -> None:
    """The facilitator writes as one of the personas; the post can be answered like any other."""
    persona = run.scenario.personas[event["persona"]]
    network = event.get("network", persona["network"])
    post = f"f{event['seq']}"
    stance = people.stance(run, persona["id"])
    weight = people.weight(run, persona)
    run.out("post", id=post, persona=persona["id"], network=network, text=_bilingual(event["text"]), how="facilitator",
            sentiment=stance, weight=weight, reply_to=event.get("reply_to"))  # fmt: skip
    people.note(run, post, persona["id"], network)
    run.feed.post(network, weight, stance)
    run.feed.shock(event.get("shock", 0), network)


def _bilingual(text: Any) -> dict[str, str]:
    """A text in both languages; typed in one, it stands for the other too."""
    typed = text if isinstance(text, dict) else {"cs": text}
    one = next(iter(typed.values()), "")
    return {language: str(typed.get(language) or one) for language in ("cs", "en")}
