/* SPDX-License-Identifier: MIT */
/* Memory over time: the job, the phases, the ranks with what rose, and the heat map, on one time axis. */
const runCurves = (() => {
  "use strict";
  const {bytes, time, count, el, sign, amount, known, color, byteSteps, byteLabels, secondSteps, secondLabels} = memwatch;
  const {data, packed, byPeak, kindAt, bound, bands, isWhole, rankColor, phaseColor, rankName, riseText, limit} = run;
  const LEFT = 78, RIGHT = 16; /* margins of all drawings, so that they share the time axis */
  const SHOWN_AT_FIRST = 12, FEW = 16, MARKS_MAX = 100, LANES_MAX = 8, LANE = 20, NAMES_MAX = 16, TIP_MAX = 8;
  const SPAN = data.span / 1e9;

  const x = Array.from({length: data.slices}, (_, i) => i * data.slice / 1e9);
  const isSeen = data.seen_curve.some((value) => value !== null);
  const curve = (rank) => Array.from(packed[rank], (value) => (value ? value * data.curve_unit : null));
  const shown = new Set(byPeak.length <= FEW ? byPeak : byPeak.slice(0, SHOWN_AT_FIRST));
  const area = (name) => el("div", {class: "chart", id: name});
  const areas = {job: area("chart-job"), lanes: el("div", {class: "lanes"}), ranks: area("chart-ranks"),
    names: el("div", {class: "bar names", role: "group", "aria-label": "Ranks shown"})};
  /* If memory exceeded half of the limit, the chart includes the limit. */
  let withLimit = limit > 0 && Math.max(amount(data.seen), amount(data.upper)) > limit / 2;
  let zoom = [0, SPAN], charts = [], ranksChart = null, openRise = null, changed = () => {};

  /* ---- zoom ---- */

  const isZoomed = (chart) => chart.scales.x.min === zoom[0] && chart.scales.x.max === zoom[1];
  function setZoom(from, to) {
    const width = Math.min(SPAN, Math.max(to - from, data.slice / 1e9 * 4));
    from = Math.max(0, Math.min(from, SPAN - width));
    zoom = [from, from + width];
    charts.filter((chart) => !isZoomed(chart)).forEach((chart) => chart.setScale("x", {min: zoom[0], max: zoom[1]}));
    drawLanes();
    if (byPeak.length) runHeat.setZoom(...zoom);
    wholeRun.disabled = zoom[0] === 0 && zoom[1] === SPAN;
  }

  const zoomBy = (factor) => {
    const middle = (zoom[0] + zoom[1]) / 2, half = (zoom[1] - zoom[0]) / 2 * factor;
    setZoom(middle - half, middle + half);
  };
  const move = (share) => {
    const by = (zoom[1] - zoom[0]) * share;
    setZoom(zoom[0] + by, zoom[1] + by);
  };
  const keys = {
    "+": () => zoomBy(.5), "=": () => zoomBy(.5), "-": () => zoomBy(2),
    ArrowLeft: () => move(-.25), ArrowRight: () => move(.25),
    Home: () => move(-1e9), End: () => move(1e9), "0": () => setZoom(0, SPAN), Escape: () => setZoom(0, SPAN),
  };

  /* ---- shared by all charts ---- */

  /* Bands for a named phase that runs alone and without interruption; the other phases are in the lanes. */
  const solo = (() => {
    const outer = bands.filter((phase) => phase.depth === 0 && phase.last > phase.first);
    const edges = [...new Set(outer.flatMap((phase) => [phase.first, phase.last]))].sort((a, b) => a - b);
    return edges.slice(1).map((to, i) => {
      const on = outer.filter((phase) => phase.first <= edges[i] && phase.last >= to);
      return on.length === 1 && isWhole(on[0]) ? {phase: on[0], from: edges[i] / 1e9, to: to / 1e9} : null;
    }).filter(Boolean);
  })();

  function drawBands(u) {
    const {ctx, bbox} = u, right = bbox.left + bbox.width;
    const inside = (at) => Math.max(bbox.left, Math.min(right, u.valToPos(at, "x", true)));
    ctx.save();
    ctx.globalAlpha = .1;
    solo.forEach((band) => {
      ctx.fillStyle = phaseColor(band.phase);
      ctx.fillRect(inside(band.from), bbox.top, inside(band.to) - inside(band.from), bbox.height);
    });
    ctx.restore();
  }

  function drawLimit(u) {
    const {ctx, bbox} = u, y = u.valToPos(limit, "y", true);
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = color("--alarm");
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = 12 * devicePixelRatio + "px system-ui, sans-serif";
    ctx.textAlign = "left";
    ctx.fillText("limit " + bytes(limit), bbox.left + 8 * devicePixelRatio, y + 15 * devicePixelRatio);
    ctx.restore();
  }

  function axes() {
    const font = "12px system-ui, sans-serif", soft = color("--soft"), line = color("--line");
    return [
      {font, stroke: soft, size: 30, gap: 4, grid: {show: false}, ticks: {stroke: line, size: 5},
        incrs: secondSteps, space: 80, values: (u, at) => secondLabels(at)},
      {font, stroke: soft, size: LEFT, gap: 8, grid: {stroke: line, width: 1}, ticks: {show: false},
        incrs: byteSteps, space: 34, values: (u, at) => byteLabels(at)},
    ];
  }

  /* Next to the cursor, on the side with more room. */
  function showTip(u, box, lines) {
    const at = u.cursor.idx;
    box.hidden = at === null || at === undefined || u.cursor.left < 0 || !u.over.matches(":hover");
    if (box.hidden) return;
    const [times] = u.data;
    box.replaceChildren(el("div", {class: "when"}, time(Math.round(times[at] * 1e9))), ...lines(at));
    const left = u.cursor.left + LEFT, flip = left > u.width / 2;
    box.style.left = flip ? "auto" : left + 14 + "px";
    box.style.right = flip ? u.width - left + 14 + "px" : "auto";
  }

  /* `atLeast`: bytes that the scale must include. `lines`: the text of the tip for a slice. `times`: of the values, if not
   * those of the slices. */
  function makeChart(area, height, title, atLeast, series, values, lines, times = x) {
    const box = el("div", {class: "tip", hidden: true});
    const chart = new uPlot({
      width: Math.max(280, area.clientWidth || 900), height, padding: [12, RIGHT, 0, 0], legend: {show: false},
      cursor: {sync: {key: "memwatch"}, drag: {x: true, y: false}, points: {size: 6, show: series.length <= FEW},
        y: false},
      scales: {x: {time: false, range: (u, min, max) => (u.status ? [min, max] : zoom)},
        y: {range: (u, min, max) => [0, Math.max(max || 1, atLeast) * 1.08]}},
      axes: axes(), series: [{}, ...series],
      hooks: {
        drawClear: [drawBands], draw: atLeast ? [drawLimit] : [], setCursor: [(u) => showTip(u, box, lines)],
        setScale: [(u, key) => {
          if (key === "x" && u.status && !isZoomed(u)) setZoom(u.scales.x.min, u.scales.x.max);
        }],
      },
    }, [times, ...values], area);
    /* a selection zooms all drawings; a double click resets the zoom */
    chart.over.addEventListener("dblclick", () => setZoom(0, SPAN));
    chart.over.tabIndex = 0;
    chart.over.setAttribute("role", "group");
    chart.over.setAttribute("aria-label", title + ". Plus and minus zoom, arrows move, 0 shows the whole run.");
    chart.over.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    area.append(box);
    charts.push(chart);
    return chart;
  }

  function removeChart(chart) {
    charts = charts.filter((other) => other !== chart);
    chart.destroy();
  }

  function tipLine(swatch, name, kind, value) {
    const square = el("i");
    square.style.background = swatch;
    const empty = value === null || value === undefined;
    return el("div", {}, square, name + " ", el("b", {}, empty ? "–" : sign(kind) + " " + bytes(value)));
  }

  /* ---- the job ---- */

  function drawJob() {
    const stepped = uPlot.paths.stepped({align: 1}), series = [], values = [], lines = [];
    if (isSeen) {
      series.push({stroke: color("--accent"), width: 1.75, spanGaps: true, points: {show: false}});
      values.push(data.seen_curve);
      lines.push((at) => tipLine(color("--accent"), "job, seen", "at_least", data.seen_curve[at]));
    }
    if (bound) { /* is drawn below */
      series.unshift({stroke: color("--bar"), width: 1, fill: color("--fill"), paths: stepped, points: {show: false}});
      values.unshift(bound);
      lines.push((at) => tipLine(color("--bar"), "job, bound", "at_most", bound[at]));
    }
    if (series.length) makeChart(areas.job, 210, "Memory of the job over time", withLimit ? limit : 0, series, values,
      (at) => lines.map((line) => line(at)));
  }

  /* ---- ranks ---- */

  function placeMarks() {
    const over = ranksChart.over;
    over.querySelectorAll(".rise").forEach((old) => old.remove());
    data.rises.filter((rise) => shown.has(rise.rank)).slice(0, MARKS_MAX).forEach((rise) => {
      const at = rise.at / 1e9;
      if (at < zoom[0] || at > zoom[1]) return;
      const text = riseText(rise) + " in " + rankName(rise.rank) + ", " + rise.place;
      const keep = (event) => event.stopPropagation(); /* it is not a click on the chart */
      const button = el("button", {type: "button", class: "rise", title: text, "aria-label": text,
        click: () => openRise(rise), mousedown: keep, dblclick: keep, keydown: keep});
      button.style.left = ranksChart.valToPos(at, "x") + "px";
      button.style.top = ranksChart.valToPos(rise.peak, "y") + "px";
      over.append(button);
    });
  }

  function drawRanks() {
    const list = byPeak.filter((rank) => shown.has(rank)), values = list.map(curve);
    if (ranksChart) removeChart(ranksChart);
    areas.ranks.replaceChildren();
    const paths = uPlot.paths.stepped({align: 1}), width = list.length > 60 ? .6 : 1.5, points = {show: false};
    const fullestAt = (at) => list.map((rank, i) => ({rank, value: values[i][at]})).filter(({value}) => value !== null)
      .sort((a, b) => b.value - a.value).slice(0, TIP_MAX)
      .map(({rank, value}) => tipLine(rankColor(rank), rankName(rank), kindAt(rank, at), value));
    ranksChart = makeChart(areas.ranks, 300, "Memory of each rank over time", 0,
      list.map((rank) => ({stroke: rankColor(rank), width, paths, points})), values, fullestAt);
    ranksChart.hooks.draw = [placeMarks];
    placeMarks();
  }

  /* The ranks with the highest peaks first; others that are shown are only counted. */
  function drawNames() {
    const named = byPeak.slice(0, NAMES_MAX), others = [...shown].filter((rank) => !named.includes(rank)).length;
    const focused = areas.names.contains(document.activeElement) ? document.activeElement.textContent : null;
    areas.names.replaceChildren(...named.map((rank) => {
      const square = el("i", {class: "swatch"});
      square.style.background = rankColor(rank);
      return el("button", {type: "button", class: "name", "aria-pressed": String(shown.has(rank)),
        title: bytes(amount(data.ranks[rank].peak)), click: () => toggle(rank)}, square, rankName(rank));
    }), others ? el("span", {class: "sub"}, "and " + count(others) + " more") : "");
    const again = [...areas.names.children].find((child) => child.textContent === focused);
    if (again) again.focus();
  }

  function show(ranks) {
    shown.clear();
    ranks.forEach((rank) => shown.add(rank));
    drawRanks();
    drawNames();
    changed();
  }
  function toggle(rank) {
    show(shown.has(rank) ? [...shown].filter((other) => other !== rank) : [...shown, rank]);
  }

  /* ---- phases as lanes ---- */

  /* Phases of the same depth that overlap in time get separate lanes. */
  const laneOf = (() => {
    const ends = [], lanes = new Map(), inOrder = bands.slice().sort((a, b) => a.first - b.first);
    for (let depth = 0, base = 0; bands.some((phase) => phase.depth === depth); depth++, base = ends.length)
      inOrder.filter((phase) => phase.depth === depth).forEach((phase) => {
        let lane = base;
        while (ends[lane] > phase.first) lane++;
        ends[lane] = phase.last;
        lanes.set(phase, lane);
      });
    return lanes;
  })();

  function drawLanes() {
    areas.lanes.replaceChildren();
    if (!bands.length) return;
    const width = areas.lanes.clientWidth || 900, lanes = Math.min(LANES_MAX, 1 + Math.max(...laneOf.values()));
    const place = (ns) => LEFT + (ns / 1e9 - zoom[0]) / (zoom[1] - zoom[0]) * (width - LEFT - RIGHT);
    const svg = el("svg", {viewBox: "0 0 " + width + " " + lanes * LANE, height: lanes * LANE, role: "img",
      "aria-label": "Named phases over time; the table of phases has the numbers"});
    bands.filter((phase) => laneOf.get(phase) < lanes).forEach((phase) => {
      const from = Math.max(LEFT, place(phase.first)), to = Math.min(width - RIGHT, place(phase.last));
      if (to < LEFT || from > width - RIGHT) return;
      const name = phase.name, top = laneOf.get(phase) * LANE, hue = phaseColor(phase);
      const room = Math.floor((to - from - 10) / 6.6);
      const text = name.length > room ? name.slice(0, room - 1) + "…" : name;
      const span = phase.last - phase.first;
      const within = isWhole(phase) ? "" : " · in it for " + Math.round(phase.share * 100) + " % of the " +
        time(span) + " from the first visit to the last";
      const whole = name + " · " + count(phase.visits) + (phase.visits === 1 ? " visit" : " visits") +
        within + " · peak " + known(phase.peak);
      const bar = {x: from, width: Math.max(2, to - from), rx: 2, fill: hue}, high = (LANE - 3) * phase.share;
      svg.append(el("rect", Object.assign({class: "in", y: top + LANE - 2 - high, height: high}, bar)),
        el("rect", Object.assign({class: "span", y: top + 1, height: LANE - 3, stroke: hue}, bar), el("title", {}, whole)));
      if (room >= 3) svg.append(el("text", {x: from + 6, y: top + 13.5}, text));
    });
    areas.lanes.append(svg);
    if (!bands.every(isWhole)) areas.lanes.append(el("p", {class: "sub"}, "phases: outlined from the first visit to the " +
      "last, filled up to the share of that time that was spent in them; the times of the single visits are not recorded"));
  }

  /* ---- the section ---- */

  const grow = () => el("span", {class: "grow"});
  const button = (name, act, pressed) => el("button", {type: "button", click: act, "aria-pressed": pressed}, name);
  const wholeRun = button("Whole run", () => setZoom(0, SPAN));
  const switches = (name, on, act) => {
    const made = button(name, () => { on = !on; made.setAttribute("aria-pressed", on); act(on); }, String(on));
    return made;
  };

  function repaint() {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    ranksChart = null;
    areas.job.replaceChildren();
    drawJob();
    if (byPeak.length) {
      drawRanks();
      drawNames();
    }
    setZoom(...zoom);
  }

  const part = (title, beside, ...drawings) => el("div", {class: "part"},
    el("div", {class: "bar"}, el("h3", {}, title), beside), drawings);

  /* The key of the two curves of the job. */
  const keyOf = (name, text) => el("span", {class: "key"}, el("i", {class: "swatch " + name}), text);
  const sampledToo = data.bound_sampled ? ", " + count(data.bound_sampled) + " of them as sampled" : "";
  const jobKey = () => [isSeen ? keyOf("seen", "≥ seen in samples, all processes") : null,
    bound ? keyOf("bound", "≤ bound, the same processes" + sampledToo + ", where all ranks are known") : null];

  /* The section of the page, not drawn yet; null if nothing is known. */
  function section(onRise, onChange) {
    if (!byPeak.length && !isSeen) return null;
    openRise = onRise;
    changed = onChange;
    runHeat.setMargins(LEFT, RIGHT);
    runHeat.onPick(toggle);
    const made = el("section", {"aria-label": "Memory over time"},
      el("div", {class: "bar"}, el("h2", {}, "Memory over time"), el("span", {class: "sub screen"}, "drag to zoom"),
        grow(), limit ? switches("Limit", withLimit, (on) => { withLimit = on; repaint(); }) : null, wholeRun),
      part("Job", jobKey(), areas.job, areas.lanes));
    if (byPeak.length)
      made.append(
        part("Ranks: the highest in each slice of time", [grow(), button("All", () => show(byPeak)),
          button("Fullest", () => show(byPeak.slice(0, SHOWN_AT_FIRST))), button("None", () => show([]))],
        areas.ranks, areas.names),
        part("Every rank: click one to show or hide its curve",
          [grow(), byPeak.length > 1 ? switches("Fullest first", false, (on) => runHeat.sort(on)) : null],
          runHeat.area, runHeat.legend));
    return made;
  }

  return {section, repaint, toggle, makeChart, removeChart, isShown: (rank) => shown.has(rank)};
})();
