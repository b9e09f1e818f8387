import { currentUser } from "@/lib/session.ts";
import { Landing } from "./landing.tsx";
import { OrganizationList } from "./organization-list.tsx";

export default async function Home() {
  const user = await currentUser();
  return user ? <OrganizationList user={user} /> : <Landing />;
}
