"""Six short news articles with gold, invented for the tests; nobody and nothing in them exists.

Between them they have nesting, proclitics before names, diacritics, every factuality, OF and CAUSE, and one has no
event at all.
"""

from collections.abc import Mapping, Sequence

from waqai.records import AnnotatedArticle, ArgumentMention, EntityMention, EventMention, RelationMention

Arguments = Mapping[str, Sequence[str]]


def annotated(
    article_id: str,
    text: str,
    entities: Sequence[tuple[str, str, str]] = (),
    events: Sequence[tuple[str, str, str, Arguments, str]] = (),
    relations: Sequence[tuple[str, str, str]] = (),
    date: str | None = None,
) -> AnnotatedArticle:
    """Return an article whose mentions are given by their surface, which must occur once.

    Entities are (id, type, surface), events (id, type, surface, {role: entity ids}, factuality), relations
    (type, head, tail).
    """

    def place(surface: str) -> dict[str, object]:
        assert text.count(surface) == 1, (article_id, surface, text.count(surface))
        start = text.index(surface)
        return {"start": start, "end": start + len(surface), "text": surface}

    return AnnotatedArticle(
        id=article_id,
        text=text,
        date=date,
        entities=tuple(EntityMention(id=name, type=kind, **place(surface)) for name, kind, surface in entities),
        events=tuple(
            EventMention(
                id=name,
                type=kind,
                factuality=factuality,
                arguments=tuple(
                    ArgumentMention(role=role, entity=entity)
                    for role, fillers in arguments.items()
                    for entity in fillers
                ),
                **place(surface),
            )
            for name, kind, surface, arguments, factuality in events
        ),
        relations=tuple(RelationMention(type=kind, head=head, tail=tail) for kind, head, tail in relations),
    )


STRIKE = annotated(
    "strike",
    "قُتل خمسة مدنيين وأصيب ٣٤ آخرون في غارة نفذتها طائرة مسيرة على بلدة عين الرمان أمس، وفق الدفاع المدني.",
    [
        ("e1", "NUM", "خمسة"),
        ("e2", "GROUP", "مدنيين"),
        ("e3", "NUM", "٣٤"),
        ("e4", "WEAPON", "طائرة مسيرة"),
        ("e5", "GPE", "بلدة عين الرمان"),
        ("e6", "DATE", "أمس"),
        ("e7", "ORG", "الدفاع المدني"),
    ],
    [
        ("v1", "KILL", "قُتل", {"TARGET": ["e2"], "COUNT": ["e1"], "SOURCE": ["e7"]}, "ACTUAL"),
        ("v2", "INJURE", "أصيب", {"COUNT": ["e3"], "SOURCE": ["e7"]}, "ACTUAL"),
        (
            "v3",
            "AIR_STRIKE",
            "غارة",
            {"ACTOR": ["e4"], "INSTRUMENT": ["e4"], "LOCATION": ["e5"], "TIME": ["e6"], "SOURCE": ["e7"]},
            "ACTUAL",
        ),
    ],
    [("OF", "e1", "e2"), ("CAUSE", "v3", "v1"), ("CAUSE", "v3", "v2")],
    date="2019-03-12",
)
MEETING = annotated(
    "meeting",
    "التقى وزير خارجية نوران سامي الدالي نظيره في العاصمة صفوان، وطالب بوقف إطلاق النار. ونفت نوران فرض عقوبات جديدة.",
    [
        ("e1", "ROLE", "وزير خارجية نوران"),
        ("e2", "PER", "سامي الدالي"),
        ("e3", "GPE", "العاصمة صفوان"),
    ],
    [
        ("v1", "MEET", "التقى", {"ACTOR": ["e2"], "LOCATION": ["e3"]}, "ACTUAL"),
        ("v2", "DEMAND", "طالب", {"ACTOR": ["e2"]}, "ACTUAL"),
        ("v3", "AGREE", "وقف إطلاق النار", {}, "FUTURE"),
        ("v4", "SANCTION", "عقوبات", {}, "NEGATED"),
    ],
    date="2021-07-01",
)
PROTEST = annotated(
    "protest",
    "تظاهر مئات العمال بالميناء الشرقي احتجاجاً على تأخر الرواتب، وقد يبدأ الاتحاد العام إضراباً مفتوحاً الأحد المقبل.",
    [
        ("e1", "NUM", "مئات"),
        ("e2", "GROUP", "العمال"),
        ("e3", "FAC", "الميناء الشرقي"),
        ("e4", "ORG", "الاتحاد العام"),
        ("e5", "DATE", "الأحد المقبل"),
    ],
    [
        ("v1", "PROTEST", "تظاهر", {"ACTOR": ["e2"], "LOCATION": ["e3"], "COUNT": ["e1"]}, "ACTUAL"),
        ("v2", "STRIKE", "إضراباً", {"ACTOR": ["e4"], "TIME": ["e5"]}, "HYPOTHETICAL"),
    ],
    [("OF", "e1", "e2")],
    date="2020-11-19",
)
CLASH = annotated(
    "clash",
    "دارت اشتباكات بين قوات الجبهة الشمالية ومسلحين قرب جبل الهدهد غرب ولاية مرجان. وانسحب المسلحون ليلاً بعد أن خسروا "
    "ثلاث دبابات.",
    [
        ("e1", "ORG", "قوات الجبهة الشمالية"),
        ("e2", "GROUP", "مسلحين"),
        ("e3", "LOC", "جبل الهدهد"),
        ("e4", "LOC", "غرب ولاية مرجان"),
        ("e5", "GPE", "ولاية مرجان"),
        ("e6", "GROUP", "المسلحون"),
        ("e7", "DATE", "ليلاً"),
        ("e8", "NUM", "ثلاث"),
        ("e9", "WEAPON", "دبابات"),
    ],
    [
        ("v1", "CLASH", "اشتباكات", {"ACTOR": ["e1", "e2"], "LOCATION": ["e3", "e4"]}, "ACTUAL"),
        ("v2", "WITHDRAW", "انسحب", {"ACTOR": ["e6"], "TIME": ["e7"]}, "ACTUAL"),
    ],
    [("OF", "e8", "e9")],
    date="2016-05-30",
)
AID = annotated(
    "aid",
    "أرسلت جمعية النخيل قافلة مساعدات إلى مخيم الزيتون، وأعلنت إفراج السلطات عن ١٢ متطوعاً كانوا اعتُقلوا في شباط "
    "(فبراير).",
    [
        ("e1", "ORG", "جمعية النخيل"),
        ("e2", "GPE", "مخيم الزيتون"),
        ("e3", "ORG", "السلطات"),
        ("e4", "NUM", "١٢"),
        ("e5", "GROUP", "متطوعاً"),
        ("e6", "DATE", "شباط (فبراير)"),
    ],
    [
        ("v1", "AID", "مساعدات", {"ACTOR": ["e1"], "LOCATION": ["e2"]}, "ACTUAL"),
        ("v2", "RELEASE", "إفراج", {"ACTOR": ["e3"], "TARGET": ["e5"], "COUNT": ["e4"], "SOURCE": ["e1"]}, "ACTUAL"),
        ("v3", "ARREST", "اعتُقلوا", {"TARGET": ["e5"], "TIME": ["e6"], "SOURCE": ["e1"]}, "ACTUAL"),
    ],
    [("OF", "e4", "e5")],
)
WEATHER = annotated(
    "weather",
    "هطلت أمطار غزيرة على سواحل بحر الفيروز صباح الثلاثاء، وقال خبير الأرصاد لؤي البستاني إن الحرارة لن تتجاوز "
    "15 درجة.",
    [
        ("e1", "LOC", "سواحل بحر الفيروز"),
        ("e2", "DATE", "صباح الثلاثاء"),
        ("e3", "ROLE", "خبير الأرصاد"),
        ("e4", "PER", "لؤي البستاني"),
        ("e5", "NUM", "15 درجة"),
    ],
    date="2018-01-02",
)

ARTICLES = (STRIKE, MEETING, PROTEST, CLASH, AID, WEATHER)
