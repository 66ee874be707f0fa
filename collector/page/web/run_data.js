/* SPDX-License-Identifier: MIT */
/* The data of a run's page, as written by collector/page/data.c, and values that several parts of the page derive from it. */
const run = (() => {
  "use strict";
  const all = memwatch.read(), {amount} = memwatch;
  /* In a run with several jobs, the address selects the job ("#job-2"). Without it, or if there is no such job, the page
   * shows the run, with a table of its jobs. */
  const jobs = "jobs" in all ? all.table : [];
  const asked = jobs.findIndex((job) => location.hash === "#job-" + job.number);
  const chosen = asked < 0 ? 0 : jobs[asked].number;
  const data = chosen ? all.jobs[asked] : jobs.length ? all.run : all;
  if (jobs.length) addEventListener("hashchange", () => location.reload());

  /* Each rank's curve: a value for each slice of time, in data.curve_unit bytes; 0: not known. */
  const packed = data.ranks.map((rank) => {
    if (!rank.curve) return null;
    const text = atob(rank.curve), values = new Uint16Array(data.slices);
    for (let i = 0; i < values.length; i++) values[i] = text.charCodeAt(2 * i) | text.charCodeAt(2 * i + 1) << 8;
    rank.curve = ""; /* it is large: free it */
    return values;
  });
  const peakOf = (rank) => amount(data.ranks[rank].peak);
  const byPeak = data.ranks.map((_, i) => i).filter((i) => packed[i]).sort((a, b) => peakOf(b) - peakOf(a));

  /* A mark is an upper bound for its complete slice; a sample after the rank's last measurement is a lower bound. */
  function kindAt(rank, slice) {
    const row = data.ranks[rank];
    return row.exited || (slice + 1) * data.slice <= row.known_until ? "at_most" : "at_least";
  }

  /* The upper bound of all processes; null if it is known nowhere. */
  const bound = data.bound_curve.some((value) => value !== null) ? data.bound_curve : null;

  /* The phases named by the program. */
  const bands = data.phases.filter((phase) => phase.named);
  /* Of several occurrences only the times of the first and the last are recorded. */
  const isWhole = (phase) => phase.share > .98;

  const LIGHT = ["#2563eb", "#d97706", "#0d9488", "#be185d", "#6d28d9",
    "#65a30d", "#0891b2", "#b45309", "#475569", "#dc2626"];
  const DARK = ["#7aa7ff", "#f3b160", "#4fd1c0", "#f28ab8", "#b79bff",
    "#a8d860", "#67d3ea", "#e0a070", "#a4b0c0", "#ff8a7d"];
  const palette = () => (memwatch.isDark() ? DARK : LIGHT);
  /* In order of memory: the palette distinguishes a few ranks, equal steps around the color wheel many. */
  const place = new Map(byPeak.map((rank, i) => [rank, i]));
  function rankColor(rank) {
    const at = place.get(rank) || 0;
    if (at < LIGHT.length) return palette()[at];
    return "hsl(" + (at * 137.508 % 360).toFixed(0) + (memwatch.isDark() ? " 45% 62%)" : " 48% 45%)");
  }
  const phaseColor = (phase) => palette()[(bands.indexOf(phase) * 3 + 1) % LIGHT.length];

  const rankName = (rank) => "rank " + data.ranks[rank].label;
  /* What came and went, or what stayed, whichever is more. */
  const riseText = (rise) => (amount(rise.passed) >= rise.stayed ? "Rise of " + memwatch.sign(rise.passed.kind) +
    memwatch.bytes(rise.passed.bytes) : "Growth of " + memwatch.bytes(rise.stayed));
  const limit = data.hosts.length === 1 ? data.hosts[0].limit : 0;

  return {data, jobs, chosen, packed, byPeak, kindAt, bound, bands, isWhole, palette, rankColor, phaseColor, rankName, riseText, limit};
})();
