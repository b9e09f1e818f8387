/** The page that tells a browser why signing in at the identity provider did not work: text, and a way back. */
import type { StepwellError } from "@stepwell/core";

export function failurePage({ message, code, status }: StepwellError, requestId: string): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-in failed · Stepwell</title>
<h1>Sign-in failed</h1>
<p>${escapeHtml(message)}</p>
<p><a href="/sign-in">Back to the sign-in page</a></p>
<p><small>${code} · request ${requestId}</small></p>
</html>
`;
  return new Response(html, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-request-id": requestId,
    },
  });
}

function escapeHtml(text: string): string {
  const signs: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
}
