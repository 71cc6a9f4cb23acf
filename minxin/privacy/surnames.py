"""Surnames that are in use: single ones, in traditional script too, and compound ones (复姓)."""

from __future__ import annotations

_SINGLE = """
王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈
姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向
汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季
裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦
戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟
邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井
祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆
茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由谯桓户后弓占禤佴苍
申屠随胜暴才呙弋璩郤隗竺訾麴揣缑逄桑牧山晓越贡养蔚鱼虢旷贝力双步折税问缪綦褟者恽柏从保盈肇撒祭蹇腾覃
"""
_TRADITIONAL = """
張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇魏呂盧鐘鍾譚陸賈鄒邱龍賀顧龔邵萬錢嚴湯溫樊喬龐顏莊聶魯單歐關蘭焦紀畢
駱藍遊閻滿閔鄔邊衛車項連婁竇臧厲區闞權鄺鄢聞樓儲談費陰實蔣羅塗齊
"""
_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马
公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌
微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙
南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 纳兰 完颜 叶赫 耶律 富察 那拉 钮祜 佟佳
歐陽 司馬 東方 獨孤 諸葛 尉遲 赫連 鍾離 令狐 鮮于 長孫
"""

SINGLE = frozenset("".join(_SINGLE.split()) + "".join(_TRADITIONAL.split()))
COMMON = frozenset("".join(_SINGLE.split())[:190])
"""The most frequent ones: nine people in ten bear one of them."""
COMPOUND = frozenset(_COMPOUND.split())


def length(text: str, at: int = 0) -> int:
    """How many characters of a surname stand at a place: 2, 1, or 0 where there is none."""
    if text[at : at + 2] in COMPOUND:
        return 2
    return 1 if text[at : at + 1] in SINGLE else 0
