"""The faults that are promised something for, each with the tests that hold the promise: what `make faults` runs.

A: processes and storage. B: recordings. C: concurrency, order, time. D: tables and files beside recordings. E: the
dictionary. F: models and text. G: a cluster. I: privacy. J: numbers.
"""

P, S = "pipeline/", "pipeline/speech/"
DISKS, ORDER, NIGHTS, PROCESS, RAY, EVERY = (
    f"pipeline/faults/test_{name}.py::"
    for name in ("disks", "order", "nights_at_once", "process", "ray", "every_write")
)
DECODE, LEGS, AUDIO = (f"pipeline/audio/test_{name}.py::" for name in ("decode", "legs", "faults_b"))
LOAD, JOIN, DATES = (f"pipeline/outcomes/test_{name}.py::" for name in ("load", "join", "dates"))
SOURCES, NIGHTLY = (f"pipeline/test_{name}.py::" for name in ("nightly_sources", "nightly"))
WORKERS = "pipeline/processes/test_workers.py::"
LEDGER, CONNECT, MIGRATE, AUDIT, TEAMS = (
    f"pipeline/store/test_{name}.py::" for name in ("ledger", "connect", "migrate", "audit", "teams")
)
QUIET, GUARDS, MASKING, HEARD = (f"{S}test_{name}.py::" for name in ("quiet", "guards", "masking", "transcribe"))
FAIL, RECOGNISE = f"{S}test_models_fail.py::", f"{S}test_recognise.py::"
RETENTION, ERASE, RESTORE = (f"pipeline/protection/test_{name}.py::" for name in ("retention", "erase", "restore"))
STORED, PATTERNS = "pipeline/store/test_dictionary.py::", "phrases/test_patterns.py::"
MATCHER, PHRASES = "phrases/test_matcher.py::", "pipeline/commands/test_phrases.py::"
PINNED = "pipeline/dictionaries/test_dictionary_nights.py::"
REVIEWS = "pipeline/reviews/test_call_reviews.py::"
ACCESS, WRITTEN = "api/test_access.py::", "pipeline/reports/test_written.py::"

TESTS: dict[str, tuple[str, ...]] = {
    "A1": (EVERY + "test_nothing_is_lost_or_doubled_whatever_happens_at_any_write",),
    "A2": (
        PROCESS + "test_workers_and_helpers_end_with_a_killed_parent",
        WORKERS + "test_workers_that_die_hang_or_fail_take_only_their_own_item_with_them",
        NIGHTS + "test_night_killed_at_work_leaves_everything_to_the_next_one_at_once",
        LEDGER + "test_what_ended_its_night_too_often_is_held_back",
    ),
    "A3": (PROCESS + "test_night_that_is_asked_to_end_exits_with_5_and_the_next_one_goes_on",),
    "A4": (
        EVERY + "test_full_disk_is_one_message_and_exit_code_5",
        CONNECT + "test_full_disk_is_told_in_one_message_and_leaves_the_store_whole",
        NIGHTS + "test_night_begins_only_with_room_on_the_disk",
        S + "test_work.py::test_disk_that_fills_while_decoding_is_a_full_disk",
        DISKS + "test_a4_report_that_finds_the_disk_full_is_written_by_the_next_night",
        DISKS + "test_a4_export_that_finds_the_disk_full_leaves_no_manifest_and_the_one_before",
        DISKS + "test_a4_command_that_finds_the_disk_full_says_so_in_one_line",
        DISKS + "test_a4_log_on_a_full_disk_stops_the_night_and_the_next_one_goes_on",
        DISKS + "test_a4_exit_code_tells_of_a_full_disk_where_no_word_can_be_written",
    ),
    "A5": (
        DISKS + "test_a5_archive_that_cannot_be_written_is_read_as_any_other",
        NIGHTS + "test_archive_that_goes_away_marks_no_recording",
        NIGHTLY + "test_nightly_changes_nothing_in_the_archive",
    ),
    "A6": (
        DISKS + "test_a6_pipe_among_the_recordings_is_not_opened",
        NIGHTS + "test_recording_deleted_before_its_turn_takes_only_itself",
        DECODE + "test_decoder_that_does_not_end_is_killed",
    ),
    "A7": (PROCESS + "test_worker_without_memory_takes_only_its_item_with_it",),
    "A8": (
        CONNECT + "test_writer_that_waits_too_long_is_told_who_holds_on",
        DISKS + "test_a8_stuck_reader_keeps_no_night_waiting",
        DISKS + "test_a8_form_that_has_to_write_says_busy_while_somebody_else_writes",
    ),
    "A9": (
        MIGRATE + "test_store_of_a_newer_program_is_refused_untouched",
        MIGRATE + "test_store_that_is_no_database_is_refused_untouched",
    ),
    "A10": (
        P + "protection/test_backup.py::test_backup_in_the_middle_of_a_night_goes_on_to_the_same_end",
        RESTORE + "test_call_erased_after_the_backup_does_not_come_back_with_it",
    ),
    "A11": (
        MIGRATE + "test_store_runs_on_a_sqlite_without_the_wal_bug",
        CONNECT + "test_sqlite_on_a_network_drive_is_refused",
    ),
    "A12": (
        PROCESS + "test_migration_killed_halfway_leaves_the_old_schema_and_is_done_by_the_next_one",
        MIGRATE + "test_migrations_lead_down_and_up_again_with_what_is_stored",
        P + "store/test_upgrade.py::test_store_of_the_first_release_keeps_every_row_up_and_down_again",
    ),
    "B1": (
        DECODE + "test_file_without_samples_is_empty",
        DECODE + "test_wav_of_a_recorder_killed_in_mid_call_is_read_in_full",
    ),
    "B2": (
        DECODE + "test_cut_wav_keeps_its_start_and_says_how_much_is_missing",
        DECODE + "test_cut_mp3_says_how_much_is_missing",
        DECODE + "test_cut_ogg_is_partial_though_its_header_declares_nothing",
        DECODE + "test_m4a_without_its_index_is_truncated",
        AUDIO + "test_b2_too_little_of_an_mp3_is_truncated",
    ),
    "B3": (
        AUDIO + "test_b3_hole_in_an_mp3_costs_less_than_a_tenth_and_is_counted",
        AUDIO + "test_b3_hole_at_the_very_start_costs_no_more",
        AUDIO + "test_b3_many_holes_are_survived_and_what_is_lost_is_said",
    ),
    "B4": (
        AUDIO + "test_b4_content_decides_and_a_wrong_name_is_noted",
        AUDIO + "test_b4_gsm_in_an_upper_case_wav_has_its_own_name",
    ),
    "B5": (
        DECODE + "test_what_is_no_audio_is_refused_and_opens_nothing",
        AUDIO + "test_b5_a_script_named_wav_opens_nothing_and_calls_nobody",
    ),
    "B6": (
        AUDIO + "test_b6_an_hour_is_decoded_in_bounded_memory",
        AUDIO + "test_b6_thirty_kilobytes_that_promise_hours_are_refused",
        QUIET + "test_b6_a_second_is_done_and_has_nothing_to_count",
    ),
    "B7": (
        QUIET + "test_b7_nothing_is_invented",
        QUIET + "test_b7_a_silent_channel_is_reported_and_the_other_is_heard",
        QUIET + "test_b7_clipped_speech_on_direct_current_is_still_heard",
        QUIET + "test_b7_hold_music_is_nobodys_talk",
    ),
    "B8": (
        DECODE + "test_identical_channels_are_one",
        DECODE + "test_third_channel_is_listed_and_left_out",
        LEGS + "test_legs_of_different_length_and_rate_are_aligned_by_start",
        S + "test_real.py::test_swapped_recording_is_put_right_and_says_so",
        QUIET + "test_b8_a_mono_call_is_told_apart_and_says_that_it_is_an_estimate",
    ),
    "B9": (
        SOURCES + "test_two_legs_and_their_mixed_copy_are_one_call",
        SOURCES + "test_late_leg_makes_a_new_revision_of_its_call",
        SOURCES + "test_mixed_copy_that_came_first_counts_no_more_once_both_sides_are_there",
    ),
    "B10": (SOURCES + "test_file_that_grows_waits_for_the_next_night",),
    "B11": (
        DECODE + "test_every_format_keeps_its_duration_within_20_ms",
        DECODE + "test_other_telephone_formats_keep_their_duration",
        DECODE + "test_opus_keeps_its_duration",
        DECODE + "test_amr_is_decoded",
    ),
    "B12": (
        NIGHTLY + "test_nightly_same_content_twice_is_one_call",
        NIGHTLY + "test_nightly_call_that_was_encoded_again_is_one_call_and_the_copy_is_listed",
        LEDGER + "test_a_renamed_recording_keeps_its_history",
        SOURCES + "test_replaced_content_is_a_new_revision_and_counts_alone",
    ),
    "B13": ("api/test_sound.py::test_a_recording_that_is_gone_takes_its_player_with_it",),
    "B14": (
        SOURCES + "test_odd_names_are_ordinary_files",
        AUDIO + "test_b14_a_name_is_only_a_name",
        P + "nights/test_archive.py::test_archive_link_that_leads_out_is_not_opened",
    ),
    "C1": (
        NIGHTS + "test_two_nights_at_once_share_the_work_and_double_nothing",
        NIGHTS + "test_two_nights_that_write_the_same_report_leave_it_whole",
        NIGHTS + "test_second_night_on_sqlite_is_told_who_is_running",
    ),
    "C2": (NIGHTS + "test_frozen_night_loses_its_work_and_is_refused_when_it_wakes",),
    "C3": (PROCESS + "test_clock_that_jumps_between_two_nights_loses_and_doubles_nothing",),
    "C4": (
        JOIN + "test_c4_a_call_belongs_to_its_japanese_day_across_month_year_and_fiscal_year",
        DATES + "test_midnight_at_noon_and_at_the_end_of_the_day",
        P + "reports/test_standing.py::test_scores_are_of_the_calls_of_the_period_in_tokyo",
        "api/test_pages.py::test_calls_day_is_the_day_in_tokyo",
    ),
    "C5": (
        SOURCES + "test_name_that_does_not_parse_is_analysed_listed_and_dated_nowhere",
        JOIN + "test_c5_a_call_without_a_time_is_joined_and_never_counted_as_before_the_outcome",
    ),
    "C6": (
        ORDER + "test_c6_outcome_is_joined_whenever_it_comes_and_whatever_becomes_of_it",
        JOIN + "test_c6_joining_again_follows_what_became_of_the_outcome",
    ),
    "C7": (
        CONNECT + "test_reader_sees_nothing_of_an_open_transaction",
        CONNECT + "test_reader_sees_one_moment_of_the_store_throughout",
    ),
    "C8": (
        ORDER + "test_c8_operators_are_told_apart_by_id_and_belong_to_the_team_of_the_calls_day",
        TEAMS + "test_who_was_in_which_team_and_when",
    ),
    "D1": (
        LOAD + "test_d1_every_usual_encoding_is_told_by_its_bytes",
        LOAD + "test_d1_characters_of_windows_are_kept_as_written",
        LOAD + "test_d1_a_line_in_another_encoding_is_named",
    ),
    "D2": (
        LOAD + "test_d2_missing_required_columns_are_all_named",
        LOAD + "test_d2_two_headers_of_one_column_are_refused",
        LOAD + "test_d2_a_table_without_rows_is_refused",
        LOAD + "test_d2_a_header_on_the_third_line_is_pointed_at",
        LOAD + "test_d2_a_total_row_is_refused",
    ),
    "D3": (
        LOAD + "test_d3_identical_rows_collapse_and_are_counted",
        LOAD + "test_d3_conflicting_rows_are_refused_as_a_pair_with_both_lines",
    ),
    "D4": (
        LOAD + "test_d4_an_unclosed_quote_is_named_by_its_line_and_swallows_nothing",
        LOAD + "test_d4_a_nul_character_is_refused_with_its_line",
        LOAD + "test_d4_a_giant_field_is_refused_with_its_line",
        LOAD + "test_d4_every_ragged_row_is_named",
        LOAD + "test_d4_the_separator_is_told_by_the_header",
    ),
    "D5": (
        DATES + "test_a_date_in_every_accepted_form",
        DATES + "test_a_time_in_every_accepted_form",
        DATES + "test_a_date_whose_year_comes_last_is_ambiguous",
    ),
    "D6": (
        LOAD + "test_d6_ids_in_scientific_notation_are_refused",
        LOAD + "test_d6_full_width_and_float_ids_are_normalised",
        LOAD + "test_d6_one_phone_in_three_spellings_has_one_hash",
        JOIN + "test_leading_zeros_eaten_by_a_spreadsheet_are_put_back_and_counted",
    ),
    "D7": (
        LOAD + "test_d7_progress_is_told_chunk_by_chunk_and_raising_from_it_cancels",
        P + "store/test_tables.py::test_d7_a_load_that_is_cancelled_half_way_leaves_the_store_as_it_was",
    ),
    "D8": (
        LOAD + "test_d8_an_upload_cut_off_in_a_row_or_a_character_is_refused",
        P + "commands/test_load.py::test_the_same_file_twice_changes_nothing",
        P + "commands/test_load_killed.py::test_d8_a_load_killed_while_it_writes_leaves_the_store_as_it_was",
    ),
    "D9": (
        LOAD + "test_d9_malicious_cells_are_stored_as_they_are",
        P + "reports/test_tables.py::test_d9_no_text_is_a_formula_in_csv",
        P + "reports/test_tables.py::test_d9_a_workbook_has_no_formula_and_no_link",
        "api/test_security.py::test_what_people_wrote_stays_text",
    ),
    "D10": (
        P + "sources/test_presets.py::test_sidecar_that_cannot_be_used_is_a_warning_and_the_name_still_holds",
        P + "formats/test_read.py::test_what_cannot_be_read_says_why",
    ),
    "E1": (PINNED + "test_e1_what_is_published_while_a_night_runs_is_the_next_nights",),
    "E2": (
        STORED + "test_e2_the_second_of_two_editors_gets_a_conflict_with_both_texts_and_nothing_is_lost",
        STORED + "test_e2_of_editors_who_save_in_the_same_moment_one_wins_and_the_others_are_told",
        STORED + "test_e2_two_drafts_of_one_entry_meet_at_publication_and_the_second_is_not_lost",
        "pipeline/store/test_words.py::test_e2_a_name_that_somebody_else_has_changed_is_a_conflict",
    ),
    "E3": (
        PATTERNS + "test_a_pattern_that_makes_other_engines_hang_takes_no_time",
        PATTERNS + "test_a_pattern_too_large_for_the_memory_is_refused",
        PATTERNS + "test_ten_kilobytes_are_refused",
        PATTERNS + "test_a_pattern_that_matches_everything_is_a_lint_error",
        PATTERNS + "test_a_pattern_of_one_kana_is_a_lint_error",
        PATTERNS + "test_five_thousand_patterns_are_found_in_one_pass",
        "phrases/test_lint.py::test_a_dictionary_without_end_is_refused",
        "phrases/test_query.py::test_queries_are_bounded",
        PHRASES + "test_a_reviewer_is_told_what_matches_nearly_every_call",
    ),
    "E4": (
        STORED + "test_e4_no_author_approves_the_own_change_under_any_spelling",
        STORED + "test_e4_who_submitted_or_edited_a_part_cannot_approve",
        STORED + "test_e4_nothing_is_published_that_nobody_approved",
        PHRASES + "test_e4_as_another_spelling_of_the_author_does_not_help",
        "api/test_dictionary_drafts.py::test_e4_the_author_is_refused_with_the_reason_and_on_record",
    ),
    "E5": (
        PINNED + "test_e5_a_rollback_tags_anew_and_leaves_old_reports_as_they_were",
        STORED + "test_e5_a_removed_entry_can_still_be_read_where_it_was_used",
    ),
    "E6": (
        PHRASES + "test_e6_a_bad_file_is_refused_with_every_row_and_nothing_is_taken_in",
        PHRASES + "test_e6_a_csv_that_excel_saved_in_cp932_is_taken_in",
        "pipeline/dictionaries/test_dictionary.py::test_e6_duplicates_by_normalised_form_are_refused_and_nothing_is_saved",
        "phrases/test_files.py::test_an_alias_bomb_is_refused",
    ),
    "E7": (
        MATCHER + "test_overlapping_entries_are_all_evidence_and_one_entry_never_overlaps_itself",
        MATCHER + "test_a_phrase_over_two_utterances_has_a_span_on_each",
        MATCHER + "test_a_phrase_does_not_cross_speakers_or_sentences",
        "phrases/test_scope.py::test_what_cancels_a_hit",
    ),
    "E8": (
        "phrases/test_highlight.py::test_highlighted_text_is_matched_text",
        "phrases/test_highlight.py::test_every_level_highlights_whole_characters_that_mean_the_phrase",
    ),
    "F1": (
        S + "test_weights.py::test_half_an_own_folder_names_the_missing_file",
        S + "test_weights.py::test_damaged_part_is_named_with_its_remedy",
        S + "test_work.py::test_model_that_does_not_load_stops_the_run_before_any_recording_is_marked",
    ),
    "F2": (FAIL + "test_whole_way_from_sound_to_moments_needs_no_network",),
    "F3": (
        RECOGNISE + "test_batch_that_does_not_fit_is_taken_in_halves_in_order",
        RECOGNISE + "test_lost_gpu_stops_the_run_and_blames_no_recording",
        RECOGNISE + "test_processor_takes_over_where_it_may_and_every_call_after_says_so",
        S + "test_trial.py::test_process_that_aborts_without_a_word_is_a_failure",
    ),
    "F4": (
        P + "text/test_tagger.py::test_tagger_odd_utterances_do_not_keep_the_others_from_being_read",
        "phrases/test_forms.py::test_a_text_over_the_limit_of_the_tokenizer_fails_by_itself",
    ),
    "F5": (
        P + "nights/test_many_calls.py::test_f5_a_thousand_calls_in_one_process_leave_nothing_behind",
        "phrases/test_japanese.py::test_f5_words_of_a_text_are_forgotten_with_it",
        S + "test_packing.py::test_batches_keep_every_window_in_order_and_bound_the_memory",
    ),
    "F6": (FAIL + "test_one_worker_and_four_give_the_same_to_the_letter",),
    "F7": (
        HEARD + "test_silence_has_no_utterances",
        HEARD + "test_speech_that_comes_out_empty_is_suspect",
        QUIET + "test_b7_an_hour_in_which_nobody_speaks_has_no_tag_and_no_phrase",
    ),
    "F8": (
        GUARDS + "test_loops_and_foreign_text",
        P + "text/test_tagger.py::test_tagger_suspected_speech_is_not_read",
    ),
    "F9": (GUARDS + "test_loops_and_foreign_text",),
    "F10": (
        P + "test_nightly_versions.py::test_new_dictionary_is_tagged_anew_and_not_heard_anew",
        P + "test_nightly_versions.py::test_new_speech_settings_hear_everything_anew",
        P + "test_nightly_versions.py::test_an_old_report_stays_word_for_word",
    ),
    "G1": (RAY + "test_machine_lost_in_the_middle_of_the_night_changes_nothing",),
    "G2": (RAY + "test_g2_night_killed_on_the_cluster_is_gone_on_with_by_the_next_one",),
    "G3": (ORDER + "test_g3_night_whose_database_goes_away_ends_in_words_and_the_next_one_ends_as_undisturbed",),
    "G4": (
        RAY + "test_machine_of_another_version_is_given_no_work",
        RAY + "test_cluster_without_a_usable_machine_is_told_and_no_recording_is_marked",
    ),
    "G5": (ORDER + "test_g5_result_that_is_delivered_twice_is_stored_once",),
    "G6": (RAY + "test_g6_slow_machine_holds_nobody_up_and_changes_nothing",),
    "G7": (RAY + "test_g7_result_larger_than_the_clusters_memory_comes_whole",),
    "G8": (RAY + "test_machine_that_does_not_see_the_archive_is_drained_and_no_recording_is_blamed",),
    "I1": (
        ERASE + "test_erased_call_is_nowhere_and_the_others_stay",
        ERASE + "test_erased_call_does_not_come_back_with_its_file_its_row_or_another_encoding",
        RETENTION + "test_erasing_reaches_every_place_that_the_program_wrote_to",
        RESTORE + "test_call_erased_after_the_backup_does_not_come_back_with_it",
        RESTORE + "test_nothing_is_restored_where_the_register_is_lost_unless_told_so",
    ),
    "I2": (RETENTION + "test_legal_hold_keeps_a_call_from_periods_and_requests_until_it_is_released",),
    "I3": (
        MASKING + "test_card_number_is_masked_however_it_is_said",
        MASKING + "test_card_number_over_two_utterances_with_backchannels_is_masked",
        MASKING + "test_security_code_is_masked_after_being_asked_for",
        MASKING + "test_my_number_is_masked_by_its_check_digit",
        S + "test_nothing_leaks.py::test_nothing_planted_is_written_anywhere",
    ),
    "I4": (
        REVIEWS + "test_personal_data_in_a_correction_is_masked_before_it_is_written_and_silenced",
        P + "playing/test_sound.py::test_muted_times_of_the_range_win_over_the_utterance",
    ),
    "I5": (
        ACCESS + "test_an_analyst_reads_masked_words_only_and_hears_nothing",
        "api/test_search.py::test_search_shows_an_analyst_masked_words_only",
    ),
    "I6": (
        AUDIT + "test_whoever_gets_past_the_triggers_breaks_the_chain",
        AUDIT + "test_rows_cut_off_at_the_end_are_missed_by_a_noted_head_only",
    ),
    "I7": (ACCESS + "test_an_operator_sees_their_own_and_nobody_elses",),
    "J1": (
        P + "reports/test_standing.py::test_j1_an_operator_with_few_calls_has_his_rate_but_no_interval_and_no_standing",
        "models/figures/test_operators.py::test_j1_below_the_minimum_there_is_no_interval_no_estimate_and_no_standing",
    ),
    "J2": (
        "models/figures/test_book.py::test_j2_one_contract_and_no_outcome_is_a_book_with_undefined_rates_not_an_error",
        "models/figures/test_operators.py::test_j2_one_operator_or_no_call_gives_no_comparison_and_no_error",
    ),
    "J3": (
        WRITTEN + "test_j3_the_same_report_twice_is_the_same_file",
        P + "reports/test_second_way.py::test_j3_pandas_and_sql_over_the_export_agree_to_the_yen",
        P + "reports/test_export.py::test_duckdb_reads_the_same_totals_as_the_night_reported",
    ),
    "J4": (WRITTEN + "test_j4_quarantined_and_unmatched_calls_are_in_every_form",),
    "J5": (P + "text/test_credit.py::test_j5_a_phrase_is_credited_only_where_the_operator_said_it",),
    "J6": (
        WRITTEN + "test_j6_rates_are_per_minute_and_say_what_length_hides",
        P + "reports/test_standing.py::test_j6_twice_the_length_with_twice_the_moments_is_the_same_rate",
    ),
}
ROWS = {"A": 12, "B": 14, "C": 8, "D": 10, "E": 8, "F": 10, "G": 8, "I": 7, "J": 6}
"""How many faults each section of the list has."""


def is_fault(path: str, name: str) -> bool:
    """Whether a test, by its file below `tests/` and its function, holds one of the promises."""
    return f"{path}::{name}" in _ALL


_ALL = {test for tests in TESTS.values() for test in tests}
