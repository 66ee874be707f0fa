/* SPDX-License-Identifier: MIT */
/* The page of one run: what it says at its top, and its tables; the curves between are made in run_curves.js. */
(() => {
  "use strict";
  const {bytes, change, time, count, el, mark, column, table, theme} = memwatch;
  const {data, jobs, chosen, JOB, RANK, PHASE, SPIKE, HOST, USER_PHASE, packed, rankColor, rankName} = run;
  const page = document.getElementById("page");
  const EXACT = 1;

  const lines = (texts) => el("div", {class: "lines"}, texts.map((text) => el("p", {}, text.trim())));
  const many = (n, one) => count(n) + " " + one + (n === 1 ? "" : "s");

  /* ---- the top ---- */

  function fact(label, pair, hint) {
    return el("div", {class: "fact", title: hint}, el("div", {class: "value"},
      pair[1] ? [el("small", {}, mark(pair[1])), bytes(pair[0])] : "not known"), el("div", {class: "label"}, label));
  }

  /* The limit of which the least was left, and what counted against it. */
  function meter() {
    if (!data.headroom) return null;
    const [limit, used, whose, host] = data.headroom, share = limit ? used[0] / limit : 1;
    const text = (host ? "on " + host + ", where least was left: " : "") + mark(used[1]) + " " + bytes(used[0]) + " of " +
      bytes(limit) + ", " + whose;
    return el("div", {class: "meter" + (share > .9 ? " tight" : "")},
      el("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": text},
        el("rect", {class: "whole", width: 100, height: 10}),
        el("rect", {class: "seen", width: Math.min(100, 100 * share), height: 10})), el("p", {class: "sub"}, text));
  }

  function postMortem() {
    if (!data.deaths.length) return null;
    const line = (text) => el("p", {class: text.startsWith("      ") ? "detail" : null}, text.trim());
    return el("section", {class: "alarm", "aria-label": "Post-mortem"},
      data.deaths.map((text) => (text.startsWith(" ") ? line(text) : el("h2", {}, text))));
  }

  function certainty() {
    const error = data.error ? ", at most " + bytes(data.error) + " too low" : "";
    const kinds = "= exact: the kernel's own high-water mark" + error +
      " · ≤ at most · ≥ at least: sampled, or known up to some moment only";
    const sum = bytes(data.sum_of_peaks) + " is what the processes' own peaks add up to; they lie at different " +
      "moments, so the job need never have had so much";
    return el("details", {}, el("summary", {}, "How sure these numbers are"),
      lines(data.certainty.slice(1).concat(data.processes.length > 1 ? [sum, kinds] : [kinds])));
  }

  /* ---- several jobs: the run, and each job on a page like that of a run with one ---- */

  const jobAddress = (number) => (number ? "#job-" + number : "#");

  function jobLinks() {
    const link = (number, text) => el("a", {href: jobAddress(number),
      "aria-current": number === chosen ? "page" : null}, text);
    return el("nav", {class: "bar jobs", "aria-label": "Jobs"}, link(0, "All jobs"),
      jobs.map((job) => link(job[JOB.number], "Job " + job[JOB.number])));
  }

  function jobsTable() {
    const link = (job) => [el("a", {href: jobAddress(job[JOB.number])}, "Job " + job[JOB.number])];
    return table("Jobs", [
      column("job", "id", JOB.number, {show: link}),
      column("ranks", "count", JOB.ranks),
      column("begin", "time", JOB.begin, {hint: "since the begin of the run"}),
      column("end", "time", JOB.end, {hint: "since the begin of the run"}),
      column("how", "text", JOB.how),
      column("upper bound", "kind", JOB.upper),
      column("largest rank", "kind", JOB.largest),
      column("command", "wide", JOB.command),
    ], jobs, {});
  }

  function head() {
    const fullest = data.ranks.reduce((a, b) => (!a || b[RANK.peak][0] > a[RANK.peak][0] ? b : a), null);
    const open = data.open_ranks ? ", but for the end of " + many(data.open_ranks, "rank") : "";
    const whole = jobs.length && !chosen;
    const who = whole ? "all jobs together" : "job";
    const numbers = el("div", {class: "facts"},
      data.seen[1] ? fact(who + ", seen at one moment", data.seen,
        chosen ? "at least: other jobs were sampled together with it" : "the largest sum of RSS in one sample") : null,
      data.upper[1] ? fact(who + ", at any moment" + open, data.upper,
        open ? "nobody measured the end of these ranks" : "no moment can have had more") : null,
      data.pss[1] ? fact(who + ", shared pages once", data.pss, "PSS, sampled") : null,
      fullest ? fact("fullest rank: " + fullest[RANK.label], fullest[RANK.peak], fullest[RANK.place]) : null);
    page.append(
      el("header", {}, el("div", {class: "top"}, el("p", {class: "brand"}, "memwatch"), theme(runCurves.repaint)),
        jobs.length ? jobLinks() : null,
        el("h1", {}, (chosen ? "Job " + chosen + ": " : "") + (data.command || "(command unknown)")),
        lines(data.summary.slice(1))),
      ...[postMortem(), numbers, chosen ? null : meter(), certainty(), whole ? jobsTable() : null].filter(Boolean));
    if (data.no_ranks.length) page.append(el("section", {class: "lines"}, lines(data.no_ranks)));
  }

  /* ---- a spike ---- */

  function showSpike(spike) {
    const dialog = el("dialog", {"aria-label": "Spike"},
      el("h2", {}, "Spike of " + bytes(spike[SPIKE.peak] - spike[SPIKE.entry]) + " in " + rankName(spike[SPIKE.rank])),
      el("p", {class: "sub"}, spike[SPIKE.call] + (spike[SPIKE.phase] ? " · phase “" + spike[SPIKE.phase] + "”" : "") +
        " · call number " + count(spike[SPIKE.visit])),
      el("p", {class: "sub"}, "from " + bytes(spike[SPIKE.entry]) + " to exactly " + bytes(spike[SPIKE.peak]) + ", " +
        bytes(spike[SPIKE.exit]) + " when the call returned · at " + time(spike[SPIKE.enter]) + ", for " +
        time(spike[SPIKE.leave] - spike[SPIKE.enter])),
      el("ol", {}, spike[SPIKE.stack].map((frame) => el("li", {}, frame))),
      el("button", {type: "button", click: () => dialog.close()}, "Close"));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    page.append(dialog);
    dialog.showModal();
  }

  /* ---- tables ---- */

  const hosts = data.hosts.length > 1;
  const label = (spike) => data.ranks[spike[SPIKE.rank]][RANK.label];
  const only = (condition, made) => (condition ? [made] : []);

  function ranksTable() {
    data.ranks.forEach((rank, i) => { rank.index = i; });
    const box = (row) => {
      if (!packed[row.index]) return [""];
      const swatch = el("span", {class: "swatch"});
      swatch.style.background = rankColor(row.index);
      return [el("input", {type: "checkbox", value: row.index, checked: runCurves.isShown(row.index),
        "aria-label": "curve of " + rankName(row.index), change: () => runCurves.toggle(row.index)}), " ", swatch];
    };
    return table("Ranks", [
      column("curve", "text", (row) => (runCurves.isShown(row.index) ? "0" : "1"), {hint: "drawn above", show: box}),
      column("rank", "id", RANK.label),
      ...only(hosts, column("host", "text", RANK.host)),
      column("pid", "id", RANK.pid),
      column("peak", "kind", RANK.peak),
      column("by", "time", RANK.at, {hint: "the boundary that saw it"}),
      column("in", "wide", RANK.place),
      column("MPI's own", "kind", RANK.mpi, {hint: "at least: what MPI took when it began"}),
      column("at end", "bytes", RANK.end),
      column("calls", "count", RANK.calls),
      column("measured", "count", RANK.measured),
    ], data.ranks, {sort: hosts ? 4 : 3});
  }

  /* Boxes follow what is drawn, and stay where they are: one of them may have the focus. */
  function followCurves(section) {
    section.querySelectorAll("tbody input").forEach((box) => { box.checked = runCurves.isShown(Number(box.value)); });
  }

  /* How the fullest rank came to its peak: each step begins where the one before it ended. */
  function waterfall() {
    const steps = data.waterfall.steps, worst = data.waterfall.rank, peak = data.ranks[worst][RANK.peak];
    let at = 0;
    const ends = steps.map((step) => [at, at += step[1]]);
    const top = Math.max(...ends.flat());
    const track = ([from, to]) => {
      const bar = el("div", {class: to < from ? "fell" : ""});
      bar.style.marginLeft = 100 * Math.min(from, to) / top + "%";
      bar.style.width = 100 * Math.abs(to - from) / top + "%";
      return el("td", {class: "track"}, bar);
    };
    const row = (what, value, span) => el("tr", {}, el("td", {class: "code wide"}, what), el("td", {class: "n"}, value),
      track(span));
    return el("section", {"aria-label": "Waterfall", class: "waterfall"},
      el("h2", {}, "How " + rankName(worst) + " came to its peak"),
      el("table", {}, el("tbody", {}, steps.map((step, i) => row(step[0], i ? change(step[1]) : bytes(step[1]), ends[i])),
        row("peak", mark(peak[1]) + " " + bytes(peak[0]), [0, peak[0]]))));
  }

  function phasesTable() {
    const above = new Map(), open = [];
    data.phases.forEach((phase) => {
      open.length = phase[PHASE.depth];
      above.set(phase, open.map((outer) => outer + " ›").join(" "));
      open.push(phase[PHASE.name]);
    });
    const name = (row, flat) => {
      const shown = el(row[PHASE.kind] === USER_PHASE ? "b" : "span", {}, row[PHASE.name]);
      if (flat) return [el("span", {class: "kind"}, above.get(row)), shown];
      shown.style.marginLeft = 18 * row[PHASE.depth] + "px";
      return [shown];
    };
    const spent = (row) => [(row[PHASE.tick] ? "≈ " : "") + time(row[PHASE.time])];
    return table("Phases", [
      column("phase", "wide", (row) => above.get(row) + " " + row[PHASE.name], {show: name}),
      column("ranks", "count", PHASE.ranks),
      column("visits", "count", PHASE.visits),
      column("time", "time", PHASE.time, {hint: "mean over ranks; ≈ by the kernel's tick", show: spent}),
      column("peak: min", "bytes", PHASE.min),
      column("mean", "bytes", PHASE.mean),
      column("max", "kind", PHASE.peak),
      column("rank", "id", PHASE.worst),
      column("grew", "change", PHASE.grew, {hint: "of the rank that grew most"}),
    ], data.phases, {first: (phase) => phase[PHASE.chosen]});
  }

  function sitesTable() {
    const note = data.in_mpi.length ? data.mpi_own + "; " + data.in_mpi.join(" ").trim() + "." : null;
    return table("Call sites", [
      column("call", "code", 0),
      column("place", "code", 1),
      column("function", "wide", 2),
      column("comm", "count", 3, {hint: "processes of the communicator"}),
      column("ranks", "count", 4),
      column("calls", "count", 5),
      column("sent", "bytes", 7),
      column("received", "bytes", 8),
      column("time", "time", 9, {hint: "mean over ranks"}),
      column("grew", "change", 10, {hint: "of the rank that grew most"}),
      column("spike", "bytes", 11, {hint: "exact: peak inside a call above what the rank had at its start"}),
      column("rank", "id", 12),
    ], data.sites, {sort: 10, note});
  }

  function spikesTable() {
    const stack = (row) => [el("button", {type: "button", click: () => showSpike(row)}, "Stack")];
    const left = data.spikes_left_out ? many(data.spikes_left_out, "smaller one") + ": in the record only" : null;
    return table("Spikes", [
      column("spike", "bytes", (row) => row[SPIKE.peak] - row[SPIKE.entry]),
      column("to", "kind", (row) => [row[SPIKE.peak], EXACT]),
      column("rank", "id", label),
      column("call", "wide", SPIKE.call),
      column("phase", "text", SPIKE.phase),
      column("at", "time", SPIKE.enter),
      column("call number", "count", SPIKE.visit),
      column("stack", "text", () => "", {show: stack}),
    ], data.spikes, {sort: 0, most: 20, note: left});
  }

  function hostsTable() {
    const setBy = (row) => (row[HOST.set] + " " + row[HOST.cgroup]).trim();
    return table("Hosts", [
      column("host", "text", HOST.name),
      column("ranks", "count", HOST.ranks),
      column("at one moment", "kind", HOST.seen),
      column("upper bound", "kind", HOST.upper),
      column("PSS", "kind", HOST.pss),
      column("limit", "bytes", HOST.limit),
      column("set by", "wide", setBy),
    ], data.hosts, {sort: 3});
  }

  function processesTable() {
    const hidden = data.processes_hidden, smaller = data.processes_smaller;
    const note = [
      ...only(hidden, count(hidden) + (hidden === 1 ? " process" : " processes") + " left out by --include or " +
        "--exclude, the largest with " + bytes(data.hidden_largest) + "; all numbers above are of all"),
      ...only(smaller, count(smaller) + " with smaller peaks: in the record only"),
    ].join(" · ");
    return table("Processes", [
      column("program", "code", 0),
      column("role", "text", 1),
      column("rank", "id", 2),
      ...only(hosts, column("host", "text", 3)),
      column("pid", "id", 4),
      column("peak", "kind", 5),
      column("first seen", "time", 6),
      column("last seen", "time", 7),
      column("command", "wide", (row) => data.commands[row[8]]),
    ], data.processes, {sort: hosts ? 5 : 4, most: 20, note: note || null});
  }

  function notes() {
    return el("section", {"aria-label": "Notes"}, el("h2", {}, "Notes"), lines(data.notes.map((note) => note[1])));
  }

  head();
  const ranks = data.ranks.length ? ranksTable() : null;
  const curves = runCurves.section(showSpike, () => followCurves(ranks));
  page.append(...[
    curves, ranks,
    data.waterfall.steps.length ? waterfall() : null,
    data.phases.length ? phasesTable() : null,
    data.sites.length ? sitesTable() : null,
    data.spikes.length ? spikesTable() : null,
    data.hosts.length && !chosen ? hostsTable() : null,
    data.processes.length || data.processes_hidden ? processesTable() : null,
    data.notes.length ? notes() : null,
    el("footer", {}, "Made by memwatch. This file needs no network and sends nothing."),
  ].filter(Boolean));
  runCurves.repaint();
  let pending = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(runCurves.repaint);
  });
})();
