/** `tenure/connectors`: the kernel of connectors to external systems, for connectors of one's own. */
export { type ConnectionCheck, tryCheck } from './connectors/kernel/connection-check.ts';
export {
  type AnswerKind,
  ConnectorError,
  type ConnectorErrorOptions,
} from './connectors/kernel/connector-error.ts';
export { connectorTask, type Make } from './connectors/kernel/connector-task.ts';
export { type Ensured, ensure, ensureAll, previewEnsure, type Step } from './connectors/kernel/ensure.ts';
export { Gate } from './connectors/kernel/gate.ts';
export {
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpClientOptions,
  type HttpMeaning,
  type HttpRequest,
  path,
} from './connectors/kernel/http-client.ts';
export { readAttributeUpdates, readIds, type WantedAttribute } from './connectors/kernel/task-arguments.ts';
