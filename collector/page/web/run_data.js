/* SPDX-License-Identifier: MIT */
/* The data of a run's page, as collector/page/data.c writes it, and what several parts of the page make of it. */
const run = (() => {
  "use strict";
  const all = memwatch.read(), {amount} = memwatch;
  /* Of several jobs the address says which one is shown ("#job-2"); without it, or when there is no such job, the
   * run is, with a table of its jobs. */
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
    rank.curve = ""; /* it is large */
    return values;
  });
  const peakOf = (rank) => amount(data.ranks[rank].peak);
  const byPeak = data.ranks.map((_, i) => i).filter((i) => packed[i]).sort((a, b) => peakOf(b) - peakOf(a));

  /* Marks bound a whole slice from above; what was sampled after a rank's last word is what it surely had. */
  function kindAt(rank, slice) {
    const row = data.ranks[rank];
    return row.exited || (slice + 1) * data.slice <= row.known_until ? "at_most" : "at_least";
  }

  /* The upper bound of all processes; null: known nowhere. */
  const bound = data.bound_curve.some((value) => value !== null) ? data.bound_curve : null;

  /* The phases that the program has named. */
  const bands = data.phases.filter((phase) => phase.named);
  /* Of several occurrences only the first and the last one's time is recorded. */
  const isWhole = (phase) => phase.share > .98;

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

  const rankName = (rank) => "rank " + data.ranks[rank].label;
  const limit = data.hosts.length === 1 ? data.hosts[0].limit : 0;

  return {data, jobs, chosen, packed, byPeak, kindAt, bound, bands, isWhole, rankColor, phaseColor, rankName, limit};
})();
