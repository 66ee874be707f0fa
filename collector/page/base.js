/* SPDX-License-Identifier: MIT */
/* What memwatch's pages share: numbers as people read them, elements, tables, the theme. Text only ever becomes text. */
"use strict";
const memwatch = (() => {
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

  const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

  /* An element with attributes, and children that are elements or text. */
  function el(name, attributes, ...children) {
    const made = /^(svg|rect|text|title|g)$/.test(name)
      ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
      if (typeof value === "function") made.addEventListener(key, value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
  }

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

  /* A table of rows that sorts and filters. columns: {name, type, of(row), sort?}; `note`: what else is to be said. */
  function table(title, columns, rows, options) {
    const settings = Object.assign({most: 50, sort: null, down: true, extra: null, row: null}, options);
    const body = el("tbody"), heads = [], more = el("p", {class: "more"});
    let sorted = settings.sort, down = settings.down, wanted = "", all = false;
    const cells = columns.map((column) => Object.assign({of: (row) => row[column.at]}, column, {look: types[column.type]}));

    function text(row) {
      return cells.map((cell) => cell.look.show(cell.of(row)).map((part) => part.textContent || part).join("")).join(" ").toLowerCase();
    }
    function draw() {
      let shown = wanted ? rows.filter((row) => wanted.split(/\s+/).every((word) => text(row).includes(word))) : rows.slice();
      if (sorted !== null) {
        const cell = cells[sorted];
        shown.sort((a, b) => compare(cell.look.key(cell.of(a)), cell.look.key(cell.of(b))) * (down ? -1 : 1));
      }
      const found = shown.length;
      if (!all) shown = shown.slice(0, settings.most);
      body.replaceChildren(...shown.map((row) => {
        const line = el("tr", {}, cells.map((cell) => el("td", {class: cell.look.class || null}, cell.show ? cell.show(row) : cell.look.show(cell.of(row)))));
        if (settings.row) settings.row(line, row);
        return line;
      }));
      heads.forEach((head, i) => {
        if (i === sorted) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      more.replaceChildren();
      if (found > shown.length)
        more.append(el("button", {type: "button", click: () => { all = true; draw(); }}, "Show all " + count(found)));
    }
    cells.forEach((cell, i) => {
      const sort = () => {
        down = sorted === i ? !down : cell.look.class.includes("n") && cell.type !== "id";
        sorted = i;
        draw();
      };
      heads.push(el("th", {scope: "col", class: cell.look.class.includes("n") ? "n" : null},
        el("button", {type: "button", title: cell.hint, click: sort}, cell.name)));
    });
    const search = el("input", {type: "search", placeholder: "Filter", "aria-label": "Filter " + title,
      input: (event) => { wanted = event.target.value.trim().toLowerCase(); draw(); }});
    const section = el("section", {"aria-label": title}, el("h2", {}, title),
      rows.length > 8 || settings.extra ? el("div", {class: "bar"}, settings.extra, el("span", {class: "grow"}), rows.length > 8 ? search : null) : null,
      settings.note ? el("p", {class: "sub"}, settings.note) : null,
      el("div", {class: "scroll"}, el("table", {}, el("thead", {}, el("tr", {}, heads)), body)), more);
    draw();
    section.redraw = draw;
    return section;
  }

  /* Light or dark: as the system has it, until the button is used. `changed` is called after each change. */
  function theme(changed) {
    const system = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
    let chosen = null;
    const apply = () => { root.dataset.theme = chosen || (system.matches ? "dark" : "light"); changed(); };
    system.addEventListener("change", apply);
    root.dataset.theme = system.matches ? "dark" : "light";
    return el("button", {type: "button", id: "theme", click: () => {
      chosen = root.dataset.theme === "dark" ? "light" : "dark";
      apply();
    }}, "Light / dark");
  }

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  return {bytes, change, time, count, el, kind, table, theme, color};
})();
