/* SPDX-License-Identifier: MIT */
/* The page of one run: what it says at its top, and its tables; the curves between are made in run_curves.js. */
(() => {
  "use strict";
  const {bytes, change, time, count, el, mark, table, theme} = memwatch;
  const {data, RANK, PHASE, SPIKE, HOST, AT_MOST, USER_PHASE, packed, rankColor, rankName} = run;
  const page = document.getElementById("page");
  const EXACT = 1;

  const lines = (texts) => el("div", {class: "lines"}, texts.map((text) => el("p", {}, text.trim())));
  const many = (n, one) => count(n) + " " + one + (n === 1 ? "" : "s");

  /* ---- the top ---- */

  function fact(label, pair, hint) {
    return el("div", {class: "fact", title: hint}, el("div", {class: "value"},
      pair[1] ? [el("small", {}, mark(pair[1])), bytes(pair[0])] : "not known"), el("div", {class: "label"}, label));
  }

  /* Of the host that is fullest: what was seen, at most, and the limit. */
  function meter() {
    const bound = (host) => (host[HOST.upper][1] === AT_MOST ? host[HOST.upper] : host[HOST.seen]);
    const limited = data.hosts.filter((host) => host[HOST.limit] > 0 && bound(host)[1]);
    if (!limited.length) return null;
    const share = (host) => bound(host)[0] / host[HOST.limit], host = limited.reduce((a, b) => (share(b) > share(a) ? b : a));
    const part = (pair) => Math.min(100, 100 * pair[0] / host[HOST.limit]);
    const what = host[HOST.cgroup] ? "the limit of control group " + host[HOST.cgroup] : "the memory of the node";
    const text = (data.hosts.length > 1 ? host[HOST.name] + ", the fullest host: " : "") + mark(bound(host)[1]) + " " + bytes(bound(host)[0]) + " of " + bytes(host[HOST.limit]) + ", " + what;
    return el("div", {class: "meter" + (share(host) > .9 ? " tight" : "")},
      el("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": text},
        el("rect", {class: "whole", width: 100, height: 10}), el("rect", {class: "upper", width: part(bound(host)), height: 10}),
        el("rect", {class: "seen", width: part(host[HOST.seen]), height: 10})), el("p", {class: "sub"}, text));
  }

  function postMortem() {
    if (!data.deaths.length) return null;
    return el("section", {class: "alarm", "aria-label": "Post-mortem"}, data.deaths.map((text) =>
      text.startsWith(" ") ? el("p", {class: text.startsWith("      ") ? "detail" : null}, text.trim()) : el("h2", {}, text)));
  }

  function certainty() {
    const kinds = "= exact: the kernel's own high-water mark" + (data.error ? ", at most " + bytes(data.error) + " too low" : "") + " · ≤ at most · ≥ at least: sampled, or known up to some moment only";
    const sum = data.sum_of_peaks && data.processes.length > 1
      ? [bytes(data.sum_of_peaks) + " is what the processes' own peaks add up to; they lie at different moments, so the job need never have had so much"] : [];
    return el("details", {}, el("summary", {}, "How sure these numbers are"), lines(data.certainty.slice(1).concat(sum, kinds)));
  }

  function head() {
    const fullest = data.ranks.reduce((a, b) => (!a || b[RANK.peak][0] > a[RANK.peak][0] ? b : a), null);
    const open = data.open_ranks ? ", but for the end of " + many(data.open_ranks, "rank") : "";
    page.append(el("header", {}, el("div", {class: "top"}, el("p", {class: "brand"}, "memwatch"), theme(runCurves.repaint)),
      el("h1", {}, data.command || "(command unknown)"), lines(data.summary.slice(1))),
    postMortem() || "",
    el("div", {class: "facts"},
      data.seen[1] ? fact("job, seen at one moment", data.seen, "the largest sum of RSS in one sample") : null,
      data.upper[1] ? fact("job, at any moment" + open, data.upper, open ? "nobody measured the end of these ranks" : "no moment can have had more") : null,
      data.pss[1] ? fact("job, shared pages once", data.pss, "PSS, sampled") : null,
      fullest ? fact("fullest rank: " + fullest[RANK.label], fullest[RANK.peak], fullest[RANK.place]) : null), meter() || "", certainty());
    if (data.no_ranks.length) page.append(el("section", {class: "lines"}, lines(data.no_ranks)));
  }

  /* ---- a spike ---- */

  function showSpike(spike) {
    const dialog = el("dialog", {"aria-label": "Spike"},
      el("h2", {}, "Spike of " + bytes(spike[SPIKE.peak] - spike[SPIKE.entry]) + " in " + rankName(spike[SPIKE.rank])),
      el("p", {class: "sub"}, spike[SPIKE.call] + (spike[SPIKE.phase] ? " · phase “" + spike[SPIKE.phase] + "”" : "") + " · call number " + count(spike[SPIKE.visit])),
      el("p", {class: "sub"}, "from " + bytes(spike[SPIKE.entry]) + " to exactly " + bytes(spike[SPIKE.peak]) + ", " + bytes(spike[SPIKE.exit]) + " when the call returned · at " + time(spike[SPIKE.enter]) + ", for " + time(spike[SPIKE.leave] - spike[SPIKE.enter])),
      el("ol", {}, spike[SPIKE.stack].map((frame) => el("li", {}, frame))),
      el("button", {type: "button", click: () => dialog.close()}, "Close"));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    page.append(dialog);
    dialog.showModal();
  }

  /* ---- tables ---- */

  const hosts = data.hosts.length > 1;

  function ranksTable() {
    data.ranks.forEach((rank, i) => { rank.index = i; });
    const box = (row) => {
      if (!packed[row.index]) return [""];
      const swatch = el("span", {class: "swatch"});
      swatch.style.background = rankColor(row.index);
      return [el("input", {type: "checkbox", value: row.index, checked: runCurves.isShown(row.index), "aria-label": "curve of " + rankName(row.index), change: () => runCurves.toggle(row.index)}), " ", swatch];
    };
    const columns = [{name: "curve", type: "text", of: (row) => (runCurves.isShown(row.index) ? "0" : "1"), hint: "drawn above", show: box},
      {name: "rank", type: "id", at: RANK.label}, hosts ? {name: "host", type: "text", at: RANK.host} : null, {name: "pid", type: "id", at: RANK.pid},
      {name: "peak", type: "kind", at: RANK.peak}, {name: "by", type: "time", at: RANK.at, hint: "the boundary that saw it"}, {name: "in", type: "wide", at: RANK.place},
      {name: "MPI holds", type: "change", at: RANK.mpi}, {name: "at end", type: "bytes", at: RANK.end}, {name: "calls", type: "count", at: RANK.calls},
      {name: "measured", type: "count", at: RANK.measured}].filter(Boolean);
    return table("Ranks", columns, data.ranks, {sort: hosts ? 4 : 3});
  }

  /* Boxes follow what is drawn, and stay where they are: one of them may have the focus. */
  function followCurves(section) {
    section.querySelectorAll("tbody input").forEach((input) => { input.checked = runCurves.isShown(Number(input.value)); });
  }

  function phasesTable() {
    const above = new Map(), open = [];
    data.phases.forEach((phase) => {
      open.length = phase[PHASE.depth];
      above.set(phase, open.join(" › "));
      open.push(phase[PHASE.name]);
    });
    const name = (row, flat) => {
      const shown = el(row[PHASE.kind] === USER_PHASE ? "b" : "span", {}, row[PHASE.name]);
      if (flat) return [above.get(row) ? el("span", {class: "kind"}, above.get(row) + " ›") : "", shown];
      shown.style.marginLeft = 18 * row[PHASE.depth] + "px";
      return [shown];
    };
    return table("Phases", [
      {name: "phase", type: "wide", of: (row) => (above.get(row) ? above.get(row) + " › " : "") + row[PHASE.name], show: name},
      {name: "ranks", type: "count", at: PHASE.ranks}, {name: "visits", type: "count", at: PHASE.visits},
      {name: "time", type: "time", at: PHASE.time, hint: "mean over ranks; ≈ by the kernel's tick", show: (row) => [(row[PHASE.tick] ? "≈ " : "") + time(row[PHASE.time])]},
      {name: "peak: min", type: "bytes", at: PHASE.min}, {name: "mean", type: "bytes", at: PHASE.mean}, {name: "max", type: "kind", at: PHASE.peak},
      {name: "rank", type: "id", at: PHASE.worst}, {name: "grew", type: "change", at: PHASE.grew, hint: "of the rank that grew most"}], data.phases, {most: 60});
  }

  function sitesTable() {
    return table("Call sites", [{name: "call", type: "code", at: 0}, {name: "place", type: "code", at: 1}, {name: "function", type: "wide", at: 2},
      {name: "comm", type: "count", at: 3, hint: "processes of the communicator"}, {name: "ranks", type: "count", at: 4}, {name: "calls", type: "count", at: 5},
      {name: "sent", type: "bytes", at: 7}, {name: "received", type: "bytes", at: 8}, {name: "time", type: "time", at: 9, hint: "mean over ranks"},
      {name: "grew", type: "change", at: 10, hint: "of the rank that grew most"}, {name: "spike", type: "bytes", at: 11, hint: "exact: peak inside a call above what the rank had at its start"},
      {name: "rank", type: "id", at: 12}], data.sites, {sort: 10});
  }

  function spikesTable() {
    const left = data.spikes_left_out;
    return table("Spikes", [{name: "spike", type: "bytes", of: (row) => row[SPIKE.peak] - row[SPIKE.entry]},
      {name: "to", type: "kind", of: (row) => [row[SPIKE.peak], EXACT]}, {name: "rank", type: "id", of: (row) => data.ranks[row[SPIKE.rank]][RANK.label]},
      {name: "call", type: "wide", at: SPIKE.call}, {name: "phase", type: "text", at: SPIKE.phase}, {name: "at", type: "time", at: SPIKE.enter},
      {name: "call number", type: "count", at: SPIKE.visit},
      {name: "stack", type: "text", of: () => "", show: (row) => [el("button", {type: "button", click: () => showSpike(row)}, "Stack")]}], data.spikes,
    {sort: 0, most: 20, note: left ? many(left, "smaller one") + (left === 1 ? " is" : " are") + " in the record only" : null});
  }

  function hostsTable() {
    return table("Hosts", [{name: "host", type: "text", at: HOST.name}, {name: "ranks", type: "count", at: HOST.ranks}, {name: "at one moment", type: "kind", at: HOST.seen},
      {name: "upper bound", type: "kind", at: HOST.upper}, {name: "PSS", type: "kind", at: HOST.pss}, {name: "limit", type: "bytes", at: HOST.limit},
      {name: "set by", type: "wide", at: HOST.cgroup, show: (row) => [row[HOST.cgroup] ? "control group " + row[HOST.cgroup] : row[HOST.limit] ? "memory of the node" : ""]}], data.hosts, {sort: 3});
  }

  function processesTable() {
    const notes = [];
    if (data.processes_hidden)
      notes.push(count(data.processes_hidden) + (data.processes_hidden === 1 ? " process" : " processes") + " left out by --include or --exclude, the largest with " + bytes(data.hidden_largest) + "; all numbers above are of all");
    if (data.processes_smaller) notes.push(count(data.processes_smaller) + " with smaller peaks are in the record only");
    return table("Processes", [{name: "program", type: "code", at: 0}, {name: "role", type: "text", at: 1}, {name: "rank", type: "id", at: 2}, hosts ? {name: "host", type: "text", at: 3} : null,
      {name: "pid", type: "id", at: 4}, {name: "peak", type: "kind", at: 5}, {name: "first seen", type: "time", at: 6}, {name: "last seen", type: "time", at: 7},
      {name: "command", type: "wide", of: (row) => data.commands[row[8]]}].filter(Boolean), data.processes, {sort: hosts ? 5 : 4, most: 20, note: notes.join(" · ") || null});
  }

  head();
  const ranks = data.ranks.length ? ranksTable() : null;
  const curves = runCurves.section(showSpike, () => followCurves(ranks));
  page.append(...[curves, ranks, data.phases.length ? phasesTable() : null, data.sites.length ? sitesTable() : null, data.spikes.length ? spikesTable() : null,
    data.hosts.length ? hostsTable() : null, data.processes.length || data.processes_hidden ? processesTable() : null].filter(Boolean));
  if (data.notes.length)
    page.append(el("section", {"aria-label": "Notes"}, el("h2", {}, "Notes"), lines(data.notes.map((note) => note[1]))));
  page.append(el("footer", {}, "Made by memwatch. This file needs no network and sends nothing."));
  runCurves.repaint();
  let pending = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(runCurves.repaint);
  });
})();
