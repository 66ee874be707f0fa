# SPDX-License-Identifier: MIT
dist_man_MANS += doc/memwatch.1 doc/memwatch-run.1 doc/memwatch-report.1 doc/memwatch-compare.1 doc/memwatch-runs.1 doc/memwatch-doctor.1 doc/memwatch-completion.1 \
    doc/memwatch-agent.1 doc/memwatch-shim.1 doc/memwatch-scale.1 doc/memwatch-top.1 doc/memwatch-pmpi.7
EXTRA_DIST += doc/README.md doc/ci.md doc/deaths.md doc/exactness.md doc/findings.md doc/guide.md doc/hosts.md doc/hpc.md doc/internals.md \
    doc/platforms.md doc/predictions.md doc/record.md doc/scale.md doc/tools.md doc/transport.md doc/trouble.md doc/wire.md \
    doc/page.png doc/grafana.json doc/record.schema.json doc/scale.schema.json
