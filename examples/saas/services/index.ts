/**
 * The door to the services: wired once a process, from the environment. `services()` is cheap and opens
 * nothing by waiting; `ready()` has been awaited before the first request (`instrumentation.ts`). Kept on `globalThis`
 * because Next bundles pages, routes and instrumentation apart, and they must share one
 * database connection and one mail catcher. For the same reason a service answers what its
 * caller must tell apart as data, not as an error class: each bundle has its own `instanceof`.
 */
import { type OpenDatabase, openDatabase } from "@/db/client.ts";
import { sayDemoAdmin, seedDemoAdmin } from "@/db/create-admin.ts";
import { seedDemo } from "@/db/seed.ts";
import { type Auth, createAuth } from "@/lib/auth.ts";
import { type Config, readConfig, refuseLostMails } from "@/lib/config.ts";
import { type Catcher, startCatcher } from "@/lib/mail/catcher.ts";
import { createTryLimit, type TryLimit } from "@/lib/try-limit.ts";
import { type AnalyticsService, createAnalyticsService } from "./analytics-service.ts";
import { type AuditService, createAuditService } from "./audit-service.ts";
import { type CleanupService, createCleanupService } from "./cleanup-service.ts";
import { createEmailService, type EmailService } from "./email-service.ts";
import { checksOf } from "./health-checks.ts";
import { createHealthService, type HealthService } from "./health-service.ts";
import { createIncidentService, type IncidentService } from "./incident-service.ts";
import { createInvoiceService, type InvoiceService } from "./invoice-service.ts";
import { createLeftoverService, type LeftoverService } from "./leftover-service.ts";
import { createLogService, type LogService } from "./log-service.ts";
import { createMailboxService, type MailboxService } from "./mailbox-service.ts";
import { createOrganizationService, type OrganizationService } from "./organization-service.ts";
import { createReportService, type ReportService } from "./report-service.ts";
import { createSearchService, type SearchService } from "./search-service.ts";
import { createStorageService, type StorageService } from "./storage-service.ts";
import { createStripeService } from "./stripe-service.ts";
import { createSubscriptionService, type SubscriptionService } from "./subscription-service.ts";
import { createSubscriptionSyncService, type SubscriptionSyncService } from "./subscription-sync-service.ts";
import { createUploadService, type UploadService } from "./upload-service.ts";
import { createUserService, type UserService } from "./user-service.ts";

export type Services = {
  /** Migrates the database and adds the demo data; once, however often it is called, unless it failed. */
  ready(): Promise<void>;
  analytics: AnalyticsService;
  audit: AuditService;
  auth: Auth;
  cleanup: CleanupService;
  config: Config;
  /** What all of them share: for tests that need rows which no service makes. */
  database: OpenDatabase;
  email: EmailService;
  health: HealthService;
  incidents: IncidentService;
  invoices: InvoiceService;
  leftovers: LeftoverService;
  logs: LogService;
  mailbox: MailboxService;
  organizations: OrganizationService;
  reports: ReportService;
  search: SearchService;
  storage: StorageService;
  subscriptions: SubscriptionService;
  subscriptionSync: SubscriptionSyncService;
  tries: TryLimit;
  uploads: UploadService;
  users: UserService;
};

const shared = globalThis as typeof globalThis & { saasServices?: Services };

export function services(): Services {
  shared.saasServices ??= createServices(readConfig(process.env));
  return shared.saasServices;
}

/** For tests: these are the process's services from now on. */
export function replaceServices(made: Services): void {
  shared.saasServices = made;
}

/** Wires the services of one configuration. */
export function createServices(config: Config, database = openDatabase(config.databaseUrl)): Services {
  const { db } = database;
  const { appUrl } = config;
  const mailbox = createMailboxService(database);
  const organizations = createOrganizationService(database);
  const storage = createStorageService({
    folder: config.filesDir,
    secret: config.fileSigningSecret,
    appUrl,
  });
  let catcher: Promise<Catcher> | undefined;
  async function smtp() {
    if (config.smtp) return config.smtp;
    catcher ??= startCatcher(mailbox.keep).catch((error: unknown) => {
      catcher = undefined;
      throw error;
    });
    return { host: "127.0.0.1", port: (await catcher).port, secure: false };
  }
  const email = createEmailService({ from: config.mailFrom, appUrl, smtp });
  const logs = createLogService(database);
  const search = createSearchService(database);
  const stripe = config.stripe && createStripeService(config.stripe);
  async function prepare() {
    refuseLostMails(config);
    await database.migrate();
    if (config.seed) await seed();
  }
  async function seed() {
    await seedDemo(db, new Date());
    const password = await seedDemoAdmin(database);
    if (password) console.log(sayDemoAdmin(password));
    // The search box finds them at once, not only after the first full hour.
    await search.rebuild();
  }
  let prepared: Promise<void> | undefined;
  return {
    ready() {
      prepared ??= prepare().catch((error: unknown) => {
        prepared = undefined;
        throw error;
      });
      return prepared;
    },
    config,
    database,
    analytics: createAnalyticsService(database),
    audit: createAuditService(database),
    auth: createAuth({ db, config }),
    mailbox,
    organizations,
    storage,
    cleanup: createCleanupService({ db, storage }),
    invoices: createInvoiceService({ db, organizations, storage }),
    leftovers: createLeftoverService({ ...database, storage }),
    email,
    health: createHealthService({ checks: checksOf({ db, stripe, redisUrl: config.redisUrl }) }),
    incidents: createIncidentService({ ...database, email, logs }),
    logs,
    reports: createReportService({ db, organizations, storage }),
    search,
    subscriptions: createSubscriptionService(database),
    subscriptionSync: createSubscriptionSyncService({ ...database, stripe }),
    tries: createTryLimit(),
    uploads: createUploadService({ db, storage }),
    users: createUserService(database),
  };
}
