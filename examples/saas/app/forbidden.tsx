import Link from "next/link";
import { PageTitle } from "@/components/card.tsx";
import { textLink } from "@/components/links.ts";

/** Status 403: signed in, but not allowed. */
export default function Forbidden() {
  return (
    <>
      <PageTitle lead="This page is for admins, and you are not signed in as one.">Not allowed</PageTitle>
      <Link href="/" prefetch={false} className={textLink}>
        Back to the start
      </Link>
    </>
  );
}
