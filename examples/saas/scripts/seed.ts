/** `npm run db:seed`: migrates the database and adds the demo data that is missing. */
import { openDatabase } from "../db/client.ts";
import { sayDemoAdmin, seedDemoAdmin } from "../db/create-admin.ts";
import { seedDemo } from "../db/seed.ts";

const { migrate, close, ...database } = openDatabase(process.env.DATABASE_URL || ".data/saas.db");
await migrate();
const added = await seedDemo(database.db, new Date());
const password = await seedDemoAdmin(database);
await close();
console.log(
  `Added ${added.organizations} organizations, ${added.users} users, ${added.usageDays} days of usage`,
);
if (password) console.log(sayDemoAdmin(password));
