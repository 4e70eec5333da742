"""The named people: personas who answer to what is done to their posts, and colleagues who answer what is submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.engine.chance import uniform
from training.engine.scenarios import OWN_KINDS, Inject
from training.engine.times import minutes

if TYPE_CHECKING:
    from training.engine.running import Run

FRIENDLY = 0.2


def appears(run: Run, post: str, name: str, data: Any, inject: Inject) -> None:
    """A post of a named person, or one of ours, is there to be answered, hidden, deleted or left alone."""
    persona = run.scenario.personas.get(data.get("persona", ""))
    own = data["kind"] in OWN_KINDS
    network = persona["network"] if persona else None
    note(run, post, data.get("persona"), network, inject=name, own=own, priority=bool(data.get("priority")))
    if persona is None or own or not inject.public:
        return
    run.feed.post(str(network), weight(run, persona), stance(run, persona["id"]))
    _wait(run, post, persona)


def note(
    run: Run, post: str, persona: str | None, network: str | None,
    *, inject: str | None = None, own: bool = False, priority: bool = False,
) -> None:  # fmt: skip
    """Remember a post."""
    run.state["posts"][post] = {
        "persona": persona, "network": network, "minute": run.minute, "inject": inject, "own": own,
        "priority": priority, "answered": None, "gone": None,
    }  # fmt: skip


def stance(run: Run, persona: str) -> float:
    """How the person feels about us now, −1 to 1."""
    return float(_row(run, persona)["stance"])


def weight(run: Run, persona: Any) -> float:
    """How much a post of this person weighs in the volume, by reach."""
    reach = run.effects.data["reach"]
    return float(min(reach["most"], max(1.0, persona.get("followers", 200) / reach["followers_per_weight"])))


def _row(run: Run, persona: str) -> Any:
    initial = {"stance": float(run.scenario.personas[persona].get("stance", 0)), "reactions": 0}
    return run.state["personas"].setdefault(persona, initial)


def _wait(run: Run, post: str, persona: Any) -> None:
    """Somebody who is not a friend waits for an answer and writes again if none comes."""
    if "says" in persona and stance(run, persona["id"]) < FRIENDLY:
        patience = minutes(persona["patience"]) if "patience" in persona else None
        wait = patience if patience is not None else run.effects.data["personas"]["patience_minutes"]
        run.state["pending"].append({"due": run.minute + wait, "kind": "patience", "post": post})


def react(run: Run, post: str, how: str) -> None:
    """The writer of `post` will answer to what was done: `answered`, `dismissed`, `hidden`, `deleted` or `ignored`."""
    persona = run.state["posts"][post]["persona"]
    if persona is None or "says" not in run.scenario.personas[persona]:
        return
    row = _row(run, persona)
    data = run.effects.data["personas"]
    if row["reactions"] >= data["most_reactions"]:
        return
    row["reactions"] += 1
    first, last = data["answers_after_minutes"]
    chance = uniform(run.state["seed"], f"answer:{persona}", row["reactions"])
    due = run.minute + (0 if how == "ignored" else first + int(chance * (last - first)))
    run.state["pending"].append(
        {"due": due, "kind": "reaction", "persona": persona, "how": how, "post": post, "number": row["reactions"]}
    )


def answer_due(run: Run) -> bool:
    """Everybody whose time has come says their part; whether anybody did."""
    due = [one for one in run.state["pending"] if one["due"] <= run.minute]
    if not due:
        return False
    run.state["pending"] = [one for one in run.state["pending"] if one["due"] > run.minute]
    for one in sorted(due, key=lambda row: row["due"]):
        match one["kind"]:
            case "patience":
                _lose_patience(run, one["post"])
            case "reaction":
                _speak(run, one)
            case "colleague":
                _judge(run, one)
    return True


def _lose_patience(run: Run, post: str) -> None:
    """Nobody answered: the person writes again if asked personally, or if the public still waits for a word from us."""
    row = run.state["posts"][post]
    if row["answered"] is not None or row["gone"] is not None:
        return
    if row["priority"] or run.feed.unanswered(run.minute, run.state["statements"]):
        react(run, post, "ignored")


def _speak(run: Run, one: Any) -> None:
    persona = run.scenario.personas[one["persona"]]
    how = one["how"]
    data = run.effects.data["personas"]
    row = _row(run, persona["id"])
    row["stance"] = round(max(-1.0, min(1.0, row["stance"] + data["stance"][how])), 6)
    text = persona["says"].get(how)
    if text is None:
        return
    post = f"{persona['id']}.{one['number']}"
    # Whoever was answered warmly stirs up nobody, whatever they thought before.
    sentiment = max(row["stance"], 0.1) if how == "answered" else min(row["stance"], -0.1)
    run.out("post", id=post, persona=persona["id"], network=persona["network"], text=text, how=how,
            sentiment=sentiment, weight=weight(run, persona), reply_to=one["post"])  # fmt: skip
    note(run, post, persona["id"], persona["network"])
    run.feed.post(persona["network"], weight(run, persona), sentiment)
    run.feed.shock(data["shock"][how], persona["network"])


def heard(run: Run, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Some of what the crowd wrote in this minute, in the author's words: `line` counts in the scenario's `crowd`.

    The calmer people are, the more often a calm line; each line stands for `weight` posts.
    """
    found = []
    shown, calm_most = run.effects.data["crowd"]["lines_a_minute"], run.effects.data["crowd"]["calm_most"]
    for network, number in counts.items():
        lines = run.scenario.crowd[network]
        if not lines:
            continue
        written = min(number, shown)
        for index in range(written):
            chance = run.line_chances[network](run.minute * shown + index)
            calm = chance < calm_most * (1 - run.mood)
            fitting = lines[calm] or lines[not calm]
            line, mood = fitting[int(chance * 1e6) % len(fitting)]
            found.append({"id": f"c.{network}.{run.minute}.{index}", "network": network, "line": line, "mood": mood,
                          "weight": round(number / written, 3)})  # fmt: skip
    return found


def crowd_post(run: Run, post: str) -> Any:
    """The row of a post of the crowd, made when somebody first does something with it; None if it was not shown."""
    parts = post.split(".")
    if len(parts) != 4 or parts[0] != "c" or parts[1] not in run.scenario.networks or not parts[2].isdecimal():
        return None
    if int(parts[2]) > run.minute:
        return None
    note(run, post, None, parts[1])
    return run.state["posts"][post]


def submitted(run: Run, event: Any) -> None:
    """A text goes to every scripted colleague, who answer in their own time."""
    for colleague in run.scenario.colleagues:
        run.state["pending"].append(
            {"due": run.minute + colleague["minutes"], "kind": "colleague", "colleague": colleague["id"],
             "seq": event["seq"]}
        )  # fmt: skip


def _judge(run: Run, one: Any) -> None:
    """A colleague reads the text as the facts stand now and objects to the claim that is not confirmed."""
    colleague = next(person for person in run.scenario.colleagues if person["id"] == one["colleague"])
    event = next(deed for deed in run.deeds("statement.submitted") if deed["seq"] == one["seq"])
    fact = unfounded(run, event)
    if fact is None:
        text, verdict = colleague["approves"], "approved"
    else:
        says = run.scenario.facts[fact]["text"]
        text = {language: words.replace("{fact}", says[language]) for language, words in colleague["objects"].items()}
        verdict = "objected"
    run.out("colleague", id=colleague["id"], role=colleague["role"], statement=event["statement"], seq=one["seq"],
            verdict=verdict, fact=fact, text=text)  # fmt: skip


def unfounded(run: Run, said: Any) -> str | None:
    """The first claim or denial of a text that is not confirmed, or None."""
    for how, wanted in (("claims", True), ("denies", False)):
        for fact in said.get(how, []):
            if not run.knows(fact) or run.scenario.facts[fact]["truth"] is not wanted:
                return str(fact)
    return None
