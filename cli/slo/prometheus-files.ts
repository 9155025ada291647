/** The files of `npm run slo -- prometheus`: name and text. */
import type { Config } from '../../worker/core/config/config.ts';
import { alertmanagerExample } from './alertmanager.ts';
import { dashboard } from './dashboard.ts';
import { prometheusExample } from './prometheus-config.ts';
import { ruleGroups } from './rules.ts';
import { slothFile } from './sloth.ts';
import { yamlText } from './yaml.ts';

const WRITTEN =
  'Written by npm run slo -- prometheus from carryon.config.ts. Write it again after each change of its promises.';
const EXAMPLE = 'An example by npm run slo -- prometheus. Copy it and fill in your own.';

export function prometheusFiles({ slo, publicUrl }: Pick<Config, 'slo' | 'publicUrl'>): ReadonlyMap<string, string> {
  return new Map([
    ['rules.yml', yamlText({ groups: ruleGroups(slo) }, [WRITTEN])],
    ['sloth.yml', yamlText(slothFile(slo), [WRITTEN])],
    ['dashboard.json', `${JSON.stringify(dashboard(slo.service), null, 2)}\n`],
    ['prometheus.yml', yamlText(prometheusExample(publicUrl), [EXAMPLE])],
    ['alertmanager.yml', yamlText(alertmanagerExample(), [EXAMPLE])],
  ]);
}
