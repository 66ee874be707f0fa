/* SPDX-License-Identifier: MIT */
/* The page of one run. Its data is written by collector/page_data.c. */
(() => {
  const {bytes, change, time, count, el, kind, table, theme, color} = memwatch;
  const data = JSON.parse(document.getElementById("data").textContent);
  const page = document.getElementById("page");
  const RANK = {label: 0, host: 1, pid: 2, peak: 3, at: 4, place: 5, mpi: 6, end: 7, calls: 8, measured: 9, bound: 10, curve: 11};
  const PHASE = {name: 0, path: 1, kind: 2, depth: 3, ranks: 4, visits: 5, tick: 6, time: 7, min: 8, mean: 9, peak: 10, worst: 11, grew: 12, first: 13, last: 14};
  const SPIKE = {rank: 0, call: 1, phase: 2, visit: 3, enter: 4, leave: 5, entry: 6, peak: 7, exit: 8, stack: 9};
  const USER_PHASE = 2; /* enum mw_phase_kind */
  const LEFT = 76, RIGHT = 14; /* of all drawings: beside the part that shares the axis of time */
  const SHOWN_FIRST = 12, MARKS_MOST = 100, LANES_MOST = 8;

  /* ---- head ---- */

  function lines(texts) {
    return el("div", {class: "lines"}, texts.map((text) => el("p", {}, text.trim())));
  }

  function fact(label, pair, hint) {
    return el("div", {class: "fact", title: hint}, el("div", {class: "value"},
      pair[1] ? [el("small", {}, ["?", "=", "≥", "≤"][pair[1]]), bytes(pair[0])] : "not known"), el("div", {class: "label"}, label));
  }

  /* Of the host that is fullest: what was seen, at most, and the limit. */
  function meter() {
    const limited = data.hosts.filter((host) => host[5] > 0 && (host[2][0] || host[3][0]));
    if (!limited.length) return null;
    const share = (host) => Math.max(host[2][0], host[3][1] ? host[3][0] : 0) / host[5];
    const host = limited.reduce((a, b) => (share(b) > share(a) ? b : a));
    const part = (value) => Math.min(100, 100 * value / host[5]);
    const what = host[6] ? "the limit of control group " + host[6] : "the memory of the node";
    const text = (data.hosts.length > 1 ? "on " + host[0] + ": " : "") + "at most " + bytes(host[3][1] ? host[3][0] : host[2][0]) + " of " + bytes(host[5]) + ", " + what;
    return el("div", {class: "meter" + (share(host) > .9 ? " tight" : "")},
      el("svg", {viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": text},
        el("rect", {class: "whole", width: 100, height: 10}), el("rect", {class: "upper", width: part(host[3][0]), height: 10}),
        el("rect", {class: "seen", width: part(host[2][0]), height: 10})), el("p", {class: "sub"}, text));
  }

  function head() {
    const fullest = data.ranks.reduce((a, b) => (!a || b[RANK.peak][0] > a[RANK.peak][0] ? b : a), null);
    page.append(el("header", {},
      el("div", {class: "top"}, el("div", {}, el("p", {class: "brand"}, "memwatch"), el("h1", {}, data.command || "(command unknown)")), theme(repaint)),
      lines(data.summary.slice(1))));
    if (data.deaths.length)
      page.append(el("section", {class: "alarm", "aria-label": "Post-mortem"}, data.deaths.map((text) =>
        text.startsWith(" ") ? el("p", {class: text.startsWith("      ") ? "detail" : null}, text.trim()) : el("h2", {}, text))));
    page.append(el("div", {class: "facts"},
      data.seen[1] ? fact("job, seen at one moment", data.seen, "the largest sum of RSS in one sample") : null,
      data.upper[1] ? fact("job, at any moment", data.upper, "no moment can have had more") : null,
      data.pss[1] ? fact("job, shared pages once", data.pss, "PSS, sampled") : null,
      fullest ? fact("fullest rank: " + fullest[RANK.label], fullest[RANK.peak], fullest[RANK.place]) : null), meter() || "",
      el("details", {}, el("summary", {}, "How sure these numbers are"), lines(data.certainty.slice(1)),
        lines(["= exact: the kernel's own high-water mark" + (data.error ? ", at most " + bytes(data.error) + " too low" : "") + " · ≤ at most · ≥ at least: sampled, or known up to some moment only"])));
    if (data.no_ranks.length) page.append(el("section", {class: "lines"}, lines(data.no_ranks)));
  }

  /* ---- curves ---- */

  const x = Array.from({length: data.count}, (_, i) => i * data.step / 1e9);
  const packed = data.ranks.map((rank) => {
    if (!rank[RANK.curve]) return null;
    const text = atob(rank[RANK.curve]), values = new Uint16Array(data.count);
    for (let i = 0; i < values.length; i++) values[i] = text.charCodeAt(2 * i) | text.charCodeAt(2 * i + 1) << 8;
    return values;
  });
  const curve = (rank) => Array.from(packed[rank], (value) => (value ? value * data.unit : null));
  const byPeak = data.ranks.map((_, i) => i).filter((i) => packed[i]).sort((a, b) => data.ranks[b][RANK.peak][0] - data.ranks[a][RANK.peak][0]);
  const shown = new Set(byPeak.length <= 16 ? byPeak : byPeak.slice(0, SHOWN_FIRST));
  const bands = data.phases.filter((phase) => phase[PHASE.kind] === USER_PHASE);
  const limit = data.hosts.length === 1 ? data.hosts[0][5] : 0;
  let zoom = [0, data.span / 1e9], withLimit = false, charts = [], ranksChart = null;

  const CALM = ["#2563eb", "#d97706", "#0d9488", "#be185d", "#6d28d9", "#65a30d", "#0891b2", "#b45309", "#475569", "#dc2626"];
  const CALM_DARK = ["#7aa7ff", "#f3b160", "#4fd1c0", "#f28ab8", "#b79bff", "#a8d860", "#67d3ea", "#e0a070", "#a4b0c0", "#ff8a7d"];
  function rankColor(rank) {
    const dark = document.documentElement.dataset.theme === "dark";
    if (data.ranks.length <= CALM.length) return (dark ? CALM_DARK : CALM)[rank % CALM.length];
    return "hsl(" + (rank * 137.508 % 360).toFixed(0) + (dark ? " 60% 66%)" : " 62% 42%)");
  }

  const secondsText = (s) => time(Math.round(s * 1e9));
  const areas = {job: el("div", {class: "chart", id: "chart-job"}), lanes: el("div", {class: "lanes"}), ranks: el("div", {class: "chart", id: "chart-ranks"}), heat: el("div", {class: "heat"})};

  function drawBands(u) {
    const context = u.ctx, names = ["--band-a", "--band-b"];
    bands.filter((phase) => phase[PHASE.depth] === 0).forEach((phase, i) => {
      const from = Math.max(u.valToPos(phase[PHASE.first] / 1e9, "x", true), u.bbox.left);
      const to = Math.min(u.valToPos(phase[PHASE.last] / 1e9, "x", true), u.bbox.left + u.bbox.width);
      if (to <= from) return;
      context.fillStyle = color(names[i % 2]);
      context.fillRect(from, u.bbox.top, to - from, u.bbox.height);
    });
  }

  function drawLimit(u) {
    if (!withLimit || !limit) return;
    const y = u.valToPos(limit, "y", true);
    u.ctx.save();
    u.ctx.strokeStyle = u.ctx.fillStyle = color("--alarm");
    u.ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, y);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
    u.ctx.stroke();
    u.ctx.fillText("limit " + bytes(limit), u.bbox.left + 8 * devicePixelRatio, y + 14 * devicePixelRatio);
    u.ctx.restore();
  }

  function setZoom(from, to) {
    zoom = [from, to];
    for (const chart of charts) if (chart.scales.x.min !== from || chart.scales.x.max !== to) chart.setScale("x", {min: from, max: to});
    drawLanes();
    drawHeat();
  }

  function makeChart(area, height, series, values, tip) {
    const box = el("div", {class: "tip", hidden: true});
    const soft = color("--soft"), line = color("--line");
    const chart = new uPlot({
      width: Math.max(300, area.clientWidth || 900), height, padding: [10, RIGHT, 0, 0], legend: {show: false},
      cursor: {sync: {key: "memwatch"}, drag: {x: true, y: false}, points: {size: 6}},
      scales: {x: {time: false, range: (u, min, max) => (u.status ? [min, max] : zoom)}, y: {range: (u, min, max) => [0, Math.max(max || 1, withLimit ? limit : 0) * 1.06]}},
      axes: [{stroke: soft, grid: {show: false}, ticks: {stroke: line, size: 5}, values: (u, at) => at.map(secondsText)},
        {stroke: soft, size: LEFT, grid: {stroke: line, width: 1}, ticks: {show: false}, values: (u, at) => at.map(bytes), incrs: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].flatMap((n) => [n, n * 1024, n * 1048576, n * 1073741824, n * 1099511627776]).sort((a, b) => a - b)}],
      series: [{}, ...series],
      hooks: {
        drawClear: [drawBands], draw: [drawLimit],
        setScale: [(u, key) => {
          if (key === "x" && u.status && (u.scales.x.min !== zoom[0] || u.scales.x.max !== zoom[1])) setZoom(u.scales.x.min, u.scales.x.max);
        }],
        setCursor: [(u) => {
          const at = u.cursor.idx;
          box.hidden = at === null || at === undefined || u.cursor.left < 0 || !u.over.matches(":hover");
          if (box.hidden) return;
          box.replaceChildren(el("div", {}, secondsText(x[at])), ...tip(at));
          const left = u.cursor.left + LEFT, flip = left > u.width / 2;
          box.style.left = flip ? "auto" : left + 14 + "px";
          box.style.right = flip ? u.width - left + 14 + "px" : "auto";
          box.style.top = "16px";
        }],
      },
    }, [x, ...values], area);
    /* a selection zooms all drawings; a double click shows everything again */
    chart.over.addEventListener("dblclick", () => setZoom(0, data.span / 1e9));
    area.append(box);
    return chart;
  }

  const sums = (() => {
    if (!byPeak.length || byPeak.length !== data.ranks.length) return null;
    const sum = new Float64Array(data.count);
    for (const values of packed) for (let i = 0; i < sum.length; i++) sum[i] += values[i] * data.unit;
    return Array.from(sum, (value) => value || null);
  })();

  function tipLine(swatch, name, value) {
    const mark = el("i");
    mark.style.background = swatch;
    return el("div", {}, mark, name + " ", el("b", {}, value === null || value === undefined ? "–" : bytes(value)));
  }

  function drawJob() {
    const stepped = uPlot.paths.stepped({align: 1}), series = [], values = [], seen = data.job.some((value) => value !== null);
    if (sums) {
      series.push({stroke: color("--bar"), width: 1, fill: color("--band-a"), paths: stepped, points: {show: false}});
      values.push(sums);
    }
    if (seen) {
      series.push({stroke: color("--accent"), width: 1.6, spanGaps: true, points: {show: false}});
      values.push(data.job);
    }
    if (!series.length) return;
    charts.push(makeChart(areas.job, 210, series, values, (at) => [
      seen ? tipLine(color("--accent"), "job, seen", data.job[at]) : null, sums ? tipLine(color("--bar"), "ranks together, by their marks", sums[at]) : null].filter(Boolean)));
  }

  function placeMarks() {
    const over = ranksChart.over;
    over.querySelectorAll(".spike").forEach((mark) => mark.remove());
    data.spikes.filter((spike) => shown.has(spike[SPIKE.rank])).slice(0, MARKS_MOST).forEach((spike) => {
      const at = (spike[SPIKE.enter] + spike[SPIKE.leave]) / 2e9;
      if (at < zoom[0] || at > zoom[1]) return;
      const text = "Spike of " + bytes(spike[SPIKE.peak] - spike[SPIKE.entry]) + " in rank " + data.ranks[spike[SPIKE.rank]][RANK.label] + ", " + spike[SPIKE.call];
      const mark = el("button", {type: "button", class: "spike", title: text, "aria-label": text, click: () => showSpike(spike),
        mousedown: (event) => event.stopPropagation()});
      mark.style.left = ranksChart.valToPos(at, "x") + "px";
      mark.style.top = ranksChart.valToPos(spike[SPIKE.peak], "y") + "px";
      over.append(mark);
    });
  }

  function drawRanks() {
    const stepped = uPlot.paths.stepped({align: 1}), list = byPeak.filter((rank) => shown.has(rank));
    if (ranksChart) {
      charts = charts.filter((chart) => chart !== ranksChart);
      ranksChart.destroy();
      ranksChart = null;
    }
    areas.ranks.replaceChildren();
    if (!byPeak.length) return;
    const values = list.map(curve);
    ranksChart = makeChart(areas.ranks, 300, list.map((rank) => ({stroke: rankColor(rank), width: list.length > 60 ? .6 : 1.4, paths: stepped, points: {show: false}})), values,
      (at) => list.map((rank, i) => [rank, values[i][at]]).filter((pair) => pair[1] !== null).sort((a, b) => b[1] - a[1]).slice(0, 8)
        .map((pair) => tipLine(rankColor(pair[0]), "rank " + data.ranks[pair[0]][RANK.label], pair[1])));
    ranksChart.hooks.draw.push(placeMarks);
    charts.push(ranksChart);
    placeMarks();
  }

  /* ---- phases as lanes ---- */

  const inside = (width) => (at) => LEFT + (at - zoom[0]) / (zoom[1] - zoom[0]) * (width - LEFT - RIGHT);

  /* Phases of the same depth that go on at the same time, in turns, get lanes of their own. */
  const laneOf = (() => {
    const ends = [], lanes = new Map();
    for (let depth = 0, base = 0; bands.some((phase) => phase[PHASE.depth] === depth); depth++, base = ends.length)
      bands.filter((phase) => phase[PHASE.depth] === depth).sort((a, b) => a[PHASE.first] - b[PHASE.first]).forEach((phase) => {
        let lane = base;
        while (ends[lane] > phase[PHASE.first]) lane++;
        ends[lane] = phase[PHASE.last];
        lanes.set(phase, lane);
      });
    return lanes;
  })();

  function drawLanes() {
    areas.lanes.replaceChildren();
    if (!bands.length) return;
    const width = areas.lanes.clientWidth || 900, place = inside(width), lanes = Math.min(LANES_MOST, 1 + Math.max(...laneOf.values()));
    const svg = el("svg", {viewBox: "0 0 " + width + " " + lanes * 20, height: lanes * 20, role: "img", "aria-label": "Named phases over time"});
    bands.filter((phase) => laneOf.get(phase) < lanes).forEach((phase) => {
      const from = Math.max(LEFT, place(phase[PHASE.first] / 1e9)), to = Math.min(width - RIGHT, place(phase[PHASE.last] / 1e9));
      if (to < LEFT || from > width - RIGHT) return;
      const room = Math.floor((to - from - 8) / 6.2), name = phase[PHASE.name], top = laneOf.get(phase) * 20;
      const whole = name + " · " + count(phase[PHASE.visits]) + " visits · peak " + bytes(phase[PHASE.peak][0]);
      svg.append(el("rect", {x: from, y: top + 1, width: Math.max(2, to - from), height: 17, rx: 2}, el("title", {}, whole)));
      if (room >= 3) svg.append(el("text", {x: from + 5, y: top + 13.5}, name.length > room ? name.slice(0, room - 1) + "…" : name));
    });
    areas.lanes.append(svg);
  }

  /* ---- heat map ---- */

  const heat = {canvas: el("canvas", {id: "heat", role: "img", "aria-label": "Memory of each rank over time"}), tip: el("div", {class: "tip", hidden: true}), sorted: false};
  const heatOrder = () => (heat.sorted ? byPeak : byPeak.slice().sort((a, b) => a - b));
  const heatRows = () => Math.min(byPeak.length, 480);
  const most = packed.reduce((max, values) => (values ? values.reduce((a, b) => (b > a ? b : a), max) : max), 1);

  function heatColor(share) {
    const dark = document.documentElement.dataset.theme === "dark";
    const stops = dark ? [[27, 31, 37], [48, 66, 110], [88, 130, 220], [255, 214, 140]] : [[244, 246, 250], [168, 196, 248], [37, 99, 235], [120, 20, 60]];
    const at = Math.min(share, .9999) * (stops.length - 1), low = Math.floor(at);
    return stops[low].map((value, i) => value + (stops[low + 1][i] - value) * (at - low));
  }

  /* The largest value of the ranks that row `row` of `rows` stands for. */
  function heatValue(order, rows, row, slice) {
    let value = 0;
    for (let i = Math.floor(row * order.length / rows); i < Math.floor((row + 1) * order.length / rows); i++)
      if (packed[order[i]][slice] > value) value = packed[order[i]][slice];
    return value;
  }

  function drawHeat() {
    if (!byPeak.length) return;
    const order = heatOrder(), rows = heatRows(), first = Math.max(0, Math.floor(zoom[0] * 1e9 / data.step));
    const last = Math.min(data.count - 1, Math.floor((zoom[1] * 1e9 - 1) / data.step)), columns = Math.max(1, last - first + 1);
    const picture = new OffscreenCanvas(columns, rows), pixels = new ImageData(columns, rows);
    const ramp = Array.from({length: 256}, (_, i) => heatColor(i / 255));
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const value = heatValue(order, rows, row, first + column), at = 4 * (row * columns + column);
        const shade = ramp[Math.round(255 * value / most)];
        pixels.data[at] = shade[0];
        pixels.data[at + 1] = shade[1];
        pixels.data[at + 2] = shade[2];
        pixels.data[at + 3] = value ? 255 : 0;
      }
    picture.getContext("2d").putImageData(pixels, 0, 0);
    const width = areas.heat.clientWidth || 900, height = heat.height = Math.max(rows, Math.min(320, rows * 14)), scale = devicePixelRatio || 1;
    heat.canvas.width = width * scale;
    heat.canvas.height = height * scale;
    heat.canvas.style.height = height + "px";
    const context = heat.canvas.getContext("2d");
    context.scale(scale, scale);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, LEFT, 0, width - LEFT - RIGHT, height);
    context.fillStyle = color("--soft");
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    const labels = Math.max(1, Math.ceil(order.length / Math.max(1, Math.floor(height / 14))));
    for (let i = 0; i < order.length; i += labels)
      context.fillText(data.ranks[order[i]][RANK.label], LEFT - 8, (i + .5) * height / order.length + 4);
  }

  function heatAt(event) {
    const box = heat.canvas.getBoundingClientRect(), order = heatOrder(), rows = heatRows();
    const left = event.clientX - box.left, row = Math.floor((event.clientY - box.top) / box.height * rows);
    const at = zoom[0] + (left - LEFT) / (box.width - LEFT - RIGHT) * (zoom[1] - zoom[0]);
    if (left < LEFT || left > box.width - RIGHT || row < 0 || row >= rows) return null;
    const from = Math.floor(row * order.length / rows), to = Math.max(from + 1, Math.floor((row + 1) * order.length / rows));
    const slice = Math.max(0, Math.min(data.count - 1, Math.floor(at * 1e9 / data.step)));
    const rank = order.slice(from, to).reduce((a, b) => (packed[b][slice] > packed[a][slice] ? b : a));
    return {left, rank, at, value: packed[rank][slice] * data.unit, many: to - from > 1};
  }

  heat.canvas.addEventListener("mousemove", (event) => {
    const found = heatAt(event);
    heat.tip.hidden = !found;
    if (!found) return;
    heat.tip.replaceChildren(el("div", {}, secondsText(found.at)), tipLine(rankColor(found.rank), "rank " + data.ranks[found.rank][RANK.label] + (found.many ? " (the fullest here)" : ""), found.value || null));
    const flip = found.left > heat.canvas.clientWidth / 2;
    heat.tip.style.left = flip ? "auto" : found.left + 14 + "px";
    heat.tip.style.right = flip ? heat.canvas.clientWidth - found.left + 14 + "px" : "auto";
    heat.tip.style.top = event.offsetY + 14 + "px";
  });
  heat.canvas.addEventListener("mouseleave", () => { heat.tip.hidden = true; });
  heat.canvas.addEventListener("click", (event) => {
    const found = heatAt(event);
    if (found) toggle(found.rank);
  });

  /* ---- what is shown ---- */

  let ranksTable = null;
  function show(ranks) {
    shown.clear();
    ranks.forEach((rank) => shown.add(rank));
    drawRanks();
    if (ranksTable) ranksTable.redraw();
  }
  function toggle(rank) {
    show(shown.has(rank) ? [...shown].filter((other) => other !== rank) : [...shown, rank]);
  }

  function repaint() {
    charts.forEach((chart) => chart.destroy());
    charts = [];
    ranksChart = null;
    areas.job.replaceChildren();
    drawJob();
    drawRanks();
    drawLanes();
    drawHeat();
    if (ranksTable) ranksTable.redraw();
  }

  function showSpike(spike) {
    const rank = data.ranks[spike[SPIKE.rank]], dialog = el("dialog", {"aria-label": "Spike"},
      el("h2", {}, "Spike of " + bytes(spike[SPIKE.peak] - spike[SPIKE.entry]) + " in rank " + rank[RANK.label]),
      el("p", {class: "sub"}, spike[SPIKE.call] + (spike[SPIKE.phase] ? " · phase “" + spike[SPIKE.phase] + "”" : "") + " · call number " + count(spike[SPIKE.visit])),
      el("p", {class: "sub"}, "from " + bytes(spike[SPIKE.entry]) + " to " + bytes(spike[SPIKE.peak]) + ", " + bytes(spike[SPIKE.exit]) + " when the call returned · " + time(spike[SPIKE.enter]) + ", for " + time(spike[SPIKE.leave] - spike[SPIKE.enter])),
      el("ol", {}, spike[SPIKE.stack].map((frame) => el("li", {}, frame))),
      el("button", {type: "button", click: () => dialog.close()}, "Close"));
    dialog.addEventListener("close", () => dialog.remove());
    page.append(dialog);
    dialog.showModal();
  }

  function timeline() {
    if (!byPeak.length && data.job.every((value) => value === null)) return;
    const button = (name, act, pressed) => el("button", {type: "button", click: act, "aria-pressed": pressed}, name);
    const limitButton = button("Limit", () => {
      withLimit = !withLimit;
      limitButton.setAttribute("aria-pressed", withLimit);
      repaint();
    }, "false");
    const order = button("Heat map by peak", () => {
      heat.sorted = !heat.sorted;
      order.setAttribute("aria-pressed", heat.sorted);
      drawHeat();
    }, "false");
    page.append(el("section", {"aria-label": "Memory over time"}, el("h2", {}, "Memory over time"),
      el("div", {class: "bar"}, byPeak.length ? [button("All ranks", () => show(byPeak)), button("Fullest", () => show(byPeak.slice(0, SHOWN_FIRST))), button("None", () => show([]))] : null,
        el("span", {class: "grow"}), byPeak.length > 1 ? order : null, limit ? limitButton : null, button("Whole run", () => setZoom(0, data.span / 1e9))),
      el("div", {class: "chart"}, el("h3", {}, "Job · drag to zoom, double-click for all"), areas.job), areas.lanes,
      byPeak.length ? [el("div", {class: "chart"}, el("h3", {}, "Ranks · highest RSS in each slice of time, by their own marks; samples after the last call"), areas.ranks),
        el("div", {class: "chart"}, el("h3", {}, "Every rank · click one to show or hide its curve"), areas.heat)] : null));
    areas.heat.append(heat.canvas, heat.tip);
  }

  /* ---- tables ---- */

  function tables() {
    const many = data.hosts.length > 1;
    const show = {name: "curve", type: "text", of: (row) => (shown.has(row.index) ? 1 : 0), hint: "shown above", show: (row) => {
      if (!packed[row.index]) return [""];
      const swatch = el("span", {class: "swatch"});
      swatch.style.background = rankColor(row.index);
      return [el("input", {type: "checkbox", checked: shown.has(row.index), "aria-label": "curve of rank " + row[RANK.label], change: () => toggle(row.index)}), " ", swatch];
    }};
    data.ranks.forEach((rank, i) => { rank.index = i; });
    if (data.ranks.length) {
      ranksTable = table("Ranks", [show, {name: "rank", type: "id", at: RANK.label}, many ? {name: "host", type: "text", at: RANK.host} : null,
        {name: "pid", type: "id", at: RANK.pid}, {name: "peak", type: "kind", at: RANK.peak}, {name: "by", type: "time", at: RANK.at, hint: "the boundary that saw it"},
        {name: "in", type: "wide", at: RANK.place}, {name: "MPI holds", type: "change", at: RANK.mpi}, {name: "at end", type: "bytes", at: RANK.end},
        {name: "calls", type: "count", at: RANK.calls}, {name: "measured", type: "count", at: RANK.measured}].filter(Boolean), data.ranks, {sort: many ? 4 : 3});
      page.append(ranksTable);
    }
    if (data.phases.length)
      page.append(table("Phases", [
        {name: "phase", type: "wide", at: PHASE.name, show: (row) => {
          const name = el(row[PHASE.kind] === USER_PHASE ? "b" : "span", {}, row[PHASE.name]);
          name.style.paddingLeft = 18 * row[PHASE.depth] + "px";
          return [name];
        }},
        {name: "ranks", type: "count", at: PHASE.ranks}, {name: "visits", type: "count", at: PHASE.visits},
        {name: "time", type: "time", at: PHASE.time, hint: "mean over ranks; ≈ by the kernel's tick", show: (row) => [(row[PHASE.tick] ? "≈ " : "") + time(row[PHASE.time])]},
        {name: "peak: min", type: "bytes", at: PHASE.min}, {name: "mean", type: "bytes", at: PHASE.mean}, {name: "max", type: "kind", at: PHASE.peak},
        {name: "rank", type: "id", at: PHASE.worst}, {name: "grew", type: "change", at: PHASE.grew, hint: "of the rank that grew most"}], data.phases, {most: 60}));
    if (data.sites.length)
      page.append(table("Call sites", [{name: "call", type: "code", at: 0}, {name: "place", type: "code", at: 1}, {name: "function", type: "wide", at: 2},
        {name: "comm", type: "count", at: 3, hint: "processes of the communicator"}, {name: "ranks", type: "count", at: 4}, {name: "calls", type: "count", at: 5}, {name: "sent", type: "bytes", at: 7},
        {name: "received", type: "bytes", at: 8}, {name: "time", type: "time", at: 9}, {name: "grew", type: "change", at: 10}, {name: "spike", type: "bytes", at: 11}, {name: "rank", type: "id", at: 12}], data.sites, {sort: 10}));
    if (data.spikes.length)
      page.append(table("Spikes", [{name: "spike", type: "bytes", of: (row) => row[SPIKE.peak] - row[SPIKE.entry]},
        {name: "rank", type: "id", of: (row) => data.ranks[row[SPIKE.rank]][RANK.label]}, {name: "call", type: "wide", at: SPIKE.call}, {name: "phase", type: "text", at: SPIKE.phase},
        {name: "at", type: "time", at: SPIKE.enter}, {name: "call number", type: "count", at: SPIKE.visit},
        {name: "stack", type: "text", of: () => "", show: (row) => [el("button", {type: "button", click: () => showSpike(row)}, "Stack")]}], data.spikes,
      {sort: 0, note: data.spikes_left_out ? count(data.spikes_left_out) + " smaller ones are in the record only" : null}));
    if (data.hosts.length)
      page.append(table("Hosts", [{name: "host", type: "text", at: 0}, {name: "ranks", type: "count", at: 1}, {name: "at one moment", type: "kind", at: 2},
        {name: "upper bound", type: "kind", at: 3}, {name: "PSS", type: "kind", at: 4}, {name: "limit", type: "bytes", at: 5},
        {name: "set by", type: "wide", at: 6, show: (row) => [row[6] ? "control group " + row[6] : row[5] ? "memory of the node" : ""]}], data.hosts, {sort: 3}));
    if (data.processes.length || data.processes_left_out)
      page.append(table("Processes", [{name: "program", type: "code", at: 0}, {name: "role", type: "text", at: 1}, {name: "rank", type: "id", at: 2}, many ? {name: "host", type: "text", at: 3} : null,
        {name: "pid", type: "id", at: 4}, {name: "peak", type: "kind", at: 5}, {name: "first seen", type: "time", at: 6}, {name: "last seen", type: "time", at: 7},
        {name: "command", type: "wide", at: 8}].filter(Boolean), data.processes,
      {sort: many ? 5 : 4, most: 20, note: data.processes_left_out ? count(data.processes_left_out) + " processes are left out by the filters; totals are of all" : null}));
  }

  head();
  timeline();
  tables();
  if (data.notes.length)
    page.append(el("section", {"aria-label": "Notes"}, el("h2", {}, "Notes"), lines(data.notes.map((note) => note[1]))));
  page.append(el("footer", {}, "Made by memwatch. This file needs no network and sends nothing."));
  repaint();
  let pending = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(repaint);
  });
})();
