/** An example for Alertmanager: pages wake someone, tickets and notes are read in working hours. */
export const alertmanagerExample = () => ({
  route: {
    receiver: 'tickets',
    group_by: ['objective'],
    group_wait: '30s',
    group_interval: '5m',
    repeat_interval: '12h',
    routes: [
      { matchers: ['severity =~ "page|incident"'], receiver: 'pager', group_wait: '10s', repeat_interval: '1h' },
      { matchers: ['severity = "note"'], receiver: 'notes', repeat_interval: '7d' },
    ],
  },
  inhibit_rules: [
    // While an objective has a page or an incident, its tickets and notes add nothing.
    {
      source_matchers: ['severity =~ "page|incident"'],
      target_matchers: ['severity =~ "ticket|note"'],
      equal: ['objective'],
    },
    {
      source_matchers: ['alertname = "CarryonNotScraped"'],
      target_matchers: ['alertname =~ "Carryon.+"', 'alertname != "CarryonNotScraped"'],
    },
  ],
  receivers: [
    {
      name: 'pager',
      pagerduty_configs: [{ routing_key: 'the integration key of an Events API v2 service', severity: 'critical' }],
    },
    { name: 'tickets', slack_configs: [slack('#ai-tickets')] },
    { name: 'notes', slack_configs: [slack('#ai-notes')] },
  ],
});

const slack = (channel: string) => ({
  api_url_file: '/etc/alertmanager/slack-url',
  channel,
  send_resolved: true,
  title: '{{ .CommonAnnotations.summary }}',
  text: '{{ range .Alerts }}{{ .Annotations.description }}\n{{ end }}Runbook: {{ .CommonAnnotations.runbook }}',
});
