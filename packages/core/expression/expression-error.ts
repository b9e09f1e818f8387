/** The text is not an expression we can run. It is the caller's mistake, found before any event is looked at. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly source: string;

  constructor(message: string, source: string) {
    super(message);
    this.source = source;
  }
}
