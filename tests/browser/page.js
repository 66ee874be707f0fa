/* SPDX-License-Identifier: MIT */
/* node page.js DIR: opens the pages that tests/integration/page.sh has made in DIR, in a real Chromium. Prints a line for
 * each thing that was looked at: "ok NAME", or "bad NAME: what was found". */
"use strict";
const {chromium} = require("playwright-core");
const {held, heldInRun} = require("./held.js");
const dir = process.argv[2];
const found = [];

function look(name, good, detail) {
  found.push(good);
  console.log((good ? "ok " : "bad ") + name + (good || detail === undefined ? "" : ": " + JSON.stringify(detail)));
}

/* The colours of a canvas, to see whether something is drawn, and whether it has changed. */
const picture = (page, selector) => page.evaluate((at) => {
  const canvas = document.querySelector(at), data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colors = new Set();
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    const color = data[i] << 16 | data[i + 1] << 8 | data[i + 2];
    if (data[i + 3]) colors.add(color);
    sum = (sum * 31 + color + data[i + 3]) % 2147483647;
  }
  return {colors: colors.size, sum};
}, selector);

/* Notes in the page which names its scripts read of the data, and which they looked for in vain: `read`, `missing`; `there`
 * is all names that the data has. The rows of an array share one path. */
function watchNames() {
  const read = new Set(), missing = new Set(), there = new Set(), parse = JSON.parse;
  const isObject = (value) => value !== null && typeof value === "object";
  function watched(value, path) {
    if (Array.isArray(value)) value.forEach((item, i) => { if (isObject(item)) value[i] = watched(item, path); });
    if (Array.isArray(value) || !isObject(value)) return value;
    for (const name of Object.keys(value)) {
      there.add(path + "." + name);
      value[name] = watched(value[name], path + "." + name);
    }
    return new Proxy(value, {get(object, name) {
      if (typeof name === "string" && name !== "toJSON") (name in object ? read : missing).add(path + "." + name);
      return object[name];
    }});
  }
  JSON.parse = (text, revive) => watched(parse(text, revive), "data");
  window.names = () => ({read: [...read], missing: [...missing], there: [...there]});
}

async function open(browser, name, options) {
  const page = await browser.newPage(Object.assign({viewport: {width: 1200, height: 900}}, options));
  if (options && options.names) await page.addInitScript(watchNames);
  page.said = [];
  page.on("console", (message) => { if (!message.text().includes("willReadFrequently")) page.said.push(message.text()); }); /* picture() */
  page.on("pageerror", (error) => page.said.push(error.message));
  page.on("request", (request) => { if (!/^(file|data):/.test(request.url())) page.said.push("request: " + request.url()); });
  const begin = Date.now();
  await page.goto("file://" + dir + "/" + name);
  if (!options || options.javaScriptEnabled !== false) await page.waitForSelector("footer");
  page.opened = Date.now() - begin;
  return page;
}

/* The verdict is complete, and above all else. */
async function verdict(page, below) {
  const shown = await page.locator(".verdict p").allInnerTexts();
  const expected = await page.evaluate(() => run.data.verdict.map((sentence) => sentence.text));
  look("the verdict comes first", shown.length > 3 && shown.join("|") === expected.join("|") && await page.evaluate((at) =>
    document.querySelector(".verdict").compareDocumentPosition(document.querySelector(at)) & Node.DOCUMENT_POSITION_FOLLOWING, below) > 0, shown);
}

async function drag(page, from, to) {
  await page.locator("#chart-ranks .u-over").scrollIntoViewIfNeeded(); /* a click on the button above may have scrolled */
  const box = await page.locator("#chart-ranks .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * from, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, {steps: 8});
  await page.mouse.up();
}

const settle = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function curves(page) {
  for (const at of ["#chart-job canvas", "#chart-ranks canvas", "#heat"]) {
    const drawn = await picture(page, at);
    look("drawn: " + at, drawn.colors > 3, drawn);
  }
  await page.locator("#chart-ranks").scrollIntoViewIfNeeded();
  await page.mouse.move(0, 0);
  const button = page.getByRole("button", {name: "Whole run"}), over = page.locator("#chart-ranks .u-over");
  const whole = await picture(page, "#heat");
  await drag(page, .3, .6);
  await settle(page);
  const near = await picture(page, "#heat");
  look("dragging zooms every drawing", near.sum !== whole.sum);
  await button.click();
  await settle(page);
  look("and back", (await picture(page, "#heat")).sum === whole.sum && await button.isDisabled());
  await drag(page, .004, .03);
  await settle(page);
  look("marks follow", await page.locator(".rise").count() === 0);
  await button.click();
  await settle(page);
  look("and come back", await page.locator(".rise").count() > 0);
  await over.focus();
  await page.keyboard.press("+");
  await settle(page);
  const keyed = await picture(page, "#heat");
  look("keys zoom", keyed.sum !== whole.sum && await button.isEnabled());
  await page.keyboard.press("ArrowRight");
  await settle(page);
  look("and move", (await picture(page, "#heat")).sum !== keyed.sum);
  await page.keyboard.press("0");
  await settle(page);
  look("and bring all back", (await picture(page, "#heat")).sum === whole.sum);
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * .6, box.y + box.height * .6);
  const tip = await page.locator("#chart-ranks .tip").innerText();
  look("the cursor tells values, and how sure they are", /rank \d ≤ [\d.]+ MiB/.test(tip), tip);
  await page.mouse.move(0, 0);
  const job = await picture(page, "#chart-job canvas"), limit = page.getByRole("button", {name: "Limit", exact: true});
  await limit.click();
  await settle(page);
  look("against the limit", (await picture(page, "#chart-job canvas")).sum !== job.sum && await limit.getAttribute("aria-pressed") === "true");
  await limit.click();
}

/* However coarse the slices of time are: each rank's peak is in its curve, as high as it was (the error of readings apart:
 * a sample may have raised the peak by that). */
async function peaks(page, what) {
  const lost = await page.evaluate(() => run.data.ranks.map((rank, i) => [rank.label, rank.peak.bytes, run.packed[i] ? Math.max(...run.packed[i]) * run.data.curve_unit : null])
    .filter(([, peak, most]) => most !== null && (most < peak - run.data.error || most >= peak + run.data.curve_unit)));
  look(what + ": no peak is lost", lost.length === 0, lost.slice(0, 4));
}

/* What was seen of all processes is never above what they can have had. */
async function bounds(page, what) {
  const both = await page.evaluate(() => run.data.bound_curve.map((most, i) => [i, run.data.seen_curve[i], most]).filter(([, seen, most]) => seen !== null && most !== null));
  look(what + ": both curves are known at some time", both.length > 5, both.length);
  look(what + ": ≤ is never below ≥", both.every(([, seen, most]) => seen <= most), both.find(([, seen, most]) => seen > most));
  const key = await page.locator(".part", {has: page.locator("#chart-job")}).locator(".key").allInnerTexts();
  look(what + ": both say that they are of the same processes", key.length === 2 && /all processes/.test(key[0]) && /the same processes/.test(key[1]), key);
}

/* A phase that came and went is filled by the share of its time; one that came once is full. */
async function lanes(page) {
  const found = await page.evaluate(() => [...document.querySelectorAll(".lanes rect.span")].map((span) => ({
    name: span.textContent.split(" ·")[0], text: span.textContent, share: span.previousSibling.getAttribute("height") / span.getAttribute("height")})));
  const of = (name) => found.find((phase) => phase.name === name) || {};
  const wanted = await page.evaluate(() => run.bands.map((phase) => [phase.name, phase.time / (phase.last - phase.first)]));
  look("phases: each has a bar", found.length === wanted.length && found.length > 4, found);
  look("phases: filled by the share of the time in them", wanted.every(([name, share]) => Math.abs(Math.min(1, share) - of(name).share) < .02), [wanted, found]);
  const share = (wanted.find(([name]) => name === "communication") || [])[1];
  // (on a busy machine the time between two visits may be next to nothing)
  look("phases: nine visits are not one bar", of("communication").share < 1 && /9 visits · /.test(of("communication").text) &&
    (/ in it for \d+ % of the/.test(of("communication").text) || share > .98), of("communication"));
  look("phases: the page says so", /the share of that time that was spent in them/.test(await page.locator(".lanes").innerText()));
}

/* The steps to the fullest rank's peak, one behind the other, add up to it. */
async function waterfall(page) {
  const steps = await page.evaluate(() => run.data.waterfall), section = page.locator("section[aria-label=Waterfall]");
  const [rank, peak] = await page.evaluate(() => [run.data.waterfall_rank, run.data.ranks[run.data.waterfall_rank].peak.bytes]);
  const bars = await section.locator(".track div").evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect()).map((box) => [box.left, box.right]));
  look("waterfall: of the fullest rank", await section.locator("h2").innerText() === "How rank " + rank + " came to its peak" && rank === 3, rank);
  look("waterfall: its steps are the peak", steps.length > 3 && steps.reduce((sum, step) => sum + step.change, 0) === peak, [steps, peak]);
  look("waterfall: a line for each, and the peak's", bars.length === steps.length + 1, bars.length);
  look("waterfall: each begins where the last one ended", steps.every((step, i) => i === 0 ||
    Math.abs(bars[i - 1][steps[i - 1].change < 0 ? 0 : 1] - bars[i][step.change < 0 ? 1 : 0]) < 2), bars);
}

async function jobs(browser) {
  const page = await open(browser, "jobs.html"), whole = await page.locator("h1").innerText();
  const current = () => page.locator(".jobs a[aria-current=page]").innerText();
  const to = (hash) => Promise.all([page.waitForEvent("load"), page.evaluate((at) => { location.hash = at; }, hash)]).then(() => page.waitForSelector("footer"));
  look("jobs: the run, with a table of them", await current() === "All jobs" && await page.locator("section[aria-label=Jobs] tbody tr").count() === 2);
  await Promise.all([page.waitForEvent("load"), page.locator(".jobs").getByRole("link", {name: "Job 2"}).click()]);
  await page.waitForSelector("footer");
  look("jobs: one of them", await current() === "Job 2" && (await page.locator("h1").innerText()).startsWith("Job 2: "), await page.locator("h1").innerText());
  look("jobs: with its ranks", await page.locator("section[aria-label=Ranks] tbody tr").count() === 3);
  await to("job-9");
  look("jobs: where there is no such job, the run", await current() === "All jobs" && await page.locator("h1").innerText() === whole, await page.locator("h1").innerText());
  look("jobs: nothing was said", page.said.length === 0, page.said);
}

async function toggles(page) {
  const before = await picture(page, "#chart-ranks canvas"), first = page.locator("section[aria-label=Ranks] tbody tr:first-child input");
  await first.focus();
  await page.keyboard.press("Space");
  await settle(page);
  look("a rank's curve is hidden", (await picture(page, "#chart-ranks canvas")).sum !== before.sum);
  look("its mark too", await page.locator(".rise[title*='in rank 3']").count() === 0);
  look("the box keeps the focus", await first.evaluate((box) => box === document.activeElement));
  const names = page.locator(".name");
  look("the fullest rank is named first", await names.first().innerText() === "rank 3" && await names.first().getAttribute("aria-pressed") === "false");
  await names.first().click();
  await settle(page);
  look("its box follows", await first.isChecked());
  const heat = await page.locator("#heat").boundingBox();
  await page.mouse.click(heat.x + heat.width / 2, heat.y + heat.height - 4);
  look("the heat map picks it, too", !(await first.isChecked()));
  await page.mouse.click(heat.x + heat.width / 2, heat.y + heat.height - 4);
  await settle(page);
  look("and shown", await page.locator(".rise[title*='in rank 3']").count() > 0);
}

async function tables(page) {
  const ranks = page.locator("section[aria-label=Ranks]"), column = () => ranks.locator("tbody tr td:nth-child(2)").allInnerTexts();
  const byPeak = await column();
  look("the fullest rank stands first", byPeak[0] === "3", byPeak);
  await ranks.getByRole("button", {name: "rank", exact: true}).click();
  look("sorted by rank", (await column()).join() === "0,1,2,3", await column());
  look("and told to screen readers", await ranks.locator("th[aria-sort=ascending]").innerText() === "rank");
  await ranks.getByRole("button", {name: "rank", exact: true}).click();
  look("then the other way", (await column()).join() === "3,2,1,0", await column());
  await ranks.getByRole("button", {name: "rank", exact: true}).click();
  look("then as it was", (await column()).join() === byPeak.join(), await column());
  const phases = page.locator("section[aria-label=Phases]"), rows = () => phases.locator("tbody tr").count();
  const all = await rows();
  await phases.locator("input[type=search]").fill("communication");
  look("filtered", await rows() > 0 && await rows() < all, [await rows(), all]);
  look("and counted", await phases.getByRole("status").innerText() === await rows() + " of " + all, await phases.getByRole("status").innerText());
  const inner = phases.locator("tbody tr", {hasText: "Allreduce"}).first();
  look("each tells where it belongs", (await inner.innerText()).startsWith("communication ›"), await inner.innerText());
}

async function rise(page) {
  await page.locator(".rise[title*='Allreduce']").first().click();
  const text = await page.locator("dialog[open]").innerText();
  look("a rise opens its stack and line", /63\.\d MiB in rank 3/.test(text) && /to exactly [\d.]+ MiB/.test(text) && /mpi_distributed_compute\.c:294/.test(text), text);
  await page.getByRole("button", {name: "Close"}).click();
  await page.locator("dialog").waitFor({state: "detached"}).catch(() => {}); /* it goes in a task of its own */
  look("and is closed", await page.locator("dialog").count() === 0);
}

async function looks(page) {
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await paper();
  await page.locator("#theme").click();
  look("dark", await paper() !== light, light);
  look("curves too", (await picture(page, "#chart-ranks canvas")).colors > 3);
  await page.emulateMedia({media: "print"});
  look("printed without buttons", !(await page.locator("#theme").isVisible()) && await page.locator(".part").first().isVisible());
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  look("and on white", await paper() === light && (await picture(page, "#chart-ranks canvas")).colors > 3);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  look("then dark again", await paper() !== light);
  await page.emulateMedia({media: "screen"});
  await page.setViewportSize({width: 380, height: 800});
  await settle(page);
  look("narrow", await page.evaluate(() => document.documentElement.scrollWidth) <= 380);
}

async function study(browser) {
  const page = await open(browser, "study.html");
  const drawn = await picture(page, "#chart canvas");
  look("a study: its curve is drawn", drawn.colors > 3, drawn);
  look("a study: the answer", /It does not fit/.test(await page.locator("#verdict").innerText()), await page.locator("#prediction").innerText());
  look("a study: what is the first not to fit", /First not to fit: (phase|inside a call) .*, from [\d,]+ ranks on/.test(await page.locator("#prediction").innerText()));
  look("a study: a formula", /MiB \+ .* · n/.test(await page.locator("#formula").innerText()), await page.locator("#formula").innerText());
  await page.getByRole("button", {name: /^mesh(, and \d+ more)?$/}).click();
  await settle(page);
  look("a study: another model is shown", (await picture(page, "#chart canvas")).sum !== drawn.sum &&
    /^phase mesh(, and \d+ more)?$/m.test(await page.locator("section[aria-label=Curve] h2").innerText()));
  const line = page.locator("section[aria-label=Lines] tbody tr", {hasText: "exchange"}).first();
  look("a study: a line with its measured and predicted bytes", /rank_table\.c:\d+\s+exchange\s+program\s+2\.0 MiB\s+4\.0 MiB\s+8\.0 MiB\s.*1\.0 MiB · n/s
    .test(await line.innerText()), await line.innerText());
  const mesh = await picture(page, "#chart canvas");
  await line.getByRole("button").click();
  await settle(page);
  look("a study: its curve", (await picture(page, "#chart canvas")).sum !== mesh.sum &&
    /^line exchange rank_table\.c:\d+$/m.test(await page.locator("section[aria-label=Curve] h2").innerText()),
  await page.locator("section[aria-label=Curve] h2").innerText());
  const box = await page.locator("#chart .u-over").boundingBox();
  await page.mouse.move(box.x + box.width * .4, box.y + box.height / 2);
  await settle(page);
  look("a study: values under the cursor", /ranks/.test(await page.locator(".tip").innerText()), await page.locator(".tip").innerText());
  const light = await picture(page, "#chart canvas");
  await page.getByRole("button", {name: "Light / dark"}).click();
  await settle(page);
  look("a study: dark", (await picture(page, "#chart canvas")).sum !== light.sum);
  look("a study: a hostile command stays text", (await page.locator("h1").innerText()).includes("</script><img src=x onerror=") &&
    await page.evaluate(() => document.images.length === 0 && window.broken === undefined));
  look("a study: nothing was said", page.said.length === 0, page.said);
  const bare = await open(browser, "study.html", {javaScriptEnabled: false});
  look("a study without scripts: the text", (await bare.locator("noscript").innerText()).includes("memwatch scale"));
}

/* The names of several pages together: those of a run with several jobs, and of its jobs, are those of a run. */
async function namesOf(browser, pages) {
  const all = {read: new Set(), missing: new Set(), there: new Set()};
  for (const name of pages) {
    const page = await open(browser, name, {names: true});
    for (const grouping of await page.getByRole("group", {name: "Blocks by"}).getByRole("button").all()) await grouping.click();
    const moment = page.getByLabel("Moment", {exact: true});
    if (await moment.isVisible()) await moment.selectOption({index: 1});
    if (await page.locator("#heat").count()) await page.locator("#heat").hover();
    if (await page.locator(".rise").count()) await page.locator(".rise").first().click();
    const found = await page.evaluate(() => window.names());
    const plain = (path) => path.replace(/^data\.(run|jobs)(?=\.)/, "data");
    Object.keys(all).forEach((key) => found[key].forEach((path) => all[key].add(plain(path))));
    await page.close();
  }
  return {missing: [...all.missing], there: [...all.there], unread: [...all.there].filter((path) => !all.read.has(path))};
}

/* Every name that the scripts read is in the data, and every name in the data is read. Only some lines have a number or a
 * label. A study's data is its JSON, which has more. */
async function names(browser) {
  const found = await namesOf(browser, ["job.html", "died.html", "bare.html", "hostile.html", "hosts.html", "jobs.html", "jobs.html#job-2"]);
  const missing = found.missing.filter((path) => !/^data\.\w+\.(value|label)$/.test(path));
  look("names: the data of real runs has many", found.there.length > 100, found.there.length);
  look("names: all that the scripts read are there", missing.length === 0, missing);
  look("names: all that are there are read", found.unread.length === 0, found.unread);
  const study = await namesOf(browser, ["study.html"]);
  look("names: all that a study's script reads are there", study.there.length > 50 && study.missing.length === 0, study.missing);
}

(async () => {
  const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]});
  let page = await open(browser, "job.html");
  await verdict(page, ".facts");
  look("ties are rounded as in the text", await page.evaluate(() => [230.25, 230.35, 0.75, 512.5 / 1024].map((mib) =>
    memwatch.bytes(mib * 1024 * 1024)).join()) === "230.2 MiB,230.4 MiB,768 KiB,512 KiB");
  await peaks(page, "a job");
  await bounds(page, "a job");
  await lanes(page);
  await waterfall(page);
  await heldInRun(page, look);
  await curves(page);
  await toggles(page);
  await rise(page);
  await tables(page);
  await looks(page);
  look("nothing was said or asked for", page.said.length === 0, page.said);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.broken = true";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "http://127.0.0.1:9/";
    document.body.append(image);
  });
  look("no other script runs", await page.evaluate(() => window.broken === undefined));
  look("nothing is loaded", page.said.some((text) => /Loading the image .* violates/.test(text)), page.said);

  page = await open(browser, "job.html", {javaScriptEnabled: false});
  look("without scripts: the report as text", /Peak memory of the job/.test(await page.locator("noscript").first().innerText()));

  page = await open(browser, "died.html");
  const alarm = await page.locator(".alarm").innerText();
  look("a job that died: the post-mortem comes first", /rank 1 died first.*SIGSEGV/s.test(alarm) && await page.evaluate(() =>
    document.querySelector(".alarm").compareDocumentPosition(document.querySelector(".facts")) & Node.DOCUMENT_POSITION_FOLLOWING) > 0, alarm);
  await verdict(page, ".alarm");
  look("it says who died first", /^rank 1 died first/.test(await page.locator(".verdict p.is-alarm").first().innerText()));
  await peaks(page, "died");
  await bounds(page, "died");
  look("its bound says what it leaves out", /≤\s*[\d.]+ MiB\s+job, upper bound, without the end of \d ranks/.test(await page.locator(".facts").innerText()), await page.locator(".facts").innerText());

  page = await open(browser, "hostile.html");
  look("a hostile command line stays text", (await page.locator("h1").innerText()).includes("</script><img src=x onerror=") &&
    await page.evaluate(() => document.images.length === 0 && window.broken === undefined));
  look("and in the table", (await page.locator("section[aria-label=Processes]").innerText()).includes("</script><img src=x onerror="));
  look("the filter tells what it left out", /1 process left out by --include or --exclude, the largest with/.test(await page.locator("section[aria-label=Processes]").innerText()));
  look("and breaks nothing", page.said.length === 0, page.said);

  await held(browser, {open, look, settle, picture, dir});
  await jobs(browser);
  await names(browser);
  await study(browser);

  page = await open(browser, "bare.html");
  look("without heaps: one line says why", /^which lines allocated the memory/.test(await page.locator("#held-missing").innerText()) &&
    await page.locator(".flame").count() === 0, await page.locator("#held-missing").innerText());

  page = await open(browser, "large.html");
  look("1,000 ranks: drawn", (await picture(page, "#heat")).colors > 20 && (await picture(page, "#chart-ranks canvas")).colors > 3);
  await page.getByRole("button", {name: "All", exact: true}).click();
  await settle(page);
  look("1,000 ranks: all curves", await page.locator("section[aria-label=Ranks] input:checked").count() > 40);
  look("1,000 ranks: nothing was said", page.said.length === 0, page.said);
  console.log("# 1,000 ranks opened in " + page.opened + " ms");
  await browser.close();
})().catch((error) => {
  console.log("bad the browser: " + error.message.split("\n")[0]);
  process.exit(1);
});
