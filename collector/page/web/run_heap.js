/* SPDX-License-Identifier: MIT */
/* What ranks held at their peaks, as trees of stacks: of one rank, the mean of all, or the difference of two. */
const runHeap = (() => {
  "use strict";
  const {data} = run;
  const ranks = data.heap_ranks, frames = data.heap_frames;
  const stacks = data.heap_stacks.map(({owner, library, call, cut, frames: rows}) => ({owner, library, call, cut, rows}));

  /* What each rank held, by rank. */
  const byRank = (rows) => {
    const lists = ranks.map(() => []);
    rows.forEach((row) => lists[row.rank].push(row));
    return lists;
  };
  const sites = byRank(data.heap_sites), others = byRank(data.heap_rows), series = byRank(data.heap_series);

  /* The peaks of phases: their largest stacks, and the rest as rows. */
  const everyPhase = data.heap_phases.map(({rank, name, mark, outside, rest}) => ({rank, name, mark, sites: [], others: [
    {owner: "other", name: "smaller allocations, of the program or MPI", bytes: rest}, {owner: "other", name: "not allocated: code, files, stacks, malloc's own", bytes: outside}]}));
  data.heap_phase_sites.forEach(({phase, stack, bytes, error}) => everyPhase[phase].sites.push({stack, bytes, error}));
  const phases = byRank(everyPhase);

  /* Owners with a color of their own, in the order of their blocks. */
  const OWNERS = ["program", "mpi", "memwatch", "other"];
  const ownerOf = (name) => (OWNERS.includes(name) ? name : "other");
  const GROUPINGS = ["line", "function", "library"];
  const CUT = "… more callers, not recorded";

  const nameIn = {line: (frame) => frame.line, function: (frame) => frame.function, library: (frame) => frame.library || frame.line};

  /* The names from the outside to the inside. A name that repeats in a row is one: a library calls itself. */
  function pathOf(stack, grouping) {
    if (stack.owner === "mpi") return ["MPI", stack.library || "MPI", ...(stack.call ? ["in " + stack.call] : [])];
    if (stack.owner !== "program" || !stack.rows.length) return [stack.owner === "program" ? "stack not known" : stack.owner];
    const names = stack.rows.map((row) => nameIn[grouping](frames[row]));
    const once = grouping === "library" ? names.filter((name, i) => i === 0 || name !== names[i - 1]) : names;
    return stack.cut ? [CUT, ...once] : once;
  }
  const rowPath = ({owner, name}) => (owner === "mpi" ? ["MPI", name] : [name]);

  /* Bytes on two sides; the second one is used by differences only. */
  const node = (name, owner, parent) => ({name, owner, parent, depth: parent ? parent.depth + 1 : 0, children: new Map(),
    own: {a: 0, b: 0}, sum: {a: 0, b: 0}, variance: 0, blocks: 0, calls: new Set(), inCalls: 0, width: 0, left: 0});

  function add(root, path, owner, side, amount) {
    let at = root;
    [null, ...path].forEach((name) => {
      if (name !== null) {
        if (!at.children.has(name)) at.children.set(name, node(name, owner, at));
        at = at.children.get(name);
      }
      at.sum[side] += amount.bytes;
      at.variance += amount.error * amount.error;
      at.blocks += amount.blocks;
      if (amount.call) {
        at.calls.add(amount.call);
        at.inCalls += amount.bytes;
      }
    });
    at.own[side] += amount.bytes;
  }

  /* The width of a block: its bytes, or those in which the two sides differ. What is negative ("not explained") has none. */
  function measure(at, isDifference) {
    at.width = isDifference ? Math.abs(at.own.a - at.own.b) : Math.max(0, at.own.a);
    at.parts = [...at.children.values()];
    at.parts.forEach((part) => { at.width += measure(part, isDifference); });
    at.parts.sort((x, y) => OWNERS.indexOf(x.owner) - OWNERS.indexOf(y.owner) || y.width - x.width);
    return at.width;
  }
  function place(at, left) {
    at.left = left;
    at.parts.forEach((part) => {
      place(part, left);
      left += part.width;
    });
  }

  /* The tree of some ranks, each {index: in `ranks`, side, weight, phase: if it is not of the rank's peak}. */
  function tree(name, members, grouping) {
    const root = node(name, "all", null), isDifference = members.some(({side}) => side === "b");
    const scaled = (weight, {bytes, error = 0, blocks = 0}, call) => ({bytes: bytes * weight, error: error * weight,
      blocks: blocks * weight, call});
    members.forEach(({index, side, weight, phase}) => {
      (phase ? phase.sites : sites[index]).forEach((site) => {
        const stack = stacks[site.stack];
        add(root, pathOf(stack, grouping), ownerOf(stack.owner), side, scaled(weight, site, stack.owner === "program" && stack.call));
      });
      (phase ? phase.others : others[index]).forEach((row) => add(root, rowPath(row), ownerOf(row.owner), side, scaled(weight, {bytes: row.bytes})));
    });
    measure(root, isDifference);
    place(root, 0);
    return Object.assign(root, {isDifference});
  }

  const all = (side) => ranks.map((_, index) => ({index, side, weight: 1 / ranks.length}));
  const one = (index, side, phase) => ({index, side, weight: 1, phase});

  /* The lines of a rank over time: {line, rest, values in bytes}, the largest first, and the times in seconds. The last
   * values hold until the end of the recording. */
  function overTime(index) {
    const {ticks, until} = ranks[index], [last] = ticks.slice(-1), goesOn = ticks.length > 0 && until > last;
    const times = [...ticks, ...(goesOn ? [until] : [])].map((ns) => ns / 1e9);
    const lines = series[index].map(({line, rest, values}) => {
      const text = atob(values), value = (i) => (text.charCodeAt(2 * i) | text.charCodeAt(2 * i + 1) << 8) * data.heap_unit;
      return {line, rest, values: times.map((_, i) => value(Math.min(i, ticks.length - 1)))};
    });
    return {times, lines};
  }

  return {ranks, phases, GROUPINGS, OWNERS, tree, all, one, overTime};
})();
