/* SPDX-License-Identifier: MIT */
/* The section on whose memory the ranks held: the blocks of run_flame.js with their controls, the lines of one rank over time,
 * and the table of the lines of all ranks. */
const runHeld = (() => {
  "use strict";
  const {bytes, time, count, el, color, column, table} = memwatch;
  const {data, rankName, palette} = run;
  const {ranks, phases, GROUPINGS, tree, all, one, overTime} = runHeap;
  const MEAN = "mean", DIFFERENCE = "difference";
  const chosen = {view: "0", other: String(Math.min(1, ranks.length - 1)), grouping: "line", phase: ""};
  const nameOf = (index) => rankName(ranks[index].rank);
  const about = el("p", {class: "sub"}), notes = el("div", {class: "lines"});
  const chart = el("div", {class: "chart", id: "chart-held"}), names = el("p", {class: "sub scale keys"});
  const chartTitle = el("h3");
  let drawn = null;

  /* ---- the blocks ---- */

  const main = () => (chosen.view === MEAN || chosen.view === DIFFERENCE ? 0 : Number(chosen.view));
  /* Of a difference: minuend and subtrahend. */
  let first = 0;

  /* What is below zero has no width, so the other blocks are together wider than the peak. */
  function widthText(root, whole) {
    const more = root.width - root.sum.a;
    return "width: bytes; all blocks side by side are " + bytes(Math.round(root.width)) + ", " + whole +
      (more >= 1 ? " and " + bytes(Math.round(more)) + " that estimates are too high" : "");
  }

  /* The chosen phase of a rank; none: its peak. */
  const phaseOf = (index) => phases[index].find(({name}) => name === chosen.phase);

  function showPhase(index, phase) {
    const root = tree(nameOf(index), [one(index, "a", phase)], chosen.grouping);
    about.textContent = nameOf(index) + " had " + bytes(phase.mark) + " at the peak of the phase " + phase.name +
      "; the largest allocations of a phase are recorded by stack";
    runFlame.show(root, {whole: "the phase's peak", width: widthText(root, "the phase's peak")});
  }
  function showOne(index) {
    if (phaseOf(index)) {
      showPhase(index, phaseOf(index));
      return;
    }
    const {rank, mark, error, at, in: where} = ranks[index];
    const root = tree(rankName(rank), [one(index, "a")], chosen.grouping);
    about.textContent = rankName(rank) + " had its peak of " + bytes(mark) + " at " + time(at) + (where ? ", in " + where : "") +
      (error ? "; the sum of its lines is known to ± " + bytes(error) : "");
    runFlame.show(root, {whole: "the peak", width: widthText(root, "the peak")});
  }
  function showMean() {
    const root = tree("mean of " + ranks.length + " ranks", all("a"), chosen.grouping);
    const few = ranks.length < data.heap_known;
    about.textContent = "Mean of " + (few ? "the " + ranks.length + " fullest of " + count(data.heap_known) : "all " + ranks.length) +
      " ranks, each at its own peak" + (few ? "; the table below has all of them" : "");
    runFlame.show(root, {whole: "the mean peak", width: widthText(root, "the mean peak")});
  }
  function showDifference() {
    const a = nameOf(first), b = nameOf(chosen.other), other = Number(chosen.other);
    const root = tree(a + " − " + b, [one(first, "a"), one(other, "b")], chosen.grouping);
    about.textContent = root.width ? "What " + a + " and " + b + " held differently, each at its own peak: " + bytes(ranks[first].mark) + " and " + bytes(ranks[other].mark)
      : a + " and " + b + " held the same";
    runFlame.show(root, {whole: "", more: a + " holds more", less: b + " holds more",
      width: "width: bytes by which they differ, more and less added up, " + bytes(Math.round(root.width)) + " in all; pale: more and less inside"});
  }

  function show() {
    const index = chosen.view === DIFFERENCE ? first : main();
    if (chosen.view === MEAN) showMean();
    else if (chosen.view === DIFFERENCE) showDifference();
    else showOne(index);
    notes.replaceChildren(...(chosen.view === MEAN || chosen.view === DIFFERENCE ? [] : ranks[index].notes.map((text) => el("p", {}, text))));
    drawMoments(chosen.view === MEAN || chosen.view === DIFFERENCE ? [] : phases[index]);
    drawTime(index);
  }

  /* ---- over time ---- */

  /* Between a color and the paper, opaque: the curves are drawn over each other. Both are "#" and hexadecimal digits. */
  function pale(hue) {
    const digits = (text) => (text.length === 4 ? [1, 2, 3].map((i) => text.slice(i, i + 1).repeat(2)) : [1, 3, 5].map((i) => text.slice(i, i + 2)));
    const [from, to] = [hue, color("--paper")].map((text) => digits(text).map((pair) => parseInt(pair, 16)));
    return "rgb(" + from.map((value, i) => Math.round(value * .62 + to[i] * .38)).join(",") + ")";
  }

  function drawTime(index) {
    const {times, lines} = overTime(index);
    if (drawn) runCurves.removeChart(drawn);
    drawn = null;
    chart.replaceChildren();
    names.replaceChildren();
    chartTitle.textContent = "Allocated by " + nameOf(index) + " over time, its largest lines on top of each other; between two points only the peak of RSS is shown";
    if (times.length < 2) {
      chart.append(el("p", {class: "sub"}, "No values over time were recorded."));
      return;
    }
    const hues = lines.map(({rest}, i) => (rest ? color("--faint") : palette()[i % palette().length]));
    const tops = [];
    lines.forEach(({values}, i) => tops.push(values.map((value, t) => value + (i ? tops[i - 1][t] : 0))));
    const order = lines.map((_, i) => i).reverse(); /* each is drawn over those on top of it */
    const paths = uPlot.paths.stepped({align: 1});
    const series = order.map((i) => ({stroke: hues[i], width: 1, fill: pale(hues[i]), paths, points: {show: false}}));
    drawn = runCurves.makeChart(chart, 240, "Allocated memory over time by line", 0, series, order.map((i) => tops[i]),
      (t) => tipLines(lines, hues, t), times);
    drawn.hooks.draw = [(u) => drawPeak(u, ranks[index].at / 1e9)];
    drawn.redraw(false);
    names.append(...lines.map(({line}, i) => el("span", {}, swatch(pale(hues[i])), line)));
  }
  function drawPeak(u, at) {
    const {ctx, bbox} = u, x = u.valToPos(at, "x", true), right = x > bbox.left + bbox.width * .8, gap = 5 * devicePixelRatio;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = color("--alarm");
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = 12 * devicePixelRatio + "px system-ui, sans-serif";
    ctx.textAlign = right ? "right" : "left";
    ctx.fillText("peak of RSS", x + (right ? -gap : gap), bbox.top + 4 * devicePixelRatio);
    ctx.restore();
  }
  function swatch(hue) {
    const made = el("i", {class: "swatch"});
    made.style.background = hue;
    return made;
  }
  function tipLines(lines, hues, t) {
    const rows = lines.map(({line, values}, i) => ({line, value: values[t], hue: hues[i]})).filter(({value}) => value);
    const sum = rows.reduce((total, {value}) => total + value, 0);
    const short = (text) => (text.length > 44 ? text.slice(0, 43) + "…" : text);
    return [el("div", {}, "allocated ", el("b", {}, bytes(sum))),
      ...rows.sort((x, y) => y.value - x.value).map(({line, value, hue}) => {
        const square = el("i");
        square.style.background = pale(hue);
        return el("div", {}, square, short(line) + " ", el("b", {}, bytes(value)));
      })];
  }

  /* ---- controls ---- */

  function select(name, options, value, act) {
    return el("select", {"aria-label": name, change: (event) => act(event.target.value)},
      options.map(([key, text]) => el("option", {value: key, selected: key === value}, text)));
  }
  /* Of one rank: its peak, or that of a phase with a name. */
  const moment = el("span", {class: "bar", hidden: true});
  function drawMoments(list) {
    const current = list.some(({name}) => name === chosen.phase) ? chosen.phase : "";
    moment.hidden = !list.length;
    moment.replaceChildren("at", select("Moment", [["", "its peak"],
      ...list.map(({name, mark}) => [name, "the peak of the phase " + name + ", " + bytes(mark)])], current, (value) => {
      chosen.phase = value;
      show();
    }));
  }
  const rankOptions = () => ranks.map(({rank, mark}, i) => [String(i), rankName(rank) + ", " + bytes(mark) + (i ? "" : ", the fullest")]);

  function controls() {
    const several = ranks.length > 1 ? [[MEAN, "all ranks merged: mean"], [DIFFERENCE, "difference of two ranks"]] : [];
    const pair = el("span", {class: "bar pair", hidden: true}, select("First rank", rankOptions(), "0", (value) => { first = Number(value); show(); }), "−",
      select("Second rank", rankOptions(), chosen.other, (value) => { chosen.other = value; show(); }));
    const view = select("Shown", [...rankOptions(), ...several], chosen.view, (value) => {
      chosen.view = value;
      pair.hidden = value !== DIFFERENCE;
      show();
    });
    const groups = GROUPINGS.map((name) => el("button", {type: "button", "aria-pressed": String(name === chosen.grouping),
      click: (event) => {
        chosen.grouping = name;
        groups.forEach((button) => button.setAttribute("aria-pressed", button === event.currentTarget));
        show();
      }}, name));
    const whole = el("button", {type: "button", disabled: true, click: () => runFlame.whole()}, "Whole width");
    runFlame.onZoom((is) => { whole.disabled = !is; });
    return el("div", {class: "controls"}, el("div", {class: "bar"}, view, moment, pair, el("span", {class: "grow"}), runFlame.found,
      el("input", {type: "search", placeholder: "Search", "aria-label": "Search functions and lines",
        input: (event) => runFlame.mark(event.target.value)})),
    el("div", {class: "bar"}, el("span", {class: "bar group", role: "group", "aria-label": "Blocks by"},
        el("span", {class: "sub"}, "by"), groups),
      el("span", {class: "sub screen"}, "click a block to zoom"), el("span", {class: "grow"}), whole));
  }

  /* The sections of the page, not drawn yet. Without a heap: why, if there are ranks. */
  function sections(lines) {
    if (!ranks.length) return data.heap_missing.length ? [el("section", {class: "lines", id: "held-missing"}, lines(data.heap_missing))] : [];
    const made = [el("section", {"aria-label": "Held at the peak"},
      el("div", {class: "bar"}, el("h2", {}, "What was held at the peak")), controls(), about,
      runFlame.area, runFlame.status, runFlame.legend, notes,
      el("div", {class: "part"}, el("div", {class: "bar"}, chartTitle), chart, names))];
    return data.heap_known > 1 && data.heap_lines.length ? [...made, linesTable(lines)] : made;
  }

  function linesTable(lines) {
    const smaller = data.heap_lines_smaller;
    const made = table("Lines over all ranks", [
      column("line", (row) => (row.owner === "MPI" ? "MPI: " : "") + row.line, {type: "code"}),
      column("function", "function", {type: "wide"}),
      column("ranks", "ranks", {hint: "that held something there at their peaks"}),
      column("min", "min", {hint: "over all ranks, each at its own peak"}),
      column("mean", "mean"),
      column("max", "max"),
      column("error", "error", {hint: "of the maximum: one standard deviation; empty: exact"}),
      column("rank", "rank", {hint: "that had the maximum"}),
    ], data.heap_lines, {sort: "max", maxRows: 15, note: "What " + count(data.heap_known) + " ranks held there, each at its own peak" +
      (smaller ? "; " + count(smaller) + " smaller lines: only in the record" : "")});
    if (data.heap_alone.length) made.append(lines(data.heap_alone));
    return made;
  }

  /* After runCurves.repaint(), which has removed all charts. */
  function repaint() {
    if (!ranks.length) return;
    drawn = null;
    show();
  }

  return {sections, repaint};
})();
