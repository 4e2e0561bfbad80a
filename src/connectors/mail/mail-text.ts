/** The tasks of the catalogue that send a message with a text of their own. */
export type MailTextKey =
  | 'sendWelcomeEmail'
  | 'sendOnboardingReminderEmail'
  | 'generateTapAndSendEmail'
  | 'sendMoveNotificationEmail'
  | 'emailManagerAboutSponsorshipChanges'
  | 'emailCosponsorsAboutSponsorChanges'
  | 'sendEmailBeforeLastDay'
  | 'sendEmailOnLastDay'
  | 'sendEmailAfterLastDay'
  | 'sendInactivityEmail'
  | 'sendGuestRemovalEmail';

/** Subject and body of a message, with names such as `{{userDisplayName}}` for values. */
export interface MailText {
  /** One line. */
  readonly subject: string;
  /** Plain text; an empty line ends a paragraph. */
  readonly body: string;
}

/** The texts of one language. */
export type MailTexts = Readonly<Record<MailTextKey, MailText>>;
