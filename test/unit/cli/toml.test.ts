import { expect, test } from 'vitest';
import { parseToml } from '../../../cli/workerd/toml.ts';

test('a domain of your own, as docs/deploy.md writes it, is read as a section', () => {
  const [top, route] = parseToml('name = "carryon"\n\n[[routes]]\npattern = "ai.example.com"\ncustom_domain = true\n');
  expect(top).toEqual({ name: '', values: { name: 'carryon' } });
  expect(route).toEqual({ name: 'routes', values: { pattern: 'ai.example.com', custom_domain: true } });
});

test.for(['routes = [{ pattern = "ai.example.com", custom_domain = true }]', 'routes = ['])(
  'a table inside a line is refused with its line, and with how to write it: %s',
  (line) => {
    expect(() => parseToml(`name = "carryon"\n${line}`)).toThrow(
      /line 2.*a table as its own section, such as \[\[routes\]\]/,
    );
  },
);
