"""The scan of market/scanner written plainly with numpy and pandas: what `./dev bench market` sets beside it.

scanner_peer.py FOLDER: reads quotes.bin, figures.bin and metadata.json; prints {scan_ms: […], rankings: […]}.
Reading is not measured; metrics, filters, ranking, categories, deltas and their JSON are.
"""
import json
import sys
import time

import numpy as np
import pandas as pd

PRICES = ["last", "bid", "ask", "open", "high", "low", "day_close", "vwap", "prev_close"]
QUOTE = np.dtype({
    "names": ["symbol", "otc", "time"] + PRICES + ["day_volume", "volume_today", "prev_volume", "volume", "trades"],
    "formats": ["S10", "?", "i8"] + ["i8"] * 9 + ["i8"] * 3 + ["i4"] * 2,
    "offsets": [0, 10, 16] + [24 + 8 * i for i in range(9)] + [96, 104, 112, 120, 124],
    "itemsize": 128})
FIGURES = np.dtype([(name, "i8") for name in ["rvol", "atr", "atr_percent", "intraday_high", "intraday_low"]])
UNKNOWN = np.iinfo(np.int64).min
KEEP, LIMIT = 1000, 100


def known(units):
    return pd.Series(units, dtype="float64").where(units != UNKNOWN) / 1e4


def round4(values):
    return np.sign(values) * np.floor(np.abs(values) * 1e4 + 0.5) / 1e4


def percent(value, base):
    return round4((value - base) / base.where(base > 0) * 100)


def frame_of(quotes, figures, metadata):
    frame = pd.DataFrame({name: quotes[name] for name in QUOTE.names if name != "symbol"})
    frame["symbol"] = quotes["symbol"].astype("U10")
    for name in PRICES:
        frame[name] /= 1e4
    for name in ["rvol", "atr"]:
        frame[name] = known(figures[name])
    for name in ["intraday_high", "intraday_low"]:
        frame[name] = figures[name] / 1e4
    return frame.merge(metadata, on="symbol")


def add_metrics(f):
    f["price"] = f["last"].where(f["last"] > 0, f["day_close"].where(f["day_close"] > 0, f["prev_close"]))
    f["volume_today"] = f["volume_today"].where(f["volume_today"] > 0, f["day_volume"])
    f = f[(f["price"] >= 0.5) & (f["volume_today"] > 0)].copy()
    pace = round4(f["volume_today"] / f["avg_volume_30d"].where(f["avg_volume_30d"] > 0))
    f["rvol_slot"] = f["rvol"]
    f["rvol"] = f["rvol"].fillna(pace)
    f["change"] = f["price"] - f["prev_close"]
    f["change_percent"] = percent(f["price"], f["prev_close"])
    f["price_from_high"] = percent(f["price"], f["high"])
    f["price_from_low"] = percent(f["price"], f["low"])
    f["price_vs_vwap"] = percent(f["price"], f["vwap"])
    f["gap_from_open"] = percent(f["price"], f["open"])
    f["atr_percent"] = round4(f["atr"] / f["price"] * 100)
    f["score"] = round4(10 * f["rvol"].fillna(0) + 5 * pace.fillna(0))
    return f


def ranked(f):
    f = f[(f["price"] >= 1) & (f["volume_today"] >= 100)]
    f = f.sort_values(["score", "symbol"], ascending=[False, True]).head(KEEP).reset_index(drop=True)
    f["rank"] = f.index + 1
    return f


def categories(f):
    change, rvol, turn = f["change_percent"], f["rvol"], f["gap_from_open"]

    def top(mask, key, ascending=False):
        return f[mask].sort_values([key, "symbol"], ascending=[ascending, True]).head(LIMIT)

    turned = ((change >= 2) & (turn <= -1)) | ((change <= -2) & (turn >= 1))
    return {
        "gappers_up": top(change >= 2, "change_percent"),
        "gappers_down": top(change <= -2, "change_percent", True),
        "momentum_up": top(change >= 3, "change_percent"),
        "momentum_down": top(change <= -3, "change_percent", True),
        "winners": top(change >= 5, "change_percent"),
        "losers": top(change <= -5, "change_percent", True),
        "anomalies": top(rvol >= 3, "rvol"),
        "high_volume": top(rvol >= 2, "volume_today"),
        "new_highs": top(f["price_from_high"] >= -0.5, "price_from_high"),
        "new_lows": top(f["price_from_low"] <= 0.5, "price_from_low", True),
        "reversals": top(turned, "score"),
    }


def gap_class(gap):
    size = abs(gap)
    return "SMALL" if size < 2 else "MEDIUM" if size < 5 else "LARGE" if size < 10 else "EXTREME"


ROW = ["symbol", "time", "price", "bid", "ask", "volume", "volume_today", "open", "high", "low", "intraday_high",
       "intraday_low", "prev_close", "prev_volume", "change", "change_percent", "avg_volume_30d", "avg_volume_10d",
       "float_shares", "shares_outstanding", "market_cap", "sector", "industry", "exchange", "rvol", "rvol_slot", "atr",
       "atr_percent", "price_from_high", "price_from_low", "price_vs_vwap", "gap_from_open", "score", "rank"]


def rows_of(f):
    rows = f[ROW].astype(object).where(f[ROW].notna(), None).to_dict("records")
    for row in rows:
        row["session"] = "MARKET_OPEN"
        row["metadata"] = {"gap_from_prev_close": row["change_percent"], "gap_from_open": row.pop("gap_from_open"),
                           "gap_class": None if row["change_percent"] is None else gap_class(row["change_percent"])}
    return rows


def moved(old, new):
    def differs(name, most):
        if (old[name] is None) != (new[name] is None):
            return True
        return old[name] is not None and round(abs(old[name] - new[name]) * 1e4) > most * 1e4
    return (differs("price", 0.01) or differs("volume_today", 1000) or differs("change_percent", 0.01)
            or differs("rvol", 0.05))


def deltas(before, after):
    """What changed, and the rows as they were last announced."""
    changes = [{"action": "remove", "symbol": s} for s in before if s not in after]
    announced = {}
    ranks = {s: rank for rank, s in enumerate(before)}
    for rank, (symbol, row) in enumerate(after.items()):
        announced[symbol] = row
        if symbol not in before:
            changes.append({"action": "add", "rank": rank, "symbol": symbol, "data": row})
            continue
        if ranks[symbol] != rank:
            changes.append({"action": "rerank", "symbol": symbol, "old_rank": ranks[symbol], "new_rank": rank})
        if moved(before[symbol], row):
            changes.append({"action": "update", "rank": rank, "symbol": symbol, "data": row})
        else:
            announced[symbol] = before[symbol]
    return changes, announced


def scan(quotes, figures, metadata, held):
    frame = ranked(add_metrics(frame_of(quotes, figures, metadata)))
    lists = {"all": frame["symbol"].tolist()}
    counts = {}
    for name, rows in categories(frame).items():
        after = {row["symbol"]: row for row in rows_of(rows)}
        lists[name] = list(after)
        if name not in held:
            if after:
                json.dumps(list(after.values()))
                counts[name] = len(after)
                held[name] = after
            continue
        changes, held[name] = deltas(held[name], after)
        if changes:
            json.dumps(changes)
            counts[name] = len(changes)
    return {"lists": lists, "changes": counts}


def main(folder):
    with open(f"{folder}/metadata.json") as file:
        told = json.load(file)
    metadata = pd.DataFrame(told["metadata"])
    quotes = np.fromfile(f"{folder}/quotes.bin", QUOTE).reshape(told["cycles"], -1)
    figures = np.fromfile(f"{folder}/figures.bin", FIGURES).reshape(told["cycles"], -1)
    held, rankings, times = {}, [], []
    for cycle in range(told["cycles"]):
        begin = time.perf_counter()
        rankings.append(scan(quotes[cycle], figures[cycle], metadata, held))
        times.append((time.perf_counter() - begin) * 1e3)
    json.dump({"scan_ms": times, "rankings": rankings}, sys.stdout)


main(sys.argv[1])
