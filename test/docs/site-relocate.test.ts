import { runInNewContext } from 'node:vm';
import { relocateNotFoundPage, relocatePage } from '../../docs/.site/relocate/pages';
import { placeholder, relocateScript } from '../../docs/.site/relocate/scripts';

/** Runs a relocated expression as a script of a site that is served under `/a/b/`. */
function valueOf(expression: string): unknown {
  return runInNewContext(expression, { siteBase: '/a/b/', JSON });
}

describe('a script of the site', () => {
  it.each([
    ['a string', `"${placeholder}assets/x.js"`, '/a/b/assets/x.js'],
    ['a string of the path alone', `'${placeholder}'`, '/a/b/'],
    [
      'a string with several paths and quotes',
      `"<a href=\\"${placeholder}x\\">${placeholder}</a>"`,
      '<a href="/a/b/x">/a/b/</a>',
    ],
    ['a template', `\`${placeholder}x\${1 + 1}${placeholder}y\``, '/a/b/x2/a/b/y'],
    ['JSON in a template', `JSON.parse(\`{"0":"${placeholder}x"}\`)`, { '0': '/a/b/x' }],
    ['a property of a string', `"${placeholder}x".length`, 6],
    ['a key', `{ ["${placeholder}"]: 1 }["/a/b/"]`, 1],
  ])('reads the path of the site at run time in %s', (_, text, value) => {
    expect(valueOf(relocateScript(text.startsWith('{') ? `(${text})` : text))).toEqual(value);
  });

  it('stays as it is without the path', () => {
    expect(relocateScript('const a = "x";')).toBe('const a = "x";');
  });

  it('is an error where the path cannot be replaced', () => {
    expect(() => relocateScript(`import "${placeholder}x.js";`)).toThrow(
      `An import of "${placeholder}x.js" depends on the path of the site.`,
    );
    expect(() => relocateScript(`/${placeholder.slice(1, -1)}/.test(x); // ${placeholder}`)).toThrow(
      /^The path of the site is outside a string: /,
    );
  });
});

describe('a page of the site', () => {
  const html = `<html><head>
    <link rel="preload stylesheet" href="${placeholder}assets/style.css" as="style">
    <link rel="modulepreload" href="${placeholder}assets/chunk.js">
    <script type="module" src="${placeholder}assets/app.js"></script>
    <script>const base = "${placeholder}"</script>
  </head><body><a href="${placeholder}">Home</a></body></html>`;

  it('finds its files by relative addresses, whatever its depth', () => {
    expect(relocatePage('index.html', html)).toContain('<a href="./">Home</a>');
    const deep = relocatePage('a/b/page.html', html);
    expect(deep).toContain('<script type="module" src="../../assets/app.js"></script>');
    expect(deep).toContain('<script>globalThis.siteBase=new URL("../../",location.href).pathname</script>');
    expect(deep).toContain('<script>const base = (globalThis.siteBase)</script>');
    expect(deep).not.toContain(placeholder);
  });

  it('loads its files only when the root is found, if it stands for pages that do not exist', () => {
    const page = relocateNotFoundPage(html);
    expect(page).not.toMatch(/<link|src=/);
    expect(page).toContain(
      '[{"tag":"link","attributes":{"rel":"stylesheet","href":"assets/style.css","as":"style"}},' +
        '{"tag":"script","attributes":{"type":"module","src":"assets/app.js"}}]',
    );
  });
});
