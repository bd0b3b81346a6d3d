/** Weighs the results of a search: guides and options before the pages of single exports, and decisions last. VitePress sends this function to the browser. */
export function searchWeight(page: string): number {
  if (page.includes('/reference/api/')) return 0.6;
  if (page.includes('/adr/') || /changelog|contributing/.test(page)) return 0.4;
  return page.includes('/reference/') ? 1 : 1.5;
}
