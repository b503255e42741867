"""Patterns over words as they are written, for what base forms (lemmas/) do not keep.

That is honorifics, which tell who speaks (おっしゃる is no 言う of one's own), endings that differ by a sound
(解約するそうです and しそうです), and all that stands before the hit. Each pattern is matched within one sentence,
against the words after the hit (or before it, where its comment says so). Recognised speech has few commas and full
stops, so that no pattern relies on them. `scope.py` decides with them.
"""

import re

# --- said by someone else -------------------------------------------------------------------------------------------
_OF_OTHERS = (  # verbs whose speaker is not oneself: passive, honorific, or of reading and hearing
    r"(言われ|いわれ|言った|言って(い|る|た|ま|くだ|いただ)|言い(張|出)|おっしゃ|仰|お聞き|聞[いかき]|お?伺い"
    r"|うかが|耳に|書い|書か|書き込|記載"
    r"|載[っせ]|うた[っわい]|謳|宣伝|読[んま]|お読み|ご覧|拝見した|出て(い|お|た)|教わ|教えられ"
    r"|ご?(案内|説明|紹介|提案|連絡|約束|返事|(お)?話|(お)?勧め|おすすめ)(さ|を受け|いただ|頂|なさ|があ|が出|があっ"
    r"|してもら)"
    r"|(勧め|すすめ|薦め|誘わ|頼ま)(られ|れ)"
    r"|いう(こと)?(広告|記事|話|お話|口コミ|案内|評判|噂|うわさ|看板|チラシ|メール|電話|宣伝|触れ込み|文句)(を|が"
    r"|に|で))"
)
HONOURED_SPEAKER = re.compile(
    rf"(と(?!一緒|共に|ともに|同)|って|とは|との|っていう|という|とか|よう(に)?)、?[^。]{{0,14}}?{_OF_OTHERS}"
    rf"|^[^、。]{{0,8}}?(と|って)のこと(です|でし|だっ|で|、|$)|^[^。]{{0,3}}?[」』]、?と"
)
BROKEN_PROMISE = re.compile(
    r"(言われ|聞[いか]|のこと)[^、。]{0,6}?(のに|けど|じゃ)"
)  # 無料と言われたのに is the complaint
OWN_PRAISE = re.compile(
    r"方|声|家庭|ご家族|利用者|会員|生徒|保護者|患者|伺って|お客様|会社様|皆|みな|評判|好評|喜|感想|選ばれ"
)  # reported, yet to convey a benefit

# --- heard ----------------------------------------------------------------------------------------------------------
HEARSAY = re.compile(
    r"(だ|る|い|た)(そうです|そうで($|[、。しすご])|そうなん|そうな(の|話)|そうだ)|らしい|みたいな(こと|話)(を|も"
    r"|は)|ようなこと(を|も)|とかいう"
    r"|(と|って)いう?(話|噂|うわさ|ニュース|説|評判)(も|が|を|で|は|です|だ)|って(話|噂|うわさ)|噂|うわさ"
    r"|とか、?[^。]{0,8}?(聞[いきか]|耳に|言われて|噂)|と(も)?言われてい|と(は)?聞[いき]ま|って(ね、?)?聞[いき]ま"
    r"|と耳に"
)
SEEMS = re.compile(r"みたい(です|だ|で|ね)|(よう|様)(です|でし)")
RUMOUR_BEFORE = re.compile(
    r"聞くところ|うわさ|噂|話(では|だと|じゃ)|によ(ると|りますと|れば)|よそ(の|で|さん)|他社(さん|様)?(で|が|も|の)"
    r"|(メーカー|取引先|役所|病院|学校|会社|本社|銀行|代理店)(さん)?(で|の(ほう|方)で)は|ほかの(会社|店|お店|教室"
    r"|ところ|業者)|隣の|知り合い|同僚|友人|友達|世間|ネット(で|に)"
)


# --- only asked after -----------------------------------------------------------------------------------------------
ASKS_HOW = re.compile(r"どの|どん|(?<!か)どう|どちら|何に|なにに|どれ")  # asking how it is used is help, not a check
# with a question: how an order stands
ALREADY = re.compile(r"もう|すでに|既に|ちゃんと|たしか|確か|昨日|先日|先週|この前")
INVITES = re.compile(
    r"いかが|如何|どうで|どうされ|ましょうか"
    r"|ませんか(?<!違いませんか)(?<!違いございませんか)(?<!違いありませんか)(?<!相違ございませんか)(?<!相違ありませんか)|おすすめ|お勧め|(て(も)?"
    r"|でも)(よろし|いい|かま)|興味|ご?希望は|検討|お考え"
)

# --- supposed -------------------------------------------------------------------------------------------------------
SUPPOSED = re.compile(
    r"^[^、。]{0,6}?((?<!い)た)?(場合|とき|(?<!同)時|際)(は|に|も|で|の|、)|^[^、。]{0,5}?(たとしても|としたら"
    r"|とすれば|ても、)"
    r"|^[^、。]{0,8}?(とすると|と(し|なっ)た(ら|場合|とき)|として、?(も|い|い[つく]|何|どこ)|ってなった(ら|とき"
    r"|場合)|(よう|様)(でし|だっ)たら|(よう|様)(なら|であれば))"
)
SUPPOSED_OFFER = re.compile(
    r"^[^、。]{0,12}?((の|ん)(であれば|でしたら|だったら|なら)|(場合|際|とき|(?<!同)時|た月)(に|は|も|で|の|、))"
)
IN_DOUBT = re.compile(r"[^、。]{0,12}?か(どうか|否か)")
BENEFIT = re.compile(r"お得|お?安|割引|割り引|便利|無料|いかが|ませんか|ましょう|おすすめ|お勧め|ぜひ|どうぞ|特典")
IF = re.compile(r"もし|仮に|万が一|万一|たとえば|例えば|次第で|場合によ")  # before the hit
WERE_IT_SO = re.compile(r"たら|だら|[えけげせてねべめれ]ば|なら")  # before the hit
SUPPOSED_TALK = re.compile(r"(たら|だら|ば|なら)の(話|こと)")  # before the hit
THEN = re.compile(r"[^、。]{0,12}?(たら|だら|れば|なら|ると|とき|場合|かもしれ|として)")
NEXT_TIME = re.compile(r"また|今度|次に|次も|これ以上|明日|来週|もし")  # before a complaint that has not come yet
# 直ると助かります wishes for what is not there yet
WISHED_SATISFACTION = re.compile(
    r"((?<!なら)ば|たら|だら|(?<![そこあ]れ)なら|だと|[うくぐすつぬぶむる]と|いと|ほうが|方が|りゃ|きゃ)、?(大変"
    r"|本当に|すごく|とても|一番)?$"
)
WISHED_INTEREST = re.compile(r"((?<!なら)ば|たら|ると|いと|りゃ|きゃ)、?(一番)?$")
WISHED_HERE = re.compile(r"(だ|である)?(と(?!思|言|考|か|お|の|聞|い[うっ])|なら|ば|たら|んだったら|のなら)")

# --- denied ---------------------------------------------------------------------------------------------------------
EXCEEDS = re.compile(r"(こんなに|これほど|ここまで|これ以上に)[^、。]{0,6}$")  # こんなに便利なものはありません praises
REQUESTS = re.compile(r"(もらえ|いただけ|頂け|くれ|ください)(ます|ません)か")  # 何かあれば教えてもらえませんか asks now
CLOSED = re.compile(
    r"(のに|ので|から|けど|けれど|(?<![おこそとのもよろごぞどぼ])うと|[くすつぬぶむるい]と|(ます|です)と|[てで]も|れば|たら|なら|(です|ます|た)(が|か"
    r"|ね|よ|よね)|ましょう|ください)$"
)  # a hit that ends a clause
PREDICATE = re.compile(r"[うくすつぬぶむるいただ]$")  # a hit that ends in a verb or adjective
