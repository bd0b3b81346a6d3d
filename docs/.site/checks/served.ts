/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../../test/browser/open-browser';
import { ServedSite } from '../../../test/export/web/served-site';
import { dist } from '../paths';
import type { Check, Problem } from '../problem';

/** Opens the built site in a browser, as a reader does, under two paths. */
export const served: Check = {
  name: 'served',
  run: () =>
    servedProblems(dist, {
      deepPage: 'adr/0001-tensorflow-through-its-c-api.html',
      words: 'synchronised batch norm',
    }),
};

/** What a reader does on a site. */
export interface Visit {
  /** Address of a page in a folder, from the site's root. */
  readonly deepPage: string;
  /** Words for which the reader searches. */
  readonly words: string;
}

/** Returns what goes wrong when the folder of a site is served under `/` and under `/a/b/`. */
export async function servedProblems(site: string, visit: Visit): Promise<Problem[]> {
  const browser = await openBrowser();
  try {
    const problems: Problem[] = [];
    for (const path of ['/', '/a/b/']) {
      const served = await ServedSite.serve(site, path, '404.html');
      try {
        const messages = await problemsOfVisit(browser, served, visit);
        problems.push(
          ...messages.map((message) => ({ file: 'docs', line: 0, message: `Under ${path}: ${message}` })),
        );
      } finally {
        await served.close();
      }
    }
    return problems;
  } finally {
    await browser.close();
  }
}

async function problemsOfVisit(
  browser: Browser,
  served: ServedSite,
  { deepPage, words }: Visit,
): Promise<string[]> {
  const messages: string[] = [];
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  watch(page, served, messages);
  const expectTitle = async (where: string): Promise<string> => {
    await page
      .waitForSelector('.VPContent h1, .NotFound h1', { timeout: 20_000 })
      .catch(() => messages.push(`${where} shows no heading.`));
    return page.title();
  };
  await page.goto(served.address, { waitUntil: 'networkidle' });
  await expectTitle('The first page');
  // By the application's own links, which load no new document.
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  await page.click('.VPSidebar a.VPLink >> nth=1');
  await page.waitForFunction((first) => location.href !== first, served.address);
  const afterClick = page.url();
  if (!afterClick.startsWith(served.address)) messages.push(`a link of the sidebar leads to ${afterClick}.`);
  if (!(await page.evaluate(() => 'sameDocument' in globalThis)))
    messages.push('a link of the sidebar loads a new document.');
  // A page in a folder, opened and loaded again, and a link from there to the root.
  for (const turn of ['opened', 'loaded again']) {
    const answer = turn === 'opened' ? await page.goto(`${served.address}${deepPage}`) : await page.reload();
    if (answer?.status() !== 200)
      messages.push(`${deepPage}, ${turn}, gives the status ${String(answer?.status())}.`);
    await expectTitle(`${deepPage}, ${turn},`);
  }
  await page.waitForLoadState('networkidle');
  await page.click('.VPNavBarTitle a');
  await page
    .waitForURL(served.address, { timeout: 10_000 })
    .catch(() => messages.push(`the title's link leads to ${page.url()}.`));
  await search(page, served, words, messages);
  await page.goto(`${served.address}adr/nothing/here`, { waitUntil: 'networkidle' });
  await page
    .waitForFunction(() => 'siteBase' in globalThis, undefined, { timeout: 10_000 })
    .catch(() => messages.push('the "not found" page does not find the site.'));
  await page.waitForSelector('.VPNavBarTitle a');
  const home = await page.evaluate(() => document.querySelector<HTMLAnchorElement>('.NotFound a')?.href);
  if (home !== served.address) messages.push(`the "not found" page leads to ${String(home)}.`);
  await page.close();
  return messages;
}

async function search(page: Page, served: ServedSite, words: string, messages: string[]): Promise<void> {
  await page.click('#local-search button');
  await page.fill('.VPLocalSearchBox input', words);
  const found = await page
    .waitForSelector('.VPLocalSearchBox .result', { timeout: 20_000 })
    .then((result) => result.evaluate((element) => (element as HTMLAnchorElement).href))
    .catch(() => undefined);
  if (found === undefined) messages.push(`the search finds nothing for '${words}'.`);
  else if (!found.startsWith(served.address)) messages.push(`the search leads to ${found}.`);
}

/** Notes requests that leave the site, and errors of its scripts. */
function watch(page: Page, served: ServedSite, messages: string[]): void {
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(served.address) && !url.startsWith('data:'))
      messages.push(`${page.url()} requests ${url}.`);
  });
  page.on('pageerror', (error) => messages.push(`${page.url()}: ${error.message}`));
}
