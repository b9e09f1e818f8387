/**
 * `node scripts/render-mails.ts FOLDER`: writes every mail as it could be sent, to look at it. Node
 * strips types but knows no JSX, so tsx loads the templates.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tsImport } from "tsx/esm/api";

type Emails = typeof import("../emails/index.ts");
type Samples = typeof import("../emails/samples.ts");

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("Say where to: node scripts/render-mails.ts FOLDER");
  process.exit(1);
}

const load = (file: string) =>
  tsImport(file, { parentURL: import.meta.url, tsconfig: join(import.meta.dirname, "../tsconfig.json") });
const { renderMail }: Emails = await load("../emails/index.ts");
const { sampleMails }: Samples = await load("../emails/samples.ts");

mkdirSync(folder, { recursive: true });
for (const mail of sampleMails) {
  const { html } = await renderMail(mail, "https://app.tallyho.example");
  writeFileSync(join(folder, `${mail.template}.html`), html);
}
console.log(`${resolve(folder)}: ${sampleMails.length} mails`);
