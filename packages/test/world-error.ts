/** What a test did wrong, or what keeps a world from going on: names the cause and the cure. */
export class WorldError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "WorldError";
  }
}
