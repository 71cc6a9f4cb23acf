"""Sensitive matters are pointed out and left to a person."""

from __future__ import annotations

import pytest

from minxin.privacy import sensitive


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我女儿今年6岁，患白血病", ["女儿今年6岁", "白血病"]),
        ("家里有12岁的儿子", ["12岁的儿子"]),
        ("他得了肝癌在化疗", ["了肝癌", "化疗"]),
        ("被要求录入指纹和人脸信息", ["指纹", "人脸信息"]),
        ("二级残疾，低保", ["二级残疾"]),
        ("酒店泄露我的开房记录", ["开房记录"]),
        ("我爷爷今年86岁，路灯不亮", []),
        ("小区16岁以上居民投票", []),
    ],
)
def test_what_may_be_sensitive_is_pointed_out(text, words):
    hits = list(sensitive.find(text))
    assert [text[hit.start : hit.end] for hit in hits] == words
    assert not any(hit.sure for hit in hits)
