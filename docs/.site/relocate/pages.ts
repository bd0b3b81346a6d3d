import { placeholder, relocateScript } from './scripts';

/** The file that each built site has at its root, by which its "not found" page finds the root. */
const rootFile = 'hashmap.json';

/** Returns a page that finds its files by relative addresses. `path` is its own, from the site's root. */
export function relocatePage(path: string, html: string): string {
  const toRoot = '../'.repeat(path.split('/').length - 1) || './';
  const start = `<script>globalThis.siteBase=new URL(${JSON.stringify(toRoot)},location.href).pathname</script>`;
  return relocateMarkup(html, toRoot)
    .replace('<head>', () => `<head>\n    ${start}`)
    .replace('</body>', () => `  <script>${absoluteAddresses}</script>\n  </body>`);
}

/**
 * Links of the page become absolute before the application starts: they outlive the page when the reader goes to another one, in a different
 * folder.
 */
const absoluteAddresses = `for(const name of ["href","src"])for(const element of document.querySelectorAll("["+name+"^='./'],["+name+"^='../']")){
const {pathname,search,hash}=new URL(element.getAttribute(name),location.href);element.setAttribute(name,pathname+search+hash)}`;

/**
 * Returns the "not found" page, which a server sends for any address: it looks for the site's root in the folders above, and loads its
 * files only then.
 */
export function relocateNotFoundPage(html: string): string {
  const loaded: string[] = [];
  const isFile =
    /^\s*<(?:link rel="(?:preload stylesheet|icon)"|script type="module" src=)[^>]*>(?:<\/script>)?\n/gm;
  const bare = html
    .replace(isFile, (element) => {
      loaded.push(element.trim());
      return '';
    })
    .replace(/^\s*<link rel="(?:modulepreload|preload)"[^>]*>\n/gm, '');
  const files = loaded.map((element) => ({
    tag: element.startsWith('<link') ? 'link' : 'script',
    attributes: Object.fromEntries(
      [...element.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value.replace('preload stylesheet', 'stylesheet').replace(placeholder, ''),
      ]),
    ),
  }));
  return relocateMarkup(bare, './').replace(
    '</body>',
    () => `  <script>${loadFromRoot(JSON.stringify(files))}</script>\n  </body>`,
  );
}

function loadFromRoot(files: string): string {
  return `(async()=>{let folder=location.pathname;do{
folder=folder.slice(0,folder.lastIndexOf("/",folder.length-2)+1);
try{await(await fetch(folder+"${rootFile}")).json()}catch{continue}
globalThis.siteBase=folder;
for(const{tag,attributes}of ${files}){const element=document.createElement(tag);
for(const[name,value]of Object.entries(attributes))element.setAttribute(name,name==="href"||name==="src"?folder+value:value);
document.head.append(element)}
return}while(folder.length>1)})()`;
}

/** The inline scripts depend on the path at run time, all other addresses are relative. */
function relocateMarkup(html: string, toRoot: string): string {
  return html
    .split(/(<script[^>]*>[^<]*<\/script>)/)
    .map((part) => {
      const [, open = '', script = ''] = /^(<script[^>]*>)([^<]*)<\/script>$/.exec(part) ?? [];
      if (script === '') return part.replaceAll(placeholder, toRoot);
      return `${open}${relocateScript(script)}</script>`;
    })
    .join('');
}
