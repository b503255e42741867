"""The way through the pages: which there are, in which order, and whom each is shown to."""

from dataclasses import dataclass

from api.policy import Permission
from pipeline.language import Text


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation, or of the navigation within an area."""

    section: str  # what the page's template names itself
    href: str
    permission: Permission
    name: Text


PLACES = (
    Place("report", "/report", "report.read", Text("ダッシュボード", "Dashboard")),
    Place("contribution", "/contribution/any", "report.read", Text("貢献の推定", "Contribution")),
    Place("operators", "/operators", "operators.read", Text("オペレーター", "Operators")),
    Place("calls", "/calls", "calls.read", Text("通話", "Calls")),
    Place("dictionary", "/dictionary", "dictionary.read", Text("フレーズ辞書", "Phrases")),
    Place("reviews", "/reviews", "reviews.read", Text("確認", "Review")),
    Place("scorecards", "/scorecards", "scorecards.read", Text("評価シート", "Scorecards")),
    Place("tables", "/tables", "tables.read", Text("契約・成果", "Contracts")),
    Place("nights", "/nights", "nights.read", Text("夜間バッチ", "Nights")),
    Place("administration", "/administration", "administration.read", Text("管理", "Administration")),
    Place("help", "/help", "signed_in", Text("ヘルプ", "Help")),
)

AREAS = {  # section: the pages within it; the template names its own as `part`
    "tables": (
        Place("tables", "/tables", "tables.read", Text("表と取り込み", "Tables")),
        Place("joins", "/joins", "tables.read", Text("結び付き", "Joins")),
        Place("kpi", "/kpi", "tables.read", Text("KPI シート", "KPI sheet")),
    ),
    "reviews": (
        Place("desk", "/reviews", "reviews.judge", Text("確認する", "Review")),
        Place("precision", "/reviews/precision", "reviews.read", Text("適合率と一致", "Precision and agreement")),
    ),
    "scorecards": (
        Place("evaluations", "/scorecards", "scorecards.read", Text("評価", "Evaluations")),
        Place("forms", "/scorecards/forms", "scorecards.evaluate", Text("シート", "Scorecards")),
        Place("calibrations", "/scorecards/calibrations", "scorecards.evaluate", Text("校正", "Calibration")),
    ),
    "administration": (
        Place("users", "/users", "users.manage", Text("利用者", "Users")),
        Place("roles", "/roles", "users.manage", Text("役割", "Roles")),
        Place("teams", "/teams", "users.manage", Text("チーム", "Teams")),
        Place("tokens", "/tokens", "tokens.manage", Text("APIトークン", "API tokens")),
        Place("notifications", "/notifications", "notifications.manage", Text("通知", "Notifications")),
        Place("audit", "/audit", "audit.read", Text("監査ログ", "Audit log")),
        Place("retention", "/retention", "privacy.read", Text("保存期間", "Keeping periods")),
        Place("holds", "/holds", "privacy.read", Text("法的な保全", "Legal holds")),
        Place("erasures", "/erasures", "privacy.read", Text("消去", "Erasure")),
    ),
}
