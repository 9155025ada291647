import { expect, it } from 'vitest';
import { isPublicUrl } from '../../../protocol/image-hosts.ts';
import { parseChat } from '../../../protocol/parse-chat.ts';

it.each([
  'https://a.example/cat.png',
  'https://a.example',
  'https://A.Example:8443/x?y=z#q',
  'https://xn--bcher-kva.example/ä',
  'https://10.0.0.5.a.example/',
  'https://a-b.c_d.example./x',
  'https://a.example?x',
])('public: %s', (url) => expect(isPublicUrl(url)).toBe(true));

it.each([
  'http://a.example/cat.png',
  'https://localhost/x',
  'https://a.localhost',
  'https://metadata.google.internal/computeMetadata',
  'https://metadata.google.internal./',
  'https://printer.local',
  'https://nas.lan:8443/',
  'https://router',
  'https://router/',
  'https://user:pw@a.example/',
  'https://user@a.example/',
  'https://169.254.169.254/latest',
  'https://169.254.169.254./latest',
  'https://127.1/',
  'https://2852039166/',
  'https://0xa9fea9fe/',
  'https://0251.0376.0251.0376/',
  'https://0xa9.0xfe.0xa9.0xfe/',
  'https://a.0x/',
  'https://[::1]/',
  'https://[::ffff:169.254.169.254]/',
  'https://[fe80::1%25eth0]/',
  'https://%31%36%39.254.169.254/',
  'https://１６９.254.169.254/',
  'https://a.example\\@10.0.0.5/',
  'https://a.example:443@10.0.0.5/',
  'https://a.example /x',
  'https:///a.example',
  'https://a.example:/x',
  'https://.example/',
  'https://a..example/',
  'https://1.0.0.127.in-addr.arpa/',
])('not public: %s', (url) => expect(isPublicUrl(url)).toBe(false));

it.each([
  ['data:image/png;base64,iVBO', true],
  ['DATA:IMAGE/SVG+XML,<svg/>', true],
  ['data:application/pdf;base64,JVBE', true],
  ['data:video/mp4;base64,AAAA', false],
  ['data:text/html,<p>', false],
  ['data:,hello', false],
  ['data:image/png', false],
  ['file:///etc/passwd', false],
  ['ftp://a.example/x', false],
])('a picture may be %s: %s', (url, passes) => {
  const content = [{ type: 'image_url', image_url: { url } }];
  const parsed = parseChat({ model: 'm', messages: [{ role: 'user', content }] });
  expect(parsed.ok).toBe(passes);
  if (!parsed.ok) expect(parsed.param).toBe('messages[0].content[0].image_url.url');
});
