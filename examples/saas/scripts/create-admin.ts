/**
 * `npm run admin:create -- you@example.com`: makes an admin, or gives one a new password; without an
 * address the demo's. The database is that of DATABASE_URL.
 */
import { z } from "zod";
import { openDatabase } from "../db/client.ts";
import { type Admin, createAdmin, demoAdmin } from "../db/create-admin.ts";

const administrators = { id: "org_administrators", name: "Administrators" };
const [address] = process.argv.slice(2);

function readAdmin(): Admin {
  if (address === undefined) return demoAdmin;
  const email = z.email().safeParse(address);
  if (!email.success) throw new Error(`"${address}" is not an e-mail address`);
  return { email: email.data, name: email.data.split("@")[0] ?? "Admin", organization: administrators };
}

const admin = readAdmin();
const { close, migrate, ...database } = openDatabase(process.env.DATABASE_URL || ".data/saas.db");
await migrate();
const { is, password } = await createAdmin(database, admin);
await close();
console.log(
  `${is === "new" ? "Made the admin" : "A new password for"} ${admin.email}: ${password} (shown this once)`,
);
