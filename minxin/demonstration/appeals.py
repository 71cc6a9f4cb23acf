"""What people of the demonstration city ask for. Every person, number and event is invented."""

from __future__ import annotations

from dataclasses import dataclass

from minxin.cases.contacts import Person


@dataclass(frozen=True)
class Story:
    """One appeal and how far it has come: `until` names the last move, `days` ago it arrived."""

    subject: str
    body: str
    kind: str
    category: str
    place: str
    unit: str
    until: str
    days: float
    person: Person
    source: str = "web"
    district: str | None = None
    summary: str = ""
    urgency: str = "normal"
    satisfaction: int = 4
    stars: int = 5
    result: str = "已安排处理，问题已解决。"
    co_unit: str = ""
    public: str = ""


def _person(name: str, tail: str) -> Person:
    return Person(name=name, phone=f"1380000{tail}") if name else Person()


STORIES = (
    Story(
        "小区门口三盏路灯连续一周不亮",
        "我是兴盛花园的住户，小区北门外三盏路灯从上周一开始就不亮了，晚上老人孩子出门"
        "看不清路，已经有人摔倒。打过物业电话，物业说不归他们管，请帮助协调维修。",
        "help", "路灯", "大洼街道兴盛花园北门", "大洼区城管局", "close", 12,
        _person("王小明", "1207"), district="dawa", summary="兴盛花园北门外三盏路灯损坏",
        satisfaction=5, stars=6,
        result="区城管局11月更换灯具三盏、维修线路一处，夜间照明已恢复，并已纳入日常巡查。",
    ),
    Story(
        "供热温度不达标，老人孩子受不了",
        "家里从供暖到现在室温只有15度，给供热公司打电话登记了三次，来人测了温度以后就没有下文。"
        "楼上楼下都一样，请有关部门管一管。",
        "complaint", "室温不达标", "兴海街道向阳小区", "市供热公司", "dispatch", 2,
        _person("李桂芳", "3318"), source="phone", district="xinglongtai",
        summary="向阳小区部分住户室温不达标", urgency="urgent",
    ),
    Story(
        "咨询灵活就业人员养老保险缴费档次",
        "我今年46岁，没有单位，想自己交养老保险，请问现在有哪几个缴费档次，在哪里办理，"
        "需要带什么材料？",
        "consult", "养老保险", "", "市人社局", "claim", 0.3, _person("陈立群", "4426"),
        summary="咨询灵活就业养老保险缴费档次和办理方式",
    ),
    Story(
        "夜间施工噪声扰民",
        "田家街道在建的楼盘连续多日夜里十一点以后还在浇筑，机器声音很大，孩子第二天还要上学。"
        "希望查一查有没有夜间施工许可。",
        "complaint", "夜间施工", "田家街道锦绣家园南侧工地", "大洼区住建局", "report", 6,
        _person("赵国强", "5530"), district="dawa", summary="锦绣家园南侧工地夜间施工噪声扰民",
        public="我叫赵国强，住田家街道锦绣家园6栋1单元302，南侧在建楼盘连续多日夜里十一点以后还在浇筑，"
        "工地值班电话13800009911没有人接，拉混凝土的车牌是辽L5K302。",
    ),
    Story(
        "建议在学校门口增设斑马线和减速带",
        "新工街道第二小学门口上下学时段车流量大，没有斑马线也没有减速带，家长送孩子过马路很危险，"
        "建议交管部门现场看一看，增设标线和减速设施。",
        "suggest", "标志标线", "新工街道第二小学门前", "市公安局", "sign", 5,
        _person("孙晓燕", "6642"), district="xinglongtai",
        summary="建议第二小学门前增设斑马线和减速带",
    ),
    Story(
        "物业公司擅自提高停车费",
        "本月起小区物业没有公示也没有征求业主意见，把地面停车费由每月80元涨到150元，"
        "请核查收费依据。",
        "complaint", "物业收费", "兴隆街道金厦花园", "兴隆台区住建局", "approve", 8,
        _person("周敏", "7754"), district="xinglongtai", summary="金厦花园物业未公示提高停车费",
        result="经核查，物业未履行公示程序，已责令恢复原收费标准并退还多收费用。",
    ),
    Story(
        "举报饭店油烟直排",
        "一楼的饭店没有安装油烟净化设备，烟道直接对着居民楼窗户，夏天都不敢开窗，希望依法处理，"
        "也请为我保密。",
        "report", "油烟", "大洼街道康宁路", "大洼区城管局", "accept", 4,
        _person("吴先生", "8866"), district="dawa", summary="康宁路一饭店油烟直排影响居民",
    ),
    Story(
        "拖欠三个月工资",
        "我在一家装饰公司干活，八月到十月的工资一直没发，老板总说再等等，我们一共六个人，"
        "希望帮我们讨回工资。",
        "help", "拖欠工资", "兴隆台区", "市人社局", "follow_up", 10,
        _person("刘大勇", "9978"), source="visit", summary="六名务工人员反映装饰公司拖欠三个月工资",
        satisfaction=5, result="经劳动监察介入，企业已于11月18日足额支付六名工人三个月工资。",
    ),
    Story(
        "村道路面破损多处积水",
        "新立镇前屯村通往镇里的路坑坑洼洼，下雨积水半尺深，三轮车翻过两回了，"
        "希望尽快修补。",
        "help", "路面破损", "新立镇前屯村", "大洼区民心网工作站", "dispatch", 1,
        _person("马桂兰", "1090"), source="letter", district="dawa",
        summary="前屯村通村道路路面破损积水",
    ),
    Story(
        "感谢社区工作人员帮助办理老年证",
        "我母亲行动不便，社区的小同志上门帮忙办了老年证，态度特别好，写信表示感谢。",
        "thanks", "养老服务", "兴海街道", "兴隆台区民政局", "close", 14,
        _person("郑秀英", "2101"), source="letter", district="xinglongtai",
        summary="感谢社区上门办理老年证", satisfaction=5, stars=5,
        result="已将群众的感谢转达社区，并在辖区通报表扬。",
    ),
    Story(
        "楼道堆放杂物占用消防通道",
        "我们单元一楼到三楼楼道里长期堆着纸箱、旧家具和电动车，一旦着火后果不堪设想，"
        "跟邻居说过几次没用。",
        "complaint", "消防隐患", "双台子区建设小区5号楼", "双台子区城管局", "assign_none", 3,
        _person("黄建华", "3212"), district="shuangtaizi",
        summary="建设小区5号楼楼道堆物占用消防通道",
    ),
    Story(
        "不动产登记排队时间太长",
        "去办不动产证，早上七点去排队到中午还没有轮上，窗口只开了两个，建议增加窗口或者网上预约。",
        "suggest", "不动产登记", "市政务服务中心", "市住建局", "unclaimed", 0.1,
        _person("冯涛", "4323"), summary="",
    ),
    Story(
        "公交车末班时间太早",
        "19路公交末班车晚上六点半就没有了，下班稍微晚一点就得打车，能不能延长到八点？",
        "suggest", "公交线路", "兴隆台区石油大街", "市公安局", "unclaimed", 0.2,
        _person("", ""), district="xinglongtai",
    ),
    Story(
        "井盖缺失有人差点掉下去",
        "田家街道向海大道与兴业路交口人行道上有一个井盖不见了，昨天晚上有老人差点掉进去，"
        "请马上处理。",
        "help", "井盖", "田家街道向海大道与兴业路交口", "大洼区城管局", "unclaimed", 0.05,
        _person("何玉梅", "5434"), source="phone", district="dawa", urgency="urgent",
    ),
    Story(
        "低保申请迟迟没有答复",
        "八月份向街道交了低保申请材料，到现在没有答复，问了几次都说在审核，请帮忙问一下进度。",
        "help", "低保", "盘山县", "盘山县民政局", "accept", 18,
        _person("谭永福", "6545"), source="visit", district="panshan",
        summary="反映低保申请三个月未获答复",
    ),
    Story(
        "自来水发黄有异味",
        "这两天早上放出来的水发黄，有一股铁锈味，整栋楼都这样，请检测水质。",
        "complaint", "水质", "兴隆街道泰和小区", "兴隆台区住建局", "rate", 11,
        _person("罗丽", "7656"), district="xinglongtai", summary="泰和小区自来水发黄有异味",
        satisfaction=3, stars=4,
        result="经检测系楼内老旧管道锈蚀，已冲洗管道，水质检测合格，管道改造列入明年计划。",
    ),
    Story(
        "反映与开发商合同纠纷已起诉",
        "我与开发商的购房合同纠纷已经在法院立案，希望民心网再帮我处理一下。",
        "other", "合同纠纷", "大洼区", "大洼区住建局", "refuse", 7,
        _person("许文斌", "8767"), source="phone", summary="购房合同纠纷，法院已立案",
    ),
    Story(
        "树枝遮挡信号灯",
        "中华路与兴隆台街交口的信号灯被树枝挡住了，开车到跟前才能看见，请修剪。",
        "help", "树木修剪", "中华路与兴隆台街交口", "市城管局", "close", 13,
        _person("袁志刚", "9878"), summary="路口信号灯被树枝遮挡", satisfaction=4, stars=5,
        result="市城管局当日修剪树枝三处，信号灯视线已恢复。",
    ),
)  # fmt: skip
