/** `npm run db:seed`: migrates the database and adds the demo data that is missing. */
import { openDatabase } from "../db/client.ts";
import { seedDemo } from "../db/seed.ts";

const file = process.env.DATABASE_URL || ".data/saas.db";
const db = openDatabase(file);
const added = seedDemo(db, new Date());
db.$client.close();
console.log(
  `${file}: added ${added.organizations} organizations, ${added.users} users, ${added.usageDays} days of usage`,
);
