// Opens a report in Chromium as a reader would, on a phone, on A4 and on a desk, light and dark,
// and prints it: the path on standard input; complaints, else what the page says, on standard output.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.MODULES}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const CHROMIUM = '/usr/bin/chromium';
// A phone, A4 at 96 dots per inch, a desk.
const WIDTHS = [390, 794, 1280];

const url = pathToFileURL(readFileSync(0, 'utf8').trim()).href;
const complaints = [];

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  // Chromium refuses to sandbox what root runs, and CI often is root.
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

let where = 'at first';
const complain = (what) => complaints.push(`${where}: ${what}`);
const page = await browser.newPage();
page.on('console', (message) => complain(`console: ${message.text()}`));
page.on('pageerror', (error) => complain(`error: ${error}`));
page.on('dialog', (dialog) => complain(`dialog: ${dialog.message()}`));
page.on('request', (request) => request.url() === url || complain(`request: ${request.url()}`));
await page.goto(url);

// What sticks out on the right, but for what only a screen reader sees.
const overflow = () => {
  const width = document.documentElement.clientWidth;
  const out = [];
  if (document.documentElement.scrollWidth > width) out.push('the page scrolls sideways');
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.right > width + 0.5 && !element.closest('thead')) {
      out.push(`${element.tagName} ${element.textContent.slice(0, 40)} ends at ${box.right}`);
    }
  }
  return out.slice(0, 5);
};

await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)));
await page.evaluate(axe);
// On a phone the name of a column stands left of its cells, and nothing else does.
const strays = () => {
  if (getComputedStyle(document.querySelector('tbody td')).display === 'table-cell') return [];
  const stray = (cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const left = cell.getBoundingClientRect().left + 100;
    return [...range.getClientRects()].some((box) => box.width > 0 && box.left < left);
  };
  const cells = [...document.querySelectorAll('tbody th, tbody td')].filter(stray);
  return cells.slice(0, 5).map((cell) => `a cell leaves its column: ${cell.innerHTML}`);
};

for (const colorScheme of ['light', 'dark']) {
  for (const width of WIDTHS) {
    where = `${colorScheme}, ${width} wide`;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    (await page.evaluate(overflow)).forEach(complain);
    (await page.evaluate(strays)).forEach(complain);
    const { violations, incomplete } = await page.evaluate(() => axe.run());
    for (const { id, help, nodes } of [...violations, ...incomplete]) {
      complain(`axe: ${id}: ${help}: ${nodes[0].html} ${nodes[0].failureSummary ?? ''}`);
    }
  }
}

where = 'printed';
const pdf = await page.pdf({ preferCSSPageSize: true });
if (!pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) complain('it is no PDF');
// What prints has the width of A4 without the margins of the page.
await page.emulateMedia({ media: 'print' });
await page.setViewportSize({ width: 673, height: 900 });
(await page.evaluate(overflow)).forEach(complain);
const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
if (paper !== 'rgb(255, 255, 255)') complain(`it prints on ${paper}`);

// Chromium gives the text of a cell without the name of its column, which is a pseudo-element.
const seen = await page.evaluate(() => {
  const text = (element) => element.textContent.trim();
  const figures = Object.fromEntries(
    [...document.querySelectorAll('[id^="figure-"]')].map((e) => [e.id.slice(7), text(e)]),
  );
  const tables = Object.fromEntries(
    [...document.querySelectorAll('table')].map((table) => [
      text(table.caption),
      [...table.tBodies[0].rows].map((row) => [...row.cells].map(text)),
    ]),
  );
  const headings = [...document.querySelectorAll('h1, h2, h3, h4')].map((e) => Number(e.tagName[1]));
  return { figures, tables, headings, commands: [...document.querySelectorAll('pre > code')].map(text) };
});
for (const [place, level] of seen.headings.entries()) {
  if (level > (seen.headings[place - 1] ?? 0) + 1) complain(`a heading of level ${level} skips one`);
}
await browser.close();

for (const complaint of complaints) console.log(complaint);
if (complaints.length === 0) console.log(JSON.stringify(seen));
process.exitCode = complaints.length === 0 ? 0 : 1;
