/* SPDX-License-Identifier: MIT */
/* The data of a run's page, as collector/page/data.c writes it, and what several parts of the page make of it. */
const run = (() => {
  "use strict";
  const all = JSON.parse(document.getElementById("data").textContent);
  /* Of several jobs the address says which one is shown ("#job-2"); without it, or when there is no such job, the
   * run is, with a table of its jobs. */
  const jobs = all.jobs ? all.table : [];
  const asked = Number((/^#job-(\d+)$/.exec(location.hash) || [])[1] || 0);
  const chosen = all.jobs && all.jobs[asked - 1] ? asked : 0;
  const data = chosen ? all.jobs[chosen - 1] : all.jobs ? all.run : all;
  if (all.jobs) addEventListener("hashchange", () => location.reload());
  const RANK = {label: 0, host: 1, pid: 2, peak: 3, at: 4, place: 5, mpi: 6, end: 7, calls: 8, measured: 9, bound: 10,
    begin: 11, known: 12, exited: 13, curve: 14};
  const PHASE = {name: 0, path: 1, kind: 2, depth: 3, ranks: 4, visits: 5, tick: 6, time: 7, min: 8, mean: 9, peak: 10,
    worst: 11, grew: 12, first: 13, last: 14, chosen: 15,
    share: 16}; /* of the time from first to last that was spent in it */
  const SPIKE = {rank: 0, call: 1, phase: 2, visit: 3, enter: 4, leave: 5, entry: 6, peak: 7, exit: 8, stack: 9};
  const JOB = {number: 0, command: 1, ranks: 2, begin: 3, end: 4, how: 5, upper: 6, largest: 7};
  const HOST = {name: 0, ranks: 1, seen: 2, upper: 3, pss: 4, limit: 5, set: 6, cgroup: 7};
  const AT_LEAST = 2, AT_MOST = 3; /* enum mw_model_kind */
  const USER_PHASE = 2; /* enum mw_phase_kind */

  /* Each rank's curve: a value for each slice of time, in data.unit bytes; 0: not known. */
  const packed = data.ranks.map((rank) => {
    if (!rank[RANK.curve]) return null;
    const text = atob(rank[RANK.curve]), values = new Uint16Array(data.count);
    for (let i = 0; i < values.length; i++) values[i] = text.charCodeAt(2 * i) | text.charCodeAt(2 * i + 1) << 8;
    rank[RANK.curve] = ""; /* it is large */
    return values;
  });
  const peakOf = (rank) => data.ranks[rank][RANK.peak][0];
  const byPeak = data.ranks.map((_, i) => i).filter((i) => packed[i]).sort((a, b) => peakOf(b) - peakOf(a));

  /* Marks bound a whole slice from above; what was sampled after a rank's last word is what it surely had. */
  function kindAt(rank, slice) {
    const row = data.ranks[rank];
    return row[RANK.exited] || (slice + 1) * data.step <= row[RANK.known] ? AT_MOST : AT_LEAST;
  }

  /* The upper bound of all processes; null: known nowhere. */
  const bound = data.bound.some((value) => value !== null) ? data.bound : null;

  /* The phases that the program has named. */
  const bands = data.phases.filter((phase) => phase[PHASE.kind] === USER_PHASE);
  /* Of several occurrences only the first and the last one's time is recorded. */
  const isWhole = (phase) => phase[PHASE.share] > .98;

  const LIGHT = ["#2563eb", "#d97706", "#0d9488", "#be185d", "#6d28d9",
    "#65a30d", "#0891b2", "#b45309", "#475569", "#dc2626"];
  const DARK = ["#7aa7ff", "#f3b160", "#4fd1c0", "#f28ab8", "#b79bff",
    "#a8d860", "#67d3ea", "#e0a070", "#a4b0c0", "#ff8a7d"];
  const palette = () => (memwatch.isDark() ? DARK : LIGHT);
  /* Side by side in order of memory, few ranks are told apart by the palette, many by turning round the circle. */
  const place = new Map(byPeak.map((rank, i) => [rank, i]));
  function rankColor(rank) {
    const at = place.get(rank) || 0;
    if (at < LIGHT.length) return palette()[at];
    return "hsl(" + (at * 137.508 % 360).toFixed(0) + (memwatch.isDark() ? " 45% 62%)" : " 48% 45%)");
  }
  const phaseColor = (phase) => palette()[(bands.indexOf(phase) * 3 + 1) % LIGHT.length];

  const rankName = (rank) => "rank " + data.ranks[rank][RANK.label];
  const limit = data.hosts.length === 1 ? data.hosts[0][HOST.limit] : 0;

  return {data, jobs, chosen, JOB, RANK, PHASE, SPIKE, HOST, AT_LEAST, AT_MOST, USER_PHASE, packed, byPeak, kindAt, bound,
    bands, isWhole, rankColor, phaseColor, rankName, limit};
})();
