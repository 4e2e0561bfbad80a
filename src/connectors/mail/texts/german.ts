import type { MailTexts } from '../mail-text.ts';

export const GERMAN: MailTexts = {
  sendWelcomeEmail: {
    subject: 'Willkommen, {{userDisplayName}}',
    body: `Guten Tag {{userDisplayName}},

herzlich willkommen! Wir freuen uns, dass Sie zu uns kommen.

Ihr Benutzername ist {{userPrincipalName}}. Bei Fragen hilft Ihnen Ihre Führungskraft gern weiter.`,
  },
  sendOnboardingReminderEmail: {
    subject: '{{userDisplayName}} beginnt demnächst',
    body: `Guten Tag {{managerDisplayName}},

{{userDisplayName}} kommt in Ihr Team. Erster Arbeitstag: {{userEmployeeHireDate}}.

Bitte sorgen Sie dafür, dass bis dahin alles bereit ist.`,
  },
  generateTapAndSendEmail: {
    subject: 'Befristeter Zugriffspass für {{userDisplayName}}',
    body: `Guten Tag {{managerDisplayName}},

mit diesem befristeten Zugriffspass kann {{userDisplayName}} ({{userPrincipalName}}) sich zum ersten Mal anmelden:

{{temporaryAccessPass}}

Bitte geben Sie ihn persönlich weiter, und leiten Sie diese Nachricht nicht weiter.`,
  },
  sendMoveNotificationEmail: {
    subject: '{{userDisplayName}} hat innerhalb der Organisation gewechselt',
    body: `Guten Tag {{managerDisplayName}},

{{userDisplayName}} hat innerhalb der Organisation gewechselt.

Bitte prüfen Sie, ob Zugriffsrechte und Aufgaben noch passen.`,
  },
  emailManagerAboutSponsorshipChanges: {
    subject: 'Patenschaften von {{userDisplayName}}',
    body: `Guten Tag {{managerDisplayName}},

die Rolle von {{userDisplayName}} ändert sich. Damit brauchen die Gäste oder Agenten, für die diese Person Sponsor ist, einen anderen Sponsor.

Bitte entscheiden Sie, wer diese Patenschaften übernimmt.`,
  },
  emailCosponsorsAboutSponsorChanges: {
    subject: 'Änderung beim Sponsor {{userDisplayName}}',
    body: `Guten Tag,

Sie sind gemeinsam mit {{userDisplayName}} Sponsor von Gästen oder Agenten. Die Rolle dieser Person ändert sich.

Bitte prüfen Sie, ob diese Gäste und Agenten noch die nötigen Sponsoren haben.`,
  },
  sendEmailBeforeLastDay: {
    subject: 'Der letzte Arbeitstag von {{userDisplayName}} steht bevor',
    body: `Guten Tag {{managerDisplayName}},

{{userDisplayName}} verlässt die Organisation. Letzter Arbeitstag: {{userEmployeeLeaveDateTime}}.

Bitte regeln Sie die Übergabe der Aufgaben und die Rückgabe der Arbeitsmittel.`,
  },
  sendEmailOnLastDay: {
    subject: 'Heute ist der letzte Arbeitstag von {{userDisplayName}}',
    body: `Guten Tag {{managerDisplayName}},

heute ist der letzte Arbeitstag von {{userDisplayName}} in der Organisation. Der Zugriff endet.

Bitte sorgen Sie dafür, dass die Arbeitsmittel zurückgegeben werden.`,
  },
  sendEmailAfterLastDay: {
    subject: '{{userDisplayName}} hat die Organisation verlassen',
    body: `Guten Tag {{managerDisplayName}},

{{userDisplayName}} hat die Organisation verlassen. Letzter Arbeitstag: {{userEmployeeLeaveDateTime}}.

Das Konto und alles, was dazu gehört, wird entfernt. Bitte sichern Sie, was Ihr Team noch braucht.`,
  },
  sendInactivityEmail: {
    subject: 'Ihr Konto wurde lange nicht benutzt',
    body: `Guten Tag {{userDisplayName}},

Ihr Konto {{userPrincipalName}} wurde lange nicht benutzt.

Bitte melden Sie sich an, wenn Sie es noch brauchen. Sonst wird es deaktiviert.`,
  },
  sendGuestRemovalEmail: {
    subject: 'Ihr Gastkonto wird entfernt',
    body: `Guten Tag {{userDisplayName}},

Ihr Gastkonto {{userPrincipalName}} hat keinen Sponsor mehr und wird entfernt.

Wenn Sie es noch brauchen, bitten Sie Ihre Kontaktperson in der Organisation, Sponsor zu werden.`,
  },
};
