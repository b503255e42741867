"""What was known of the customer when the call was made: the last snapshot before the day of the call, never later."""

import pandas as pd

PREFIX = "snapshot_"


def with_snapshots(joined: pd.DataFrame, snapshots: pd.DataFrame) -> pd.DataFrame:
    """Joined calls with the columns of the customer's last snapshot before their day, prefixed `snapshot_`.

    A snapshot of the day of the call is not used: it may have been taken after it. `snapshot_on` tells its day; calls
    without a customer, a time or an earlier snapshot have NA throughout.
    """
    day = joined["started_at"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None).dt.normalize().astype("datetime64[s]")
    left = pd.DataFrame({"call": joined.index, "customer_id": joined["joined_customer_id"], "day": day}).dropna()
    right = snapshots.rename(columns={name: PREFIX + name for name in snapshots.columns if name != "customer_id"})
    found = pd.merge_asof(
        left.sort_values("day"),
        right.sort_values(PREFIX + "on"),
        left_on="day",
        right_on=PREFIX + "on",
        by="customer_id",
        allow_exact_matches=False,
    )
    known = found.set_index("call").drop(columns=["customer_id", "day"])
    return joined.join(known.reindex(joined.index))
