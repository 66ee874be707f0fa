/* SPDX-License-Identifier: MIT */
/* The page of a study: the prediction for more ranks, the models as curves with their bands, the runs. */
(() => {
  "use strict";
  const {read, bytes, count, el, column, table, theme, isDark, color, byteLabels} = memwatch;
  const data = read();
  const page = document.getElementById("page"), forecast = data.prediction;
  const GROUPS = {rank: "rank", mpi: "MPI", phase: "phase", site: "inside a call", rise: "rise inside a call", line: "line", line_mean: "mean of"};
  const LIGHT = ["#2563eb", "#b45309", "#0f766e", "#a21caf", "#4d7c0f", "#be123c", "#475569", "#7c3aed"];
  const DARK = ["#7aa7ff", "#f3b160", "#5cc9b8", "#e08bf0", "#a3cf62", "#ff8fa3", "#a4acb6", "#b79bff"];
  const hue = (i) => (isDark() ? DARK : LIGHT)[i % LIGHT.length];
  const number = (value) => (Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6))));
  const limit = forecast && forecast.node_memory_bytes / Math.min(forecast.ranks_per_node, forecast.n);
  const values = [...new Set(data.runs.map((run) => run.value))];
  if (forecast && !values.includes(forecast.value)) values.push(forecast.value);

  /* ---- the head: the prediction and its answer ---- */

  const band = (at) => bytes(at.low_bytes) + " to " + bytes(at.high_bytes);
  const fact = (label, value, more) => el("div", {class: "fact"}, el("div", {class: "value"}, value),
    el("div", {class: "label"}, label), more ? el("div", {class: "label"}, more) : null);
  const place = () => "n = " + number(forecast.n) +
    (forecast.value === null ? "" : ", " + data.param + " = " + number(forecast.value)) + ", " + number(Math.min(forecast.ranks_per_node, forecast.n)) + " on each node of " + bytes(forecast.node_memory_bytes);

  const atLeast = (value, open) => number(Number(value.toPrecision(4))) + (open ? " or more" : "");

  /* The run that would narrow the prediction most. */
  function advice() {
    const run = data.next_run;
    return run && el("p", {id: "advice"}, "A run that would help: n = " + number(run.n) +
      (run.value === null ? "" : ", " + data.param + " = " + number(run.value)) +
      (run.rank ? " (the models say " + band(run.rank) + " there)" : ""));
  }

  function prediction() {
    if (!forecast.possible)
      return el("section", {class: "alarm", id: "prediction"}, el("h2", {}, "No prediction for " + place()),
        el("p", {}, (forecast.why || "there are no models") + "."), advice());
    const words = forecast.fits_with_band ? "It fits, even at the upper end of the band" : forecast.fits
      ? "It may fit: the upper end of the band does not" : "It does not fit";
    const lines = [
      forecast.fullest_in ? "Fullest in " + forecast.fullest_in : null,
      forecast.first_not_to_fit ? "First not to fit: " + forecast.first_not_to_fit + [
        forecast.first_not_to_fit_n ? ", from " + number(forecast.first_not_to_fit_n) + " ranks on" : "",
        forecast.first_not_to_fit_n_with_band ? ", by the upper end of the band from " +
          number(forecast.first_not_to_fit_n_with_band) + " on" : ""].join("") : null,
      forecast.fits_from_n && !forecast.fits ? "It fits from " + number(forecast.fits_from_n) + " ranks on" : null,
      forecast.fits_from_n_with_band && !forecast.fits_with_band ? "It fits at the upper end of the band from " +
        number(forecast.fits_from_n_with_band) + " ranks on" : null,
      forecast.largest_value ? "Largest " + data.param + " that fits: " +
        atLeast(forecast.largest_value, forecast.largest_value_open) +
        (forecast.largest_value_with_band ? ", at the upper end of the band " +
          atLeast(forecast.largest_value_with_band, forecast.largest_value_with_band_open) : "") +
        (forecast.largest_value_open || forecast.largest_value_with_band_open ? "; predictions end there" : "") : null,
    ].filter(Boolean);
    return el("section", {id: "prediction", "aria-label": "Prediction"},
      el("h2", {}, "Prediction: " + place()),
      el("div", {class: forecast.fits ? null : "alarm"}, el("p", {id: "verdict"}, words + ".")),
      el("div", {class: "facts"},
        fact("fullest rank", bytes(forecast.rank.bytes), band(forecast.rank)),
        fact("node with rank 0", bytes(forecast.node.bytes), band(forecast.node)),
        forecast.headroom_bytes > 0 ? fact("headroom of a node", bytes(forecast.headroom_bytes), "against the upper end") : null,
        fact("nodes", number(forecast.nodes))),
      el("div", {class: "lines"}, lines.map((line) => el("p", {}, line)), advice(),
        el("p", {class: "code"}, "sbatch " + forecast.slurm), el("p", {class: "code"}, "sbatch " + forecast.slurm_per_cpu)));
  }

  /* ---- one chart: points, model, band, limit ---- */

  const chartArea = el("div", {class: "chart", id: "chart"});
  const shownName = el("h2", {});
  const formula = el("p", {class: "sub", id: "formula"});
  let shown = data.series.find((series) => series.name === "fullest rank") || data.series[0], chart = null;

  /* All numbers of ranks on any curve or point, and the values of each value of the parameter at these numbers. */
  function columnsOf(series) {
    const at = new Map(), width = 1 + 4 * values.length;
    const row = (n) => at.get(n) || at.set(n, new Array(width).fill(null)).get(n);
    for (const curve of series.curves) {
      const from = 1 + 4 * values.indexOf(curve.value);
      curve.n.forEach((n, i) => row(n).splice(from, 3, curve.low_bytes[i], curve.high_bytes[i], curve.bytes[i]));
    }
    for (const point of series.points) {
      const run = data.runs[point.run], own = row(run.n), i = 4 + 4 * values.indexOf(run.value);
      own[i] = own[i] === null ? point.bytes : Math.max(own[i], point.bytes);
    }
    const xs = [...at.keys()].sort((a, b) => a - b);
    return Array.from({length: width}, (_, i) => xs.map((x) => (i ? at.get(x)[i] : x)));
  }

  function seriesOf(value, i) {
    const name = value === null ? "" : " " + data.param + " " + number(value), stroke = () => hue(i);
    const label = (_, v) => (v === null ? "" : bytes(v)), line = {spanGaps: true, points: {show: false}, value: label};
    return [
      Object.assign({label: "low" + name, stroke: "transparent"}, line),
      Object.assign({label: "high" + name, stroke: "transparent"}, line),
      Object.assign({label: "model" + name, stroke, width: 1.5}, line),
      {label: "measured" + name, stroke, paths: () => null, points: {show: true, size: 7, fill: stroke, stroke}, value: label},
    ];
  }

  function drawLimit(u) {
    if (!limit || shown.group === "rise" || shown.group === "mpi") return;
    const y = u.valToPos(limit, "y", true), {left, width, top, height} = u.bbox, ctx = u.ctx;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = color("--alarm");
    ctx.setLineDash([6, 5]);
    ctx.beginPath();
    if (y >= top && y <= top + height) {
      ctx.moveTo(left, y);
      ctx.lineTo(left + width, y);
      ctx.textAlign = "left";
      ctx.font = 12 * devicePixelRatio + "px sans-serif";
      ctx.fillText("limit of a rank: " + bytes(limit), left + 6 * devicePixelRatio, y - 5 * devicePixelRatio);
    }
    ctx.stroke();
    const x = u.valToPos(forecast.n, "x", true);
    ctx.strokeStyle = color("--faint");
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.restore();
  }

  /* About eight powers of two. */
  function powers(u, axis, low, high) {
    const from = Math.ceil(Math.log2(low)), to = Math.floor(Math.log2(high)), step = Math.max(1, Math.ceil((to - from) / 8));
    return Array.from({length: Math.floor((to - from) / step) + 1}, (_, i) => 2 ** (from + i * step));
  }

  function draw() {
    const columns = columnsOf(shown), axis = {stroke: () => color("--soft"), grid: {stroke: () => color("--line"), width: 1},
      ticks: {stroke: () => color("--line"), width: 1}};
    const fills = values.map((_, i) => ({series: [2 + 4 * i, 1 + 4 * i], fill: () => hue(i) + "1f"}));
    if (chart) chart.destroy();
    chartArea.replaceChildren();
    shownName.textContent = (shown.group === "rank" ? "" : GROUPS[shown.group] + " ") + shown.name;
    formula.textContent = shown.model ? shown.model.formula + (shown.mpi_model ? " + MPI_Init: " + shown.mpi_model.formula : "") +
      " · off by " + (100 * shown.off).toFixed(shown.off < .1 ? 2 : 0) + " %" : "No model: " + shown.why;
    chart = new uPlot({
      width: chartArea.clientWidth || 800, height: 380, legend: {live: false, show: false},
      scales: {x: {time: false, distr: 3, log: 2}, y: {distr: 3, log: 2, range: (u, low, high) => {
        const most = limit && limit < 8 * high && shown.group !== "rise" ? Math.max(high, limit * 1.2) : high;
        return [Math.max(low / 1.3, 1), most * 1.3];
      }}},
      axes: [Object.assign({label: "ranks", values: (_, splits) => splits.map((v) => (v === null ? "" : number(v)))}, axis),
        Object.assign({size: 78, splits: powers, values: (_, splits) => splits.map((v) => (v === null ? "" : byteLabels([v])[0]))}, axis)],
      series: [{}, ...values.flatMap(seriesOf)],
      bands: fills,
      hooks: {draw: [drawLimit], setCursor: [updateTip]},
    }, columns, chartArea);
  }

  /* The values at the number of ranks nearest to the cursor. */
  const tip = el("div", {class: "tip", hidden: true});
  function updateTip(u) {
    const {idx, left} = u.cursor;
    if (idx === null || idx === undefined || left < 0) {
      tip.hidden = true;
      return;
    }
    const lines = values.flatMap((value, i) => {
      const [low, high, model, measured] = [1, 2, 3, 4].map((k) => u.data[k + 4 * i][idx]);
      if (model === null && measured === null) return [];
      const dot = el("i", {});
      dot.style.background = hue(i);
      return [el("div", {}, dot, value === null ? "" : data.param + " " + number(value) + "  ",
        measured === null || measured === undefined ? "" : "measured " + bytes(measured) + "  ",
        model === null || model === undefined ? "" : "model " + bytes(model) + " (" + bytes(low) + " to " + bytes(high) + ")")];
    });
    tip.replaceChildren(el("div", {class: "when"}, number(Number(u.data[0][idx].toPrecision(4))) + " ranks"), ...lines);
    tip.hidden = lines.length === 0;
    if (!tip.isConnected) chartArea.append(tip);
    tip.style.left = Math.max(0, Math.min(left + 90, chartArea.clientWidth - tip.offsetWidth - 8)) + "px";
  }

  function key() {
    return el("p", {class: "sub"}, values.map((value, i) => {
      const dot = el("span", {class: "swatch"});
      dot.style.background = hue(i);
      return el("span", {class: "key"}, dot, value === null ? "measured, model and band" : data.param + " " + number(value));
    }));
  }

  /* ---- tables ---- */

  const show = (series) => { shown = series; draw(); chartArea.scrollIntoView({block: "nearest"}); };
  const formulaOf = (row) => (row.model ? row.model.formula + (row.mpi_model ? " + MPI_Init" : "") : row.why || "");
  const followers = new Map();
  data.series.forEach((row) => row.follows !== null &&
    followers.set(row.group + row.follows, (followers.get(row.group + row.follows) || 0) + 1));
  const nameOf = (row) => row.name + (row.follows === null && followers.has(row.group + row.name)
    ? ", and " + followers.get(row.group + row.name) + " more" : "");
  const isLine = (row) => row.group === "line" || row.group === "line_mean";
  const others = data.series.filter((row) => !isLine(row));
  const notable = others.filter((row) => row.telling && row.follows === null);
  const models = () => table("Models", [
    column("of", (row) => GROUPS[row.group]),
    column("name", "name", {type: "wide", show: (row) => [el("button", {type: "button", click: () => show(row)}, nameOf(row))]}),
    column("model", formulaOf, {type: "wide"}),
    column("off by", (row) => (row.off === null ? "" : (100 * row.off).toFixed(2) + " %")),
  ], notable.concat(others.filter((row) => !notable.includes(row))),
  {maxRows: Math.max(8, notable.length),
    note: "n ranks. Off by: how far each run is from the prediction of the others. A name shows its curve above. \"And N " +
      "more\" had the same memory in each run, and are listed below."});

  /* What each line held at the largest value of the parameter, by number of ranks; its model, and its prediction. */
  const last = data.runs[data.runs.length - 1].value;
  const columnsOfLines = [...new Set(data.runs.filter((run) => run.value === last).map((run) => run.n))].slice(-6);
  const pointsOf = (row, n) => data.series[row.series].points.filter((point) =>
    data.runs[point.run].value === last && data.runs[point.run].n === n);
  const most = (points, of) => (points.length ? Math.max(...points.map(of)) : null);
  const heldAt = (row, n) => most(pointsOf(row, n), (point) => point.bytes);
  const lastOf = (row) => most(data.series[row.series].points.filter((point) => data.runs[point.run].value === last),
    (point) => data.runs[point.run].n); /* the largest n with a value */
  const errorOf = (row) => most(pointsOf(row, lastOf(row)), (point) => point.error_bytes) || null;
  const modelOf = (i) => (i === null ? "" : formulaOf(data.series[i]));
  const predicted = (name) => (row) => row.prediction && row.prediction[name];
  const large = data.lines.filter((row) => row.large);
  const lines = () => table("Lines", [
    column("line", "label", {type: "wide",
      show: (row) => [el("button", {type: "button", click: () => show(data.series[row.series])}, row.label)]}),
    column("in", (row) => row.function || "", {type: "wide"}),
    column("owner", (row) => (row.owner === "mpi" ? "MPI" : "program")),
    ...columnsOfLines.map((n) => column("n = " + number(n), (row) => heldAt(row, n), {type: "bytes"})),
    column("error", errorOf, {type: "bytes", hint: "standard deviation at the last n, where bytes are estimates; empty: exact"}),
    ...(forecast ? [column("at n = " + number(forecast.n), predicted("bytes"), {type: "bytes"}),
      column("low", predicted("low_bytes"), {type: "bytes"}), column("high", predicted("high_bytes"), {type: "bytes"})] : []),
    column("model", (row) => modelOf(row.series), {type: "wide"}),
    column("off by", (row) => { const {off} = data.series[row.series]; return off === null ? "" : (100 * off).toFixed(2) + " %"; }),
    column("mean of ranks", (row) => modelOf(row.mean_series), {type: "wide"}),
    ...(data.lines.some((row) => row.why) ? [column("no prediction", (row) => row.why || "", {type: "wide"})] : []),
    ...(data.lines.some((row) => row.missing) ? [column("no entry", "missing", {type: "count", hint: "number of runs without an entry of this line"})] : []),
  ], large.concat(data.lines.filter((row) => !row.large)), {maxRows: Math.max(8, large.length),
    note: "What a line held at the peak of a rank, in the rank where that is most" +
      (last === null ? "" : "; " + data.param + " " + number(last)) + ". Without an entry it held less there than the smallest " +
      "lines that are recorded, or nothing. " + (data.runs.every((run) => run.has_lines) ? "" : "Some runs have no lines. ") +
      "A name shows its curve above."});
  const trends = () => table("Scaling", [
    column("scaling", "scaling"),
    ...(data.param ? [column(data.param, (row) => number(row.value) + (row.scaling === "weak" ? " a rank" : ""))] : []),
    column("from n", "n_from", {type: "count"}), column("to n", "n_to", {type: "count"}),
    column("per process", "from_bytes", {type: "bytes"}), column("to", "to_bytes", {type: "bytes"}),
    column("per-process memory", "text", {type: "wide"}),
  ], data.trends, {note: "The program's own memory in the fullest rank, without what MPI_Init took."});
  const fullest = (row) => ({bytes: row.rank_bytes, kind: row.exact ? "exact" : "at_least"});
  const jobPeak = (row) => row.job_at_most_bytes && {bytes: row.job_at_most_bytes, kind: "at_most"};
  const runs = () => table("Runs", [
    column("n", "n", {type: "count"}),
    ...(data.param ? [column(data.param, (row) => number(row.value))] : []),
    column("fullest rank", fullest, {type: "known"}),
    column("MPI_Init", "mpi_init_bytes", {type: "bytes", hint: "by how much a rank grew in MPI_Init"}),
    column("rank 0", "rank_0_bytes", {type: "bytes"}),
    column("others", "other_ranks_bytes", {type: "bytes"}),
    column("job", jobPeak, {type: "known"}),
    column("record", "name", {type: "wide"}),
  ], data.runs);

  page.append(
    el("div", {class: "top"}, el("span", {class: "brand"}, "memwatch scale"), theme(() => { draw(); keyPlace.replaceChildren(key()); })),
    el("h1", {}, data.command),
    el("p", {class: "sub"}, count(data.runs.length) + (data.runs.length === 1 ? " run" : " runs")));
  if (forecast) page.append(prediction());
  const keyPlace = el("div", {}, key());
  page.append(el("section", {"aria-label": "Curve"}, shownName, formula, keyPlace, chartArea));
  if (data.trends.length) page.append(trends());
  if (data.lines.length) page.append(lines());
  page.append(models(), runs(), el("footer", {}, "Made by memwatch. This file needs no network and sends nothing."));
  draw();
  let pending = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  });
})();
