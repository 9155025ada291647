/** An example config for Prometheus: what it scrapes, with which token, and which rules it evaluates. */
export function prometheusExample(publicUrl: string | undefined) {
  const { protocol, host } = new URL(publicUrl ?? 'https://router.example.com');
  return {
    global: { scrape_interval: '30s', evaluation_interval: '30s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['localhost:9093'] }] }] },
    scrape_configs: [
      {
        job_name: 'carryon',
        scheme: protocol.replace(':', ''),
        metrics_path: '/metrics',
        authorization: { credentials_file: '/etc/prometheus/carryon-metrics-token' },
        static_configs: [{ targets: [host] }],
      },
    ],
  };
}
