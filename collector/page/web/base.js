/* SPDX-License-Identifier: MIT */
/* Shared by memwatch's pages: formatted numbers, axes, elements, tables, the theme. Text is inserted only as text, never as
 * HTML. */
const memwatch = (() => {
  "use strict";
  /* How certain a number is; the names are those of collector/model/certainty.h. */
  const CERTAINTY = {exact: {sign: "=", words: "exact"}, at_least: {sign: "≥", words: "at least"},
    at_most: {sign: "≤", words: "at most"}, estimate: {sign: "~", words: "about: from a sample"}};

  /* To an integer, as printf() rounds: a tie goes to the even one. */
  const even = (value) => (Math.abs(value % 1) === .5 ? 2 * Math.round(value / 2) : Math.round(value));

  function bytes(value) {
    if (value === null || value === undefined) return "";
    const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = 0;
    while (Math.abs(value) >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit < 2 ? even(value) : (even(10 * value) / 10).toFixed(1)) + " " + units[unit];
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

  /* Steps of an axis of bytes, and its labels, as short as the steps allow. */
  const KIB = 1024, byteSteps = [1, KIB, KIB ** 2, KIB ** 3, KIB ** 4, KIB ** 5].flatMap((unit) =>
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((n) => n * unit));
  const byteLabels = (values) => values.map((value) => (value ? bytes(value).replace(".0 ", " ") : "0"));

  /* The same for an axis of seconds: decimal steps below a minute, then steps of a clock. */
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

  /* Creates an element with attributes, and children that are elements or text. */
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

  /* The page's data. A table is stored as the names and types of its columns, and rows of values in that order
   * (collector/page/table.h). It becomes an array of one object per row, with the types as `types`. */
  function rowsOf({columns, rows}) {
    const made = rows.map((row) => Object.fromEntries(columns.map(({name}, i) => [name, row[i]])));
    return Object.assign(made, {types: Object.fromEntries(columns.map(({name, type}) => [name, type]))});
  }
  const isTable = (value) => value !== null && typeof value === "object" && "columns" in value && "rows" in value;
  const read = () => JSON.parse(document.getElementById("data").textContent,
    (key, value) => (isTable(value) ? rowsOf(value) : value));

  /* A number and its certainty, {bytes, kind}; null: not known. */
  const sign = (kind) => CERTAINTY[kind].sign;
  const amount = (value) => (value ? value.bytes : 0);
  const known = (value) => (value ? sign(value.kind) + " " + bytes(value.bytes) : "not known");
  const showKnown = (value) => (value ? [el("span", {class: "kind", title: CERTAINTY[value.kind].words}, sign(value.kind)),
    bytes(value.bytes)] : ["not known"]);

  /* How the cells of a column look, and how they sort: by the type of the column, and "code" and "wide" for text. */
  const types = {
    text: {show: (v) => [v], key: (v) => v, class: ""},
    code: {show: (v) => [v], key: (v) => v, class: "code"},
    wide: {show: (v) => [v], key: (v) => v, class: "code wide"},
    count: {show: (v) => [v ? count(v) : ""], key: (v) => v, class: "n"},
    id: {show: (v) => [v], key: (v) => (isNaN(v) || v === "" ? v : Number(v)), class: "n"},
    bytes: {show: (v) => [v ? bytes(v) : ""], key: (v) => v, class: "n"},
    change: {show: (v) => [change(v)], key: (v) => v, class: "n"},
    time: {show: (v) => [time(v)], key: (v) => v, class: "n"},
    known: {show: showKnown, key: amount, class: "n"},
  };

  function compare(a, b) {
    if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, undefined, {numeric: true});
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /* A table of rows that the reader can sort and filter. A column has a heading and the value that it shows of a row: the
   * name of a member, or a function of the row; more: {type, hint, show(row, flat)}. Without a type, the type in the data is
   * used. `flat` is true if the rows are not in their original order, so that each row must show its parents.
   * options: `sort`: heading of the column that sorts the table at first; none: the original order; `maxRows`: number of rows
   * shown at first, or `firstRows`: which ones; `note`: an additional text. */
  const column = (heading, of, more) => Object.assign({heading, of}, more);
  function resolve({of, type, ...cell}, rows) {
    const used = type || (rows.types && rows.types[of]) || "text";
    return Object.assign(cell, {type: used, format: types[used], of: typeof of === "function" ? of : (row) => row[of]});
  }
  function table(title, columns, rows, options) {
    const settings = Object.assign({maxRows: 50, sort: null, note: null}, options);
    const cells = columns.map((cell) => resolve(cell, rows));
    const first = cells.find((cell) => cell.heading === settings.sort) || null;
    const body = el("tbody"), heads = new Map(), more = el("p", {class: "more"});
    const matches = el("span", {class: "sub", role: "status"});
    let sorted = first, down = true, terms = [], all = false;
    const texts = new Map();

    function text(row) {
      const words = (cell) => cell.format.show(cell.of(row)).map((part) => part.textContent || part).join("");
      if (!texts.has(row)) texts.set(row, cells.map(words).join(" ").toLowerCase());
      return texts.get(row);
    }
    function line(row) {
      const flat = terms.length > 0 || sorted !== first;
      const content = (cell) => (cell.show ? cell.show(row, flat) : cell.format.show(cell.of(row)));
      return el("tr", {}, cells.map((cell) => el("td", {class: cell.format.class || null}, content(cell))));
    }
    function draw() {
      let shown = rows.filter((row) => terms.every((term) => text(row).includes(term)));
      if (sorted)
        shown.sort((a, b) => compare(sorted.format.key(sorted.of(a)), sorted.format.key(sorted.of(b))) * (down ? -1 : 1));
      const found = shown.length;
      if (!all && settings.firstRows && sorted === first && !terms.length) shown = shown.filter(settings.firstRows);
      else if (!all) shown = shown.slice(0, settings.maxRows);
      body.replaceChildren(...shown.map(line));
      heads.forEach((head, cell) => {
        if (cell === sorted) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      matches.textContent = terms.length ? count(found) + " of " + count(rows.length) : "";
      more.replaceChildren();
      if (found > shown.length)
        more.append(el("button", {type: "button", click: () => { all = true; draw(); }}, "Show all " + count(found)));
    }
    /* The first click sorts with the most useful direction, the second one reverses it, the third one restores the first
     * order. */
    function sortBy(cell) {
      const largest = cell.format.class === "n" && cell.type !== "id";
      if (sorted !== cell) [sorted, down] = [cell, largest];
      else if (down === largest) down = !largest;
      else [sorted, down] = [first, true];
      draw();
    }
    cells.forEach((cell) => heads.set(cell, el("th", {scope: "col", class: cell.format.class === "n" ? "n" : null},
      el("button", {type: "button", title: cell.hint, click: () => sortBy(cell)}, cell.heading))));
    const search = el("input", {type: "search", placeholder: "Filter", "aria-label": "Filter " + title,
      input: (event) => { terms = event.target.value.toLowerCase().split(/\s+/).filter(Boolean); draw(); }});
    const section = el("section", {"aria-label": title},
      el("div", {class: "bar"}, el("h2", {}, title), el("span", {class: "grow"}), matches,
        rows.length > 8 ? search : null),
      settings.note ? el("p", {class: "sub"}, settings.note) : null,
      el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, [...heads.values()])), body)), more);
    draw();
    return section;
  }

  /* Light or dark: the setting of the system until the button is used; always light in print. `changed` is called after each
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

  return {read, bytes, change, time, count, el, sign, amount, known, column, table, theme, isDark, color, byteSteps, byteLabels, secondSteps,
    secondLabels};
})();
