/** `tenure/webhook`: tasks that are handed to a receiver in signed messages, and the verification of such messages. */
export type { ConnectionCheck } from './connectors/kernel/connection-check.ts';
export {
  type WebhookConnection,
  type WebhookOptions,
  type WebhookRequest,
  webhookConnection,
} from './connectors/webhook/webhook-connection.ts';
export {
  newWebhookSecret,
  type ReceivedWebhook,
  type SignWebhookOptions,
  signWebhook,
  type VerifiedWebhook,
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookHeaders,
  WebhookRefused,
  type WebhookSecrets,
} from './connectors/webhook/webhook-signature.ts';
export { type WebhookTaskOptions, webhookTasks } from './connectors/webhook/webhook-tasks.ts';
