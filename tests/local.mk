# SPDX-License-Identifier: MIT
# One harness: cmocka programs and shell tests, both through TAP.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_COMPILER = $(SHELL)
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/unit_tap.sh
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
    top_builddir_path='$(abs_top_builddir)'; export top_builddir_path; \
    srcdir='$(abs_top_srcdir)'; export srcdir; \
    XDG_STATE_HOME='$(abs_top_builddir)/tests/state'; export XDG_STATE_HOME;

unit_tests =
shell_tests = \
    tests/integration/arrows.sh \
    tests/integration/lint.sh \
    tests/integration/words.sh \
    tests/integration/harness.sh \
    tests/integration/tree_clean.sh \
    tests/integration/descriptors.sh \
    tests/integration/exports.sh \
    tests/integration/heap_traps.sh \
    tests/integration/heap_patched.sh \
    tests/integration/wrapped.sh \
    tests/integration/deaths.sh \
    tests/integration/waits.sh \
    tests/integration/post_mortem.sh \
    tests/integration/stalls.sh \
    tests/integration/examples.sh \
    tests/integration/fuzz.sh \
    tests/integration/launcher.sh \
    tests/integration/left_running.sh \
    tests/integration/rundir.sh \
    tests/integration/symbols.sh \
    tests/integration/debug_files.sh \
    tests/integration/sessions.sh \
    tests/integration/short.sh \
    tests/integration/signals.sh \
    tests/integration/terminal.sh \
    tests/integration/dlsym.sh \
    tests/integration/doctor.sh \
    tests/integration/bad_input.sh \
    tests/integration/hostile_text.sh \
    tests/integration/shared.sh \
    tests/integration/record.sh \
    tests/integration/tables.sh \
    tests/integration/heap_forms.sh \
    tests/integration/phase_lines.sh \
    tests/integration/given.sh \
    tests/integration/fragments.sh \
    tests/integration/forms.sh \
    tests/integration/page.sh \
    tests/integration/group_by.sh \
    tests/integration/completion.sh \
    tests/integration/command_line.sh \
    tests/integration/docs.sh \
    tests/integration/doc_commands.sh \
    tests/integration/identity.sh \
    tests/integration/inside.sh \
    tests/integration/exchanges.sh \
    tests/integration/objects.sh \
    tests/integration/verdict.sh \
    tests/integration/rows.sh \
    tests/integration/full.sh \
    tests/integration/fortran.sh \
    tests/integration/cxx.sh \
    tests/integration/layer.sh \
    tests/integration/names.sh \
    tests/integration/forward.sh \
    tests/integration/namespaces.sh \
    tests/integration/unknown_launchers.sh \
    tests/integration/paths.sh \
    tests/integration/blacs.sh \
    tests/integration/reload.sh \
    tests/integration/heap_python.sh \
    tests/integration/python.sh \
    tests/integration/rust.sh \
    tests/integration/jobs.sh \
    tests/integration/known_sizes.sh \
    tests/integration/spikes.sh \
    tests/integration/places.sh \
    tests/integration/pcontrol.sh \
    tests/integration/main_job.sh \
    tests/integration/aborts.sh \
    tests/integration/standalone.sh \
    tests/integration/gather.sh \
    tests/integration/hosts_agents.sh \
    tests/integration/hosts_deaths.sh \
    tests/integration/hosts_gather.sh \
    tests/integration/hosts_killed.sh \
    tests/integration/hosts_slurm.sh \
    tests/integration/hosts_top.sh \
    tests/integration/threads.sh \
    tests/integration/whose.sh \
    tests/integration/tsan.sh \
    tests/integration/tricks.sh \
    tests/integration/interrupted.sh \
    tests/integration/pairs.sh \
    tests/integration/live.sh \
    tests/integration/loads.sh \
    tests/integration/live_line.sh \
    tests/integration/top.sh \
    tests/integration/inert.sh \
    tests/integration/side_effects.sh \
    tests/integration/unrecorded.sh \
    tests/integration/gates.sh \
    tests/integration/leaks.sh \
    tests/integration/compare.sh \
    tests/integration/repeat.sh \
    tests/integration/saved.sh \
    tests/integration/limits.sh \
    tests/integration/headroom.sh \
    tests/integration/scale.sh \
    tests/integration/hub.sh \
    tests/integration/agent.sh \
    tests/integration/odd_jobs.sh \
    tests/integration/damage.sh \
    tests/integration/huge_files.sh \
    tests/integration/mpmd.sh \
    tests/integration/slurm.sh \
    tests/integration/sandbox.sh \
    tests/integration/static.sh \
    tests/integration/study.sh \
    tests/integration/scale_lines.sh \
    tests/integration/tools.sh \
    tests/integration/instructions.sh \
    tests/integration/bench.sh

if HAVE_CMOCKA
if HAVE_OPENMPI
unit_tests += tests/unit/pmpi/abi/test_abi_openmpi
endif
if HAVE_MPICH
unit_tests += tests/unit/pmpi/abi/test_abi_mpich
endif
if HAVE_MPIABI
unit_tests += tests/unit/pmpi/abi/test_abi_standard
endif
unit_tests += \
    tests/unit/pmpi/abi/test_abi_find \
    tests/unit/pmpi/abi/test_bytes \
    tests/unit/pmpi/abi/test_bytes_neighbours \
    tests/unit/pmpi/abi/test_bytes_data \
    tests/unit/pmpi/abi/test_bytes_odd \
    tests/unit/pmpi/finalize/test_agree \
    tests/unit/pmpi/finalize/test_rank_list \
    tests/unit/pmpi/wrap/test_argument \
    tests/unit/pmpi/wrap/test_argument_unoptimized \
    tests/unit/collector/compare/test_compare \
    tests/unit/collector/base/test_ascii \
    tests/unit/collector/base/test_secrets \
    tests/unit/launcher/options/test_near \
    tests/unit/collector/model/test_rises \
    tests/unit/launcher/run/test_repeat \
    tests/unit/launcher/saved/test_folder \
    tests/unit/launcher/sample/test_deaths \
    tests/unit/collector/scale/test_bands \
    tests/unit/launcher/sample/test_evidence \
    tests/unit/collector/scale/test_fit \
    tests/unit/collector/scale/test_lines \
    tests/unit/collector/findings/test_gates \
    tests/unit/collector/verdict/test_verdict \
    tests/unit/launcher/hosts/test_hub \
    tests/unit/launcher/hosts/test_hub_files \
    tests/unit/collector/jobs/test_jobs \
    tests/unit/collector/jobs/test_jobs_forms \
    tests/unit/collector/merge/test_worlds \
    tests/unit/collector/journal/test_journal \
    tests/unit/collector/journal/test_journal_read \
    tests/unit/collector/journal/test_journal_read_gathered \
    tests/unit/collector/journal/test_journal_read_hostile \
    tests/unit/launcher/sample/test_cgroups \
    tests/unit/launcher/sample/test_charges \
    tests/unit/collector/merge/test_headroom \
    tests/unit/collector/merge/test_given \
    tests/unit/collector/merge/test_heap \
    tests/unit/collector/merge/test_heap_ranks \
    tests/unit/collector/merge/test_heap_states \
    tests/unit/launcher/sample/test_ulimits \
    tests/unit/collector/view/test_view_file \
    tests/unit/launcher/start/test_inside \
    tests/unit/launcher/sample/test_launch_rank \
    tests/unit/collector/findings/test_leaks \
    tests/unit/pmpi/base/test_lock \
    tests/unit/pmpi/base/test_lock_jumps \
    tests/unit/pmpi/base/test_lock_sandbox \
    tests/unit/pmpi/base/test_lock_threads \
    tests/unit/pmpi/heap/test_areas \
    tests/unit/pmpi/heap/test_blocks \
    tests/unit/pmpi/heap/test_given \
    tests/unit/pmpi/heap/test_guards \
    tests/unit/pmpi/heap/test_heap \
    tests/unit/pmpi/heap/test_heap_modules \
    tests/unit/pmpi/heap/test_heap_sites \
    tests/unit/pmpi/heap/test_heap_thinning \
    tests/unit/pmpi/heap/test_heap_threads \
    tests/unit/pmpi/heap/test_heap_timeline \
    tests/unit/pmpi/heap/test_memory \
    tests/unit/pmpi/heap/test_ranges \
    tests/unit/pmpi/heap/test_sampling \
    tests/unit/pmpi/heap/test_snapshots \
    tests/unit/pmpi/heap/test_sparse \
    tests/unit/pmpi/heap/test_status \
    tests/unit/pmpi/measure/test_governor \
    tests/unit/pmpi/measure/test_observe \
    tests/unit/pmpi/measure/test_observe_mark \
    tests/unit/pmpi/measure/test_observe_random \
    tests/unit/pmpi/measure/test_exchanges \
    tests/unit/pmpi/measure/test_phases \
    tests/unit/pmpi/measure/test_phases_full \
    tests/unit/pmpi/measure/test_phases_named \
    tests/unit/pmpi/measure/test_phases_random \
    tests/unit/pmpi/measure/test_modules \
    tests/unit/pmpi/measure/test_own_memory \
    tests/unit/pmpi/measure/test_places \
    tests/unit/pmpi/measure/test_objects \
    tests/unit/pmpi/measure/test_requests \
    tests/unit/pmpi/measure/test_requests_full \
    tests/unit/pmpi/measure/test_requests_random \
    tests/unit/pmpi/measure/test_requests_reused \
    tests/unit/pmpi/measure/test_sites \
    tests/unit/pmpi/measure/test_spikes \
    tests/unit/pmpi/measure/test_threads \
    tests/unit/pmpi/rank/test_settings \
    tests/unit/pmpi/rank/test_stage \
    tests/unit/pmpi/rank/test_world \
    tests/unit/collector/base/test_map \
    tests/unit/collector/base/test_names \
    tests/unit/collector/base/test_markup \
    tests/unit/collector/merge/test_fields \
    tests/unit/collector/merge/test_merge \
    tests/unit/collector/merge/test_clocks \
    tests/unit/collector/merge/test_damaged \
    tests/unit/collector/merge/test_ends \
    tests/unit/collector/merge/test_exits \
    tests/unit/collector/merge/test_gathered \
    tests/unit/collector/merge/test_images \
    tests/unit/collector/merge/test_layers \
    tests/unit/collector/merge/test_details \
    tests/unit/collector/merge/test_world_sizes \
    tests/unit/launcher/hosts/test_mirror \
    tests/unit/collector/page/test_page_curves \
    tests/unit/collector/page/test_page_data \
    tests/unit/collector/page/test_page_heap \
    tests/unit/collector/base/test_json_out \
    tests/unit/collector/model/test_phase_choice \
    tests/unit/collector/model/test_rank_name \
    tests/unit/collector/report/test_tables \
    tests/unit/collector/report/test_heap_forms \
    tests/unit/collector/report/test_protobuf \
    tests/unit/collector/report/test_lines_heap \
    tests/unit/collector/model/test_waterfall \
    tests/unit/collector/model/test_in_mpi \
    tests/unit/collector/post_mortem/test_post_mortem \
    tests/unit/collector/post_mortem/test_post_mortem_init \
    tests/unit/collector/post_mortem/test_post_mortem_oom \
    tests/unit/pmpi/base/test_preloaded \
    tests/unit/collector/journal/test_procmem \
    tests/unit/launcher/run/test_live \
    tests/unit/launcher/sample/test_held \
    tests/unit/launcher/sample/test_pss \
    tests/unit/collector/record/test_record_json \
    tests/unit/collector/report/test_report_names \
    tests/unit/collector/report/text/test_report_text \
    tests/unit/collector/report/text/test_phase_lines \
    tests/unit/collector/journal/test_segments \
    tests/unit/collector/journal/test_segments_removed \
    tests/unit/collector/base/test_short_name \
    tests/unit/collector/base/test_signal_name \
    tests/unit/collector/base/test_size \
    tests/unit/pmpi/base/test_exit_table \
    tests/unit/pmpi/base/test_python_lines \
    tests/unit/pmpi/base/test_stack \
    tests/unit/pmpi/base/test_stack_search \
    tests/unit/launcher/sample/test_slices \
    tests/unit/launcher/sample/test_stages \
    tests/unit/collector/scale/test_study \
    tests/unit/collector/symbols/test_symbolizer \
    tests/unit/collector/model/test_reading_error \
    tests/unit/collector/symbols/test_symbols \
    tests/unit/pmpi/measure/test_full_tables \
    tests/unit/pmpi/measure/test_timeline \
    tests/unit/collector/base/test_token \
    tests/unit/launcher/top/test_top \
    tests/unit/launcher/top/test_top_picture \
    tests/unit/launcher/sample/test_tree \
    tests/unit/launcher/sample/test_tree_states \
    tests/unit/launcher/hosts/test_wire \
    tests/unit/launcher/hosts/test_wire_message
endif

check_PROGRAMS += $(unit_tests) tests/tools/mwdump tests/tools/mwgen tests/tools/mwplace tests/tools/mwreport tests/tools/mwschema \
    tests/tools/usage tests/tools/mwflood tests/tools/mwhost tests/tools/mwsignals tests/tools/oldkernel tests/tools/waits

TESTS += $(unit_tests) $(shell_tests)
# With sanitizers, what the command itself does; `make check` there does the rest as well, of which the plain build
# has shown it (tests/check.sh).
check-sanitized:
	$(MAKE) check TESTS="$(unit_tests) $(sanitized_tests)"
.PHONY: check-sanitized
sanitized_tests = tests/integration/launcher.sh tests/integration/signals.sh tests/integration/main_job.sh tests/integration/deaths.sh \
    tests/integration/bad_input.sh tests/integration/hub.sh tests/integration/agent.sh tests/integration/scale.sh \
    tests/integration/live.sh tests/integration/layer.sh tests/integration/study.sh

# What several tests share, and what of the program they test.
made_deaths = tests/unit/collector/post_mortem/made_deaths.c tests/unit/collector/post_mortem/made_deaths.h
merged = tests/unit/collector/merge/merged.c tests/unit/collector/merge/merged.h $(synthetic)
made_page = tests/unit/collector/page/made_page.c tests/unit/collector/page/made_page.h $(merged)
made_heap_job = tests/unit/collector/merge/made_heap_job.c tests/unit/collector/merge/made_heap_job.h $(merged)
made_jobs = tests/unit/collector/jobs/made_jobs.c tests/unit/collector/jobs/made_jobs.h $(synthetic)
made_segments = tests/unit/collector/journal/made_segments.c tests/unit/collector/journal/made_segments.h $(synthetic)
made_record = tests/unit/collector/journal/made_record.c tests/unit/collector/journal/made_record.h $(synthetic)
made_calls = tests/unit/pmpi/abi/made_calls.c tests/unit/pmpi/abi/made_calls.h \
    pmpi/abi/bytes.c pmpi/abi/layout.c pmpi/abi/ops.c pmpi/abi/openmpi.c pmpi/abi/mpich.c
made_sections = tests/unit/pmpi/base/made_sections.c tests/unit/pmpi/base/made_sections.h \
    pmpi/base/lock.c pmpi/base/stack.c pmpi/base/syscalls.c
made_phases = tests/unit/pmpi/measure/made_phases.c tests/unit/pmpi/measure/made_phases.h \
    pmpi/measure/phases.c pmpi/measure/exchanges.c pmpi/measure/phase_table.c pmpi/measure/observe.c pmpi/measure/governor.c pmpi/measure/timeline.c $(made_meter)
made_windows = tests/unit/pmpi/measure/made_windows.c tests/unit/pmpi/measure/made_windows.h \
    pmpi/measure/observe.c $(made_meter)
made_requests = tests/unit/pmpi/measure/made_requests.c tests/unit/pmpi/measure/made_requests.h \
    pmpi/measure/requests.c pmpi/abi/ops.c pmpi/abi/openmpi.c pmpi/abi/mpich.c
no_memory = tests/unit/no_memory.c tests/unit/no_memory.h
no_memory_ldflags = -Wl,--wrap=calloc,--wrap=malloc,--wrap=realloc,--wrap=reallocarray,--wrap=strdup
made_root = tests/unit/made_root.c tests/unit/made_root.h
synthetic = tests/unit/synthetic.c tests/unit/synthetic.h
top_job = tests/unit/launcher/top/top_job.c tests/unit/launcher/top/top_job.h $(synthetic)
collector_test_libs = collector/libcollector.la $(CMOCKA_LIBS)
launcher_test_libs = launcher/liblauncher.la $(CMOCKA_LIBS)

tests_unit_pmpi_finalize_test_rank_list_SOURCES = tests/unit/pmpi/finalize/test_rank_list.c pmpi/finalize/rank_list.c
tests_unit_pmpi_finalize_test_rank_list_LDADD = $(CMOCKA_LIBS)
tests_unit_collector_compare_test_compare_SOURCES = tests/unit/collector/compare/test_compare.c
tests_unit_collector_compare_test_compare_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_ascii_SOURCES = tests/unit/collector/base/test_ascii.c
tests_unit_collector_base_test_ascii_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_secrets_SOURCES = tests/unit/collector/base/test_secrets.c
tests_unit_collector_base_test_secrets_LDADD = $(collector_test_libs)
tests_unit_collector_model_test_rises_SOURCES = tests/unit/collector/model/test_rises.c
tests_unit_collector_model_test_rises_LDADD = $(collector_test_libs)
tests_unit_launcher_run_test_repeat_SOURCES = tests/unit/launcher/run/test_repeat.c
tests_unit_launcher_run_test_repeat_LDADD = $(launcher_test_libs)
tests_unit_launcher_saved_test_folder_SOURCES = tests/unit/launcher/saved/test_folder.c
tests_unit_launcher_saved_test_folder_LDADD = $(launcher_test_libs)
tests_unit_launcher_options_test_near_SOURCES = tests/unit/launcher/options/test_near.c
tests_unit_launcher_options_test_near_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_deaths_SOURCES = tests/unit/launcher/sample/test_deaths.c
tests_unit_launcher_sample_test_deaths_LDADD = $(launcher_test_libs)
tests_unit_collector_scale_test_bands_SOURCES = tests/unit/collector/scale/test_bands.c
tests_unit_collector_scale_test_bands_LDADD = $(collector_test_libs) -lm
tests_unit_launcher_sample_test_evidence_SOURCES = tests/unit/launcher/sample/test_evidence.c
tests_unit_launcher_sample_test_evidence_LDADD = $(launcher_test_libs)
tests_unit_collector_scale_test_fit_SOURCES = tests/unit/collector/scale/test_fit.c
tests_unit_collector_scale_test_fit_LDADD = $(collector_test_libs) -lm
tests_unit_collector_verdict_test_verdict_SOURCES = tests/unit/collector/verdict/test_verdict.c
tests_unit_collector_verdict_test_verdict_LDADD = $(collector_test_libs)
tests_unit_collector_findings_test_gates_SOURCES = tests/unit/collector/findings/test_gates.c
tests_unit_collector_findings_test_gates_LDADD = $(collector_test_libs)
tests_unit_collector_model_test_rank_name_SOURCES = tests/unit/collector/model/test_rank_name.c $(synthetic)
tests_unit_collector_model_test_rank_name_LDADD = $(collector_test_libs)
tests_unit_collector_model_test_in_mpi_SOURCES = tests/unit/collector/model/test_in_mpi.c
tests_unit_collector_model_test_in_mpi_LDADD = $(collector_test_libs)
tests_unit_collector_model_test_waterfall_SOURCES = tests/unit/collector/model/test_waterfall.c
tests_unit_collector_model_test_waterfall_LDADD = $(collector_test_libs) -lm
tests_unit_collector_model_test_phase_choice_SOURCES = tests/unit/collector/model/test_phase_choice.c
tests_unit_collector_model_test_phase_choice_LDADD = $(collector_test_libs) -lm
tests_unit_collector_report_test_lines_heap_SOURCES = tests/unit/collector/report/test_lines_heap.c
tests_unit_collector_report_test_lines_heap_LDADD = $(collector_test_libs)
tests_unit_collector_findings_test_leaks_SOURCES = tests/unit/collector/findings/test_leaks.c
tests_unit_collector_findings_test_leaks_LDADD = $(collector_test_libs) -lm
tests_unit_collector_base_test_signal_name_SOURCES = tests/unit/collector/base/test_signal_name.c
tests_unit_collector_base_test_signal_name_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_size_SOURCES = tests/unit/collector/base/test_size.c
tests_unit_collector_base_test_size_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_token_SOURCES = tests/unit/collector/base/test_token.c
tests_unit_collector_base_test_token_LDADD = $(launcher_test_libs)
tests_unit_launcher_hosts_test_hub_SOURCES = tests/unit/launcher/hosts/test_hub.c
tests_unit_launcher_hosts_test_hub_LDADD = $(launcher_test_libs)
tests_unit_launcher_hosts_test_hub_files_SOURCES = tests/unit/launcher/hosts/test_hub_files.c
tests_unit_launcher_hosts_test_hub_files_LDADD = $(launcher_test_libs)
tests_unit_collector_journal_test_journal_SOURCES = tests/unit/collector/journal/test_journal.c
tests_unit_collector_journal_test_journal_LDADD = $(collector_test_libs)
tests_unit_collector_journal_test_journal_read_SOURCES = tests/unit/collector/journal/test_journal_read.c $(made_record)
tests_unit_collector_journal_test_journal_read_LDADD = $(collector_test_libs)
tests_unit_collector_journal_test_journal_read_gathered_SOURCES = tests/unit/collector/journal/test_journal_read_gathered.c $(made_record)
tests_unit_collector_journal_test_journal_read_gathered_LDADD = $(collector_test_libs)
tests_unit_collector_journal_test_journal_read_hostile_SOURCES = tests/unit/collector/journal/test_journal_read_hostile.c $(made_record)
tests_unit_collector_journal_test_journal_read_hostile_LDADD = $(collector_test_libs)
tests_unit_collector_record_test_record_json_SOURCES = tests/unit/collector/record/test_record_json.c $(merged)
tests_unit_collector_record_test_record_json_LDADD = $(collector_test_libs)
tests_unit_launcher_sample_test_cgroups_SOURCES = tests/unit/launcher/sample/test_cgroups.c $(made_root)
tests_unit_launcher_sample_test_cgroups_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_charges_SOURCES = tests/unit/launcher/sample/test_charges.c $(made_root)
tests_unit_launcher_sample_test_charges_LDADD = $(launcher_test_libs)
tests_unit_collector_merge_test_headroom_SOURCES = tests/unit/collector/merge/test_headroom.c $(synthetic)
tests_unit_collector_merge_test_headroom_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_given_SOURCES = tests/unit/collector/merge/test_given.c $(synthetic)
tests_unit_collector_merge_test_given_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_heap_SOURCES = tests/unit/collector/merge/test_heap.c $(made_heap_job)
tests_unit_collector_merge_test_heap_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_heap_ranks_SOURCES = tests/unit/collector/merge/test_heap_ranks.c $(made_heap_job)
tests_unit_collector_merge_test_heap_ranks_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_heap_states_SOURCES = tests/unit/collector/merge/test_heap_states.c $(made_heap_job)
tests_unit_collector_merge_test_heap_states_LDADD = $(collector_test_libs)
tests_unit_launcher_sample_test_ulimits_SOURCES = tests/unit/launcher/sample/test_ulimits.c
tests_unit_launcher_sample_test_ulimits_LDADD = $(launcher_test_libs)
tests_unit_collector_base_test_names_SOURCES = tests/unit/collector/base/test_names.c $(no_memory) $(synthetic)
tests_unit_collector_base_test_names_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_names_LDFLAGS = $(no_memory_ldflags)
tests_unit_collector_base_test_map_SOURCES = tests/unit/collector/base/test_map.c $(no_memory)
tests_unit_collector_base_test_map_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_map_LDFLAGS = $(no_memory_ldflags)
tests_unit_collector_base_test_markup_SOURCES = tests/unit/collector/base/test_markup.c
tests_unit_collector_base_test_markup_LDADD = $(collector_test_libs)
tests_unit_collector_report_test_tables_SOURCES = tests/unit/collector/report/test_tables.c $(synthetic)
tests_unit_collector_report_test_tables_LDADD = $(collector_test_libs)
tests_unit_collector_report_test_protobuf_SOURCES = tests/unit/collector/report/test_protobuf.c
tests_unit_collector_report_test_protobuf_LDADD = $(collector_test_libs)
tests_unit_collector_report_test_heap_forms_SOURCES = tests/unit/collector/report/test_heap_forms.c tests/unit/pprof_read.h \
    $(merged)
tests_unit_collector_report_test_heap_forms_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_collector_report_test_heap_forms_LDADD = $(collector_test_libs) $(ZLIB_LIBS)
tests_unit_collector_jobs_test_jobs_SOURCES = tests/unit/collector/jobs/test_jobs.c $(made_jobs)
tests_unit_collector_jobs_test_jobs_LDADD = $(collector_test_libs)
tests_unit_collector_jobs_test_jobs_forms_SOURCES = tests/unit/collector/jobs/test_jobs_forms.c $(made_jobs)
tests_unit_collector_jobs_test_jobs_forms_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_worlds_SOURCES = tests/unit/collector/merge/test_worlds.c $(merged)
tests_unit_collector_merge_test_worlds_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_fields_SOURCES = tests/unit/collector/merge/test_fields.c
tests_unit_collector_merge_test_fields_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_merge_SOURCES = tests/unit/collector/merge/test_merge.c $(merged)
tests_unit_collector_merge_test_merge_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_clocks_SOURCES = tests/unit/collector/merge/test_clocks.c $(merged)
tests_unit_collector_merge_test_clocks_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_damaged_SOURCES = tests/unit/collector/merge/test_damaged.c $(merged)
tests_unit_collector_merge_test_damaged_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_ends_SOURCES = tests/unit/collector/merge/test_ends.c $(merged)
tests_unit_collector_merge_test_ends_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_exits_SOURCES = tests/unit/collector/merge/test_exits.c $(merged)
tests_unit_collector_merge_test_exits_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_gathered_SOURCES = tests/unit/collector/merge/test_gathered.c $(merged)
tests_unit_collector_merge_test_gathered_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_images_SOURCES = tests/unit/collector/merge/test_images.c $(merged)
tests_unit_collector_merge_test_images_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_layers_SOURCES = tests/unit/collector/merge/test_layers.c $(merged)
tests_unit_collector_merge_test_layers_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_details_SOURCES = tests/unit/collector/merge/test_details.c $(merged)
tests_unit_collector_merge_test_details_LDADD = $(collector_test_libs)
tests_unit_collector_merge_test_details_LDFLAGS = -Wl,--wrap=mw_journal_read_file
tests_unit_collector_merge_test_world_sizes_SOURCES = tests/unit/collector/merge/test_world_sizes.c $(merged)
tests_unit_collector_merge_test_world_sizes_LDADD = $(collector_test_libs)
tests_unit_launcher_start_test_inside_SOURCES = tests/unit/launcher/start/test_inside.c
tests_unit_launcher_start_test_inside_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_launch_rank_SOURCES = tests/unit/launcher/sample/test_launch_rank.c
tests_unit_launcher_sample_test_launch_rank_LDADD = $(launcher_test_libs)
tests_unit_collector_post_mortem_test_post_mortem_SOURCES = tests/unit/collector/post_mortem/test_post_mortem.c $(made_deaths)
tests_unit_collector_post_mortem_test_post_mortem_LDADD = $(collector_test_libs)
tests_unit_collector_post_mortem_test_post_mortem_init_SOURCES = tests/unit/collector/post_mortem/test_post_mortem_init.c $(made_deaths)
tests_unit_collector_post_mortem_test_post_mortem_init_LDADD = $(collector_test_libs)
tests_unit_collector_post_mortem_test_post_mortem_oom_SOURCES = tests/unit/collector/post_mortem/test_post_mortem_oom.c $(made_deaths)
tests_unit_collector_post_mortem_test_post_mortem_oom_LDADD = $(collector_test_libs)
tests_unit_collector_view_test_view_file_SOURCES = tests/unit/collector/view/test_view_file.c $(no_memory) $(synthetic)
tests_unit_collector_view_test_view_file_LDFLAGS = $(no_memory_ldflags)
tests_unit_collector_view_test_view_file_LDADD = $(collector_test_libs)
tests_unit_launcher_hosts_test_mirror_SOURCES = tests/unit/launcher/hosts/test_mirror.c $(no_memory)
tests_unit_launcher_hosts_test_mirror_LDFLAGS = $(no_memory_ldflags)
tests_unit_launcher_hosts_test_mirror_LDADD = $(launcher_test_libs)
tests_unit_collector_base_test_json_out_SOURCES = tests/unit/collector/base/test_json_out.c
tests_unit_collector_base_test_json_out_LDADD = $(collector_test_libs)
tests_unit_collector_page_test_page_curves_SOURCES = tests/unit/collector/page/test_page_curves.c
tests_unit_collector_page_test_page_curves_LDADD = $(collector_test_libs) $(SODIUM_LIBS)
tests_unit_collector_page_test_page_curves_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_collector_page_test_page_heap_SOURCES = tests/unit/collector/page/test_page_heap.c $(made_page)
tests_unit_collector_page_test_page_heap_LDADD = $(collector_test_libs) $(JANSSON_LIBS) $(SODIUM_LIBS)
tests_unit_collector_page_test_page_heap_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
tests_unit_collector_page_test_page_data_SOURCES = tests/unit/collector/page/test_page_data.c $(made_page)
tests_unit_collector_page_test_page_data_LDADD = $(collector_test_libs) $(JANSSON_LIBS)
tests_unit_collector_page_test_page_data_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_pmpi_base_test_preloaded_SOURCES = tests/unit/pmpi/base/test_preloaded.c pmpi/base/elf_find.c pmpi/base/syscalls.c
tests_unit_pmpi_base_test_preloaded_LDADD = $(CMOCKA_LIBS) -ldl
tests_unit_collector_journal_test_procmem_SOURCES = tests/unit/collector/journal/test_procmem.c
tests_unit_collector_journal_test_procmem_LDADD = $(collector_test_libs)
tests_unit_collector_report_test_report_names_SOURCES = tests/unit/collector/report/test_report_names.c
tests_unit_collector_report_test_report_names_LDADD = $(collector_test_libs)
tests_unit_collector_report_text_test_report_text_SOURCES = tests/unit/collector/report/text/test_report_text.c $(merged)
tests_unit_collector_report_text_test_report_text_LDADD = $(collector_test_libs)
tests_unit_collector_report_text_test_phase_lines_SOURCES = tests/unit/collector/report/text/test_phase_lines.c $(synthetic)
tests_unit_collector_report_text_test_phase_lines_LDADD = $(collector_test_libs)
tests_unit_collector_journal_test_segments_SOURCES = tests/unit/collector/journal/test_segments.c $(made_segments)
tests_unit_collector_journal_test_segments_LDADD = $(collector_test_libs)
tests_unit_collector_journal_test_segments_removed_SOURCES = tests/unit/collector/journal/test_segments_removed.c $(made_segments)
tests_unit_collector_journal_test_segments_removed_LDADD = $(collector_test_libs)
tests_unit_collector_base_test_short_name_SOURCES = tests/unit/collector/base/test_short_name.c
tests_unit_collector_base_test_short_name_LDADD = $(collector_test_libs)
tests_unit_pmpi_base_test_exit_table_SOURCES = tests/unit/pmpi/base/test_exit_table.c pmpi/base/exit_table.c
tests_unit_pmpi_base_test_exit_table_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_base_test_lock_SOURCES = tests/unit/pmpi/base/test_lock.c $(made_sections)
tests_unit_pmpi_base_test_lock_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_base_test_lock_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_base_test_lock_jumps_SOURCES = tests/unit/pmpi/base/test_lock_jumps.c $(made_sections)
tests_unit_pmpi_base_test_lock_jumps_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_base_test_lock_jumps_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_base_test_lock_sandbox_SOURCES = tests/unit/pmpi/base/test_lock_sandbox.c $(made_sections)
tests_unit_pmpi_base_test_lock_sandbox_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_base_test_lock_sandbox_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_base_test_lock_threads_SOURCES = tests/unit/pmpi/base/test_lock_threads.c $(made_sections)
tests_unit_pmpi_base_test_lock_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_base_test_lock_threads_LDADD = $(CMOCKA_LIBS)
# The heap library without its calls, and without what starts it.
check_LIBRARIES += tests/libheap.a
tests_libheap_a_SOURCES = pmpi/heap/areas.c pmpi/heap/attach.c pmpi/heap/blocks.c pmpi/heap/dlsym.c pmpi/heap/enter.c pmpi/heap/given.c pmpi/heap/guards.c pmpi/heap/heap.c pmpi/heap/mappings.c pmpi/heap/memory.c \
    pmpi/heap/modules.c pmpi/heap/next.c pmpi/heap/peak.c pmpi/heap/ranges.c pmpi/heap/sampling.c pmpi/heap/sites.c \
    pmpi/heap/snapshots.c pmpi/heap/sparse.c pmpi/heap/status.c pmpi/heap/timeline.c \
    pmpi/base/elf_find.c pmpi/base/elf_object.c pmpi/base/functions.c pmpi/base/lock.c pmpi/base/python.c pmpi/base/python_lines.c \
    pmpi/base/stack.c pmpi/base/syscalls.c
tests_libheap_a_CFLAGS = $(AM_CFLAGS) -pthread
made_tables = tests/unit/pmpi/heap/made_tables.c tests/unit/pmpi/heap/made_tables.h
made_heap = tests/unit/pmpi/heap/made_heap.c tests/unit/pmpi/heap/made_heap.h $(made_tables)
made_heap_ldflags = -Wl,--wrap=mw_heap_memory_resident -Wl,--wrap=mw_heap_areas_note
tests_unit_pmpi_heap_test_areas_SOURCES = tests/unit/pmpi/heap/test_areas.c
tests_unit_pmpi_heap_test_areas_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_areas_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_blocks_SOURCES = tests/unit/pmpi/heap/test_blocks.c
tests_unit_pmpi_heap_test_blocks_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_guards_SOURCES = tests/unit/pmpi/heap/test_guards.c
tests_unit_pmpi_heap_test_guards_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_guards_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_given_SOURCES = tests/unit/pmpi/heap/test_given.c
tests_unit_pmpi_heap_test_given_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_given_LDADD = tests/libheap.a $(CMOCKA_LIBS) -lm
tests_unit_pmpi_heap_test_given_LDFLAGS = -Wl,--wrap=mw_heap_memory_resident -Wl,--wrap=mw_heap_areas_note
tests_unit_pmpi_heap_test_heap_SOURCES = tests/unit/pmpi/heap/test_heap.c $(made_heap)
tests_unit_pmpi_heap_test_heap_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_heap_LDADD = tests/libheap.a $(CMOCKA_LIBS) -lm
tests_unit_pmpi_heap_test_heap_LDFLAGS = $(made_heap_ldflags)
tests_unit_pmpi_heap_test_heap_thinning_SOURCES = tests/unit/pmpi/heap/test_heap_thinning.c $(made_heap)
tests_unit_pmpi_heap_test_heap_thinning_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_heap_thinning_LDADD = tests/libheap.a $(CMOCKA_LIBS) -lm
tests_unit_pmpi_heap_test_heap_thinning_LDFLAGS = $(made_heap_ldflags)
tests_unit_pmpi_heap_test_heap_threads_SOURCES = tests/unit/pmpi/heap/test_heap_threads.c $(made_heap)
tests_unit_pmpi_heap_test_heap_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_heap_threads_LDADD = tests/libheap.a $(CMOCKA_LIBS) -lm
tests_unit_pmpi_heap_test_heap_threads_LDFLAGS = $(made_heap_ldflags)
tests_unit_pmpi_heap_test_heap_modules_SOURCES = tests/unit/pmpi/heap/test_heap_modules.c tests/unit/pmpi/heap/plugins.h
tests_unit_pmpi_heap_test_heap_modules_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_heap_modules_LDADD = tests/libheap.a $(CMOCKA_LIBS) -ldl
tests_unit_pmpi_heap_test_heap_sites_SOURCES = tests/unit/pmpi/heap/test_heap_sites.c tests/unit/pmpi/heap/plugins.h
tests_unit_pmpi_heap_test_heap_sites_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_heap_sites_LDADD = tests/libheap.a $(CMOCKA_LIBS) -ldl
tests_unit_pmpi_heap_test_heap_timeline_SOURCES = tests/unit/pmpi/heap/test_heap_timeline.c $(made_tables)
tests_unit_pmpi_heap_test_heap_timeline_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_heap_timeline_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_memory_SOURCES = tests/unit/pmpi/heap/test_memory.c
tests_unit_pmpi_heap_test_memory_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_ranges_SOURCES = tests/unit/pmpi/heap/test_ranges.c
tests_unit_pmpi_heap_test_ranges_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_ranges_LDFLAGS = -Wl,--wrap=mw_heap_memory_resident
tests_unit_pmpi_heap_test_sampling_SOURCES = tests/unit/pmpi/heap/test_sampling.c
tests_unit_pmpi_heap_test_sampling_LDADD = tests/libheap.a $(CMOCKA_LIBS) -lm
tests_unit_pmpi_heap_test_snapshots_SOURCES = tests/unit/pmpi/heap/test_snapshots.c
tests_unit_pmpi_heap_test_snapshots_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_sparse_SOURCES = tests/unit/pmpi/heap/test_sparse.c
tests_unit_pmpi_heap_test_sparse_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_sparse_LDADD = tests/libheap.a $(CMOCKA_LIBS)
tests_unit_pmpi_heap_test_status_SOURCES = tests/unit/pmpi/heap/test_status.c
tests_unit_pmpi_heap_test_status_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_heap_test_status_LDADD = tests/libheap.a $(CMOCKA_LIBS)
# Two libraries of the same code, to be loaded at one another's addresses.
check_LTLIBRARIES += tests/unit/pmpi/heap/plugin1.la tests/unit/pmpi/heap/plugin2.la
tests_unit_pmpi_heap_plugin1_la_SOURCES = tests/unit/pmpi/heap/plugin.c
tests_unit_pmpi_heap_plugin1_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_NAME='"plugin1"'
tests_unit_pmpi_heap_plugin1_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_unit_pmpi_heap_plugin2_la_SOURCES = tests/unit/pmpi/heap/plugin.c
tests_unit_pmpi_heap_plugin2_la_CPPFLAGS = $(AM_CPPFLAGS) -DPLUGIN_NAME='"plugin2"'
tests_unit_pmpi_heap_plugin2_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_unit_pmpi_wrap_test_argument_SOURCES = tests/unit/pmpi/wrap/test_argument.c pmpi/wrap/argument.c pmpi/base/stack.c pmpi/base/syscalls.c
tests_unit_pmpi_wrap_test_argument_CFLAGS = $(AM_CFLAGS) -O2
tests_unit_pmpi_wrap_test_argument_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_wrap_test_argument_unoptimized_SOURCES = $(tests_unit_pmpi_wrap_test_argument_SOURCES)
tests_unit_pmpi_wrap_test_argument_unoptimized_CFLAGS = $(AM_CFLAGS) -O0
tests_unit_pmpi_wrap_test_argument_unoptimized_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_abi_find_SOURCES = tests/unit/pmpi/abi/test_abi_find.c pmpi/abi/find.c \
    pmpi/abi/openmpi.c pmpi/abi/mpich.c pmpi/abi/standard.c
tests_unit_pmpi_abi_test_abi_find_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_abi_openmpi_SOURCES = tests/unit/pmpi/abi/test_abi.c tests/unit/pmpi/abi/abi_rows.h pmpi/abi/openmpi.c
tests_unit_pmpi_abi_test_abi_openmpi_CPPFLAGS = $(AM_CPPFLAGS) $(OPENMPI_CFLAGS) -DMW_ABI=mw_abi_openmpi
tests_unit_pmpi_abi_test_abi_openmpi_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_abi_mpich_SOURCES = tests/unit/pmpi/abi/test_abi.c tests/unit/pmpi/abi/abi_rows.h pmpi/abi/mpich.c
tests_unit_pmpi_abi_test_abi_mpich_CPPFLAGS = $(AM_CPPFLAGS) $(MPICH_CFLAGS) -DMW_ABI=mw_abi_mpich
tests_unit_pmpi_abi_test_abi_mpich_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_abi_standard_SOURCES = tests/unit/pmpi/abi/test_abi.c tests/unit/pmpi/abi/abi_rows.h pmpi/abi/standard.c
tests_unit_pmpi_abi_test_abi_standard_CPPFLAGS = $(AM_CPPFLAGS) $(MPIABI_CFLAGS) -DMW_ABI=mw_abi_standard
tests_unit_pmpi_abi_test_abi_standard_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_measure_test_governor_SOURCES = tests/unit/pmpi/measure/test_governor.c pmpi/measure/governor.c
tests_unit_pmpi_measure_test_governor_LDADD = $(CMOCKA_LIBS)
made_meter = tests/unit/pmpi/measure/made_meter.c tests/unit/pmpi/measure/made_meter.h \
    tests/unit/pmpi/measure/made_heap_link.c tests/unit/pmpi/measure/made_heap_link.h
tests_unit_pmpi_measure_test_observe_SOURCES = tests/unit/pmpi/measure/test_observe.c $(made_windows)
tests_unit_pmpi_measure_test_observe_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_observe_mark_SOURCES = tests/unit/pmpi/measure/test_observe_mark.c $(made_windows)
tests_unit_pmpi_measure_test_observe_mark_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_observe_random_SOURCES = tests/unit/pmpi/measure/test_observe_random.c $(made_windows)
tests_unit_pmpi_measure_test_observe_random_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_exchanges_SOURCES = tests/unit/pmpi/measure/test_exchanges.c $(made_phases)
tests_unit_pmpi_measure_test_exchanges_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_phases_SOURCES = tests/unit/pmpi/measure/test_phases.c $(made_phases)
tests_unit_pmpi_measure_test_phases_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_phases_full_SOURCES = tests/unit/pmpi/measure/test_phases_full.c $(made_phases)
tests_unit_pmpi_measure_test_phases_full_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_phases_named_SOURCES = tests/unit/pmpi/measure/test_phases_named.c $(made_phases)
tests_unit_pmpi_measure_test_phases_named_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_phases_random_SOURCES = tests/unit/pmpi/measure/test_phases_random.c $(made_phases)
tests_unit_pmpi_measure_test_phases_random_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_objects_SOURCES = tests/unit/pmpi/measure/test_objects.c pmpi/measure/objects.c pmpi/abi/mpich.c
tests_unit_pmpi_measure_test_objects_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_requests_SOURCES = tests/unit/pmpi/measure/test_requests.c $(made_requests)
tests_unit_pmpi_measure_test_requests_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_requests_full_SOURCES = tests/unit/pmpi/measure/test_requests_full.c $(made_requests)
tests_unit_pmpi_measure_test_requests_full_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_requests_random_SOURCES = tests/unit/pmpi/measure/test_requests_random.c $(made_requests)
tests_unit_pmpi_measure_test_requests_random_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_requests_reused_SOURCES = tests/unit/pmpi/measure/test_requests_reused.c $(made_requests)
tests_unit_pmpi_measure_test_requests_reused_LDADD = $(collector_test_libs)
tests_unit_pmpi_abi_test_bytes_SOURCES = tests/unit/pmpi/abi/test_bytes.c $(made_calls)
tests_unit_pmpi_abi_test_bytes_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_bytes_neighbours_SOURCES = tests/unit/pmpi/abi/test_bytes_neighbours.c $(made_calls)
tests_unit_pmpi_abi_test_bytes_neighbours_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_bytes_data_SOURCES = tests/unit/pmpi/abi/test_bytes_data.c $(made_calls)
tests_unit_pmpi_abi_test_bytes_data_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_abi_test_bytes_odd_SOURCES = tests/unit/pmpi/abi/test_bytes_odd.c $(made_calls)
tests_unit_pmpi_abi_test_bytes_odd_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_rank_test_settings_SOURCES = tests/unit/pmpi/rank/test_settings.c pmpi/rank/settings.c
tests_unit_pmpi_rank_test_settings_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_rank_test_stage_SOURCES = tests/unit/pmpi/rank/test_stage.c pmpi/rank/stage.c pmpi/base/syscalls.c
tests_unit_pmpi_rank_test_stage_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_rank_test_stage_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_modules_SOURCES = tests/unit/pmpi/measure/test_modules.c pmpi/measure/modules.c \
    pmpi/base/elf_object.c pmpi/base/syscalls.c
tests_unit_pmpi_measure_test_modules_LDADD = $(collector_test_libs) -ldl
tests_unit_pmpi_measure_test_own_memory_SOURCES = tests/unit/pmpi/measure/test_own_memory.c pmpi/measure/own_memory.c pmpi/base/syscalls.c
tests_unit_pmpi_measure_test_own_memory_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_places_SOURCES = tests/unit/pmpi/measure/test_places.c pmpi/measure/places.c
tests_unit_pmpi_measure_test_places_LDADD = $(CMOCKA_LIBS)
# What call sites and spikes need for Python.
python_frames = pmpi/measure/scripts.c pmpi/base/functions.c pmpi/base/python.c pmpi/base/python_lines.c pmpi/base/elf_find.c
tests_unit_pmpi_measure_test_sites_SOURCES = tests/unit/pmpi/measure/test_sites.c pmpi/measure/sites.c pmpi/measure/site_table.c \
    pmpi/measure/places.c pmpi/measure/governor.c pmpi/base/stack.c pmpi/base/syscalls.c pmpi/abi/ops.c \
    $(python_frames)
tests_unit_pmpi_measure_test_sites_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_measure_test_sites_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_spikes_SOURCES = tests/unit/pmpi/measure/test_spikes.c pmpi/measure/spikes.c $(python_frames)
tests_unit_pmpi_measure_test_spikes_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_threads_SOURCES = tests/unit/pmpi/measure/test_threads.c pmpi/measure/threads.c pmpi/base/syscalls.c
tests_unit_pmpi_measure_test_threads_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_measure_test_threads_LDADD = $(collector_test_libs)
tests_unit_pmpi_rank_test_world_SOURCES = tests/unit/pmpi/rank/test_world.c pmpi/rank/world.c
tests_unit_pmpi_rank_test_world_LDADD = $(collector_test_libs)
tests_unit_pmpi_finalize_test_agree_SOURCES = tests/unit/pmpi/finalize/test_agree.c pmpi/finalize/agree.c pmpi/finalize/peers.c \
    pmpi/rank/rank.c pmpi/rank/stage.c pmpi/base/syscalls.c
tests_unit_pmpi_finalize_test_agree_LDADD = $(collector_test_libs)
tests_unit_pmpi_base_test_python_lines_SOURCES = tests/unit/pmpi/base/test_python_lines.c pmpi/base/python_lines.c
tests_unit_pmpi_base_test_python_lines_LDADD = $(CMOCKA_LIBS)
tests_unit_pmpi_base_test_stack_SOURCES = tests/unit/pmpi/base/test_stack.c pmpi/base/stack.c pmpi/base/syscalls.c
tests_unit_pmpi_base_test_stack_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_base_test_stack_LDADD = $(CMOCKA_LIBS)
# The same where a call does not push its return address, as on other machines.
tests_unit_pmpi_base_test_stack_search_SOURCES = $(tests_unit_pmpi_base_test_stack_SOURCES)
tests_unit_pmpi_base_test_stack_search_CPPFLAGS = $(AM_CPPFLAGS) -DMW_STACK_SEARCH
tests_unit_pmpi_base_test_stack_search_CFLAGS = $(AM_CFLAGS) -pthread
tests_unit_pmpi_base_test_stack_search_LDADD = $(CMOCKA_LIBS)
tests_unit_launcher_sample_test_slices_SOURCES = tests/unit/launcher/sample/test_slices.c
tests_unit_launcher_sample_test_slices_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_stages_SOURCES = tests/unit/launcher/sample/test_stages.c
tests_unit_launcher_sample_test_stages_LDADD = $(launcher_test_libs)
tests_unit_collector_scale_test_lines_SOURCES = tests/unit/collector/scale/test_lines.c
tests_unit_collector_scale_test_lines_LDADD = $(collector_test_libs) -lm
tests_unit_collector_scale_test_study_SOURCES = tests/unit/collector/scale/test_study.c
tests_unit_collector_scale_test_study_LDADD = $(collector_test_libs) -lm
tests_unit_collector_symbols_test_symbolizer_SOURCES = tests/unit/collector/symbols/test_symbolizer.c
tests_unit_collector_symbols_test_symbolizer_LDADD = $(collector_test_libs)
tests_unit_collector_symbols_test_symbolizer_LDFLAGS = -Wl,--wrap=mw_symbol_reader_find
tests_unit_collector_model_test_reading_error_SOURCES = tests/unit/collector/model/test_reading_error.c
tests_unit_collector_model_test_reading_error_LDADD = $(collector_test_libs)
tests_unit_collector_symbols_test_symbols_SOURCES = tests/unit/collector/symbols/test_symbols.c $(synthetic)
tests_unit_collector_symbols_test_symbols_LDADD = $(collector_test_libs)
tests_unit_collector_symbols_test_symbols_CFLAGS = $(AM_CFLAGS) -g
tests_unit_pmpi_measure_test_full_tables_SOURCES = tests/unit/pmpi/measure/test_full_tables.c pmpi/measure/governor.c pmpi/measure/phase_table.c pmpi/measure/site_table.c
tests_unit_pmpi_measure_test_full_tables_LDADD = $(collector_test_libs)
tests_unit_pmpi_measure_test_timeline_SOURCES = tests/unit/pmpi/measure/test_timeline.c pmpi/measure/timeline.c
tests_unit_pmpi_measure_test_timeline_LDADD = $(collector_test_libs)
tests_unit_launcher_top_test_top_SOURCES = tests/unit/launcher/top/test_top.c $(top_job)
tests_unit_launcher_top_test_top_LDADD = $(launcher_test_libs)
tests_unit_launcher_top_test_top_LDFLAGS = -Wl,--wrap=mw_journal_read_entry
tests_unit_launcher_top_test_top_picture_SOURCES = tests/unit/launcher/top/test_top_picture.c $(top_job)
tests_unit_launcher_top_test_top_picture_LDADD = $(launcher_test_libs)
tests_unit_launcher_run_test_live_SOURCES = tests/unit/launcher/run/test_live.c $(no_memory) $(synthetic)
tests_unit_launcher_run_test_live_LDADD = $(launcher_test_libs)
tests_unit_launcher_run_test_live_LDFLAGS = $(no_memory_ldflags)
tests_unit_launcher_sample_test_held_SOURCES = tests/unit/launcher/sample/test_held.c $(no_memory) $(synthetic)
tests_unit_launcher_sample_test_held_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_held_LDFLAGS = $(no_memory_ldflags)
tests_unit_launcher_sample_test_pss_SOURCES = tests/unit/launcher/sample/test_pss.c
tests_unit_launcher_sample_test_pss_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_tree_SOURCES = tests/unit/launcher/sample/test_tree.c
tests_unit_launcher_sample_test_tree_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_tree_states_SOURCES = tests/unit/launcher/sample/test_tree_states.c
tests_unit_launcher_sample_test_tree_states_LDADD = $(launcher_test_libs)
tests_unit_launcher_sample_test_tree_states_LDFLAGS = -Wl,--wrap=mw_map_try_add
tests_unit_launcher_hosts_test_wire_SOURCES = tests/unit/launcher/hosts/test_wire.c
tests_unit_launcher_hosts_test_wire_LDADD = $(launcher_test_libs) $(SODIUM_LIBS)
tests_unit_launcher_hosts_test_wire_message_SOURCES = tests/unit/launcher/hosts/test_wire_message.c
tests_unit_launcher_hosts_test_wire_message_LDADD = $(launcher_test_libs)

tests_tools_mwdump_SOURCES = tests/tools/mwdump.c
tests_tools_mwdump_LDADD = collector/libcollector.la
tests_tools_mwgen_SOURCES = tests/tools/mwgen.c tests/tools/mwgen.h tests/tools/mwgen_modules.c tests/tools/mwgen_record.c \
    tests/tools/mwgen_view.c
tests_tools_mwgen_LDADD = collector/libcollector.la
tests_tools_mwgen_CFLAGS = $(AM_CFLAGS) -g
tests_tools_mwreport_SOURCES = tests/tools/mwreport.c
tests_tools_mwreport_LDADD = collector/libcollector.la
tests_tools_mwplace_SOURCES = tests/tools/mwplace.c
tests_tools_mwplace_CFLAGS = $(AM_CFLAGS) $(LIBDW_CFLAGS)
tests_tools_mwplace_LDADD = collector/libcollector.la $(LIBDW_LIBS) -lelf
tests_tools_mwschema_SOURCES = tests/tools/mwschema.c
tests_tools_mwschema_LDADD = collector/libcollector.la
tests_tools_oldkernel_SOURCES = tests/tools/oldkernel.c
tests_tools_oldkernel_LDADD =
tests_tools_waits_SOURCES = tests/tools/waits.c
tests_tools_waits_LDADD =
tests_tools_usage_SOURCES = tests/tools/usage.c
tests_tools_usage_LDADD =

# What a report of many ranks takes: doc/scale.md has the table.
scale-report: launcher/memwatch tests/tools/mwgen tests/tools/usage
	@top_builddir_path='$(abs_top_builddir)' $(SHELL) $(srcdir)/bench/scale
.PHONY: scale-report
tests_tools_mwflood_SOURCES = tests/tools/mwflood.c
tests_tools_mwflood_LDADD = launcher/liblauncher.la
tests_tools_mwhost_SOURCES = tests/tools/mwhost.c
tests_tools_mwsignals_SOURCES = tests/tools/mwsignals.c
tests_tools_mwsignals_LDADD =

# In place of the shim, for processes that are no ranks.
check_LTLIBRARIES += tests/tools/heap_probe.la
tests_tools_heap_probe_la_SOURCES = tests/tools/heap_probe.c $(made_tables)
tests_tools_heap_probe_la_LIBADD = -ldl
tests_tools_heap_probe_la_CFLAGS = $(SHIM_CFLAGS)
tests_tools_heap_probe_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

# Between memwatch and the C library.
check_LTLIBRARIES += tests/tools/stalls.la
tests_tools_stalls_la_SOURCES = tests/tools/stalls.c
tests_tools_stalls_la_LIBADD = -ldl
tests_tools_stalls_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

# The shim once more, with gather rounds so small that a few ranks need many of them.
check_LTLIBRARIES += tests/libsmallrounds.la
tests_libsmallrounds_la_SOURCES = $(pmpi_libmemwatch_pmpi_la_SOURCES)
tests_libsmallrounds_la_CPPFLAGS = $(pmpi_libmemwatch_pmpi_la_CPPFLAGS) -DMW_GATHER_BYTES=3000 -DMW_GATHER_RANKS=3
tests_libsmallrounds_la_CFLAGS = $(SHIM_CFLAGS)
tests_libsmallrounds_la_LIBADD = $(pmpi_libmemwatch_pmpi_la_LIBADD)
tests_libsmallrounds_la_LDFLAGS = $(pmpi_libmemwatch_pmpi_la_LDFLAGS) -rpath /nowhere

# And once more with ThreadSanitizer, to be linked into a program that has it, too.
if THREAD_SANITIZER
check_LIBRARIES += tests/libtsan.a
endif
tests_libtsan_a_SOURCES = $(shim_sources)
tests_libtsan_a_CPPFLAGS = $(pmpi_libmemwatch_pmpi_a_CPPFLAGS)
tests_libtsan_a_CFLAGS = $(SHIM_CFLAGS) -fPIC -fsanitize=thread -fno-omit-frame-pointer
tests_libtsan_a_LIBADD = $(pmpi_libmemwatch_pmpi_a_LIBADD)
tests_libtsan_a_DEPENDENCIES = $(tests_libtsan_a_LIBADD)

# MPI programs that know their own calls and memory, built for each MPI that was found.
check_DATA += tests/programs.stamp
CLEANFILES += tests/programs.stamp
tests/programs.stamp: tests/build_programs.sh tests/environment.sh FORCE
	$(AM_V_GEN)$(SHELL) $(srcdir)/tests/build_programs.sh && touch $@
FORCE:
.PHONY: FORCE

# Whether jobs of each MPI start here, before any test asks for one.
check_DATA += tests/jobs.stamp
CLEANFILES += tests/jobs.stamp
tests/jobs.stamp: tests/programs.stamp tests/jobs_start.sh FORCE
	$(AM_V_GEN)$(SHELL) $(srcdir)/tests/jobs_start.sh && touch $@

# Folders are taken whole, from the build directory as well: what was built and logged there stays out.
dist-hook:
	rm -rf $(distdir)/tests/integration/*.log $(distdir)/tests/integration/*.trs $(distdir)/tests/programs/openmpi \
	    $(distdir)/tests/programs/mpich $(distdir)/tests/fuzz/built $(distdir)/tests/fuzz/found

# make fuzz FUZZ_SECONDS=60
FUZZ_SECONDS = 60
fuzz: all
	$(SHELL) $(srcdir)/tests/fuzz/run.sh $(FUZZ_SECONDS)
.PHONY: fuzz

# make soak SOAK_SECONDS=3600
SOAK_SECONDS = 3600
soak: all
	bash $(srcdir)/tests/soak.sh $(SOAK_SECONDS)
.PHONY: soak
EXTRA_DIST += tests/unit/draw.h tests/unit/emulated.h tests/unit/in_range.h
EXTRA_DIST += tests/soak.sh

# Whether the post-mortem names who died first, over hundreds of jobs that are killed in every way. Takes half an hour.
kill-matrix: all
	$(MAKE) check TESTS=
	$(AM_TESTS_ENVIRONMENT) bash $(srcdir)/tests/kill_matrix.sh
.PHONY: kill-matrix

EXTRA_DIST += tests/kill_matrix.sh

# What takes too long for make check, one step after another; make check-long CHECK_LONG=list prints the steps.
CHECK_LONG =
check-long: all
	@$(AM_TESTS_ENVIRONMENT) MAKE='$(MAKE)' $(SHELL) $(srcdir)/tests/check_long.sh $(CHECK_LONG)
.PHONY: check-long
EXTRA_DIST += tests/check_long.sh

# What is executed of the sources by unit tests, and by integration tests: make coverage
# COVERAGE_TESTS="tests/integration/launcher.sh tests/integration/top.sh"
COVERAGE_TESTS =
coverage:
	@$(SHELL) $(srcdir)/tests/coverage.sh $(COVERAGE_TESTS)
.PHONY: coverage
EXTRA_DIST += tests/coverage.sh tests/coverage.py

# All C files in one style.
format:
	srcdir='$(srcdir)' $(SHELL) $(srcdir)/tests/format.sh
.PHONY: format
EXTRA_DIST += tests/format.sh tests/browser/eslint.config.js .clang-format .editorconfig .shellcheckrc

# Unit tests alone.
check-unit:
	$(MAKE) check TESTS="$(unit_tests)"
.PHONY: check-unit

# What doc/platforms.md says of other systems, seen in each of them. Root only; takes hours, goes on where it was stopped.
platforms:
	@$(AM_TESTS_ENVIRONMENT) PLATFORMS='$(PLATFORMS)' bash $(srcdir)/tests/platforms/run.sh
.PHONY: platforms
EXTRA_DIST += tests/platforms
EXTRA_DIST += tests/fuzz
EXTRA_DIST += tests/browser/package.json tests/browser/package-lock.json tests/browser/page.js tests/browser/held.js
EXTRA_DIST += bench/scale tests/build_programs.sh tests/check.sh tests/golden tests/hosts.sh tests/integration tests/jobs_start.sh tests/lib.sh tests/openmpi.sh tests/private.sh tests/programs tests/schema.sh tests/tools/validate.py tests/unit_tap.sh

# In a build in the source tree, tests/programs and bench/programs hold sources as well: only what is built there goes.
clean-local:
	-rm -rf tests/state tests/jobs tests/programs/openmpi tests/programs/mpich bench/programs/openmpi bench/programs/mpich tests/fuzz/built
distclean-local:
	-rm -rf tests/fuzz/found build-coverage check-long
	-rm -f rerun.log
