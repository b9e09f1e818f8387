/**
 * The jobs that write to everybody share one limit, whichever job or page it is: at most this many of
 * their steps are at work at once. As many as the mail service keeps connections open; a mail server
 * counts the connections of one sender, and refuses those over its own limit.
 */
export const MAILS_AT_ONCE = 5;

export const mailLimit = { limit: MAILS_AT_ONCE, scope: "env", key: '"bulk-mail"' } as const;
