"""What a post says: one test a rule, in words that are in no labelled set."""

import pytest

from cases.monitoring.text.classifier import THRESHOLD, Classification, classify


def rules(said: Classification) -> set[str]:
    """The names of all rules that touched a word."""
    return {rule for term in said.terms for rule in term.rules}


COMPLAINTS = {
    "plain": "Router od vás nefunguje a technik nedorazil.",
    "no accents": "router od vas nefunguje a technik nedorazil",
    "praise negated": "Nejsem spokojený s montáží.",
    "praise negated in a list": "Personál nebyl milý, ochotný ani rychlý.",
    "irony called out": "Paráda, čtvrtý den bez signálu.",
    "thanks for blame": "Díky za další výpadek!",
    "thanks for nothing": "Díky za nic.",
    "mocking marks": 'Ta vaše "skvělá" podpora mi nepomohla.',
    "after a contrast": "Krásná krabička, ale sluchátka chrčí a nefungují.",
    "praise of a rival": "U konkurence mají lepší ceny, jdu jinam.",
    "better times": "Dřív to byla skvělá restaurace, dnes hrůza.",
    "why": "Proč nikdo neodpovídá na moje zprávy?",
    "rating": "2/10",
    "stars": "★☆☆☆☆",
    "faces": "😡😡",
    "hashtag": "#UžNikdy s touhle aerolinkou",
    "slip": "nefugnuje mi přihlášení",
    "spoken": "hroznej servis, mizerná vobsluha",
    "signs only": "Píšu vám už potřetí a zase nic.",
    "Slovak": "Už druhý týždeň nefunguje televízia a nikto nedvíha telefón.",
    "English": "My parcel never arrived and nobody answers my emails.",
    "English negated": "The app doesn't work on my phone.",
    "English praise negated": "This was not a good experience.",
    "English irony": "Wonderful, second week without heating.",
    "German": "Das Gerät ist kaputt und der Kundenservice ist unverschämt.",
    "Polish": "Najgorsza obsługa, nie polecam.",
}

OTHERS = {
    "praise": "Skvělá montáž, technik byl milý a rychlý.",
    "blame negated": "Není to špatné, fakt ne.",
    "no problems": "Bez problémů, nic mi nechybělo.",
    "cannot complain": "Nemůžu si stěžovat.",
    "put right": "Router nefungoval, ale technik ho hned vyměnil a už to funguje. Díky!",
    "minor blame": "Výborné jídlo, jen obsluha byla trochu pomalá. Doporučuji!",
    "question": "Dobrý den, jde u vás platit kartou?",
    "condition": "Kdyby se přístroj rozbil, vyměníme ho.",
    "news": "Inspekce podle mluvčí uložila obchodníkovi pokutu za klamavou reklamu.",
    "quoted": "Kamarád napsal, že „je to hrůza a děs“, ale já jsem spokojený.",
    "something else": "To počasí je dneska hrozné.",
    "courtesy": "Dobrý den, děkuji za odpověď a hezký den.",
    "rival": "U bývalého operátora jsem měl samé problémy, tady spokojenost.",
    "faces": "😍😍",
    "rating": "10/10",
    "clock": "Máme otevřeno 24/7.",
    "English": "Great service, very friendly staff.",
    "English negated": "Not bad at all!",
    "English no issues": "No issues, works fine.",
    "English news": "The watchdog fined the bank, according to Reuters.",
    "English question": "Do you ship to Ireland?",
    "nothing": "",
}


@pytest.mark.parametrize("text", COMPLAINTS.values(), ids=COMPLAINTS.keys())
def test_complaints(text: str) -> None:
    said = classify(text)
    assert said.complaint, said
    assert said.negativity >= 0.5


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_others(text: str) -> None:
    assert not classify(text).complaint, classify(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Nejsem spokojený", "negated"),
        ("velmi špatný", "stronger"),
        ("trochu drahý", "weaker"),
        ("jednou ŠPATNÝ výrobek", "stronger"),
        ("Hezké, ale drahé", "before a contrast"),
        ("Hezké, ale drahé", "after a contrast"),
        ("I přes zpoždění spokojenost", "conceded"),
        ("Už týden nefunguje", "for how long"),
        ("Pokud nefunguje", "conditional"),
        ("Nefunguje to?", "in a question"),
        ("Podle mluvčí došlo k výpadku", "reported"),
        ("Řekl mi, že „je to hrůza a děs“ a šel", "quoted"),
        ("Počasí hrozné", "about something else"),
        ("Dřív byli skvělí", "in the past"),
        ("Super, zase výpadek", "ironic"),
        ("Nefungovalo to, vyřešeno", "put right"),
        ("👎", "face"),
        ("1/5", "rating"),
        ("Píšu vám", "sign"),
    ],
)
def test_a_rule_leaves_its_name(text: str, rule: str) -> None:
    assert rule in rules(classify(text))


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Kurýr balík ztratil", "delivery"),
        ("Únik dat zákazníků", "leak"),
        ("Po obědě otrava jídlem", "health"),
        ("Reklamaci mi zamítli", "refund"),
        ("Prodavačka byla drzá", "staff"),
        ("Skrytý poplatek", "price"),
        ("Klamavá reklama", "advertising"),
        ("Bojkotujte je", "boycott"),
        ("Podávám trestní oznámení", "authority"),
        ("Stahují z prodeje šarži", "recall"),
        ("V kuchyni švábi", "hygiene"),
        ("Data breach at the bank", "leak"),
        ("They charged me twice", "price"),
    ],
)
def test_topics(text: str, topic: str) -> None:
    assert topic in classify(text).topics


def test_a_topic_needs_no_complaint() -> None:
    said = classify("Kurýr přivezl balík ráno")
    assert said.topics == ("delivery",)
    assert not said.complaint


def test_news_is_negative_without_being_a_complaint() -> None:
    said = classify("Podle ČTK unikla data zákazníků, firma čelí pokutě.")
    assert said.negativity > 0.5
    assert not said.complaint


def test_the_decision_is_the_sum_of_what_is_shown() -> None:
    said = classify("Nefunguje internet")
    assert [(term.term, term.found, term.weight) for term in said.terms] == [("nefungovat", "Nefunguje", 1.3)]
    assert said.score == 1.3 >= THRESHOLD


def test_length_alone_is_no_complaint() -> None:
    """The same word ten times says less than three different ones."""
    assert classify("chyba " * 30).score < 5 * classify("chyba").score


def test_a_known_language_is_taken_as_said() -> None:
    assert classify("super", language="en").language == "en"
    assert classify("super", default_language="sk").language == "sk"
    assert classify("Де моя посилка 😡😡").complaint
