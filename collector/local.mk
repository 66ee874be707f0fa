# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += collector/libcollector.la

# From journals and samples to a report. The shim compiles some of these files as well (pmpi/local.mk), with its own flags.
collector_libcollector_la_SOURCES = \
	collector/base/clock.h collector/base/magic.h collector/journal/record.h \
	collector/base/err.c collector/base/err.h collector/base/file_names.h \
	collector/base/hostname.c collector/base/hostname.h \
	collector/model/heap.c collector/model/heap.h \
	collector/model/heap_largest.c collector/model/heap_largest.h \
	collector/model/phase_lines.c collector/model/phase_lines.h \
	collector/model/heap_lines.c collector/model/heap_lines.h \
	collector/model/limits.c collector/model/limits.h \
	collector/model/heap_owner.c collector/model/heap_owner.h \
	collector/model/in_mpi.c collector/model/in_mpi.h \
	collector/model/objects.c collector/model/objects.h \
	collector/model/verdict.c collector/model/verdict.h \
	collector/base/io.c collector/base/io.h \
	collector/journal/journal.c collector/journal/journal.h \
	collector/journal/procmem.c collector/journal/procmem.h \
	collector/journal/segment.c collector/journal/segment.h \
	collector/base/token.c collector/base/token.h \
	collector/journal/alive.c collector/journal/alive.h \
	collector/model/binding.c collector/model/binding.h \
	collector/model/certainty.c collector/model/certainty.h \
	collector/model/bounds.c collector/model/bounds.h \
	collector/base/ascii.c collector/base/ascii.h \
	collector/base/child_time.c collector/base/child_time.h \
	collector/base/close_from.c collector/base/close_from.h \
	collector/compare/compare.c collector/compare/compare.h \
	collector/compare/check.c collector/compare/fold.c collector/compare/lines.c collector/compare/match.c collector/compare/take.c \
	collector/report/csv.c collector/report/csv.h \
	collector/symbols/debug_files.c collector/symbols/debug_files.h \
	collector/symbols/demangle.c collector/symbols/demangle.h \
	collector/journal/exits_read.c collector/journal/exits_read.h \
	collector/journal/check.c collector/journal/check.h collector/journal/copy.h \
	collector/journal/check_heap.c collector/journal/heap_amounts.c collector/journal/heap_amounts.h \
	collector/base/launch_variables.c collector/base/launch_variables.h \
	collector/journal/read.c collector/journal/read.h \
	collector/journal/source.c collector/journal/source.h \
	collector/symbols/fortran_name.c collector/symbols/fortran_name.h \
	collector/findings/findings.c collector/findings/findings.h \
	collector/findings/gates.c collector/findings/gates.h \
	collector/base/json_out.c collector/base/json_out.h \
	collector/findings/leak_lines.c collector/findings/leak_lines.h \
	collector/findings/leaks.c collector/findings/leaks.h \
	collector/base/map.c collector/base/map.h \
	collector/base/markup.c collector/base/markup.h \
	collector/base/mem.c collector/base/mem.h \
	collector/merge/merge.c collector/merge/merge.h collector/merge/parts.h \
	collector/merge/chains.c collector/merge/chains.h \
	collector/merge/deaths.c collector/post_mortem/post_mortem.h \
	collector/post_mortem/ends.c \
	collector/post_mortem/first.c \
	collector/post_mortem/oom.c \
	collector/post_mortem/outside.c \
	collector/post_mortem/text.c \
	collector/post_mortem/waiting.c \
	collector/merge/details.c \
	collector/merge/exits.c \
	collector/merge/fields.c \
	collector/merge/hosts.c \
	collector/merge/job.c \
	collector/merge/jobs.c collector/jobs/jobs.h \
	collector/jobs/find.c \
	collector/jobs/seen.c \
	collector/merge/layers.c \
	collector/merge/left_running.c \
	collector/merge/notes.c \
	collector/merge/origins.c \
	collector/merge/peers.c \
	collector/merge/phases.c \
	collector/merge/places.c \
	collector/merge/processes.c \
	collector/merge/ranks.c \
	collector/merge/records.c \
	collector/merge/heap.c \
	collector/merge/sites.c \
	collector/merge/take.c \
	collector/jobs/tree.c \
	collector/merge/unrecorded.c \
	collector/merge/views.c \
	collector/merge/worlds.c collector/merge/worlds.h \
	collector/base/message.c collector/base/message.h \
	collector/model/end.h \
	collector/model/host.h \
	collector/model/model.c collector/model/model.h \
	collector/model/number.h \
	collector/model/rank.h \
	collector/base/names.c collector/base/names.h \
	collector/page/files.c collector/page/files.h \
	collector/model/phase_choice.c collector/model/phase_choice.h \
	collector/page/curves.c collector/page/curves.h \
	collector/page/data.c collector/page/data.h \
	collector/page/heap.c \
	collector/page/heap_phases.c collector/page/heap_phases.h \
	collector/page/heap_stacks.c collector/page/heap_stacks.h \
	collector/page/heap_ticks.c collector/page/heap_ticks.h collector/page/heap_time.c collector/page/heap_time.h \
	collector/page/jobs.c collector/page/parts.h \
	collector/page/processes.c \
	collector/page/rises.c \
	collector/page/table.c collector/page/table.h \
	collector/page/tables.c \
	collector/page/waterfall.c \
	collector/page/write.c collector/page/write.h \
	collector/journal/peer.h \
	collector/symbols/plt_names.c collector/symbols/plt_names.h \
	collector/symbols/pymethods.c collector/symbols/pymethods.h \
	collector/model/phase_span.c collector/model/phase_span.h \
	collector/base/ranges.c collector/base/ranges.h \
	collector/model/rank_name.c collector/model/rank_name.h \
	collector/record/round.c collector/record/round.h \
	collector/model/rises.c collector/model/rises.h \
	collector/model/rank_rss.c collector/model/rank_rss.h \
	collector/record/check.c collector/record/check.h \
	collector/record/field_rows.h \
	collector/record/fields.c collector/record/fields.h \
	collector/record/fields_end.c \
	collector/record/fields_heap.c \
	collector/record/fields_host.c \
	collector/record/fields_number.c \
	collector/record/fields_rank.c \
	collector/record/fields_run.c \
	collector/record/json.c collector/record/json.h \
	collector/report/report.c collector/report/report.h \
	collector/report/compare.c collector/report/compare.h \
	collector/report/compare_json.c \
	collector/report/compare_markdown.c \
	collector/page/html.c collector/page/html.h \
	collector/report/folded.c collector/report/folded.h \
	collector/report/gzip.c collector/report/gzip.h \
	collector/report/heap.c \
	collector/report/heap_parts.c collector/report/heap_parts.h \
	collector/report/json.c collector/report/json.h \
	collector/report/metrics.c collector/report/metrics.h \
	collector/report/names.c collector/report/names.h \
	collector/report/phases.c \
	collector/report/pprof.c collector/report/pprof.h \
	collector/report/pprof_tables.c collector/report/pprof_tables.h \
	collector/report/processes.c \
	collector/report/protobuf.c collector/report/protobuf.h \
	collector/report/repeat.c collector/report/repeat.h \
	collector/report/spikes.c \
	collector/report/tables.h \
	collector/report/timeline.c \
	collector/report/trace.c collector/report/trace.h \
	collector/symbols/rust_name.c collector/symbols/rust_name.h \
	collector/report/lines/deaths.c \
	collector/report/lines/headroom.c \
	collector/report/lines/heap.c \
	collector/report/lines/in_mpi.c \
	collector/report/lines/job.c \
	collector/report/lines/lines.c collector/report/lines/lines.h \
	collector/report/lines/no_ranks.c \
	collector/report/lines/objects.c \
	collector/report/lines/peak.c \
	collector/report/lines/words.c collector/report/lines/words.h \
	collector/verdict/catalogue.c collector/verdict/catalogue.h \
	collector/verdict/evidence.c collector/verdict/evidence.h \
	collector/verdict/found_limits.c \
	collector/verdict/found_ranks.c \
	collector/verdict/found_time.c \
	collector/verdict/found_whose.c \
	collector/verdict/verdict.c collector/verdict/verdict.h \
	collector/report/text/text.c collector/report/text/text.h collector/report/text/parts.h \
	collector/report/text/hosts.c \
	collector/report/text/heap.c \
	collector/report/text/phase_lines.c \
	collector/report/text/jobs.c \
	collector/report/text/lines.c \
	collector/report/text/parts.c \
	collector/report/text/rises.c \
	collector/report/text/phases.c \
	collector/report/text/processes.c \
	collector/report/text/ranks.c \
	collector/report/text/sites.c \
	collector/report/text/waterfall.c \
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
	collector/scale/study_lines.c \
	collector/scale/study_reach.c \
	collector/scale/study_report.c collector/scale/study_report.h \
	collector/scale/study_svg.c \
	collector/scale/study_take.c \
	collector/scale/study_text.c \
	collector/scale/study_text_lines.c \
	collector/scale/study_text_forecast.c collector/scale/study_text_parts.h \
	collector/base/safe_open.c collector/base/safe_open.h \
	collector/base/secrets.c collector/base/secrets.h \
	collector/journal/seen.h \
	collector/journal/segments.c collector/journal/segments.h \
	collector/base/short_name.c collector/base/short_name.h \
	collector/base/signal_name.c collector/base/signal_name.h \
	collector/base/settings.h \
	collector/base/size.c collector/base/size.h \
	collector/model/reading_error.c collector/model/reading_error.h \
	collector/base/starters.c collector/base/starters.h \
	collector/symbols/reader.c collector/symbols/reader.h \
	collector/symbols/symbolizer.c collector/symbols/symbolizer.h \
	collector/symbols/symbolizer_child.c collector/symbols/symbolizer_child.h \
	collector/symbols/symbols.c collector/symbols/symbols.h \
	collector/base/text.c collector/base/text.h \
	collector/base/text_table.c collector/base/text_table.h \
	collector/base/units.c collector/base/units.h \
	collector/view/view.h \
	collector/model/waterfall.c collector/model/waterfall.h \
	collector/view/end.c collector/view/end.h \
	collector/view/file.c collector/view/file.h \
	collector/view/wait_log.h \
	collector/view/wait_log_read.c collector/view/wait_log_read.h
collector_libcollector_la_CFLAGS = $(AM_CFLAGS) $(LIBDW_CFLAGS) $(HWLOC_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS) $(ZLIB_CFLAGS)
collector_libcollector_la_LIBADD = $(LIBDW_LIBS) -lelf $(HWLOC_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS) $(ZLIB_LIBS) -ldl -lm
collector_libcollector_la_CPPFLAGS = $(AM_CPPFLAGS) -DMW_PAGE_DIR='"$(abs_top_srcdir)/collector/page/web"'

# Embedded as they are by collector/page/files.c.
page_files = \
	collector/page/web/base.css collector/page/web/base.js \
	collector/page/web/page.html collector/page/web/run.js \
	collector/page/web/run_curves.js collector/page/web/run_data.js collector/page/web/run_heat.js \
	collector/page/web/run_flame.js collector/page/web/run_heap.js collector/page/web/run_held.js \
	collector/page/web/scale.js \
	collector/page/web/uplot/uPlot.iife.min.js collector/page/web/uplot/uPlot.min.css
page_object = collector/page/libcollector_la-files.lo
$(page_object): $(page_files) # not by its name: automake would leave it to us to compile it
EXTRA_DIST += $(page_files) collector/page/web/uplot/LICENSE collector/page/web/uplot/README.md

# Each folder says what is in it.
EXTRA_DIST += \
	collector/base/README.md collector/compare/README.md collector/findings/README.md collector/jobs/README.md \
	collector/journal/README.md collector/merge/README.md collector/model/README.md collector/page/README.md \
	collector/post_mortem/README.md collector/record/README.md collector/report/README.md collector/report/text/README.md \
	collector/scale/README.md collector/symbols/README.md collector/view/README.md
