/* SPDX-License-Identifier: MIT */
/* The page of one run: the summary at the top, and the tables; run_curves.js draws the curves between them. */
(() => {
  "use strict";
  const {bytes, change, time, count, el, sign, amount, known, column, table, theme} = memwatch;
  const {data, jobs, chosen, packed, rankColor, rankName, riseText} = run;
  const page = document.getElementById("page");
  const repaint = () => {
    runCurves.repaint();
    runHeld.repaint();
  };

  /* A line of text: its value or label comes first; detail is indented. */
  function line({level, kind, value, label, text}) {
    const before = label ? el("b", {}, label) : value === undefined ? "" : el("b", {}, known(value));
    return el("p", {class: "is-" + kind + (level ? " detail" : "")}, before, before ? " " : "", text);
  }
  const lines = (items) => el("div", {class: "lines"}, items.map(line));
  const plural = (n, one) => count(n) + " " + one + (n === 1 ? "" : "s");

  /* ---- the summary at the top ---- */

  function fact(label, value, hint) {
    return el("div", {class: "fact", title: hint}, el("div", {class: "value"},
      value ? [el("small", {}, sign(value.kind)), bytes(value.bytes)] : "not known"), el("div", {class: "label"}, label));
  }

  /* The limit with the least memory left, and the memory that counted against it. */
  function meter() {
    if (!data.headroom) return null;
    const {limit, used, whose, host} = data.headroom, share = limit ? amount(used) / limit : 1;
    const where = host ? "on " + host + ", the host with the least memory left: " : "";
    const text = where + known(used) + " of " + bytes(limit) + ", " + whose;
    return el("div", {class: "meter" + (share > .9 ? " tight" : "")},
      el("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": text},
        el("rect", {class: "whole", width: 100, height: 10}),
        el("rect", {class: "seen", width: Math.min(100, 100 * share), height: 10})), el("p", {class: "sub"}, text));
  }

  /* Sentences of one part are below each other, after its name. */
  function verdict() {
    if (!data.verdict.length) return null;
    const named = (part, i) => !i || data.verdict[i - 1].part !== part;
    return el("section", {class: "verdict", "aria-label": "Verdict"}, data.verdict.map(({part, weight, text}, i) =>
      [el("b", {}, named(part, i) ? part : ""), el("p", {class: "is-" + weight}, text)]).flat());
  }

  function postMortem() {
    if (!data.post_mortem.length) return null;
    return el("section", {class: "alarm", "aria-label": "Post-mortem"}, el("h2", {}, "Post-mortem"), data.post_mortem.map(line));
  }

  function certainty() {
    const error = data.error ? ", at most " + bytes(data.error) + " too low" : "";
    const kinds = "= exact: the kernel's own high-water mark" + error +
      " · ≤ at most · ≥ at least: sampled, or known only up to some time · ~ about: from a sample of the allocations";
    const sum = bytes(data.sum_of_peaks) + " is the sum of the peaks of the processes. They were reached at " +
      "different times, so the job may never have used that much";
    const more = (data.processes.length > 1 ? [sum, kinds] : [kinds]).map((text) => ({level: 0, kind: "plain", text}));
    return el("details", {}, el("summary", {}, "How certain these numbers are"), lines(data.certainty.concat(more)));
  }

  /* ---- several jobs: the run, and each job on a page like that of a run with one ---- */

  const jobAddress = (number) => (number ? "#job-" + number : "#");

  function jobLinks() {
    const link = (number, text) => el("a", {href: jobAddress(number),
      "aria-current": number === chosen ? "page" : null}, text);
    return el("nav", {class: "bar jobs", "aria-label": "Jobs"}, link(0, "All jobs"),
      jobs.map((job) => link(job.number, "Job " + job.number)));
  }

  function jobsTable() {
    const link = (job) => [el("a", {href: jobAddress(job.number)}, "Job " + job.number)];
    return table("Jobs", [
      column("job", "number", {show: link}),
      column("ranks", "ranks"),
      column("begin", "begin", {hint: "since the begin of the run"}),
      column("end", "end", {hint: "since the begin of the run"}),
      column("result", "how"),
      column("upper bound", "upper"),
      column("largest rank", "largest"),
      column("command", "command", {type: "wide"}),
    ], jobs, {});
  }

  function head() {
    const fullest = data.ranks.reduce((a, b) => (!a || amount(b.peak) > amount(a.peak) ? b : a), null);
    const open = data.open_ranks ? ", without the end of " + plural(data.open_ranks, "rank") : "";
    const whole = jobs.length && !chosen;
    const who = whole ? "all jobs together" : "job";
    const numbers = el("div", {class: "facts one"}, /* the first is large */
      data.upper ? fact(who + ", upper bound" + open, data.upper,
        open ? "the end of these ranks was not measured" : "the job never used more") : null,
      data.seen ? fact(who + ", seen at one moment", data.seen,
        chosen ? "at least: other jobs were sampled together with it" : "the largest sum of RSS in one sample") : null,
      data.pss ? fact(who + ", shared pages once", data.pss, "PSS, sampled") : null,
      fullest ? fact("fullest rank: " + fullest.label, fullest.peak, fullest.peak_in) : null);
    page.append(
      el("header", {}, el("div", {class: "top"}, el("p", {class: "brand"}, "memwatch"), theme(repaint)),
        jobs.length ? jobLinks() : null,
        el("h1", {}, (chosen ? "Job " + chosen + ": " : "") + (data.command || "(command unknown)")),
        el("div", {class: "lines"}, el("p", {}, data.summary.join(" · ")))),
      ...[verdict(), postMortem(), numbers, chosen ? null : meter(), certainty(), whole ? jobsTable() : null].filter(Boolean));
    if (data.no_ranks.length) page.append(el("section", {class: "lines"}, lines(data.no_ranks)));
  }

  /* ---- a rise ---- */

  function inCall(rise) {
    return el("p", {class: "sub"}, "call number " + count(rise.visit) + " · from " + bytes(rise.before) + " to exactly " +
      bytes(rise.peak) + ", " + bytes(rise.after) + " when the call returned · for " + time(rise.lasted));
  }

  function showRise(rise) {
    const dialog = el("dialog", {"aria-label": "Rise"},
      el("h2", {}, riseText(rise) + " in " + rankName(rise.rank)),
      el("p", {class: "sub"}, rise.place + " · at " + time(rise.at)),
      rise.visit ? inCall(rise) : null,
      rise.stack.length ? el("ol", {}, rise.stack.map((frame) => el("li", {}, frame))) : null,
      el("button", {type: "button", click: () => dialog.close()}, "Close"));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    page.append(dialog);
    dialog.showModal();
  }

  /* ---- tables ---- */

  const hosts = data.hosts.length > 1;
  const label = (rise) => data.ranks[rise.rank].label;
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
      column("curve", (row) => (runCurves.isShown(row.index) ? "0" : "1"), {hint: "drawn above", show: box}),
      column("rank", "label"),
      ...only(hosts, column("host", "host")),
      column("pid", "pid"),
      column("peak", "peak"),
      column("by", "peak_at", {hint: "the boundary at which it was measured"}),
      column("in", "peak_in", {type: "wide"}),
      column("MPI's own", "mpi_own", {hint: "what MPI and the libraries below it had allocated at the rank's peak"}),
      column("at end", "at_end"),
      column("calls", "calls"),
      column("measured", "measured", {hint: "calls in which memory was read; the others were only counted"}),
    ], data.ranks, {sort: "peak"});
  }

  /* The check boxes follow the drawn curves. They are kept in place, since one of them may have the focus. */
  function updateBoxes(section) {
    section.querySelectorAll("tbody input").forEach((box) => { box.checked = runCurves.isShown(Number(box.value)); });
  }

  /* How the rank with the highest peak reached it: each step begins where the previous one ended. */
  function waterfall() {
    const steps = data.waterfall, worst = data.waterfall_rank, {peak} = data.ranks[worst];
    let at = 0;
    const ends = steps.map((step) => ({from: at, to: at += step.change}));
    const top = Math.max(...ends.map(({from, to}) => Math.max(from, to)));
    const track = ({from, to}) => {
      const bar = el("div", {class: to < from ? "fell" : ""});
      bar.style.marginLeft = 100 * Math.min(from, to) / top + "%";
      bar.style.width = 100 * Math.abs(to - from) / top + "%";
      return el("td", {class: "track"}, bar);
    };
    const row = (what, value, span) => el("tr", {}, el("td", {class: "code wide"}, what), el("td", {class: "n"}, value),
      track(span));
    return el("section", {"aria-label": "Waterfall", class: "waterfall"},
      el("h2", {}, "How " + rankName(worst) + " came to its peak"),
      el("table", {}, el("tbody", {}, steps.map(({step, change: by}, i) => row(step, i ? change(by) : bytes(by), ends[i])),
        row("peak", known(peak), {from: 0, to: amount(peak)}))));
  }

  function phasesTable() {
    const above = new Map(), open = [];
    data.phases.forEach((phase) => {
      open.length = phase.depth;
      above.set(phase, open.map((outer) => outer + " ›").join(" "));
      open.push(phase.name);
    });
    const name = (row, flat) => {
      const shown = el(row.named ? "b" : "span", {}, row.name);
      if (flat) return [el("span", {class: "kind"}, above.get(row)), shown];
      shown.style.marginLeft = 18 * row.depth + "px";
      return [shown];
    };
    const spent = (row) => [(row.by_tick ? "≈ " : "") + time(row.time)];
    return table("Phases", [
      column("phase", (row) => above.get(row) + " " + row.name, {type: "wide", show: name}),
      column("ranks", "ranks"),
      column("visits", "visits"),
      column("time", "time", {hint: "mean over ranks; ≈ by the kernel's tick", show: spent}),
      column("peak: min", "peak_min"),
      column("mean", "peak_mean"),
      column("max", "peak"),
      column("rank", "peak_rank", {hint: "that had the maximum"}),
      column("grew", "grew", {hint: "of the rank that grew most"}),
    ], data.phases, {firstRows: (phase) => phase.chosen});
  }

  function sitesTable() {
    const note = data.in_mpi.length ? data.in_mpi.join("; ") + "." : null;
    return table("Call sites", [
      column("call", "call", {type: "code"}),
      column("place", "place", {type: "code"}),
      column("function", "function", {type: "wide"}),
      column("comm", "comm_size", {hint: "processes of the communicator"}),
      column("ranks", "ranks"),
      column("calls", "calls"),
      column("sent", "sent"),
      column("received", "received"),
      column("time", "time", {hint: "mean over ranks"}),
      column("grew", "grew", {hint: "of the rank that grew most"}),
      column("spike", "spike", {hint: "exact: peak inside a call, above the RSS at its entry"}),
      column("rank", "spike_rank", {hint: "that had the spike"}),
    ], data.sites, {sort: "spike", note});
  }

  function risesTable() {
    const more = (row) => [el("button", {type: "button", click: () => showRise(row)}, "More")];
    const left = data.rises_left_out ? plural(data.rises_left_out, "smaller one") + ": not shown" : null;
    return table("What rose", [
      column("came and went", "passed", {hint: "above the RSS before and after: the most of one call, or between two calls"}),
      column("stayed", "stayed", {hint: "over all calls or visits"}),
      column("rank", label, {type: "id", hint: "where it rose most"}),
      column("where", "place", {type: "wide"}),
      column("at", "at"),
      column("times", "times", {hint: "calls, or visits"}),
      column("more", () => "", {show: more}),
    ], data.rises, {maxRows: 20, note: left});
  }

  function hostsTable() {
    const setBy = (row) => [row.limit_from, row.cgroup].filter(Boolean).join(" ");
    return table("Hosts", [
      column("host", "name"),
      column("ranks", "ranks"),
      column("at one moment", "seen"),
      column("upper bound", "upper"),
      column("PSS", "pss"),
      column("limit", "limit"),
      column("set by", setBy, {type: "wide"}),
    ], data.hosts, {sort: "upper bound"});
  }

  function processesTable() {
    const hidden = data.processes_hidden, smaller = data.processes_smaller;
    const note = [
      ...only(hidden, count(hidden) + (hidden === 1 ? " process" : " processes") + " left out by --include or " +
        "--exclude, the largest with " + bytes(data.hidden_largest) + "; the numbers above include them"),
      ...only(smaller, count(smaller) + " with smaller peaks: only in the record"),
    ].join(" · ");
    return table("Processes", [
      column("program", "program", {type: "code"}),
      column("role", "role"),
      column("rank", "rank"),
      ...only(hosts, column("host", "host")),
      column("pid", "pid"),
      column("peak", "peak"),
      column("first seen", "first_seen"),
      column("last seen", "last_seen"),
      column("command", (row) => data.commands[row.command], {type: "wide"}),
    ], data.processes, {sort: "peak", maxRows: 20, note: note || null});
  }

  function notes() {
    return el("section", {"aria-label": "Notes"}, el("h2", {}, "Notes"), lines(data.notes));
  }

  head();
  const ranks = data.ranks.length ? ranksTable() : null;
  const curves = runCurves.section(showRise, () => updateBoxes(ranks));
  page.append(...[
    curves, ...runHeld.sections(lines), ranks,
    data.waterfall.length ? waterfall() : null,
    data.rises.length ? risesTable() : null,
    data.phases.length ? phasesTable() : null,
    data.sites.length ? sitesTable() : null,
    data.hosts.length && !chosen ? hostsTable() : null,
    data.processes.length || data.processes_hidden ? processesTable() : null,
    data.notes.length ? notes() : null,
    el("footer", {}, "Made by memwatch. This file needs no network and sends nothing."),
  ].filter(Boolean));
  repaint();
  let pending = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(repaint);
  });
})();
