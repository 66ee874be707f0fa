/* SPDX-License-Identifier: MIT */
/* What was held at the peak: the page of a real run, with heaps of which every number is known. Used by page.js. */
"use strict";
const fs = require("fs");
const MIB = 1 << 20;
const DATA = '<script type="application/json" id="data">', END = "</script>";

/* As collector/page/table.h. Every row has the same names. */
const table = (types, rows) => ({columns: Object.entries(types).map(([name, type]) => ({name, type})),
  rows: rows.map((row) => Object.keys(types).map((name) => row[name]))});
const packed = (values) => Buffer.from(values.flatMap((value) => [value & 255, value >> 8])).toString("base64");

const frames = [["main", "a.c:1", "app"], ["solve", "a.c:10", "app"], ["solve", "a.c:20", "app"], ["alloc", "b.c:5", "app"],
  ["pack", "c.c:3", "libpack.so"], ["grow_with_a_name_that_is_too_long_for_its_block", "c.c:9", "libpack.so"]];
const stacks = [
  {owner: "program", library: "", call: "", cut: false, frames: [0, 1, 3]},
  {owner: "program", library: "", call: "MPI_Bcast a.c:20", cut: false, frames: [0, 2, 3]},
  {owner: "program", library: "", call: "", cut: true, frames: [4, 5]},
  {owner: "mpi", library: "libucp", call: "MPI_Init a.c:2", cut: false, frames: []},
];
/* The first stack holds 10 MiB more in each of four ranks; what is not explained is negative. */
const sitesOf = (label) => [[40 + 10 * (label % 4), 0, 1], [20, 1, 50], [10, 0, 1], [4, 0, 2]].map(([mib, error, blocks], stack) =>
  ({stack, bytes: mib * MIB, error: error * MIB, blocks}));
const rowsOf = () => [["malloc", "free, kept by malloc", 6], ["unknown", "not explained", -1]].map(([owner, name, mib]) =>
  ({owner, name, bytes: mib * MIB}));
const markOf = (label) => [...sitesOf(label), ...rowsOf()].reduce((sum, {bytes}) => sum + bytes, 0);

/* The page in `html` with these heaps instead of its own, of `count` ranks. */
function replaced(html, count) {
  const begin = html.indexOf(DATA) + DATA.length, end = html.indexOf(END, begin), data = JSON.parse(html.slice(begin, end));
  const labels = Array.from({length: count}, (_, i) => count - 1 - i); /* the fullest first */
  const each = (of) => labels.flatMap((label, rank) => of(label).map((row) => Object.assign({rank}, row)));
  const {columns, rows} = data.ranks, at = columns.findIndex(({name}) => name === "label");
  data.ranks.rows = labels.slice().reverse().map((label) => rows[label % rows.length].map((value, i) => (i === at ? String(label) : value)));
  data.heap_ranks = table({rank: "id", mark: "bytes", error: "bytes", at: "time", in: "text", notes: "texts", ticks: "times", until: "time"},
    labels.map((label) => ({rank: label, mark: markOf(label), error: MIB, at: data.span / 2, in: "step",
      notes: label === 1 ? ["one note"] : [], ticks: [.2, .4, .8].map((part) => Math.round(data.span * part)), until: Math.round(data.span * .9)})));
  data.heap_frames = table({line: "text", function: "text", library: "text"},
    frames.map(([name, line, library]) => ({line: name + " " + line, function: name, library})));
  data.heap_stacks = table({owner: "text", library: "text", call: "text", cut: "flag", frames: "rows"}, stacks);
  data.heap_sites = table({rank: "id", stack: "id", bytes: "bytes", error: "bytes", blocks: "count"}, each(sitesOf));
  data.heap_rows = table({rank: "id", owner: "text", name: "text", bytes: "change"}, each(rowsOf));
  data.heap_phases = table({rank: "id", name: "text", mark: "bytes", outside: "change", rest: "bytes"}, each((label) => ["read", "solve"].map((name, i) =>
    ({name, mark: (40 + 10 * i + label) * MIB, outside: (8 + label) * MIB, rest: 2 * MIB}))));
  data.heap_phase_sites = table({phase: "id", stack: "id", bytes: "bytes", error: "bytes"}, data.heap_phases.rows.flatMap((_, phase) => [
    {phase, stack: 1, bytes: (27 + 10 * (phase % 2)) * MIB, error: 2 * MIB}, {phase, stack: 3, bytes: 3 * MIB, error: 0}]));
  data.heap_unit = MIB;
  data.heap_series = table({rank: "id", line: "text", rest: "flag", values: "curve"}, each((label) => [
    {line: "alloc b.c:5", rest: false, values: packed([10, 20, 30 + label])}, {line: "other allocations", rest: true, values: packed([1, 2, 3])}]));
  data.heap_lines = table({line: "text", function: "text", owner: "text", ranks: "count", min: "bytes", mean: "bytes", max: "bytes",
    error: "bytes", rank: "id"}, [{line: "b.c:5", function: "alloc", owner: "program", ranks: count, min: 60 * MIB, mean: 75 * MIB,
    max: 90 * MIB, error: MIB, rank: "3"}]);
  data.heap_lines_smaller = 0;
  data.heap_known = count;
  data.heap_missing = [];
  data.heap_alone = [{level: 0, kind: "warn", text: "rank 3 holds 90.0 MiB at b.c:5"}];
  return html.slice(0, begin) + JSON.stringify(data).replace(/[<>&]/g, (c) => "\\u00" + c.charCodeAt(0).toString(16)) + html.slice(end);
}

/* The blocks with a name, from left to right within their rows. */
const blocks = (page) => page.evaluate(() => [...document.querySelectorAll(".flame text")].map((text) => ({name: text.textContent,
  width: text.previousSibling.width.baseVal.value, room: text.previousSibling.width.baseVal.value - text.getComputedTextLength(),
  kind: text.previousSibling.getAttribute("class")})));
const near = (a, b) => Math.abs(a - b) < 2;

async function held(browser, {open, look, settle, picture, dir}) {
  const write = (name, count) => fs.writeFileSync(dir + "/" + name, replaced(fs.readFileSync(dir + "/job.html", "utf8"), count));
  write("held.html", 4);
  write("held64.html", 64);
  const page = await open(browser, "held.html"), status = page.locator("#flame-status"), legend = page.locator("#flame-legend");
  const whole = page.getByRole("button", {name: "Whole width"}), search = page.getByLabel("Search functions and lines");
  const by = page.getByRole("group", {name: "Blocks by"});
  const rect = (name, i = 0) => page.locator(".flame text", {hasText: name}).nth(i).locator("xpath=preceding-sibling::*[1]");
  const text = async (of) => (await of.innerText()).trim();
  const choose = async (name, value) => { await page.getByLabel(name, {exact: true}).selectOption(value); await settle(page); };
  const one = async (name) => (await blocks(page)).find((block) => block.name === name) || {width: 0, kind: ""};
  await page.locator(".flame").scrollIntoViewIfNeeded();

  const {width} = await one("rank 3");
  look("held: the fullest rank comes first", /^rank 3 · 109\.0 MiB · 100 % of the peak/.test(await text(status)), await text(status));
  look("held: width is bytes", near((await one("solve a.c:10")).width, width * 70 / 110) && near((await one("MPI")).width, width * 4 / 110), await blocks(page));
  look("held: the whole width is explained", /side by side are 110\.0 MiB, the peak and 1\.0 MiB that estimates are too high/.test(await text(legend)), await text(legend));
  look("held: owners have colors", /own-program/.test((await one("main a.c:1")).kind) && /own-mpi/.test((await one("MPI")).kind) &&
    /own-other/.test((await rect("free, k").getAttribute("class"))), await blocks(page));
  const cut = (await blocks(page)).find(({name}) => name.startsWith("grow_with"));
  look("held: a long name ends with an ellipsis", cut && cut.name.endsWith("…"), cut);
  look("held: names stay inside their blocks", (await blocks(page)).every(({room}) => room > 0), await blocks(page));

  await rect("alloc b.c:5", 1).hover();
  look("held: a block's values and stack", /^alloc b\.c:5 · 20\.0 MiB ± 1\.0 MiB · 18 % of the peak · about 50 blocks · inside MPI_Bcast a\.c:20 ← solve a\.c:20 ← main a\.c:1$/.test(await text(status)), await text(status));
  look("held: also at the pointer", /20\.0 MiB ± 1\.0 MiB/.test(await page.locator(".flame .tip").innerText()));

  const top = async () => (await page.locator(".flame svg").boundingBox()).y;
  const before = await top();
  await rect("MPI").hover();
  look("held: blocks stay where they are, however long the text about one is", before === await top(), [before, await top()]);

  await rect("solve a.c:20").click();
  await settle(page);
  look("held: a click zooms", near((await one("solve a.c:20")).width, width) && !(await one("solve a.c:10")).width && near((await one("rank 3")).width, width), await blocks(page));
  await whole.click();
  await settle(page);
  look("held: and back", near((await one("solve a.c:10")).width, width * 70 / 110) && await whole.isDisabled());
  await page.locator(".flame svg").focus();
  for (const key of ["Escape", "ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
  look("held: keys move", /^solve a\.c:20 · 20\.0 MiB/.test(await text(status)), await text(status));
  await page.keyboard.press("Enter");
  await settle(page);
  look("held: and zoom", near((await one("solve a.c:20")).width, width) && await whole.isEnabled());
  look("held: the keys stay", await page.evaluate(() => document.activeElement === document.querySelector(".flame svg")));
  await page.keyboard.press("Escape");

  await search.fill("SOLVE");
  await settle(page);
  const matches = (await blocks(page)).filter(({kind}) => /match/.test(kind)).map(({name}) => name);
  look("held: a search marks what it finds", matches.join() === "solve a.c:10,solve a.c:20", matches);
  look("held: and adds it up", await text(page.locator("#flame-found")) === "90.0 MiB, 83 %", await text(page.locator("#flame-found")));
  await search.fill("nowhere");
  look("held: or says that there is nothing", await text(page.locator("#flame-found")) === "nothing found");
  await search.fill("");

  await by.getByRole("button", {name: "function"}).click();
  await settle(page);
  look("held: by function", near((await one("solve")).width, width * 90 / 110) && near((await one("alloc")).width, width * 90 / 110), await blocks(page));
  await by.getByRole("button", {name: "library"}).click();
  await settle(page);
  look("held: by library", near((await one("app")).width, width * 90 / 110) && (await blocks(page)).filter(({name}) => name === "app").length === 1 &&
    near((await one("libpack.so")).width, width * 10 / 110), await blocks(page));
  await by.getByRole("button", {name: "line"}).click();

  const curve = await picture(page, "#chart-held canvas");
  look("held: over time", curve.colors > 4 && /alloc b\.c:5\s+other allocations/.test(await text(page.locator("#chart-held + .keys"))), curve);
  const box = await page.locator("#chart-held .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * .45, box.y + box.height / 2);
  await settle(page);
  const tip = await page.locator("#chart-held .tip").innerText();
  look("held: over time, the values", /allocated 22\.0 MiB\s+alloc b\.c:5 20\.0 MiB\s+other allocations 2\.0 MiB/.test(tip), tip);
  await page.mouse.move(0, 0);
  await choose("Shown", "2");
  look("held: another rank", /^rank 1 · 89\.0 MiB/.test(await text(status)) && (await picture(page, "#chart-held canvas")).sum !== curve.sum &&
    await page.getByText("one note").count() === 1, await text(status));
  const moment = page.getByLabel("Moment", {exact: true});
  await choose("Moment", "read");
  look("held: at the peak of a phase", /^rank 1 · 41\.0 MiB · 100 % of the phase's peak/.test(await text(status)) &&
    near((await one("solve a.c:20")).width, width * 27 / 41) && near((await blocks(page)).find(({name}) => name.startsWith("small")).width, width * 2 / 41) &&
    await page.getByText("rank 1 had 41.0 MiB at the peak of the phase read").count() === 1, [await text(status), await blocks(page)]);
  await choose("Shown", "0");
  look("held: the same phase of another rank", /^rank 3 · 43\.0 MiB/.test(await text(status)) && await moment.inputValue() === "read", await text(status));
  await choose("Moment", "");
  look("held: and its own peak", /^rank 3 · 109\.0 MiB · 100 % of the peak/.test(await text(status)), await text(status));
  await choose("Shown", "mean");
  look("held: the mean of phases is not known", !await moment.isVisible());
  look("held: the mean", /^mean of 4 ranks · 94\.0 MiB/.test(await text(status)) && near((await one("solve a.c:10")).width, width * 55 / 95), [await text(status), await blocks(page)]);
  await choose("Shown", "difference");
  look("held: a difference is what differs", /^rank 3 − rank 2 · \+10\.0 MiB/.test(await text(status)) &&
    (await blocks(page)).map(({name}) => name).join() === "rank 3 − rank 2,main a.c:1,solve a.c:10,alloc b.c:5", [await text(status), await blocks(page)]);
  look("held: who has more", /own-more/.test((await one("alloc b.c:5")).kind) && /rank 3 holds more\s+rank 2 holds more/.test(await text(legend)), await text(legend));
  await choose("First rank", "3");
  await choose("Second rank", "0");
  look("held: who has less", /^rank 0 − rank 3 · -30\.0 MiB/.test(await text(status)) && /own-less/.test((await one("alloc b.c:5")).kind), await text(status));
  await choose("First rank", "0");
  look("held: no difference", await page.getByText("rank 3 and rank 3 held the same").count() === 1 && (await blocks(page)).length <= 1, await blocks(page));
  await choose("Shown", "0");
  const lines = page.locator("section[aria-label='Lines over all ranks']");
  look("held: lines over all ranks", /b\.c:5\s+alloc\s+4\s+60\.0 MiB\s+75\.0 MiB\s+90\.0 MiB\s+1\.0 MiB\s+3/.test(await lines.innerText()) &&
    /rank 3 holds 90\.0 MiB at b\.c:5/.test(await lines.innerText()), await lines.innerText());
  await page.locator("#theme").click();
  await settle(page);
  look("held: dark", (await picture(page, "#chart-held canvas")).sum !== curve.sum && near((await one("solve a.c:10")).width, width * 70 / 110));
  await page.setViewportSize({width: 380, height: 800});
  await settle(page);
  look("held: narrow", await page.evaluate(() => document.documentElement.scrollWidth) <= 380 && (await blocks(page)).every(({room}) => room > 0));
  look("held: nothing was said", page.said.length === 0, page.said);

  const many = await open(browser, "held64.html");
  look("held: 64 ranks", await many.getByLabel("Shown", {exact: true}).locator("option").count() === 66);
  await many.getByLabel("Shown", {exact: true}).selectOption("mean");
  look("held: 64 ranks, the mean", /^mean of 64 ranks · 94\.0 MiB/.test(await many.locator("#flame-status").innerText()), await many.locator("#flame-status").innerText());
  look("held: 64 ranks, nothing was said", many.said.length === 0, many.said);
}

/* The page of a real run: the parts of each rank add up to its peak. */
async function heldInRun(page, look) {
  const sums = await page.evaluate(() => runHeap.ranks.map(({mark}, i) => runHeap.GROUPINGS.map((grouping) =>
    [mark, runHeap.tree("", [runHeap.one(i, "a")], grouping).sum.a])));
  look("held: in a real run all parts are the peak", sums.length > 0 && sums.every((all) => all.every(([mark, sum]) => mark === sum)), sums);
  const names = (await blocks(page)).map(({name}) => name);
  look("held: in a real run there are stacks", names.length > 5 && names.some((name) => name.startsWith("main ")), names);
}

module.exports = {held, heldInRun, replaced};
