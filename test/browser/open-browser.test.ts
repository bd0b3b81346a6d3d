import { openBrowser } from './open-browser';

it('opens a page in Chromium', async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.setContent('<h1>Fulgur</h1>');
    expect(await page.textContent('h1')).toBe('Fulgur');
  } finally {
    await browser.close();
  }
});
