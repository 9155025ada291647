/**
 * A small front end with a server of its own:
 *   CARRYON_KEY=sk-… node examples/foreign-front-end/server.mjs --router http://localhost:8787 --port 8080
 * It serves the files beside it and mints a token for the person signed in. The secret key never leaves this server.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css'],
  '/app.js': ['app.js', 'text/javascript'],
  '/events.js': ['events.js', 'text/javascript'],
  '/sw.js': ['sw.js', 'text/javascript'],
};

/** `router`: the origin under which the browser reaches the router. */
function frontEnd({ router, key }) {
  // The response to /sw.js carries the worker's own policy, which has to allow the router's script too.
  const csp = `default-src 'self'; script-src 'self' ${router}; connect-src 'self' ${router}; frame-ancestors 'none'`;
  const headers = { 'content-security-policy': csp, 'cache-control': 'no-cache' };
  return createServer(async (request, reply) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const json = (status, body, more) =>
      reply.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body));
    const file = FILES[path];
    if (request.method === 'GET' && file) {
      const text = await readFile(new URL(file[0], import.meta.url), 'utf8');
      reply.writeHead(200, { ...headers, 'content-type': file[1] }).end(text.replaceAll('https://ROUTER', router));
    } else if (request.method === 'POST' && path === '/sign-in') {
      // Here a real front end would ask for a password.
      let name = '';
      for await (const part of request.setEncoding('utf8')) name += part;
      const person = encodeURIComponent(name.trim());
      json(200, { person }, { 'set-cookie': `person=${person}; HttpOnly; SameSite=Strict; Path=/` });
    } else if (request.method === 'POST' && path === '/sign-out') {
      json(200, {}, { 'set-cookie': 'person=; Max-Age=0; Path=/' });
    } else if (path === '/token') {
      const person = /(?:^|; )person=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
      if (!person) return json(401, {});
      const minted = await fetch(`${router}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ user: person }),
      }).catch(() => undefined);
      if (!minted?.ok) {
        console.error(`No token from ${router}: ${(await minted?.text()) ?? 'it does not answer'}`);
        return json(502, {});
      }
      json(200, await minted.json(), { 'cache-control': 'no-store' });
    } else json(404, {});
  });
}

const options = {
  router: { type: 'string', default: 'http://localhost:8787' },
  port: { type: 'string', default: '8080' },
};
const { router, port } = parseArgs({ options }).values;
const server = frontEnd({ router, key: process.env.CARRYON_KEY ?? 'sk-local-dev-key' });
server.listen(Number(port), () => console.log(`http://localhost:${server.address().port}`));
