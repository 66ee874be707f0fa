# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += collector/libcollector.la

# From journals and samples to a report. The first eight files are below the line: the shim compiles them as well
# (pmpi/local.mk), with flags of its own.
collector_libcollector_la_SOURCES = \
	collector/clock.h collector/magic.h collector/record.h \
	collector/err.c collector/err.h \
	collector/hostname.c collector/hostname.h \
	collector/in_mpi.c collector/in_mpi.h \
	collector/io.c collector/io.h \
	collector/journal.c collector/journal.h \
	collector/procmem.c collector/procmem.h \
	collector/segment.c collector/segment.h \
	collector/token.c collector/token.h \
	collector/alive.c collector/alive.h \
	collector/binding.c collector/binding.h \
	collector/bounds.c collector/bounds.h \
	collector/child_time.c collector/child_time.h \
	collector/close_from.c collector/close_from.h \
	collector/compare.c collector/compare.h \
	collector/compare_check.c collector/compare_fold.c collector/compare_match.c collector/compare_take.c \
	collector/csv.c collector/csv.h \
	collector/debug_files.c collector/debug_files.h \
	collector/demangle.c collector/demangle.h \
	collector/exits_read.c collector/exits_read.h \
	collector/journal_check.c collector/journal_check.h \
	collector/launch_variables.c collector/launch_variables.h \
	collector/journal_read.c collector/journal_read.h \
	collector/journal_source.c collector/journal_source.h \
	collector/fortran_name.c collector/fortran_name.h \
	collector/findings.c collector/findings.h \
	collector/gates.c collector/gates.h \
	collector/json_out.c collector/json_out.h \
	collector/leaks.c collector/leaks.h \
	collector/map.c collector/map.h \
	collector/markup.c collector/markup.h \
	collector/mem.c collector/mem.h \
	collector/merge.c collector/merge.h collector/merge_parts.h \
	collector/merge_chains.c collector/merge_chains.h \
	collector/merge_deaths.c collector/merge_deaths_parts.h \
	collector/merge_deaths_ends.c \
	collector/merge_deaths_first.c \
	collector/merge_deaths_oom.c \
	collector/merge_deaths_outside.c \
	collector/merge_deaths_text.c \
	collector/merge_deaths_waiting.c \
	collector/merge_details.c \
	collector/merge_exits.c \
	collector/merge_hosts.c \
	collector/merge_job.c \
	collector/merge_jobs.c collector/merge_jobs.h \
	collector/merge_jobs_find.c \
	collector/merge_jobs_seen.c \
	collector/merge_layers.c \
	collector/merge_left.c \
	collector/merge_limits.c \
	collector/merge_notes.c \
	collector/merge_origins.c \
	collector/merge_peers.c \
	collector/merge_phases.c \
	collector/merge_places.c \
	collector/merge_processes.c \
	collector/merge_ranks.c \
	collector/merge_records.c \
	collector/merge_sites.c \
	collector/merge_take.c \
	collector/merge_tree.c \
	collector/merge_unrecorded.c \
	collector/merge_views.c \
	collector/merge_worlds.c collector/merge_worlds.h \
	collector/message.c collector/message.h \
	collector/model.c collector/model.h \
	collector/names.c collector/names.h \
	collector/page.c collector/page.h \
	collector/phase_choice.c collector/phase_choice.h \
	collector/page_curves.c collector/page_curves.h \
	collector/page_data.c collector/page_data.h \
	collector/page_jobs.c \
	collector/page_write.c collector/page_write.h \
	collector/peer.h \
	collector/plt_names.c collector/plt_names.h \
	collector/pymethods.c collector/pymethods.h \
	collector/phase_span.c collector/phase_span.h \
	collector/ranges.c collector/ranges.h \
	collector/rank_name.c collector/rank_name.h \
	collector/record_round.c collector/record_round.h \
	collector/rank_rss.c collector/rank_rss.h \
	collector/record_check.c collector/record_check.h \
	collector/record_fields.c collector/record_fields.h \
	collector/record_json.c collector/record_json.h \
	collector/report.c collector/report.h \
	collector/report_compare.c collector/report_compare.h \
	collector/report_compare_json.c \
	collector/report_compare_markdown.c \
	collector/report_html.c collector/report_html.h \
	collector/report_json.c collector/report_json.h \
	collector/report_metrics.c collector/report_metrics.h \
	collector/report_names.c collector/report_names.h \
	collector/report_phases.c \
	collector/report_processes.c \
	collector/report_repeat.c collector/report_repeat.h \
	collector/report_spikes.c \
	collector/report_tables.h \
	collector/report_timeline.c \
	collector/report_trace.c collector/report_trace.h \
	collector/rust_name.c collector/rust_name.h \
	collector/report_text.c collector/report_text.h collector/report_text_parts.h \
	collector/report_text_deaths.c \
	collector/report_text_headroom.c \
	collector/report_text_hosts.c \
	collector/report_text_in_mpi.c \
	collector/report_text_job.c \
	collector/report_text_jobs.c \
	collector/report_text_peak.c \
	collector/report_text_no_ranks.c \
	collector/report_text_phases.c \
	collector/report_text_processes.c \
	collector/report_text_ranks.c \
	collector/report_text_sites.c \
	collector/report_text_waterfall.c \
	collector/scale/advice.c collector/scale/advice.h \
	collector/scale/fit.c collector/scale/fit.h \
	collector/scale/fit_model.c collector/scale/fit_model.h \
	collector/scale/fit_predict.c \
	collector/scale/fit_weigh.c collector/scale/fit_weigh.h \
	collector/scale/forecast.c collector/scale/forecast.h \
	collector/scale/lapack.c collector/scale/lapack.h \
	collector/scale/law.c collector/scale/law.h \
	collector/scale/squares.c collector/scale/squares.h \
	collector/scale/student.c collector/scale/student.h \
	collector/scale/study.c collector/scale/study.h \
	collector/scale/study_csv.c \
	collector/scale/study_fold.c \
	collector/scale/study_html.c \
	collector/scale/study_json.c \
	collector/scale/study_reach.c \
	collector/scale/study_report.c collector/scale/study_report.h \
	collector/scale/study_svg.c \
	collector/scale/study_take.c \
	collector/scale/study_text.c \
	collector/scale/study_text_forecast.c collector/scale/study_text_parts.h \
	collector/safe_open.c collector/safe_open.h \
	collector/seen.h \
	collector/segments.c collector/segments.h \
	collector/short_name.c collector/short_name.h \
	collector/signal_name.c collector/signal_name.h \
	collector/size.c collector/size.h \
	collector/reading_error.c collector/reading_error.h \
	collector/starters.c collector/starters.h \
	collector/symbol_reader.c collector/symbol_reader.h \
	collector/symbolizer.c collector/symbolizer.h \
	collector/symbolizer_child.c collector/symbolizer_child.h \
	collector/symbols.c collector/symbols.h \
	collector/text.c collector/text.h \
	collector/text_table.c collector/text_table.h \
	collector/units.c collector/units.h \
	collector/view.h \
	collector/waterfall.c collector/waterfall.h \
	collector/view_end.c collector/view_end.h \
	collector/view_file.c collector/view_file.h \
	collector/wait_log.h \
	collector/wait_log_read.c collector/wait_log_read.h
collector_libcollector_la_CFLAGS = $(AM_CFLAGS) $(LIBDW_CFLAGS) $(HWLOC_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
collector_libcollector_la_LIBADD = $(LIBDW_LIBS) -lelf $(HWLOC_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS) -ldl -lm
collector_libcollector_la_CPPFLAGS = $(AM_CPPFLAGS) -DMW_PAGE_DIR='"$(abs_top_srcdir)/collector/page"'

# Embedded as they are by collector/page.c.
page_files = \
	collector/page/base.css collector/page/base.js \
	collector/page/page.html collector/page/run.js \
	collector/page/run_curves.js collector/page/run_data.js collector/page/run_heat.js \
	collector/page/scale.js \
	collector/page/uplot/uPlot.iife.min.js collector/page/uplot/uPlot.min.css
page_object = collector/libcollector_la-page.lo
$(page_object): $(page_files) # not by its name: automake would leave it to us to compile it
EXTRA_DIST += $(page_files) collector/page/uplot/LICENSE collector/page/uplot/README.md
