/**
 * The door to the services: wired once a process, from the environment. Kept on `globalThis`
 * because Next bundles pages, routes and instrumentation apart, and they must share one
 * database connection and one mail catcher. For the same reason a service answers what its
 * caller must tell apart as data, not as an error class: each bundle has its own `instanceof`.
 */
import { openDatabase } from "@/db/client.ts";
import { seedDemo } from "@/db/seed.ts";
import { type Config, readConfig } from "@/lib/config.ts";
import { type Catcher, startCatcher } from "@/lib/mail/catcher.ts";
import { type CleanupService, createCleanupService } from "./cleanup-service.ts";
import { createEmailService, type EmailService } from "./email-service.ts";
import { createLeftoverService, type LeftoverService } from "./leftover-service.ts";
import { createMailboxService, type MailboxService } from "./mailbox-service.ts";
import { createOrganizationService, type OrganizationService } from "./organization-service.ts";
import { createReportService, type ReportService } from "./report-service.ts";
import { createStorageService, type StorageService } from "./storage-service.ts";
import { createUserService, type UserService } from "./user-service.ts";

export type Services = {
  cleanup: CleanupService;
  config: Config;
  email: EmailService;
  leftovers: LeftoverService;
  mailbox: MailboxService;
  organizations: OrganizationService;
  reports: ReportService;
  storage: StorageService;
  users: UserService;
};

const shared = globalThis as typeof globalThis & { saasServices?: Services };

export function services(): Services {
  shared.saasServices ??= createServices(readConfig(process.env));
  return shared.saasServices;
}

/** Wires the services of one configuration; opens, migrates and seeds its database. */
export function createServices(config: Config): Services {
  const db = openDatabase(config.databaseFile);
  if (config.seed) seedDemo(db, new Date());
  const { appUrl } = config;
  const mailbox = createMailboxService(db);
  const organizations = createOrganizationService(db);
  const storage = createStorageService({
    folder: config.filesDir,
    secret: config.fileSigningSecret,
    appUrl,
  });
  let catcher: Promise<Catcher> | undefined;
  async function smtp() {
    if (config.smtp) return config.smtp;
    catcher ??= startCatcher(mailbox.keep);
    return { host: "127.0.0.1", port: (await catcher).port, secure: false };
  }
  return {
    config,
    mailbox,
    organizations,
    storage,
    cleanup: createCleanupService({ db, storage }),
    leftovers: createLeftoverService({ db, storage }),
    email: createEmailService({ from: config.mailFrom, appUrl, smtp }),
    reports: createReportService({ db, organizations, storage }),
    users: createUserService(db),
  };
}
