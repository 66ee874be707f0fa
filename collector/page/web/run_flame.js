/* SPDX-License-Identifier: MIT */
/* A tree of run_heap.js as blocks: each block is as wide as what it holds, below the function that called it. */
const runFlame = (() => {
  "use strict";
  const {bytes, change, count, el} = memwatch;
  const ROW = 22, LEAST = 1.5, TEXT_LEAST = 26, FONT = "11.5px system-ui, sans-serif";
  const NAMES = {program: "program", mpi: "MPI", memwatch: "memwatch", other: "other: malloc, files, stacks, not explained"};

  const area = el("div", {class: "flame"}), tip = el("div", {class: "tip", hidden: true});
  const status = el("p", {class: "sub", role: "status", id: "flame-status"});
  const found = el("span", {class: "sub", role: "status", id: "flame-found"}), legend = el("p", {class: "sub scale keys", id: "flame-legend"});
  const pen = document.createElement("canvas").getContext("2d");
  let root = null, zoomed = null, current = null, term = "", shown = [], words = {}, svg = null, onZoom = () => {};

  /* ---- what a block says ---- */

  const share = (part, whole) => {
    const percent = 100 * part / whole;
    return (percent >= 10 ? Math.round(percent) : percent >= .1 ? percent.toFixed(1) : "< 0.1") + " %";
  };
  const rounded = (value) => bytes(Math.round(value));
  const errorOf = (at) => (at.variance && at !== root ? " ± " + rounded(Math.sqrt(at.variance)) : "");
  const amountOf = (at) => (root.isDifference
    ? change(Math.round(at.sum.a - at.sum.b)) + errorOf(at) + " (" + rounded(at.sum.a) + " and " + rounded(at.sum.b) + ")"
    : rounded(at.sum.a) + errorOf(at));
  const shareOf = (at) => (root.isDifference ? share(at.width, root.width || 1) + " of what differs"
    : share(at.sum.a, root.sum.a || 1) + " of " + words.whole);
  const blocksOf = (at) => {
    const n = Math.round(at.blocks);
    return n ? (at.variance ? "about " : "") + count(n) + (n === 1 ? " block" : " blocks") : "";
  };
  function callsOf(at) {
    const calls = [...at.calls], [first] = calls;
    return calls.length ? (at.inCalls < at.sum.a + at.sum.b ? "in part " : "") + "inside " + first + (calls.length > 1 ? " and " + (calls.length - 1) + " more" : "") : "";
  }
  function callersOf(at) {
    const names = [];
    for (let up = at.parent; up && up.parent; up = up.parent) names.push(up.name);
    return names.length ? "← " + names.join(" ← ") : "";
  }

  function tell(at) {
    current = at;
    const facts = [amountOf(at), shareOf(at), at === root || root.isDifference ? "" : blocksOf(at), at === root ? "" : callsOf(at)];
    status.replaceChildren(el("b", {}, at.name), " · " + facts.filter(Boolean).join(" · ") + " ", callersOf(at));
    shown.forEach((block) => block.rect.classList.toggle("current", block.at === at));
  }

  /* ---- drawing ---- */

  const isWithin = (at, outer) => {
    for (let up = at; up; up = up.parent) if (up === outer) return true;
    return false;
  };
  const matches = (at) => term !== "" && at.parent !== null && at.name.toLowerCase().includes(term);

  /* As much of the text as there is room for, with an ellipsis at its end. */
  function fit(text, room) {
    pen.font = FONT;
    if (pen.measureText(text).width <= room) return text;
    let length = Math.floor(text.length * room / pen.measureText(text).width);
    while (length > 0 && pen.measureText(text.slice(0, length) + "…").width > room) length--;
    return length < 2 ? "" : text.slice(0, length) + "…";
  }

  /* Names differ in tone, so that neighbors can be told apart. */
  function tone(name) {
    let sum = 0;
    for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
    return [.62, .8, 1].find((_, i) => i === sum % 3);
  }
  function look(at) {
    if (!root.isDifference || at === root) return {kind: "own-" + at.owner, opacity: at === root ? 1 : tone(at.name)};
    const net = at.sum.a - at.sum.b;
    return {kind: net < 0 ? "own-less" : "own-more", opacity: at.width ? Math.max(.12, Math.min(1, Math.abs(net) / at.width)) : 0};
  }

  function drawBlock(at, left, width) {
    const {kind, opacity} = look(at), faded = (term && !matches(at)) || (zoomed !== at && isWithin(zoomed, at));
    const rect = el("rect", {x: left, y: at.depth * ROW, width: Math.max(.5, width - 1), height: ROW - 1, rx: 2,
      class: kind + (matches(at) ? " match" : "") + (faded ? " faded" : "") + (at === current ? " current" : ""),
      "fill-opacity": opacity.toFixed(2), click: () => zoom(at), mousemove: (event) => point(at, event)});
    const label = width < TEXT_LEAST ? "" : fit(at.name, width - 10);
    svg.append(rect);
    if (label) svg.append(el("text", {x: left + 5, y: at.depth * ROW + 15}, label));
    shown.push({at, rect});
  }

  /* Blocks above the zoomed one fill the width; those too narrow to see are left out. */
  function drawTree(at, width) {
    const scale = zoomed.width ? width / zoomed.width : 0, above = isWithin(zoomed, at);
    const left = above ? 0 : (at.left - zoomed.left) * scale, wide = above ? width : at.width * scale;
    if (wide < LEAST) return;
    drawBlock(at, left, wide);
    at.parts.filter((part) => isWithin(part, zoomed) || isWithin(zoomed, part)).forEach((part) => drawTree(part, width));
  }

  function draw() {
    const width = Math.max(240, area.clientWidth || 900), hadFocus = svg !== null && svg === document.activeElement;
    svg = el("svg", {tabindex: 0, role: "group", "aria-label": "What was held at the peak, by stack. Arrow keys move, Enter " +
      "zooms, Escape shows all; the line below has the values of a block.", keydown: press, mouseleave: leave, focus: () => tell(current || zoomed)});
    shown = [];
    tip.hidden = true;
    drawTree(root, width);
    const height = (1 + Math.max(...shown.map(({at}) => at.depth))) * ROW;
    svg.setAttribute("viewBox", "0 0 " + width + " " + height);
    svg.setAttribute("height", height);
    area.replaceChildren(svg, tip);
    if (hadFocus) svg.focus();
    tell(current && shown.some(({at}) => at === current) ? current : zoomed);
    drawFound();
    onZoom(zoomed !== root);
  }

  function drawFound() {
    const sumOf = (at) => (matches(at) ? at.width : at.parts.reduce((sum, part) => sum + sumOf(part), 0));
    const sum = term ? sumOf(root) : 0, whole = root.isDifference ? root.width : root.sum.a;
    found.textContent = !term ? "" : sum ? rounded(sum) + ", " + share(sum, whole) : "nothing found";
  }

  function drawLegend() {
    const key = (kind, text) => el("span", {}, el("i", {class: "swatch " + kind}), text);
    const keys = root.isDifference ? [key("own-more", words.more), key("own-less", words.less)]
      : runHeap.OWNERS.filter((owner) => root.parts.some((part) => part.owner === owner)).map((owner) => key("own-" + owner, NAMES[owner]));
    legend.replaceChildren(...keys, el("span", {}, words.width));
  }

  /* ---- use ---- */

  function zoom(at) {
    if (!at.width) return;
    zoomed = current = at;
    draw();
  }
  function leave() {
    tip.hidden = true;
    tell(zoomed);
  }
  function point(at, event) {
    const box = area.getBoundingClientRect(), left = event.clientX - box.left, flip = left > box.width / 2;
    if (current !== at || tip.hidden) {
      tell(at);
      tip.replaceChildren(el("div", {}, fit(at.name, Math.max(120, box.width / 2 - 50))), el("div", {}, el("b", {}, amountOf(at))), el("div", {class: "when"}, shareOf(at)));
      tip.hidden = false;
    }
    tip.style.left = flip ? "auto" : left + 14 + "px";
    tip.style.right = flip ? box.width - left + 14 + "px" : "auto";
    tip.style.top = event.clientY - box.top + 16 + "px";
  }

  function step(by) {
    const level = shown.map(({at}) => at).filter((at) => at.depth === current.depth);
    const next = level.find((_, i) => level[i - by] === current);
    if (next) tell(next);
  }
  const visible = (at) => shown.some((block) => block.at === at);
  const keys = {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1),
    ArrowDown: () => { const inner = current.parts.find(visible); if (inner) tell(inner); },
    ArrowUp: () => { if (current.parent) tell(current.parent); },
    Enter: () => zoom(current), " ": () => zoom(current), Escape: () => zoom(root), "0": () => zoom(root), Home: () => zoom(root),
  };
  function press(event) {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  }

  /* The same block in another tree: by the names on the way to it. */
  function sameIn(at, other) {
    if (!at || !at.parent) return other;
    const outer = sameIn(at.parent, other);
    return outer && outer.children.get(at.name);
  }

  return {
    area, status, found, legend,
    /* `texts`: {whole, width, more, less} for shares and the legend. */
    show(tree, texts) {
      const kept = sameIn(zoomed, tree);
      root = tree;
      zoomed = current = kept && kept.width ? kept : tree;
      words = texts;
      draw();
      drawLegend();
    },
    /* Marks the blocks whose names have the text. */
    mark(text) { term = text.toLowerCase(); draw(); },
    whole() { zoom(root); },
    onZoom(act) { onZoom = act; },
    repaint() { if (root) draw(); },
  };
})();
