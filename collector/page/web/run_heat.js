/* SPDX-License-Identifier: MIT */
/* All ranks over time as an image, with a limited number of rows. Each row shows the rank with the most memory among those
 * it represents. */
const runHeat = (() => {
  "use strict";
  const {bytes, time, el, sign, color, isDark} = memwatch;
  const {data, packed, byPeak, kindAt, rankName} = run;
  const ROWS_MAX = 480;
  const rows = Math.min(byPeak.length, ROWS_MAX);
  const COOL = {light: [[238, 242, 250], [147, 180, 245], [37, 84, 200]],
    dark: [[30, 36, 46], [52, 78, 140], [122, 167, 255]]};
  const HOT = {light: [[190, 60, 110], [110, 10, 50]], dark: [[243, 177, 96], [255, 232, 190]]};

  /* All but 1% of the known values are below `knee`, which leaves some room above them. If the others are far above, they
   * get separate colors: otherwise the spike of one rank would make all other values look the same. */
  const {largest, knee} = (() => {
    const bins = new Uint32Array(65536);
    let known = 0, largest = 1, at = 0;
    for (const rank of byPeak)
      for (const value of packed[rank])
        if (value) {
          bins[value]++;
          known++;
          if (value > largest) largest = value;
        }
    for (let sum = 0; at < 65535 && sum < .99 * known; at++) sum += bins[at];
    return {largest, knee: at * 1.25 < largest ? Math.ceil(at * 1.1) : largest};
  })();

  function blend(stops, share) {
    const at = Math.max(0, Math.min(share, .9999)) * (stops.length - 1), low = Math.floor(at);
    return stops[low].map((value, i) => Math.round(value + (stops[low + 1][i] - value) * (at - low)));
  }
  const cool = (share) => blend(isDark() ? COOL.dark : COOL.light, share);
  const hot = (share) => blend(isDark() ? HOT.dark : HOT.light, share);

  const canvas = el("canvas", {id: "heat", role: "img",
    "aria-label": "Memory of each rank over time; the table of ranks has the numbers"});
  const tip = el("div", {class: "tip", hidden: true}), legend = el("p", {class: "sub scale"});
  const area = el("div", {class: "heat"}, canvas, tip);
  let sorted = false, zoom = [0, 1], margins = {left: 0, right: 0};

  const order = () => (sorted ? byPeak : byPeak.slice().sort((a, b) => a - b));
  const ranksOf = (list, row) => list.slice(Math.floor(row * list.length / rows),
    Math.floor((row + 1) * list.length / rows));
  const bounds = () => {
    const first = Math.max(0, Math.min(data.slices - 1, Math.floor(zoom[0] * 1e9 / data.slice)));
    return {first, columns: Math.max(1, Math.min(data.slices, Math.ceil(zoom[1] * 1e9 / data.slice)) - first)};
  };

  function paint(list) {
    const {first, columns} = bounds(), picture = el("canvas", {width: columns, height: rows});
    const context = picture.getContext("2d"), image = context.createImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer), shades = new Map();
    const shade = (value) => {
      if (!shades.has(value)) {
        const [r, g, b] = value <= knee ? cool(value / knee) : hot((value - knee) / (largest - knee));
        shades.set(value, (255 << 24 | b << 16 | g << 8 | r) >>> 0);
      }
      return shades.get(value);
    };
    for (let row = 0; row < rows; row++) {
      const curves = ranksOf(list, row).map((rank) => packed[rank]);
      for (let column = 0; column < columns; column++) {
        let value = 0;
        for (const curve of curves) if (curve[first + column] > value) value = curve[first + column];
        if (value) pixels[row * columns + column] = shade(value);
      }
    }
    context.putImageData(image, 0, 0);
    return picture;
  }

  function label(context, list, height) {
    const every = Math.max(1, Math.ceil(list.length / Math.max(1, Math.floor(height / 16))));
    context.fillStyle = color("--soft");
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let i = 0; i < list.length; i += every)
      context.fillText(data.ranks[list[i]].label, margins.left - 8, (i + .5) * height / list.length);
  }

  function draw() {
    const list = order(), picture = paint(list), {first, columns} = bounds();
    const context = canvas.getContext("2d"), scale = devicePixelRatio || 1;
    const width = area.clientWidth || 900, height = Math.max(rows, Math.min(320, rows * 18));
    const inside = width - margins.left - margins.right, slice = inside / (zoom[1] - zoom[0]) * data.slice / 1e9;
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.height = height + "px";
    context.scale(scale, scale);
    context.imageSmoothingEnabled = false;
    context.save();
    context.beginPath();
    context.rect(margins.left, 0, inside, height);
    context.clip();
    const left = margins.left + (first - zoom[0] * 1e9 / data.slice) * slice;
    context.drawImage(picture, left, 0, columns * slice, height);
    context.restore();
    label(context, list, height);
    drawLegend();
  }

  function ramp(colorOf) {
    const made = el("canvas", {width: 96, height: 1, class: "ramp"}), context = made.getContext("2d");
    for (let i = 0; i < 96; i++) {
      context.fillStyle = "rgb(" + colorOf(i / 95).join(",") + ")";
      context.fillRect(i, 0, 1, 1);
    }
    return made;
  }
  function drawLegend() {
    const beyond = largest > knee ? [ramp(hot), bytes(largest * data.curve_unit)] : [];
    legend.replaceChildren("0", ramp(cool), bytes(knee * data.curve_unit), ...beyond);
  }

  function find(event) {
    const box = canvas.getBoundingClientRect(), list = order(), left = event.clientX - box.left;
    const row = Math.floor((event.clientY - box.top) / box.height * rows),
      share = (left - margins.left) / (box.width - margins.left - margins.right);
    if (share < 0 || share >= 1 || row < 0 || row >= rows) return null;
    const at = zoom[0] + share * (zoom[1] - zoom[0]);
    const slice = Math.max(0, Math.min(data.slices - 1, Math.floor(at * 1e9 / data.slice)));
    const ranks = ranksOf(list, row), rank = ranks.reduce((a, b) => (packed[b][slice] > packed[a][slice] ? b : a));
    return {left, top: event.clientY - box.top, rank, at, slice, among: ranks.length};
  }

  function updateTip(event) {
    const found = find(event);
    tip.hidden = !found;
    if (!found) return;
    const value = packed[found.rank][found.slice], flip = found.left > canvas.clientWidth / 2;
    const name = rankName(found.rank) + (found.among > 1 ? ", the fullest of " + found.among : "") + " ";
    const text = value ? sign(kindAt(found.rank, found.slice)) + " " + bytes(value * data.curve_unit) : "not known";
    tip.replaceChildren(el("div", {class: "when"}, time(Math.round(found.at * 1e9))),
      el("div", {}, name, el("b", {}, text)));
    tip.style.left = flip ? "auto" : found.left + 14 + "px";
    tip.style.right = flip ? canvas.clientWidth - found.left + 14 + "px" : "auto";
    tip.style.top = found.top + 14 + "px";
  }

  return {
    area, legend,
    /* Margins in pixels that align the image with the time axis of the curves. */
    setMargins(left, right) { margins = {left, right}; },
    setZoom(from, to) { zoom = [from, to]; draw(); },
    sort(byMemory) { sorted = byMemory; draw(); },
    onPick(pick) {
      canvas.addEventListener("mousemove", updateTip);
      canvas.addEventListener("mouseleave", () => { tip.hidden = true; });
      canvas.addEventListener("click", (event) => { const found = find(event); if (found) pick(found.rank); });
    },
  };
})();
