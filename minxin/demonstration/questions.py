"""What people ask the 网络回应人 of the demonstration city. Every person and number is invented."""

from __future__ import annotations

from dataclasses import dataclass

from minxin.cases.contacts import Person


@dataclass(frozen=True)
class Asked:
    """One question: the units that it passed, the first one first; answered by the last one where
    there is an answer, and judged where there is a level. `days` ago it arrived."""

    subject: str
    body: str
    summary: str
    category: str
    units: tuple[str, ...]
    days: float
    person: Person
    answer: str = ""
    satisfaction: int | None = None
    words: str = ""


QUESTIONS = (
    Asked(
        "老旧小区加装电梯怎么申请",
        "我们单元六层没有电梯，老人上下楼很不方便。请问加装电梯要向哪个部门申请，需要多少户同意，"
        "有没有补贴？问了两个地方都说不归他们管。",
        "咨询老旧小区加装电梯的申请办法和补贴",
        "政策咨询",
        ("市住建局", "市人社局", "兴隆台区住建局"),
        9,
        Person("徐桂兰", "13800001357"),
        "您好。加装电梯由业主共同决定：本单元专有部分面积和人数均占三分之二以上的业主参与表决，"
        "并经参与表决的四分之三以上同意后，向区住建局提出申请，每部电梯补贴按当年文件执行。"
        "所需材料清单可到区政务服务大厅住建窗口领取，咨询电话0427-2812345。",
        5,
        "讲得很清楚，谢谢。",
    ),
    Asked(
        "异地就医备案怎么办理",
        "我退休后随子女在外地居住，请问异地就医备案在哪里办，能不能在网上办？",
        "咨询异地就医备案办理方式",
        "医疗保险",
        ("市人社局",),
        5,
        Person("姜秀英", "13800002468"),
        "您好。异地就医备案可以在手机上办理，也可以到市政务服务大厅医保窗口办理，"
        "需要本人身份证和社保卡，当场办结。",
    ),
    Asked(
        "临街商铺门前的停车位归谁管",
        "门前的停车位划线已经看不清了，想问重新划线归哪个部门管，什么时候能划？",
        "咨询门前停车位划线的主管部门",
        "标志标线",
        ("市住建局", "市城管局"),
        3.4,
        Person("郭明", "13800003579"),
    ),
)
