import type { MailTexts } from '../mail-text.ts';

export const ENGLISH: MailTexts = {
  sendWelcomeEmail: {
    subject: 'Welcome, {{userDisplayName}}',
    body: `Hello {{userDisplayName}},

welcome! We are glad that you are joining us.

Your user name is {{userPrincipalName}}. If you have questions, your manager will be happy to help you.`,
  },
  sendOnboardingReminderEmail: {
    subject: '{{userDisplayName}} starts soon',
    body: `Hello {{managerDisplayName}},

{{userDisplayName}} is joining your team. First day: {{userEmployeeHireDate}}.

Please make sure that everything is ready by then.`,
  },
  generateTapAndSendEmail: {
    subject: 'Temporary Access Pass for {{userDisplayName}}',
    body: `Hello {{managerDisplayName}},

this is the Temporary Access Pass with which {{userDisplayName}} ({{userPrincipalName}}) can sign in for the first time:

{{temporaryAccessPass}}

Please give it to them in person, and do not forward this message.`,
  },
  sendMoveNotificationEmail: {
    subject: '{{userDisplayName}} has moved within the organization',
    body: `Hello {{managerDisplayName}},

{{userDisplayName}} has moved within the organization.

Please check whether their access and their tasks still fit.`,
  },
  emailManagerAboutSponsorshipChanges: {
    subject: 'Sponsorships of {{userDisplayName}}',
    body: `Hello {{managerDisplayName}},

the role of {{userDisplayName}} changes. They sponsor guests or agents, which need another sponsor.

Please decide who takes over these sponsorships.`,
  },
  emailCosponsorsAboutSponsorChanges: {
    subject: 'The sponsor {{userDisplayName}} changes',
    body: `Hello,

you share the sponsorship of guests or agents with {{userDisplayName}}, whose role changes.

Please check whether these guests and agents still have the sponsors that they need.`,
  },
  sendEmailBeforeLastDay: {
    subject: 'The last day of {{userDisplayName}} is coming',
    body: `Hello {{managerDisplayName}},

{{userDisplayName}} is leaving the organization. Last day: {{userEmployeeLeaveDateTime}}.

Please arrange the handover of their tasks and the return of their equipment.`,
  },
  sendEmailOnLastDay: {
    subject: 'Today is the last day of {{userDisplayName}}',
    body: `Hello {{managerDisplayName}},

today is the last day of {{userDisplayName}} in the organization. Their access ends.

Please make sure that their equipment is returned.`,
  },
  sendEmailAfterLastDay: {
    subject: '{{userDisplayName}} has left the organization',
    body: `Hello {{managerDisplayName}},

{{userDisplayName}} has left the organization. Last day: {{userEmployeeLeaveDateTime}}.

Their account and what belongs to it will be removed. Please save what your team still needs.`,
  },
  sendInactivityEmail: {
    subject: 'Your account has not been used for a long time',
    body: `Hello {{userDisplayName}},

your account {{userPrincipalName}} has not been used for a long time.

Please sign in if you still need it. Otherwise it will be disabled.`,
  },
  sendGuestRemovalEmail: {
    subject: 'Your guest account will be removed',
    body: `Hello {{userDisplayName}},

your guest account {{userPrincipalName}} no longer has a sponsor and will be removed.

If you still need it, please ask your contact in the organization to sponsor it.`,
  },
};
