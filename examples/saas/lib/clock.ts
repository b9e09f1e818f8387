/**
 * What time it is for a run. Jobs ask here and not `new Date()`: when a development server's clock
 * is moved, what they call "now" moves with it. Called by any other server it is the machine's time.
 */
import { Middleware } from "inngest";
import { clockMiddleware } from "stepwell/clock";

export { now } from "stepwell/clock";

export const followServerClock = clockMiddleware(Middleware.BaseMiddleware);
