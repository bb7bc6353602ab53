"""Arabic names of the types, for readers of the page; a type that is not here is shown by its own name."""

from collections.abc import Mapping

ENTITY_TYPES: Mapping[str, str] = {
    "PER": "شخص",
    "ROLE": "منصب",
    "ORG": "جهة",
    "GROUP": "جماعة",
    "GPE": "بلد أو مدينة",
    "LOC": "موقع",
    "FAC": "منشأة",
    "WEAPON": "سلاح",
    "DATE": "زمن",
    "NUM": "عدد",
}

EVENT_TYPES: Mapping[str, str] = {
    "CLASH": "اشتباك",
    "CAPTURE": "سيطرة",
    "WITHDRAW": "انسحاب",
    "AIR_STRIKE": "غارة جوية",
    "SHELLING": "قصف",
    "BOMBING": "تفجير",
    "ATTACK": "هجوم",
    "KILL": "قتل",
    "INJURE": "إصابة",
    "ABDUCT": "خطف",
    "ARREST": "اعتقال",
    "DESTROY": "تدمير",
    "INTERCEPT": "اعتراض أو ضبط",
    "ABUSE": "تعذيب أو إساءة",
    "MOBILIZE": "حشد",
    "PROTEST": "احتجاج",
    "RIOT": "شغب",
    "STRIKE": "إضراب",
    "AGREE": "اتفاق",
    "RELEASE": "إفراج",
    "MEET": "لقاء",
    "SUPPORT": "تأييد",
    "AID": "مساعدة",
    "COOPERATE": "تعاون",
    "ACCUSE": "اتهام",
    "DEMAND": "مطالبة",
    "REJECT": "رفض",
    "THREATEN": "تهديد",
    "SANCTION": "عقوبات",
    "RESTRICT": "تقييد",
    "TRIAL": "محاكمة",
    "POSITION": "منصب",
    "DISPLACE": "تهجير",
}

FACTUALITIES: Mapping[str, str] = {
    "ACTUAL": "وقع",
    "NEGATED": "منفي",
    "FUTURE": "مستقبل",
    "HYPOTHETICAL": "محتمل",
}

SLOTS: Mapping[str, str] = {
    "actor": "الفاعل",
    "target": "المستهدف",
    "location": "المكان",
    "time": "الزمان",
    "instrument": "الأداة",
    "count": "العدد",
    "source": "المصدر",
}
