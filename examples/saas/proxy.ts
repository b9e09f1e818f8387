/**
 * A page takes no posts, but the address of the unsubscribe page must: mail programs post to the very link
 * of the mail. Everything else about requests is done in pages and routes.
 */
import { type NextRequest, NextResponse } from "next/server";

export const config = { matcher: "/unsubscribe" };

export function proxy(request: NextRequest): NextResponse {
  if (request.method !== "POST") return NextResponse.next();
  const route = request.nextUrl.clone();
  route.pathname = "/api/unsubscribe";
  return NextResponse.rewrite(route);
}
