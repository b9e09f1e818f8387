/**
 * The few things that the store asks of a SQLite driver, and the one built on `node:sqlite` (ADR 0004).
 * Statements are prepared once and kept by their text.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { SqlRow, SqlValue } from "@stepwell/store";

export interface SqliteDriver {
  /** One or more statements without parameters. */
  exec(sql: string): void;
  all(sql: string, ...values: SqlValue[]): SqlRow[];
  get(sql: string, ...values: SqlValue[]): SqlRow | null;
  run(sql: string, ...values: SqlValue[]): void;
  /** A transaction is open. SQLite ends one by itself after some errors. */
  readonly inTransaction: boolean;
  close(): void;
}

export interface ConnectionOptions {
  readOnly?: boolean;
  /** How long to wait for another connection's lock. */
  timeoutMs: number;
}

/** Kept statements; a server has fewer than a hundred, the bound is for filters that nobody thought of. */
const MAX_STATEMENTS = 500;

export function openConnection(file: string, options: ConnectionOptions): SqliteDriver {
  const database = new DatabaseSync(file, {
    readOnly: options.readOnly ?? false,
    timeout: options.timeoutMs,
    enableForeignKeyConstraints: false,
  });
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      if (statements.size >= MAX_STATEMENTS) statements.clear();
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    exec: (sql) => database.exec(sql),
    all: (sql, ...values) => prepared(sql).all(...values) as SqlRow[],
    get: (sql, ...values) => (prepared(sql).get(...values) as SqlRow | undefined) ?? null,
    run: (sql, ...values) => void prepared(sql).run(...values),
    get inTransaction() {
      return database.isTransaction;
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}
