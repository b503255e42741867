"""Section D of the fault list for tables: what is read right, what is refused, and with which words."""

import re
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import BadTable
from pipeline.outcomes import load
from pipeline.outcomes.columns import DTYPES, SHAPES, Kind
from pipeline.outcomes.join import JOIN_TEXTS
from pipeline.outcomes.load import empty_table, read_table
from pipeline.outcomes.report import COUNT_TEXTS
from pipeline.outcomes.sources import FIELD_LIMIT

CALLS = "call_id,started_at,operator_id,customer_id,operator_name\n"
CONTRACTS = "contract_id,customer_id,start_date,mrr_start_yen\n"
OUTCOMES = "contract_id,event_date,event_type,mrr_before_yen,mrr_after_yen\n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def refusal(kind: Kind, path: Path) -> BadTable:
    with pytest.raises(BadTable) as caught:
        read_table(kind, path)
    return caught.value


def places(error: BadTable) -> list[tuple[int | None, str | None]]:
    return [(problem.line, problem.column) for problem in error.problems]


# D1: encodings


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 (BOM)"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp932", "CP932"),
        ("euc_jp", "EUC-JP"),
    ],
)
def test_d1_every_usual_encoding_is_told_by_its_bytes(tmp_path: Path, encoding: str, name: str) -> None:
    text = "通話ID,開始日時,担当者ID,顧客ID,担当者名\nC1,2026/1/5 9:00,OP1,K1,山田 太郎さん\n"
    loaded = read_table("calls", written(tmp_path, text, encoding))
    assert loaded.report.encoding == name
    assert loaded.frame["operator_name"].tolist() == ["山田 太郎さん"]


def test_d1_characters_of_windows_are_kept_as_written(tmp_path: Path) -> None:
    path = written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,①髙﨑～㈱\n", "cp932")
    assert read_table("calls", path).frame["operator_name"].tolist() == ["①髙﨑～㈱"]


def test_d1_a_character_outside_the_basic_plane_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,𠮷野\n")
    assert read_table("calls", path).frame["operator_name"].tolist() == ["𠮷野"]


def test_d1_half_width_kana_in_cp932_is_not_taken_for_euc(tmp_path: Path) -> None:
    path = written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,ﾔﾏﾀﾞﾀﾛｳ\nC2,2026/1/5 9:00,OP1,K2,ｻﾄｳﾊﾅｺ\n", "cp932")
    assert read_table("calls", path).frame["operator_name"].tolist() == ["ﾔﾏﾀﾞﾀﾛｳ", "ｻﾄｳﾊﾅｺ"]


def test_d1_a_line_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    good = "C{n},2026/1/5 9:00,OP1,K1,山田\n"
    content = [CALLS.encode()] + [good.format(n=n).encode() for n in range(3)]
    path.write_bytes(b"".join([*content, "C9,2026/1/5 9:00,OP1,K1,佐藤\n".encode("cp932")]))
    assert places(refusal("calls", path)) == [(5, None)]


def test_d1_utf8_lines_in_a_cp932_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    good = "C{n},2026/1/5 9:00,OP1,K1,山田太郎さん\n"
    content = [CALLS.encode()] + [good.format(n=n).encode("cp932") for n in range(3)]
    path.write_bytes(b"".join([*content, "C9,2026/1/5 9:00,OP1,K1,佐藤花子\n".encode()]))
    assert places(refusal("calls", path)) == [(5, None)]
    path.write_bytes(b"".join([*content, "C9,2026/1/5 9:00,OP1,K1,鈴木\n".encode()]))  # no CP932 at all
    assert places(refusal("calls", path)) == [(5, None)]


# D2: headers


def test_d2_missing_required_columns_are_all_named(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, "call_id,customer_id\nC1,K1\n"))
    assert places(error) == [(1, "started_at"), (1, "operator_id")]
    assert "必須の列がありません" in error.render("ja")
    assert "required column is missing" in error.render("en")


def test_d2_two_headers_of_one_column_are_refused(tmp_path: Path) -> None:
    error = refusal(
        "calls", written(tmp_path, "call_id,started_at,call_datetime,operator_id\nC1,2026/1/5,2026/1/5,O\n")
    )
    assert "「started_at」と「call_datetime」" in error.render("ja")


def test_d2_a_further_column_written_twice_is_refused(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, "call_id,started_at,operator_id,memo,memo\nC1,2026/1/5,O,a,b\n"))
    assert places(error) == [(1, "memo")]


def test_d2_further_columns_are_kept_and_listed(tmp_path: Path) -> None:
    text = "call_id,started_at,operator_id,混雑度,店番\nC1,2026/1/5 9:00,O,3.5,007\nC2,2026/1/5 9:00,O,,012\n"
    loaded = read_table("calls", written(tmp_path, text))
    assert loaded.report.extra_columns == ("混雑度", "店番")
    assert loaded.frame["混雑度"].tolist() == [3.5, pd.NA]
    assert loaded.frame["店番"].tolist() == ["007", "012"]


@pytest.mark.parametrize("endless", ["1e400", "inf", "-Infinity", "9" * 400])
def test_d2_a_further_column_with_a_number_that_no_database_holds_is_text(tmp_path: Path, endless: str) -> None:
    text = f"call_id,started_at,operator_id,在籍月数\nC1,2026/1/5 9:00,O,3\nC2,2026/1/5 9:00,O,{endless}\n"
    assert read_table("calls", written(tmp_path, text)).frame["在籍月数"].tolist() == ["3", endless]


def test_d2_renamed_columns_are_known_by_an_own_mapping(tmp_path: Path) -> None:
    path = written(tmp_path, "No,When,Who\nC1,2026/1/5 9:00,OP1\n")
    loaded = read_table("calls", path, own_headers={"No": "call_id", "When": "started_at", "Who": "operator_id"})
    assert loaded.report.columns == {"No": "call_id", "When": "started_at", "Who": "operator_id"}


@pytest.mark.parametrize("text", ["", "\n\n", CALLS])
def test_d2_a_table_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    assert len(refusal("calls", written(tmp_path, text)).problems) == 1


def test_d2_a_header_on_the_third_line_is_pointed_at(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, "通話一覧\n2026年1月\n" + CALLS + "C1,2026/1/5 9:00,OP1,K1,山田\n"))
    assert [problem.line for problem in error.problems] == [3]
    assert "見出しが 3 行目" in error.render("ja")


def test_d2_a_total_row_is_refused(tmp_path: Path) -> None:
    error = refusal("contracts", written(tmp_path, CONTRACTS + "K1,C1,2026/1/5,1000\n合計,,,1000\n"))
    assert places(error) == [(3, "contract_id")]  # one problem, not one for each of its empty cells
    assert "合計の行" in error.render("ja")


def test_d2_yearly_amounts_are_refused_by_header_by_cell_and_by_unit_column(tmp_path: Path) -> None:
    header = refusal("contracts", written(tmp_path, "contract_id,customer_id,start_date,年額\nK1,C1,2026/1/5,12000\n"))
    assert "12 で割った月額" in header.render("ja")
    cell = refusal("contracts", written(tmp_path, CONTRACTS + "K1,C1,2026/1/5,12000円/年\n"))
    assert places(cell) == [(2, "mrr_yen")]
    text = CONTRACTS.strip() + ",単位\nK1,C1,2026/1/5,1000,月額\nK2,C1,2026/1/5,12000,年額\n"
    assert places(refusal("contracts", written(tmp_path, text))) == [(3, "単位")]
    text = CONTRACTS.strip() + ",金額区分\nK1,C1,2026/1/5,1000,MRR\nK2,C1,2026/1/5,12000,ARR\n"
    assert places(refusal("contracts", written(tmp_path, text))) == [(3, "金額区分")]


# D3: duplicates


def test_d3_identical_rows_collapse_and_are_counted(tmp_path: Path) -> None:
    row = "C1,2026/1/5 9:00,OP1,K1,山田\n"
    loaded = read_table("calls", written(tmp_path, CALLS + row + row))
    assert len(loaded.frame) == 1
    assert loaded.report.counts["identical_duplicates"] == 1
    assert (loaded.report.rows_read, loaded.report.rows_kept) == (2, 1)


def test_d3_conflicting_rows_are_refused_as_a_pair_with_both_lines(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,山田\nC1,2026/1/5 9:00,OP2,K1,山田\n"))
    assert places(error) == [(3, "call_id")]
    assert "2 行目と同じ ID" in error.render("ja")
    assert "operator_id" in error.render("ja")


def test_d3_two_terms_of_one_contract_are_no_duplicates(tmp_path: Path) -> None:
    loaded = read_table("contracts", written(tmp_path, CONTRACTS + "K1,C1,2025/1/5,1000\nK1,C1,2026/1/5,1200\n"))
    assert len(loaded.frame) == 2


def test_d3_outcomes_without_event_id_collapse_only_if_whole_rows_agree(tmp_path: Path) -> None:
    text = OUTCOMES + "K1,2026/1/5,upsell,100,200\nK1,2026/1/5,upsell,100,200\nK1,2026/1/5,upsell,200,300\n"
    assert read_table("outcomes", written(tmp_path, text)).frame["mrr_after_yen"].tolist() == [200, 300]


# D4: broken records


def test_d4_an_unclosed_quote_is_named_by_its_line_and_swallows_nothing(tmp_path: Path) -> None:
    rows = "".join(f"C{n},2026/1/5 9:00,OP1,K1,x\n" for n in range(5_000))
    error = refusal("calls", written(tmp_path, CALLS + 'C0,2026/1/5 9:00,OP1,K1,"山田\n' + rows))
    assert [problem.line for problem in error.problems] == [2]
    assert "引用符" in error.render("ja")


def test_d4_a_quote_inside_a_value_is_refused(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, CALLS + 'C1,2026/1/5 9:00,OP1,K1,"a"b"\n'))
    assert places(error) == [(2, None)]


def test_d4_a_newline_inside_quotes_is_read_right_and_later_lines_keep_their_numbers(tmp_path: Path) -> None:
    text = CALLS + 'C1,2026/1/5 9:00,OP1,K1,"山田\n太郎"\nC2,もうすぐ,OP1,K1,x\n'
    assert places(refusal("calls", written(tmp_path, text))) == [(4, "started_at")]


def test_d4_a_nul_character_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,a\0b\n"))
    assert places(error) == [(2, None)]


def test_d4_a_giant_field_is_refused_with_its_line(tmp_path: Path) -> None:
    giant = "あ" * (FIELD_LIMIT + 10)
    error = refusal("calls", written(tmp_path, CALLS + f"C1,2026/1/5 9:00,OP1,K1,{giant}\n"))
    assert places(error) == [(2, None)]


def test_d4_every_ragged_row_is_named(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, CALLS + "C1,2026/1/5\nC2,2026/1/5 9:00,OP1,K1,x\nC3,a,b,c,d,e\n"))
    assert places(error) == [(2, None), (4, None)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_d4_the_separator_is_told_by_the_header(tmp_path: Path, separator: str) -> None:
    text = (CALLS + "C1,2026/1/5 9:00,OP1,K1,山田\n").replace(",", separator)
    loaded = read_table("calls", written(tmp_path, text))
    assert loaded.report.separator == separator
    assert loaded.frame["customer_id"].tolist() == ["K1"]


# D5: dates (the table of forms has its own tests)


def test_d5_an_ambiguous_date_is_refused_and_a_missing_time_is_listed_never_now(tmp_path: Path) -> None:
    path = written(tmp_path, CALLS + "C1,5/1/2026 9:00,OP1,K1,x\n")
    assert "月と日を決められません" in refusal("calls", path).render("ja")
    loaded = read_table("calls", written(tmp_path, CALLS + "C1,,OP1,K1,x\n"))
    assert loaded.frame["started_at"].isna().all()
    assert loaded.report.counts == {"time_unknown": 1}
    assert [(problem.line, problem.column) for problem in loaded.report.problems] == [(2, "started_at")]


def test_d5_a_call_is_kept_with_its_utc_time(tmp_path: Path) -> None:
    frame = read_table("calls", written(tmp_path, CALLS + "C1,2026/1/6 0:30,OP1,K1,x\n")).frame
    assert frame["started_at"].tolist() == [pd.Timestamp("2026-01-05 15:30", tz="UTC")]


def test_d5_implausible_dates_are_left_out_of_figures_and_shown(tmp_path: Path) -> None:
    text = CONTRACTS.strip() + ",更新期日\nK1,C1,2026/1/5,1000,2025/1/5\nK2,C1,1026/1/5,1000,\nK3,C1,2026/1/5,1000,\n"
    loaded = read_table("contracts", written(tmp_path, text))
    assert loaded.frame["contract_id"].tolist() == ["K3"]
    assert loaded.report.counts["implausible_date"] == 2
    assert sorted(problem.line or 0 for problem in loaded.report.problems) == [2, 3]


def test_d5_an_implausible_time_of_a_call_becomes_unknown_and_the_call_stays(tmp_path: Path) -> None:
    loaded = read_table("calls", written(tmp_path, CALLS + "C1,1970/1/1 9:00,OP1,K1,x\n"))
    assert loaded.frame["started_at"].isna().tolist() == [True]
    assert loaded.report.counts == {"implausible_date": 1}


# D6: ids, numbers, phones


def test_d6_ids_in_scientific_notation_are_refused(tmp_path: Path) -> None:
    error = refusal("calls", written(tmp_path, CALLS + "1.23E+11,2026/1/5 9:00,OP1,4.5E+9,x\n"))
    assert places(error) == [(2, "call_id"), (2, "customer_id")]


def test_d6_full_width_and_float_ids_are_normalised(tmp_path: Path) -> None:
    loaded = read_table("calls", written(tmp_path, CALLS + "Ｃ０１,2026/1/5 9:00,OP1,123.0,x\n"))
    assert loaded.frame[["call_id", "customer_id"]].to_numpy().tolist() == [["C01", "123"]]


def test_d6_one_phone_in_three_spellings_has_one_hash(tmp_path: Path) -> None:
    text = "call_id,started_at,operator_id,電話番号\n" + "".join(
        f"C{n},2026/1/5 9:00,O,{number}\n"
        for n, number in enumerate(["+81-90-1234-5678", "０９０（１２３４）５６７８", "9012345678", "非通知"])
    )
    loaded = read_table("calls", written(tmp_path, text), phone_key=b"secret")
    assert loaded.frame["phone"].nunique() == 1
    assert loaded.frame["phone_last4"].tolist() == ["5678", "5678", "5678", pd.NA]
    assert loaded.report.counts == {"phone_unusable": 1}
    assert "9012345678" not in loaded.frame.to_csv()


def test_d6_without_a_key_no_phone_is_kept(tmp_path: Path) -> None:
    text = "call_id,started_at,operator_id,電話番号\nC1,2026/1/5 9:00,O,090-1234-5678\n"
    loaded = read_table("calls", written(tmp_path, text))
    assert loaded.frame["phone"].isna().all()
    assert loaded.report.counts == {"phone_not_kept": 1}


def test_d6_amounts_are_whole_yen(tmp_path: Path) -> None:
    text = CONTRACTS + 'K1,C1,2026/1/5,"¥12,000"\nK2,C1,2026/1/5,１２００円\n'
    assert read_table("contracts", written(tmp_path, text)).frame["mrr_yen"].tolist() == [12000, 1200]
    error = refusal("contracts", written(tmp_path, CONTRACTS + "K1,C1,2026/1/5,1000.5\nK2,C1,2026/1/5,たくさん\n"))
    assert places(error) == [(2, "mrr_yen"), (3, "mrr_yen")]


# D7, D8: size, and all or nothing


def test_d7_progress_is_told_chunk_by_chunk_and_raising_from_it_cancels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CHUNK_ROWS", 50)
    path = written(tmp_path, CALLS + "".join(f"C{n},2026/1/5 9:00,OP1,K1,x\n" for n in range(120)))
    heard: list[int] = []
    assert len(read_table("calls", path, on_rows=heard.append).frame) == 120
    assert heard == [50, 100, 120]

    def cancel(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table("calls", path, on_rows=cancel)


def test_d7_problems_and_duplicates_are_found_across_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK_ROWS", 2)
    rows = [f"C{n},2026/1/5 9:00,OP1,K1,x\n" for n in range(5)]
    error = refusal(
        "calls", written(tmp_path, CALLS + "".join([*rows, "C0,2026/1/5 9:00,OP2,K1,x\n", "C9,?,OP1,K1,x\n"]))
    )
    assert places(error) == [(7, "call_id"), (8, "started_at")]


@pytest.mark.parametrize(("lost", "place"), [(1, None), (8, (3, None)), (13, (3, None))])
def test_d8_an_upload_cut_off_in_a_row_or_a_character_is_refused(
    tmp_path: Path, lost: int, place: tuple[int, str | None] | None
) -> None:
    """Losing only the last newline loses nothing; anything more breaks a character or leaves a row short."""
    whole = (CALLS + "C1,2026/1/5 9:00,OP1,K1,山田\nC2,2026/1/5 9:00,OP1,K1,山田\n").encode()
    path = tmp_path / "table.csv"
    path.write_bytes(whole[:-lost])
    if place is None:
        assert len(read_table("calls", path).frame) == 2
    else:
        assert places(refusal("calls", path)) == [place]


def test_d8_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = CALLS + "C1,2026/13/5,OP1,K1,x\nC2,2026/1/5 9:00,OP1,1.2E+10,x\nC3,a\n,2026/1/5 9:00,OP1,K1,x\n"
    error = refusal("calls", written(tmp_path, text))
    assert places(error) == [(2, "started_at"), (3, "customer_id"), (4, None), (5, "call_id")]


def test_d8_the_list_of_problems_is_bounded_and_says_how_many_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.outcomes.load.REFUSED_LISTED", 1_000)
    error = refusal("calls", written(tmp_path, CALLS + "".join(f"C{n},いつか,OP1,K1,x\n" for n in range(1_500))))
    assert (len(error.problems), error.unlisted) == (1_000, 500)
    assert "問題 1,500 件" in error.render("ja") and "500 more problems than a list can hold" in error.render("en")


def test_d8_the_same_file_has_the_same_fingerprint(tmp_path: Path) -> None:
    path = written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,x\n")
    assert read_table("calls", path).report.sha256 == read_table("calls", path).report.sha256


def test_d9_malicious_cells_are_stored_as_they_are(tmp_path: Path) -> None:
    path = written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,=cmd|' /C calc'!A0\nC2,2026/1/5 9:00,OP1,K1,＝1+1\n")
    assert read_table("calls", path).frame["operator_name"].tolist() == ["=cmd|' /C calc'!A0", "＝1+1"]


# The night


def test_a_row_without_operator_is_kept_and_listed(tmp_path: Path) -> None:
    loaded = read_table("calls", written(tmp_path, CALLS + "C1,2026/1/5 9:00,OP1,K1,x\nC2,2026/1/5 9:00,,K1,x\n"))
    assert loaded.frame["operator_id"].tolist() == ["OP1", pd.NA]
    (problem,) = loaded.report.problems
    assert (problem.file, problem.line, problem.column) == ("table.csv", 3, "operator_id")


def test_empty_required_cells_are_refused(tmp_path: Path) -> None:
    error = refusal("outcomes", written(tmp_path, OUTCOMES + "K1,,upsell,100,\nK1,2026/1/5,repeat_purchase,,\n"))
    assert places(error) == [(2, "on"), (2, "mrr_after_yen")]


def test_a_churn_with_the_mrr_after_left_empty_means_zero_and_is_counted(tmp_path: Path) -> None:
    loaded = read_table("outcomes", written(tmp_path, OUTCOMES + "K1,2026/1/5,churned,100,\n"))
    assert loaded.frame["mrr_after_yen"].tolist() == [0]
    assert loaded.report.counts == {"churn_without_mrr_after": 1}


def test_every_count_has_words_for_people() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(load.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'counts\["(\w+)"\]', source)) | set(re.findall(r'"(implausible_\w+)"', source))
    assert len(codes) >= 7
    assert codes <= {*COUNT_TEXTS, *JOIN_TEXTS}


def test_an_excel_workbook_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"PK\x03\x04 and so on")
    assert "CSV UTF-8" in refusal("calls", path).render("ja")


def test_a_missing_file_is_a_clear_refusal(tmp_path: Path) -> None:
    assert "ファイルがありません" in refusal("calls", tmp_path / "none.csv").render("ja")


@pytest.mark.parametrize("kind", list(SHAPES))
def test_canonical_frames_have_the_documented_columns_and_dtypes(kind: Kind) -> None:
    frame = empty_table(kind)
    for column in SHAPES[kind].columns:
        assert frame[column.name].dtype == pd.Series([], dtype=DTYPES[column.holds]).dtype


def test_parquet_and_csv_give_the_same_frame(tmp_path: Path) -> None:
    text = CALLS.strip() + ",duration_s\nC1,2026/1/5 9:00,OP1,K1,山田,30\nC2,2026/1/5 10:00,OP1,,,\n"
    from_csv = read_table("calls", written(tmp_path, text)).frame
    parquet = tmp_path / "calls.parquet"
    pd.DataFrame(
        {
            "call_id": ["C1", "C2"],
            "started_at": pd.to_datetime(["2026-01-05 09:00", "2026-01-05 10:00"]).tz_localize("Asia/Tokyo"),
            "operator_id": ["OP1", "OP1"],
            "customer_id": ["K1", None],
            "operator_name": ["山田", None],
            "duration_s": [30.0, None],
        }
    ).to_parquet(parquet)
    pd.testing.assert_frame_equal(read_table("calls", parquet).frame, from_csv)
