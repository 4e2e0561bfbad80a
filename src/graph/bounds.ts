/** What one request may cost, each with its unit and reason. `GraphOptions.limits` changes single ones. */
export interface GraphLimits {
  /** Bytes of a body: a workflow of 25 tasks with long mails is far below. */
  readonly bodyBytesMax: number;
  /** Nesting of a body: bounds the stack of whoever walks it. */
  readonly bodyDepthMax: number;
  /** Characters of a URL. */
  readonly urlLengthMax: number;
  /** Requests of a batch. Domain §5. */
  readonly batchRequestsMax: number;
  /** Rows that one request reads at most, when the store cannot answer its filter or order by itself. */
  readonly scannedRowsMax: number;
  /**
   * Steps that one request, or all requests of a batch together, may take over the rows that the store cannot filter
   * or order: 16 for each operator, value and property that is evaluated, one for each character that a function goes
   * through, two for each that it searches. A step is at most some 3 ns. More is a 400; in a batch, a 503.
   */
  readonly stepsMax: number;
  /** Time that this work may take, ms, for what steps misjudge and for a machine that is overloaded. More is a 503. */
  readonly workMsMax: number;
  /** How long `activateAndWait` waits for its run, ms; longer ones answer 504, and go on. */
  readonly awaitedMsMax: number;
}

/** The limits of a handler that is given none. */
export const DEFAULT_GRAPH_LIMITS: GraphLimits = {
  bodyBytesMax: 4_194_304,
  bodyDepthMax: 32,
  urlLengthMax: 16_384,
  batchRequestsMax: 20,
  scannedRowsMax: 10_000,
  stepsMax: 200_000_000,
  workMsMax: 5_000,
  awaitedMsMax: 100_000,
};
