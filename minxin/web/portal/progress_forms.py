"""What a citizen can fill in on his progress page."""

from __future__ import annotations

from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from minxin.cases import appraising, judging, messages, reopening
from minxin.cases.states import SATISFACTION
from minxin.web.forms import Form, TokenForm


class WithdrawalForm(Form):
    """Why the citizen no longer wants the case handled."""

    reason = TextAreaField("撤回原因", validators=[DataRequired("请写明撤回的原因")])


class JudgementForm(Form):
    """The citizen's judgement of an answer: one of five levels, and words where there are some."""

    satisfaction = RadioField(
        "您对答复满意吗",
        choices=[(str(level), label) for level, label in SATISFACTION.items()],
        validators=[DataRequired("请选择满意程度")],
    )
    words = TextAreaField(
        "想说的话",
        validators=[
            Length(max=judging.WORDS_LIMIT, message=f"不能超过{judging.WORDS_LIMIT}个字，请删减")
        ],
    )


YES_NO = [("yes", "是"), ("no", "否")]


class AppraisalForm(Form):
    """联系、解决、满意."""

    contacted = RadioField("承办单位联系过您吗", choices=YES_NO, validate_choice=False, default="")
    solved = RadioField("问题解决了吗", choices=YES_NO, validate_choice=False, default="")
    satisfaction = RadioField(
        "对办理结果是否满意",
        choices=[(str(level), words) for level, words in SATISFACTION.items()],
        validators=[DataRequired("请选择满意程度")],
    )
    words = TextAreaField(
        "想说的话",
        validators=[
            Length(
                max=appraising.WORDS_LIMIT,
                message=f"不能超过{appraising.WORDS_LIMIT}个字，请删减",
            )
        ],
    )


class MessageForm(TokenForm):
    """What the citizen still has to say."""

    kind = RadioField(
        "留言类型",
        choices=[(each.value, each.label) for each in messages.Kind],
        validators=[DataRequired("请选择留言类型")],
    )
    text = TextAreaField(
        "留言内容",
        validators=[
            DataRequired("请填写留言"),
            Length(
                max=messages.TEXT_LIMIT,
                message=f"留言不能超过{messages.TEXT_LIMIT}个字，请删减",
            ),
        ],
    )


class ReopeningForm(Form):
    """Why the case is to be handled again."""

    reason = TextAreaField(
        "申请理由",
        validators=[
            DataRequired("请写明为什么要重新办理"),
            Length(
                max=reopening.REASON_LIMIT,
                message=f"理由不能超过{reopening.REASON_LIMIT}个字，请删减",
            ),
        ],
    )
