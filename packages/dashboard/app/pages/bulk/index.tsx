/** Bulk jobs: the list, and one with its progress. */
export { BulkJobPage } from "./job-page.tsx";
export { BulkPage } from "./list-page.tsx";
