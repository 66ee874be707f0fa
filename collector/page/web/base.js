/* SPDX-License-Identifier: MIT */
/* What memwatch's pages share: numbers as people read them, axes, elements, tables, the theme. Text only ever becomes
 * text. */
const memwatch = (() => {
  "use strict";
  /* enum mw_model_kind */
  const MARKS = ["?", "=", "≥", "≤"], KINDS = ["not known", "exact", "at least", "at most"];

  function bytes(value) {
    if (value === null || value === undefined) return "";
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = 0;
    while (Math.abs(value) >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit < 2 ? Math.round(value) : value.toFixed(1)) + " " + units[unit];
  }

  function change(value) {
    return value === 0 ? "0" : (value > 0 ? "+" : "") + bytes(value);
  }

  function time(ns) {
    if (ns === null || ns === undefined) return "";
    if (ns < 1e3) return ns + " ns";
    if (ns < 1e6) return (ns / 1e3).toPrecision(3) + " µs";
    if (ns < 1e9) return (ns / 1e6).toPrecision(3) + " ms";
    if (ns < 60e9) return (ns / 1e9).toPrecision(3) + " s";
    const seconds = Math.round(ns / 1e9), pad = (n) => String(n).padStart(2, "0");
    if (seconds < 3600) return Math.floor(seconds / 60) + " min " + pad(seconds % 60) + " s";
    return Math.floor(seconds / 3600) + " h " + pad(Math.floor(seconds / 60) % 60) + " min";
  }

  /* Steps of an axis of bytes, and what it says at them: as short as they allow. */
  const KIB = 1024, byteSteps = [1, KIB, KIB ** 2, KIB ** 3, KIB ** 4, KIB ** 5].flatMap((unit) =>
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((n) => n * unit));
  const byteLabels = (values) => values.map((value) => (value ? bytes(value).replace(".0 ", " ") : "0"));

  /* The same for an axis of seconds: decimal below a minute, then as clocks count. */
  const secondSteps = [
    ...[1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, .1, 1].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
    ...[10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200],
    ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * 86400),
  ];
  function clock(value, last, step) {
    const pad = (n) => String(n).padStart(2, "0");
    const minutes = Math.floor(value / 60), seconds = ":" + pad(Math.round(value) % 60);
    if (last < 3600) return minutes + seconds + (value ? "" : " min:s");
    const hours = Math.floor(minutes / 60) + ":" + pad(minutes % 60);
    return step < 60 ? hours + seconds + (value ? "" : " h:min:s") : hours + (value ? "" : " h:min");
  }
  function secondLabels(values) {
    const last = values[values.length - 1] || 1, step = values.length > 1 ? values[1] - values[0] : last;
    if (last >= 120 && step >= 1) return values.map((value) => clock(value, last, step));
    const [size, unit] = [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]].find((pair) => last >= pair[0]) || [1e-9, "ns"];
    const digits = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
    return values.map((value) => (value ? (value / size).toFixed(digits) + " " + unit : "0"));
  }

  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

  /* An element with attributes, and children that are elements or text. */
  function el(name, attributes, ...children) {
    const made = /^(svg|rect|text|title)$/.test(name)
      ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
      if (typeof value === "function") made.addEventListener(key, value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
  }

  const mark = (kindOf) => MARKS[kindOf] || "";

  /* A number with its kind: [bytes, kind]. */
  function kind(pair) {
    if (!pair[1]) return ["not known"];
    return [el("span", {class: "kind", title: KINDS[pair[1]]}, MARKS[pair[1]]), bytes(pair[0])];
  }

  /* How the cells of a column look, and by what they are sorted. */
  const types = {
    text: {show: (v) => [v], key: (v) => v, class: ""},
    code: {show: (v) => [v], key: (v) => v, class: "code"},
    wide: {show: (v) => [v], key: (v) => v, class: "code wide"},
    count: {show: (v) => [v ? count(v) : ""], key: (v) => v, class: "n"},
    id: {show: (v) => [v], key: (v) => (isNaN(v) || v === "" ? v : Number(v)), class: "n"},
    bytes: {show: (v) => [v ? bytes(v) : ""], key: (v) => v, class: "n"},
    change: {show: (v) => [change(v)], key: (v) => v, class: "n"},
    time: {show: (v) => [time(v)], key: (v) => v, class: "n"},
    kind: {show: kind, key: (v) => v[0], class: "n"},
  };

  function compare(a, b) {
    if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, undefined, {numeric: true});
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /* A table of rows that sorts and filters. A column has a name, a type, and where in a row its value is: an index, or
   * a function; more: {hint, show(row, flat)}, where `flat` tells that rows are not in their own order, so that each
   * has to say by itself where it belongs. options: `sort`: the column it is sorted by at first, none: the rows' own order;
   * `most`: rows shown at first, or `first`: which; `note`: what else is to be said. */
  const column = (name, type, at, more) => Object.assign({name, type, look: types[type],
    of: typeof at === "function" ? at : (row) => row[at]}, more);
  function table(title, cells, rows, options) {
    const settings = Object.assign({most: 50, sort: null, note: null}, options);
    const body = el("tbody"), heads = [], more = el("p", {class: "more"});
    const told = el("span", {class: "sub", role: "status"});
    let sorted = settings.sort, down = true, wanted = [], all = false;
    const texts = new Map();

    function text(row) {
      const words = (cell) => cell.look.show(cell.of(row)).map((part) => part.textContent || part).join("");
      if (!texts.has(row)) texts.set(row, cells.map(words).join(" ").toLowerCase());
      return texts.get(row);
    }
    function line(row) {
      const flat = wanted.length > 0 || sorted !== settings.sort;
      const content = (cell) => (cell.show ? cell.show(row, flat) : cell.look.show(cell.of(row)));
      return el("tr", {}, cells.map((cell) => el("td", {class: cell.look.class || null}, content(cell))));
    }
    function draw() {
      let shown = rows.filter((row) => wanted.every((word) => text(row).includes(word)));
      if (sorted !== null) {
        const cell = cells[sorted];
        shown.sort((a, b) => compare(cell.look.key(cell.of(a)), cell.look.key(cell.of(b))) * (down ? -1 : 1));
      }
      const found = shown.length;
      if (!all && settings.first && sorted === settings.sort && !wanted.length) shown = shown.filter(settings.first);
      else if (!all) shown = shown.slice(0, settings.most);
      body.replaceChildren(...shown.map(line));
      heads.forEach((head, i) => {
        if (i === sorted) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      told.textContent = wanted.length ? count(found) + " of " + count(rows.length) : "";
      more.replaceChildren();
      if (found > shown.length)
        more.append(el("button", {type: "button", click: () => { all = true; draw(); }}, "Show all " + count(found)));
    }
    /* The way that tells most first, then the other one, then as it was. */
    function sortBy(i) {
      const first = cells[i].look.class === "n" && cells[i].type !== "id";
      if (sorted !== i) [sorted, down] = [i, first];
      else if (down === first) down = !first;
      else [sorted, down] = [settings.sort, true];
      draw();
    }
    cells.forEach((cell, i) => heads.push(el("th", {scope: "col", class: cell.look.class === "n" ? "n" : null},
      el("button", {type: "button", title: cell.hint, click: () => sortBy(i)}, cell.name))));
    const search = el("input", {type: "search", placeholder: "Filter", "aria-label": "Filter " + title,
      input: (event) => { wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean); draw(); }});
    const section = el("section", {"aria-label": title},
      el("div", {class: "bar"}, el("h2", {}, title), el("span", {class: "grow"}), told,
        rows.length > 8 ? search : null),
      settings.note ? el("p", {class: "sub"}, settings.note) : null,
      el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, heads)), body)), more);
    draw();
    return section;
  }

  /* Light or dark: as the system has it, until the button is used; light on paper. `changed` is called after each
   * change. */
  function theme(changed) {
    const system = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
    let chosen = null, printing = false;
    const dark = () => !printing && (chosen === null ? system.matches : chosen);
    const apply = () => { root.dataset.theme = dark() ? "dark" : "light"; changed(); };
    system.addEventListener("change", apply);
    addEventListener("beforeprint", () => { printing = true; apply(); });
    addEventListener("afterprint", () => { printing = false; apply(); });
    root.dataset.theme = dark() ? "dark" : "light";
    return el("button", {type: "button", id: "theme", click: () => { chosen = !dark(); apply(); }}, "Light / dark");
  }

  const isDark = () => document.documentElement.dataset.theme === "dark";
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  return {bytes, change, time, count, el, mark, column, table, theme, isDark, color, byteSteps, byteLabels, secondSteps,
    secondLabels};
})();
