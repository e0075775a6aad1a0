// Sends one query to the SQL API of Analytics Engine. One job arrives as JSON on standard input, and { status, body } or { error }
// leaves on standard output. https://developers.cloudflare.com/analytics/analytics-engine/sql-api/
'use strict';

const main = async ({ account, query }) => {
  const base = process.env.CLOUDFLARE_API_BASE_URL ?? 'https://api.cloudflare.com/client/v4';
  const headers = { authorization: `Bearer ${process.env.CLOUDFLARE_API_TOKEN}` };
  const options = { method: 'POST', redirect: 'error', signal: AbortSignal.timeout(60_000) };
  try {
    const answer = await fetch(`${base}/accounts/${encodeURIComponent(account)}/analytics_engine/sql`, { ...options, headers, body: query });
    return { status: answer.status, body: await answer.text() };
  } catch (error) {
    return { error: String(error.cause?.message ?? error.message) };
  }
};

const job = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
main(job).then(answer => process.stdout.write(JSON.stringify(answer)));
