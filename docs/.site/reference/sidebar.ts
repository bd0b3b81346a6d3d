import { byKey, titleOf } from './api-pages';
import type { Pages } from './api-pages';
import { groups } from './groups';
import { tablesOfReference } from './index-page';
import type { Places } from './places';

/** An entry of the navigation, as VitePress takes it. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: readonly SidebarItem[];
}

/** The navigation of the reference. Links are from the root of the documentation. */
export function sidebar(pages: Pages, places: Places): SidebarItem[] {
  const link = (path: string): string => `/reference/${path.replace(/(^|\/)index$/, '$1')}`;
  const below = (folder: string): SidebarItem[] =>
    [...pages]
      .filter(([path]) => path.startsWith(`${folder}/`) && !path.endsWith('/index'))
      .map(([path, text]) => ({ text: /^# (.*)$/m.exec(text)?.[1] ?? path, link: link(path) }))
      .sort((a, b) => a.text.localeCompare(b.text));
  const tables = tablesOfReference.map(([path, text]): SidebarItem => {
    const items = path.endsWith('/index') ? below(path.slice(0, -'/index'.length)) : [];
    return { text, link: link(path), ...(items.length > 0 && { collapsed: true, items }) };
  });
  const byGroup = byKey(places.all, ({ group }) => group);
  const exported = Object.entries(groups).map(([group, { title }]): SidebarItem => {
    const files = byKey(byGroup.get(group) ?? [], ({ page }) => page);
    const items = [...files]
      .map(([path, own]) => ({ text: shortTitle(titleOf(path, own)), link: link(path) }))
      .sort((a, b) => a.text.localeCompare(b.text));
    return { text: title, link: link(`api/${group}/index`), collapsed: true, items };
  });
  return [
    { text: 'Reference', link: link('index'), items: tables },
    { text: 'Exports', items: exported },
  ];
}

/** Within a namespace's own group its name says nothing. */
function shortTitle(title: string): string {
  return title.replace(/^[a-z]+\./, '');
}
