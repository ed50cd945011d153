"""The intake: what is asked, in which words, in which order, and of whom. One question a page.

Words for patients stay at or below reading grade 6 (tests/care/evaluation/test_reading_level.py). A question that can frighten or shame says why
it is asked. "I do not know" is an answer wherever not knowing is possible: an unknown must never be read as a no. A questionnaire is one
page: with a page for every item the intake would have up to 41 pages, and a newcomer has the patience for about 25 (the budget). Their words
come from the knowledge, never from here.
"""

from .question import Blank, Kind, Only, Option, Question

VERSION = "2026.1"

ABOUT, WHY, MEDICINES, HEALTH, BEFORE, FEELINGS = (
    "About you", "Why you are here", "Your medicines", "Your health", "Medicines for worry or sleep", "How you feel",
)  # fmt: skip

UNSURE = Option("unknown", "I do not know")
YES_NO = (Option("yes", "Yes"), Option("no", "No"), UNSURE)
MORE = Blank("words", "Tell us more", lines=3, longest=2000)

ABOUT_YOU = (
    Question(
        "birth_date", ABOUT, Kind.DATE, "When were you born?", "Date of birth",
        why="Your age changes how much medicine is safe.",
    ),
    Question(
        "sex", ABOUT, Kind.CHOICE, "What is your sex?", "Sex and pronouns",
        why="Medicine can work in a different way in different bodies. Choose what fits your body best.",
        options=(Option("female", "Female"), Option("male", "Male"), Option("other", "Other"), Option("unknown", "I do not want to say")),
        blanks=(
            Blank("gender", "Your gender", "If you want us to know.", longest=60),
            Blank("pronouns", "How should we speak of you?", "For example: she, he, or they.", longest=40),
        ),
    ),
    Question(
        "contact", ABOUT, Kind.BLANKS, "How can we reach you?", "Phone and address",
        why="Your address must be on each prescription. Your care team may need to reach you.",
        blanks=(
            Blank("phone", "Your phone number", required=True, longest=40, autocomplete="tel"),
            Blank("address", "Your home address", "Street, town, state and ZIP code", lines=3, longest=300, required=True,
                  autocomplete="street-address"),
        ),
    ),
    Question(
        "language", ABOUT, Kind.CHOICE, "Which language suits you best?", "Language",
        why="These pages are in English for now. Your care team will see your choice.",
        options=(Option("en", "English"), Option("es", "Spanish"), Option("other", "Another language")),
        blanks=(Blank("words", "Which other language?", longest=60, needs=("other",)),),
    ),
)  # fmt: skip

WHY_HERE = (
    Question(
        "reasons", WHY, Kind.MANY, "What brings you here?", "Reason for coming",
        why="Tick all that fit. If you have a fit, shake badly, or see things that are not there, call the emergency number now.",
        options=(
            Option("severe_anxiety", "Strong fear or worry"),
            Option("muscle_spasm", "Tight or painful muscles (spasms)"),
            Option("seizures", "Fits (seizures)"),
            Option("alcohol_withdrawal", "Stopping alcohol"),
            Option("other", "Something else"),
        ),
        blanks=(Blank("words", "Tell us in your own words", lines=4, longest=4000, needs=("other",)),),
    ),
    Question(
        "story", WHY, Kind.BLANKS, "What has happened so far?", "History",
        why="Write as much or as little as you like.",
        blanks=(
            Blank("started", "When did it start?", lines=2, longest=2000),
            Blank("tried", "What have you tried? What helped?", lines=4, longest=4000),
        ),
    ),
)  # fmt: skip

SOURCES = (
    Option("prescribed", "A doctor or nurse gave me a prescription"),
    Option("shop", "From a shop, no prescription needed"),
    Option("shared", "Someone shared theirs with me"),
    Option("bought", "I bought it from someone"),
    Option("online", "I got it online"),
    Option("not_said", "I do not want to say"),
)

YOUR_MEDICINES = (
    Question(
        "takes_medicines", MEDICINES, Kind.CHOICE, "Do you take any medicines?", "Takes medicines",
        why="Count pills, drops, patches, sprays and herbs. Some do not mix well, so please name them all.",
        options=(
            Option("yes", "Yes"),
            Option("none", "No, I take none"),
            Option("unsure", "Yes, but I do not know the names"),
        ),
    ),
    Question(
        "medicines", MEDICINES, Kind.ROWS, "Which medicines do you take?", "Medicines",
        why="We ask everyone where each one comes from. You are not in trouble. It helps us keep you safe.",
        options=SOURCES,
        blanks=(
            Blank("name", "Name of the medicine", "It is on the box or the bottle.", required=True),
            Blank("how", "How much, and how often?", "For example: one 20 mg tablet each morning."),
        ),
        only=(Only("takes_medicines", ("yes",)),),
    ),
    Question(
        "medicines_unsure", MEDICINES, Kind.BLANKS, "What can you tell us?", "Medicines, names not known",
        why="What are they for? What do they look like? Your care team will ask you about them.",
        blanks=(Blank("words", "What you know about them", lines=4, longest=2000),),
        only=(Only("takes_medicines", ("unsure",)),),
    ),
    Question(
        "has_allergies", MEDICINES, Kind.CHOICE, "Do you have any allergies?", "Has allergies",
        why="Has a medicine ever made you itch, swell up, or unable to breathe?",
        options=(Option("yes", "Yes"), Option("none", "No, I have none"), UNSURE),
    ),
    Question(
        "allergies", MEDICINES, Kind.ROWS, "What are you allergic to?", "Allergies",
        why="Name one at a time.",
        blanks=(
            Blank("name", "What are you allergic to?", required=True),
            Blank("how", "What happened?", "For example: a rash, or I could not breathe."),
        ),
        only=(Only("has_allergies", ("yes",)),),
    ),
)  # fmt: skip

# Whoever said "male" to "what fits your body best" is not asked: there it cannot apply.
MAY_CARRY = (Only("sex", ("female", "other", "unknown")),)
# Whoever never drinks answered the first item already, and whoever does not want to say is not pressed with three more.
DRINKS = (Only("alcohol", ("monthly", "weekly", "most", "daily")),)

YOUR_HEALTH = (
    Question(
        "pregnant", HEALTH, Kind.CHOICE, "Are you pregnant?", "Pregnant",
        why="Some medicines can harm a baby. Your care team will talk with you first.",
        options=(Option("yes", "Yes"), Option("maybe", "I could be, or I hope to be soon"), Option("no", "No"),
                 Option("cannot", "No, it is not possible for me"), UNSURE),
        only=MAY_CARRY,
    ),
    Question(
        "breastfeeding", HEALTH, Kind.CHOICE, "Do you breastfeed?", "Breastfeeding",
        why="Some medicines pass into breast milk. Pumping milk counts too.",
        options=YES_NO, only=MAY_CARRY,
    ),
    Question(
        "alcohol", HEALTH, Kind.CHOICE, "How often do you drink alcohol?", "Alcohol",
        why="Alcohol with these medicines can stop your breath. We ask everyone.",
        options=(Option("never", "Never"), Option("monthly", "Once a month or less"), Option("weekly", "A few times a month"),
                 Option("most", "A few times a week"), Option("daily", "Every day, or almost"),
                 Option("unknown", "I do not want to say")),
        blanks=(Blank("words", "How much do you drink on one day?", longest=500),),
    ),
    Question("audit-c", HEALTH, Kind.INSTRUMENT, "How much do you drink?", "AUDIT-C", only=DRINKS),
    Question(
        "opioids", HEALTH, Kind.CHOICE, "Do you take strong pain drugs?", "Opioids",
        why="We mean opioids, from any place: oxycodone, tramadol, codeine, methadone, fentanyl, heroin. With them, these medicines can stop "
            "your breath.",
        options=(Option("yes", "Yes"), Option("no", "No"), Option("unknown", "I do not know, or do not want to say")),
        blanks=(Blank("words", "Which one, and how often?", longest=500),),
    ),
    Question(
        "sleep_apnea", HEALTH, Kind.CHOICE, "Does your breath stop in sleep?", "Sleep apnea",
        why="It is called sleep apnea. Say yes if someone has told you that you have it, even if you use a machine at night.",
        options=YES_NO,
    ),
    Question(
        "breathing", HEALTH, Kind.CHOICE, "Do you have trouble breathing?", "Breathing problems",
        why="Say yes if you have asthma, COPD or some other lung problem.",
        options=(Option("severe", "Yes, and I need oxygen or lose my breath at rest"), Option("yes", "Yes, but not like that"),
                 Option("no", "No"), UNSURE),
        blanks=(MORE,),
    ),
    Question(
        "liver", HEALTH, Kind.CHOICE, "Is your liver ill?", "Liver disease",
        why="Your liver clears these medicines from your body.",
        options=(Option("severe", "Yes, and I was told it is very bad"), Option("yes", "Yes, but not very bad"), Option("no", "No"), UNSURE),
        blanks=(MORE,),
    ),
    Question(
        "kidney", HEALTH, Kind.CHOICE, "Are your kidneys ill?", "Kidney disease",
        why="Weak kidneys can make medicine stay in your body for longer.",
        options=YES_NO, blanks=(MORE,),
    ),
    Question(
        "myasthenia", HEALTH, Kind.CHOICE, "Do your muscles tire fast?", "Myasthenia gravis",
        why="Say yes if a doctor told you that you have myasthenia gravis. It makes muscles weak.",
        options=YES_NO,
    ),
    Question(
        "glaucoma", HEALTH, Kind.CHOICE, "Do you have glaucoma?", "Glaucoma",
        why="Glaucoma is high pressure in the eye. Some kinds do not go with these medicines.",
        options=(Option("no", "No"), Option("open_treated", "Yes, open angle, and I use drops or had it treated"),
                 Option("open_untreated", "Yes, open angle, and it is not treated"), Option("narrow", "Yes, narrow angle (closed angle)"),
                 Option("kind_unknown", "Yes, but I do not know which kind"), UNSURE),
    ),
    Question(
        "falls", HEALTH, Kind.CHOICE, "Did you fall in the last year?", "Falls in the last year",
        why="These medicines can make you less steady on your feet.",
        options=(Option("no", "No"), Option("once", "Yes, once"), Option("more", "Yes, more than once"), UNSURE),
    ),
    Question(
        "other_health", HEALTH, Kind.MANY, "Do you have any of these?", "Other health problems",
        why="Tick all that a doctor or nurse has told you about.",
        options=(
            Option("depression", "Depression"), Option("psychosis", "Hearing or seeing things that others do not (psychosis)"),
            Option("epilepsy", "Epilepsy"), Option("dementia", "Memory loss (dementia)"),
            Option("substance_use", "A problem with alcohol or drugs"), Option("other", "Something else"),
            Option("none", "None of these", alone=True), Option("unknown", "I do not know", alone=True),
        ),
        blanks=(Blank("words", "What else should we know?", lines=3, longest=2000, needs=("other",)),),
    ),
    Question(
        "drives", HEALTH, Kind.CHOICE, "Do you drive, or do risky work?", "Drives or does risky work",
        why="Risky work is work with machines, high up, in traffic, or with people in your care. These medicines can make you sleepy.",
        options=YES_NO,
    ),
    Question(
        "work", HEALTH, Kind.MANY, "Which of these do you do?", "Driving and risky work",
        why="Tick all that fit. We can talk about what is safe at first.", only=(Only("drives", ("yes",)),),
        options=(
            Option("car", "I drive a car or ride a bike"), Option("drives", "I drive for work"),
            Option("machines", "I use machines or sharp tools"), Option("heights", "I work high up, in water or near traffic"),
            Option("people", "I look after people who need me awake"), Option("other", "Something else"),
            Option("unknown", "I do not know", alone=True),
        ),
    ),
)  # fmt: skip

NOW = (Only("benzo_use", ("now",)),)
EVER = (Only("benzo_use", ("now", "lately", "before")),)

EARLIER_USE = (
    Question(
        "benzo_use", BEFORE, Kind.CHOICE, "Have you used one of these?", "Benzodiazepines, now or before",
        why="We mean diazepam (Valium), alprazolam (Xanax), lorazepam (Ativan), clonazepam (Klonopin), temazepam, and pills like them. "
            "It does not matter where you got them.",
        options=(Option("now", "Yes, I take one now"), Option("lately", "Yes, I stopped in the last month"),
                 Option("before", "Yes, but longer ago"), Option("never", "No, never"), UNSURE),
    ),
    Question(
        "benzo_what", BEFORE, Kind.MANY, "Which ones?", "Which benzodiazepine",
        options=(Option("diazepam", "Diazepam (Valium)"), Option("alprazolam", "Alprazolam (Xanax)"),
                 Option("lorazepam", "Lorazepam (Ativan)"), Option("clonazepam", "Clonazepam (Klonopin)"),
                 Option("temazepam", "Temazepam (Restoril)"), Option("other", "Another one"), Option("unknown", "I do not know", alone=True)),
        blanks=(
            Blank("words", "Which other one?", longest=200, needs=("other",)),
            Blank("dose", "How much do you take, or did you take, in one day?", "For example: two 5 mg tablets.",
                  longest=300),
        ),
        only=EVER,
    ),
    Question(
        "benzo_long", BEFORE, Kind.CHOICE, "For how long?", "How long used",
        options=(Option("days", "Days"), Option("weeks", "Weeks"), Option("months", "Months"), Option("years", "Years"), UNSURE),
        blanks=(Blank("number", "How many?", "For example: 3", number=True, longest=6, needs=("days", "weeks", "months", "years")),),
        only=EVER,
    ),
    Question(
        "benzo_days", BEFORE, Kind.CHOICE, "How many days a week?", "Days of use a week",
        options=(Option("7", "Every day"), Option("5", "5 or 6 days"), Option("3", "3 or 4 days"), Option("1", "1 or 2 days"),
                 Option("0", "Less than that"), UNSURE),
        only=EVER,
    ),
    Question(
        "benzo_need", BEFORE, Kind.CHOICE, "Do you feel you need it?", "Feels dependent",
        why="Say yes if you feel ill without it, or if you need more now to feel the same.",
        options=YES_NO, only=NOW,
    ),
    Question(
        "benzo_stop", BEFORE, Kind.MANY, "What happened when you stopped?", "When stopping or taking less",
        why="Tick all that fit. Do not stop or cut down on your own: it can cause fits.",
        options=(Option("seizure", "I had a fit (seizure)"), Option("saw", "I saw or heard things that were not there"),
                 Option("shaking", "I was shaking or sweating"), Option("anxious", "I felt very afraid"),
                 Option("sleepless", "I could not sleep"),
                 Option("other", "Something else"), Option("fine", "Nothing, I felt fine", alone=True),
                 Option("never", "I never stopped or took less", alone=True), Option("unknown", "I do not know", alone=True)),
        blanks=(Blank("words", "Tell us more", lines=3, longest=2000, needs=("other",)),),
        only=EVER,
    ),
)  # fmt: skip

HOW_YOU_FEEL = (
    Question("gad-7", FEELINGS, Kind.INSTRUMENT, "How worried have you been?", "GAD-7"),
    Question("phq-9", FEELINGS, Kind.INSTRUMENT, "How has your mood been?", "PHQ-9"),
)

QUESTIONS = (*ABOUT_YOU, *WHY_HERE, *YOUR_MEDICINES, *YOUR_HEALTH, *EARLIER_USE, *HOW_YOU_FEEL)
BY_KEY = {q.key: q for q in QUESTIONS}
