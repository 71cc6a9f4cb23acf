"""Sensitive matters beside identity (个人信息保护法 第二十八条): health, children, belief,
whereabouts, biometrics. Words give a warning; whether they stay is for a person to decide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minxin.privacy.hits import Hit, Kind
from minxin.privacy.view import view

_HEALTH = (
    "白血病|血友病|尿毒症|红斑狼疮|帕金森|阿尔茨海默|老年痴呆|艾滋病?|HIV|乙肝|丙肝|肝炎|梅毒|淋病|性病|肺结核"
    "|精神分裂症?|精神病|精神障碍|抑郁症?|焦虑症|双相|自闭症|癫痫|智力残疾|精神残疾|肢体残疾|[一二三四]级残疾"
    "|[\\u4e00-\\u9fff]{1,2}癌|肿瘤|癌症|化疗|透析|流产|堕胎|不孕|怀孕|产检|病历|诊断书"
)
_BELIEF = "信教|基督徒|天主教徒|佛教徒|穆斯林|法轮功|宗教信仰|受洗"
_BODY = "指纹|人脸(?:识别|照片|信息)|虹膜|声纹|DNA|基因(?:检测|信息)|亲子鉴定"
_WHEREABOUTS = "行踪|行动轨迹|定位信息|行程码|住宿记录|通话记录|开房记录"
_CHILD = (
    r"(?<!\d)(?:1[0-3]|[1-9])\s?(?:周?岁)(?:半)?(?:的)?(?:孩子|小孩|儿子|女儿|女孩|男孩|女童|男童|儿童|孙子|孙女|外孙)"
    r"|(?:儿子|女儿|孩子|女孩|男孩|孙子|孙女)[^，。；\d]{0,6}?(?:1[0-3]|[1-9])\s?(?:周?岁)"
)
_WORDS = re.compile("|".join((_HEALTH, _BELIEF, _BODY, _WHEREABOUTS, _CHILD)))


def find(text: str) -> Iterator[Hit]:
    """What may be sensitive, never sure; offsets of the text as it was given."""
    seen = view(text)
    for match in _WORDS.finditer(seen.text):
        yield Hit(*seen.original(*match.span()), Kind.SENSITIVE, sure=False)
