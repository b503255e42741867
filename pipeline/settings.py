"""Everything that can be set, with defaults and bounds: checked once, then passed. Unknown keys are refused."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr

from pipeline.errors import BadInput
from pipeline.language import Text
from pipeline.secrets import read_secret

READS_PER_HOUR = 5_000  # a listener who judges one call every three seconds without a rest opens fewer


class Section(BaseModel):
    """A table of `kouken.toml`: frozen, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class StoreSettings(Section):
    """`[store]`: where results are kept."""

    url: str = Field("", description="SQLAlchemy の URL。空なら data_dir の kouken.db(SQLite)")
    url_file: Path | None = Field(
        None, description="その URL を書いたファイル(パスワードを含むときに勧める)。url とはどちらか一つ"
    )
    allow_plain: bool = Field(
        False, description="ほかの機械の PostgreSQL へ暗号化なしでつなぐことを許す(通話の内容が盗み見られうる)"
    )

    @property
    def named_url(self) -> str:
        """The URL, from wherever it is given; empty where it is not. Raises `BadInput`."""
        if self.url_file is None:
            return self.url
        if self.url:
            raise BadInput(
                Text(
                    "store.url と store.url_file の両方があります(環境変数も含めて)。どちらか一つにしてください。",
                    "Both store.url and store.url_file are given (the environment counts). Leave one of them.",
                )
            )
        return read_secret(self.url_file, "store.url_file")


class SpeechSettings(Section):
    """`[speech]`: decoding and transcription."""

    model: str = Field("", description="faster-whisper の重みのフォルダー。空なら同梱の Whisper base")
    device: Literal["cpu", "cuda"] = Field("cpu", description="推論に使う装置")
    compute_type: str = Field("int8", description="CTranslate2 の計算精度(CPU は int8、GPU は float16 など)")
    cpu_fallback: bool = Field(False, description="GPU が使えなくなったら CPU で続ける(false なら止める)")
    operator_channel: int = Field(0, ge=0, le=1, description="オペレーターのチャンネル(0=左、1=右)")
    received_leg: Literal["customer", "operator"] = Field(
        "customer", description="二つのファイルの録音で、着信のとき r・in の側が誰の声か(発信では入れ替わる)"
    )
    diarise: bool = Field(True, description="モノラルの通話の話者を声と話し方から推定する(false なら話者不明)")
    hotwords: bool = Field(False, description="単語登録の表記を認識の手がかりに渡す(訂正だけなら不要)")
    max_hours: float = Field(12.0, gt=0, le=168, description="これより長い録音は隔離する(時間)")
    leak_db: float = Field(10.0, ge=0, description="相手の声の漏れと見なすのに要る、元の声との音量の差(dB)")
    leak_likeness: float = Field(0.35, gt=0, le=1, description="漏れと見なす波形の相関。上げるほど消さない")
    swap_lead: float = Field(
        2.0, ge=0, description="左右の取り違えと見なすのに要る、話し方の点の差。上げるほど入れ替えない"
    )


class WorkSettings(Section):
    """`[work]`: how the night uses the machine."""

    engine: Literal["local", "ray"] = Field("local", description="書き起こしをこの機械で(local)か Ray で(ray)")
    ray_address: str = Field("auto", description="Ray のクラスター(auto はこの機械が属するもの)")
    ray_token_file: Path | None = Field(None, description="Ray のトークンのファイル。空なら RAY_AUTH_TOKEN_PATH")
    workers: int = Field(0, ge=0, description="並行して解析する数。0 なら CPU の数(ray では全ノードのスロット)")
    timeout_factor: float = Field(20.0, gt=0, description="1 件の上限時間 = 録音の長さ × この値 + 10 分")
    attempts: int = Field(3, ge=1, description="一件を隔離するまでの試行回数")
    reserve_gib: float = Field(1.0, ge=0, description="始めるのに要るディスクの空き(GiB)")
    settle_s: float = Field(10.0, ge=0, description="新しいファイルを書き込み終わりと見なすまで見守る秒数")
    lease_minutes: float = Field(
        15.0, gt=0, le=1440, description="動きのない夜の仕事をほかの夜が引き取るまでの分数(PostgreSQL)"
    )


class SourcePreset(Section):
    """`[sources.presets.NAME]`: how the names of one recorder's files tell the call."""

    pattern: str = Field("", description="拡張子を除くパス全体に当てる正規表現。名前付きの組が列になる")
    zone: str = Field("Asia/Tokyo", description="名前にある日時の時間帯")
    operator_channel: int | None = Field(None, ge=0, le=1, description="オペレーターのチャンネル(0=左、1=右)")
    legs: bool = Field(True, description="-in と -out などの二つのファイルを一つの通話にまとめる")
    directions: dict[str, str] = Field(default_factory=dict, description="direction の読み替え")
    sidecar: str = Field("", description="録音の隣の JSON の名前({stem}.json など)")
    sidecar_fields: dict[str, str] = Field(default_factory=dict, description="列 = JSON の中の場所(点でつなぐ)")


class SourcesSettings(Section):
    """`[sources]`: where recordings come from."""

    preset: str = Field("", description="録音の名前の読み方(kouken sources list)。空なら読まない")
    presets: dict[str, SourcePreset] = Field(default_factory=dict, description="自分で書いた読み方")
    transcripts: bool = Field(
        True, description="録音のない通話は、アーカイブにある書き起こし(JSON・vCon・VTT・SRT・CSV)を読む"
    )


class AcousticsSettings(Section):
    """`[acoustics]`: from when on talking at once or saying nothing counts."""

    overlap_ms: int = Field(1000, gt=0, description="同時に話した時間を重なりと数える下限(ミリ秒)")
    silence_ms: int = Field(3000, gt=0, description="誰も話さない時間を沈黙と数える下限(ミリ秒)")
    join_ms: int = Field(300, ge=0, description="この間より短い途切れは続けて話したと見なす(ミリ秒)")


class AlertSettings(Section):
    """`[alerts]`: when a night is not well, and whom to tell. Nothing is sent unless a place is named."""

    every_hours: float = Field(26.0, gt=0, le=8760, description="次の夜が始まるまでの上限(時間)。過ぎたら異常とする")
    longest_hours: float = Field(10.0, gt=0, le=8760, description="一夜の長さの上限(時間)。過ぎたら異常とする")
    mail_to: str = Field("", description="異常を知らせるメールの宛先([mail] のサーバーから送る)。空なら送らない")
    webhook_url: str = Field("", pattern="^(https?://.*)?$", description="異常を JSON で知らせる URL。空なら送らない")
    metrics: Path | None = Field(None, description="Prometheus の textfile(*.prom)の置き場所")


class PrivacySettings(Section):
    """`[privacy]`: personal data in transcripts."""

    mask: bool = Field(True, description="カード番号などを最初の書き込みの前に伏せる")
    register_file: Path | None = Field(None, description="消去の記録簿の置き場所(空なら data_dir の erased.jsonl)")


class PlaybackSettings(Section):
    """`[playback]`: copies of recordings for the player, muted where personal data is said. All may be deleted."""

    nightly: bool = Field(False, description="試聴用の音声を夜間バッチで作っておく(false なら初めて聞くときに作る)")
    keep_gib: float = Field(20.0, gt=0, description="試聴用の音声に使うディスクの上限(GiB)。古いものから消す")


class RetentionSettings(Section):
    """`[retention]`: for how many days things are kept; 0 keeps them for ever."""

    audio_days: int = Field(0, ge=0, le=36_500, description="再生用の写しを残す日数(作った日から)。0 なら消さない")
    transcript_days: int = Field(0, ge=0, le=36_500, description="書き起こしを残す日数(通話の日から)。0 なら消さない")
    score_days: int = Field(0, ge=0, le=36_500, description="通話とスコアを残す日数(通話の日から)。0 なら消さない")
    audit_days: int = Field(0, ge=0, le=36_500, description="操作の記録を残す日数。0 なら消さない")


class MomentsSettings(Section):
    """`[moments]`: when the classifier's word is taken. `kouken train card` shows what to expect of a threshold."""

    model: Path | None = Field(None, description="場面の分類器のフォルダー。空なら同梱のもの")
    device: Literal["cpu", "cuda"] = Field(
        "cpu",
        description=(
            "場面の分類器を動かす装置(cuda は onnxruntime-gpu か、`kouken train moments --teach --torch` のモデルなら"
            " torch が要る)"
        ),
    )
    thresholds: dict[
        Literal["appeal", "enablement", "proposal", "interest", "decline", "churn_risk", "satisfaction", "complaint"],
        Annotated[float, Field(ge=0.02, le=0.98)],
    ] = Field(default_factory=dict, description="場面ごとのしきい値(`[moments.thresholds]`)。書かない場面はモデルの値")
    veto: float = Field(0.3, ge=0, le=1, description="分類器の確率がこれより低い文では、辞書の当たりを数えない")


class TablesSettings(Section):
    """`[tables]`: the four input tables. `[tables.headers.calls]` maps a file's own header to a column's name."""

    preset: Literal["", "salesforce", "kintone"] = Field("", description="書き出し元の製品に合わせた見出しの読み替え")
    headers: dict[Literal["calls", "contracts", "outcomes", "customer_snapshots"], dict[str, str]] = Field(
        default_factory=dict, description="表ごとの見出しの読み替え(見出し = 列名。空の列名はそのまま追加の列になる)"
    )


class FiguresSettings(Section):
    """`[figures]`: what the tables do not tell."""

    margin: float = Field(1.0, gt=0, le=1, description="LTV に使う粗利率")
    yearly_discount: float = Field(0.0, ge=0, description="LTV の割引率(年)")
    minimum_group: int = Field(10, ge=1, description="これより顧客が少ない区分では率を出さない")
    tier_high_yen: int = Field(3_000_000, ge=0, description="ハイタッチを提案する LTV の下限(円)")
    tier_low_yen: int = Field(500_000, ge=0, description="ロータッチを提案する LTV の下限(円)")
    tier_tech_yen: int = Field(100_000, ge=0, description="テックタッチを提案する LTV の下限(円)")
    goals: Path | None = Field(None, description="KPI シート(ゴール・目標・施策)の TOML ファイル")
    health: Path | None = Field(None, description="健康スコアの式の TOML ファイル")


class MailSettings(Section):
    """`[mail]`: how reports leave by e-mail. Without a host nothing is sent."""

    host: str = Field("", description="SMTP サーバー。空ならメールを送らない")
    port: int = Field(587, ge=1, le=65535, description="SMTP のポート")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="暗号化(none は同じ機械の中だけ)")
    sender: str = Field("", description="差出人のアドレス")
    user: str = Field("", description="SMTP の利用者名。空なら認証しない")
    password_file: Path | None = Field(None, description="SMTP のパスワードを書いたファイル")
    ca_file: Path | None = Field(None, description="社内の認証局の証明書(PEM)。空なら OS のもの")
    timeout_s: float = Field(30.0, gt=0, description="SMTP の応答を待つ時間(秒)")


class Recipients(Section):
    """Who gets which report: the centre's, one team's, or one operator's."""

    to: tuple[str, ...]
    team: str = ""
    operator: str = ""


class ScheduleSettings(Section):
    """`[schedule]`: the monthly report that `kouken report --monthly` makes and sends."""

    language: Literal["ja", "en"] = Field("ja", description="毎月のレポートの言語")
    recipients: tuple[Recipients, ...] = Field(
        (), description="送り先(`[[schedule.recipients]]` に to と、必要なら team か operator)"
    )


class WebSettings(Section):
    """`[web]`: the pages."""

    host: str = Field("127.0.0.1", description="待ち受けるアドレス")
    port: int = Field(8000, ge=1, le=65535, description="待ち受けるポート")
    names: tuple[str, ...] = Field(
        (), description="画面を開くときの名前(kouken.example.jp など)。この機械の中だけなら空"
    )
    certificate: Path | None = Field(None, description="TLS の証明書(PEM)。key と組で")
    key: Path | None = Field(None, description="TLS の秘密鍵(PEM)")
    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        (), description="X-Forwarded-For と X-Forwarded-Proto を信じてよい中継のアドレスか網。空ならどれも信じない"
    )
    behind_tls: bool = Field(False, description="TLS を終える中継(リバースプロキシ)の後ろで動かす")
    hsts_subdomains: bool = Field(
        False,
        description=(
            "画面の名前の下のすべての名前(x.kouken.example.jp など)も、一年のあいだ TLS だけで開かせる"
            "(下にほかのサーバーがあれば、そこも TLS でなければ開けなくなる)"
        ),
    )
    allow_plain_http: bool = Field(
        False, description="ほかの機械から暗号化なしで開くことを許す(パスワードと通話が盗み見られうる)"
    )
    idle_minutes: int = Field(60, ge=1, le=10_080, description="操作がないときにサインアウトするまでの分")
    request_timeout_s: float = Field(
        20.0,
        gt=0,
        description=(
            "TLS の握手、要求の見出し、本文が、それぞれ届くのを待つ秒数"
            "(見出しと本文は、毎秒 8 KiB より速く届くうちは切らない)"
        ),
    )
    answer_timeout_s: float = Field(
        600.0, gt=0, description="答え(音声など)を読み進めない相手を切るまでの秒数(止めた再生は続きを求め直す)"
    )
    upload_mb: int = Field(100, ge=1, description="画面から取り込める表の大きさの上限(MB)")
    breached_passwords: Path | None = Field(
        None, description="漏れたパスワードの SHA-1 の一覧(Have I Been Pwned、ハッシュの順)。空なら照らさない"
    )
    second_factor: Literal["off", "optional", "required"] = Field(
        "optional",
        description="パスワードでのサインインの二段階認証(off は使わない、optional は希望する人、required は全員)",
    )
    second_factor_roles: tuple[str, ...] = Field(
        (), description="optional でも二段階認証を必ず求める役割(administrator など)"
    )
    scan_command: tuple[str, ...] = Field(
        (), description="画面から受けたファイルを読む前に調べるコマンド(終わりに場所を付けて呼ぶ)。空なら調べない"
    )
    scan_timeout_s: float = Field(60.0, gt=0, description="scan_command の答えを待つ時間(秒)")
    reads_per_hour: int = Field(
        READS_PER_HOUR,
        ge=1,
        le=1_000_000,
        description="一人が(API トークンもそれぞれ)一時間に開ける、お客様のことばの数。限らないという値はない",
    )
    session_hours: int = Field(12, ge=1, le=168, description="サインインし直すまでの時間")
    webhook_hosts: tuple[str, ...] = Field(
        (), description="Webhook を送ってよいホスト(443 以外は :ポート も)と社内のアドレス。空なら送らない"
    )
    webhook_ca_file: Path | None = Field(None, description="Webhook の送り先の社内の認証局の証明書(PEM)")

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the pages by TLS."""
        return self.behind_tls or self.certificate is not None


class OidcSettings(Section):
    """`[oidc]`: signing in at the company's identity provider. Without an issuer nothing is offered or asked."""

    issuer: str = Field("", description="OpenID Connect の発行者の URL。空なら使わない")
    client_id: str = Field("", description="発行者に登録したクライアントの ID")
    client_secret: SecretStr = Field(SecretStr(""), description="クライアントのシークレット(ファイルを勧める)")
    client_secret_file: Path | None = Field(None, description="クライアントのシークレットを書いたファイル")
    user: Literal["email", "subject"] = Field(
        "email", description="最初のサインインで利用者名と照らすもの(確認済みのメールアドレスか、sub の値)"
    )
    allowed_domain: str = Field("", description="この後ろのメールアドレスだけを通す(example.co.jp)。空なら限らない")
    button_ja: str = Field("会社のアカウントでサインイン", min_length=1, description="ボタンの名前(日本語)")
    button_en: str = Field("Use your company account", min_length=1, description="ボタンの名前(英語)")
    ca_file: Path | None = Field(None, description="社内の認証局の証明書(PEM)。空なら OS のもの")
    timeout_s: float = Field(10.0, gt=0, description="発行者の応答を待つ時間(秒)")


class LogSettings(Section):
    """`[log]`: a second place for the audit log. Nothing is sent unless one is named."""

    forward: str = Field("", description="操作の記録を送る syslog(tls://host:6514。tcp は同じ機械だけ)。空なら送らない")
    forward_ca_file: Path | None = Field(None, description="送り先の社内の認証局の証明書(PEM)。空なら OS のもの")
    forward_timeout_s: float = Field(10.0, gt=0, description="送り先の応答を待つ時間(秒)")
    forward_every_s: float = Field(10.0, gt=0, description="kouken serve が新しい記録を送る間隔(秒)")


def _default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "kouken"


class Settings(Section):
    """Everything that can be set. `KOUKEN_WEB__PORT=8080` is the same as `port = 8080` under `[web]`."""

    data_dir: Path = Field(default_factory=_default_data_dir, description="結果を置くフォルダー(録音は動かさない)")
    store: StoreSettings = StoreSettings()
    speech: SpeechSettings = SpeechSettings()
    work: WorkSettings = WorkSettings()
    sources: SourcesSettings = SourcesSettings()
    acoustics: AcousticsSettings = AcousticsSettings()
    alerts: AlertSettings = AlertSettings()
    privacy: PrivacySettings = PrivacySettings()
    playback: PlaybackSettings = PlaybackSettings()
    retention: RetentionSettings = RetentionSettings()
    moments: MomentsSettings = MomentsSettings()
    tables: TablesSettings = TablesSettings()
    figures: FiguresSettings = FiguresSettings()
    mail: MailSettings = MailSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    web: WebSettings = WebSettings()
    oidc: OidcSettings = OidcSettings()
    log: LogSettings = LogSettings()

    @property
    def store_url(self) -> str:
        """The database: the configured one, else SQLite in `data_dir`. Raises `BadInput`."""
        return self.store.named_url or f"sqlite:///{self.data_dir / 'kouken.db'}"
