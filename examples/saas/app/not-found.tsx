import Link from "next/link";
import { PageTitle } from "@/components/card.tsx";

export default function NotFound() {
  return (
    <>
      <PageTitle lead="It may have been removed, or the address is wrong.">Page not found</PageTitle>
      <Link href="/" className="text-brand-700 underline dark:text-brand-300">
        Back to the start
      </Link>
    </>
  );
}
