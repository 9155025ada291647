import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DEMO, PAGES } from '../../../cli/assets/pages.ts';
import { servedPage } from '../../../cli/assets/served-page.ts';
import { shellFiles } from '../../../cli/assets/shell-files.ts';
import { parseHeadersFile } from '../../../cli/workerd/headers-file.ts';

const CSS = '.a > .b::before { content: "ä" }';
const LINKED = '<link rel="stylesheet" crossorigin href="./demo-assets/style-1.css">';

const build = (html: string, css = CSS, connectTo: string[] = []) => {
  const page = servedPage(
    DEMO,
    new Map([
      ['/index.html', Buffer.from(html)],
      ['/demo-assets/style-1.css', Buffer.from(css)],
      ['/demo-assets/index-2.js', Buffer.from('1')],
    ]),
    connectTo,
  );
  const rule = parseHeadersFile(page.headers).rules['/'];
  const policy = rule?.set['content-security-policy'] ?? '';
  return { ...page, rule, policy, html: Buffer.from(page.files.get('/index.html') ?? '').toString() };
};
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

test('the stylesheet is in the page, and the policy knows it by its hash', () => {
  const { html, policy, files } = build(`<head>${LINKED}</head>`);
  expect(html).toBe(`<head><style>${CSS}</style></head>`);
  expect(policy).toContain(`style-src 'self' ${hashOf(CSS)};`);
  expect([...files.keys()]).toEqual(['/index.html', '/demo-assets/index-2.js']);
});

test('signs with a meaning in replacements stay as they are', () => {
  const css = '.a{content:"$& $1 $$"}';
  expect(build(LINKED, css).html).toBe(`<style>${css}</style>`);
});

test('inline scripts are known by their hash, others are not inline', () => {
  const { policy } = build(
    '<script>\n one()\n</script><script type="module" src="./x.js"></script><script>two()</script>',
  );
  expect(policy).toContain(`script-src 'self' ${hashOf('\n one()\n')} ${hashOf('two()')};`);
});

test('the page may call the origins that it is built for, and no other', () => {
  expect(build('').policy).toContain("connect-src 'self';");
  expect(build('', '', ['https://app.example.com:8443']).policy).toContain(
    "connect-src 'self' https://app.example.com:8443;",
  );
});

test('the page has one policy: that of all files is detached from it', () => {
  const { rule } = build('');
  expect(rule?.unset).toEqual(['content-security-policy']);
});

test.for(['@import "x.css";', '.a{background:url(./x.png)}', '.a{background:url("https://a.example/x")}', '</style>'])(
  'a stylesheet with %s stops the build',
  (css) => {
    expect(() => build(LINKED, css)).toThrow('/demo-assets/style-1.css');
  },
);

test('pictures inside the stylesheet are fine', () => {
  expect(() => build(LINKED, '.a{mask:url("data:image/svg+xml,x")}.b{clip-path:url(#x)}')).not.toThrow();
});

test.for(PAGES)('$path has one policy, and nobody may frame it', (page) => {
  const { headers } = servedPage(page, new Map([[page.file, Buffer.from('')]]), []);
  const rule = parseHeadersFile(headers).rules[page.path];
  expect(rule?.unset).toEqual(['content-security-policy']);
  expect(rule?.set['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
});

test('only the demo may have a worker, and make a policy for trusted types', () => {
  const policies = PAGES.map((page) => servedPage(page, new Map([[page.file, Buffer.from('')]]), []).headers);
  expect(policies.map((policy) => policy.includes('worker-src'))).toEqual([true, false, false]);
  expect(policies.map((policy) => /trusted-types (default|'none')/.exec(policy)?.[1])).toEqual([
    ...['default', "'none'", "'none'"],
  ]);
});

test('the worker keeps the page and what it loads, and nothing else', () => {
  const files = new Map(
    [
      '/index.html',
      '/travel.js',
      '/travel.d.ts',
      '/sw-body.js',
      '/_headers',
      '/demo-assets/a-1.js',
      '/demo-icons/icon.svg',
      '/status.html',
      '/status-assets/a-1.js',
      '/operator.html',
      '/operator-assets/a-1.js',
    ]
      .concat(['/manifest.webmanifest'])
      .map((path) => [path, Buffer.from(path)] as const),
  );
  const kept = shellFiles(files, 'headers');
  expect(kept.map(({ url }) => url)).toEqual([
    ...['/', '/demo-assets/a-1.js', '/demo-icons/icon.svg', '/manifest.webmanifest', '/travel.js'],
  ]);
  expect(kept.filter(({ revision }) => revision === null).map(({ url }) => url)).toEqual(['/demo-assets/a-1.js']);
});

test('another text of a file, or another policy of the page, is another revision', () => {
  const of = (html: string, headers: string) =>
    shellFiles(new Map([['/index.html', Buffer.from(html)]]), headers)[0]?.revision;
  expect(of('a', 'h')).toBe(of('a', 'h'));
  expect(new Set([of('a', 'h'), of('b', 'h'), of('a', 'i')]).size).toBe(3);
});
