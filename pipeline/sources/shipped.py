"""The presets that come with Kouken, by the names their recorders write."""

from pipeline.language import Text
from pipeline.sources.preset import Preset

_WHEN = r"(?P<date>\d{8})-(?P<time>\d{6})-(?P<call_id>\d+\.\d+)[a-z]?(?:-(?:in|out|r|t|L|R))?"
_OUR, _ANY = r"(?P<operator_id>[^-/]+)", r"[^-/]+"
_THEIRS = r"(?:unknown|anonymous|(?P<phone>[^-/]+))"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SIDES = {"in": "inbound", "generic": "inbound", "external": "inbound", "q": "inbound", "rg": "inbound"}
_SIDES |= {"out": "outbound", "internal": "internal"}

SHIPPED = {
    preset.name: preset
    for preset in (
        Preset(
            "freepbx",
            Text("FreePBX・Asterisk(monitor/年/月/日/種類-宛先-発信元-日付-時刻-uniqueid)", "FreePBX, Asterisk"),
            # The dial plan of FreePBX writes type-called-caller: who is whom depends on the type. What came in by an
            # inbound route was called by its public number; of calls between two extensions, and of recordings that
            # were forced, the name does not tell which of the two is the operator.
            patterns=(
                rf"(?:.*/)?(?P<direction>out)-{_THEIRS}-{_OUR}-{_WHEN}",
                rf"(?:.*/)?(?P<direction>q|rg)-(?P<queue>[^-/]+)-{_THEIRS}-{_WHEN}",
                rf"(?:.*/)?(?P<direction>in|generic)-{_ANY}-{_THEIRS}-{_WHEN}",
                rf"(?:.*/)?(?:(?P<direction>external)|exten)-{_OUR}-{_THEIRS}-{_WHEN}",
                rf"(?:.*/)?(?:(?P<direction>internal)|force)-{_ANY}-{_ANY}-{_WHEN}",
            ),
            values={"direction": _SIDES},
        ),
        Preset(
            "genesys",
            Text("Genesys Cloud の一括書き出し(conversation_id=…、隣の _metadata.json、UTC)", "Genesys Cloud export"),
            patterns=(r"(?:.*/)?conversation_id=(?P<call_id>[^/]+)/[^/]+",),
            zone="UTC",
            sidecars=("{stem}_metadata.json", "{stem}.json"),
            sidecar_fields={
                "call_id": ("conversationId",),
                "started_at": ("startTime", "conversationStart", "recordingStartTime"),
                "operator_id": ("agentId", "userId", "agent.id"),
                "operator_name": ("agentName", "agent.name"),
                "queue": ("queueName", "queue.name"),
                "direction": ("direction", "initialDirection"),
                "phone": ("ani", "remoteNumber"),
            },
        ),
        Preset(
            "connect",
            Text("Amazon Connect(contactId_日付T時:分_UTC、右がエージェント)", "Amazon Connect, agent on the right"),
            patterns=(rf"(?:.*/)?(?P<call_id>{_UUID})_(?P<date>\d{{8}})T(?P<time>\d{{2}}(?::|_|%3A)?\d{{2}})_UTC",),
            zone="UTC",
            operator_channel=1,
        ),
        Preset(
            "biztel",
            Text("BIZTEL(20 桁のリクエスト ID、あれば日付と時刻)", "BIZTEL, by the 20-digit request id"),
            patterns=(r"(?:.*/)?(?:[^/]*[_-])?(?P<call_id>\d{20})(?:[_-](?P<date>\d{8})[_-]?(?P<time>\d{6}))?",),
            headers={
                "リクエストID": "call_id",
                "開始日時": "started_at",
                "オペレーターID": "operator_id",
                "オペレーター名": "operator_name",
                "顧客電話番号": "phone",
            },
        ),
        Preset(
            "miitel",
            Text("MiiTel(シーケンス ID の名前と、応対履歴の CSV)", "MiiTel, named by the sequence id, with its CSV"),
            patterns=(r"(?:.*/)?(?P<call_id>[0-9A-Za-z][0-9A-Za-z_-]*)",),
            headers={
                "Sequence ID": "call_id",
                "シーケンスID": "call_id",
                "dial/call begin": "started_at",
                "発信/着信日時": "started_at",
                "user name": "operator_name",
                "ユーザー名": "operator_name",
                "Call type": "direction",
                "通話種別": "direction",
            },
        ),
        Preset(
            "calls",
            Text("名前は読まず、calls.csv だけを使う", "names are not read: calls.csv alone tells the calls"),
            legs=False,
        ),
        Preset(
            "vcon",
            Text("録音の隣の vCon(X.vcon.json か X.json)", "the vCon beside each recording"),
            sidecars=("{stem}.vcon.json", "{stem}.json"),
            sidecar_fields={"call_id": ("subject", "uuid"), "started_at": ("dialog.0.start",)},
        ),
    )
}
