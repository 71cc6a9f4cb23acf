"""`python -m minxin.privacy`: one object a line in, one a line out, in order."""

from __future__ import annotations

import json
import subprocess
import sys

from minxin.config import ROOT


def answer(lines: list[dict[str, object]]) -> list[list[list[object]]]:
    sent = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines)
    made = subprocess.run(
        [sys.executable, "-m", "minxin.privacy"],
        input=sent, capture_output=True, text=True, check=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    return [json.loads(line)["spans"] for line in made.stdout.splitlines()]


def test_each_line_is_answered_in_order_with_offsets_kind_and_band():
    texts = [
        {"text": "我叫王小明，电话13812345678"},
        {"text": ""},
        {"text": "小李来了", "known": {"name": "李桂芬"}},
        {"text": "订单号13841234567"},
        *({"text": f"第{number}条没有什么"} for number in range(70)),
    ]
    spans = answer(texts)
    assert len(spans) == len(texts)
    assert spans[0] == [[2, 5, "NAME"], [8, 19, "PHONE"]]
    assert spans[1] == []
    assert spans[2] == [[1, 2, "NAME"]]
    assert spans[3] == [[3, 14, "PHONE", "review"]]
    assert not any(spans[4:])
