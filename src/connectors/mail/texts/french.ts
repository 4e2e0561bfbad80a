import type { MailTexts } from '../mail-text.ts';

export const FRENCH: MailTexts = {
  sendWelcomeEmail: {
    subject: 'Bienvenue, {{userDisplayName}}',
    body: `Bonjour {{userDisplayName}},

bienvenue ! Nous sommes heureux de vous accueillir parmi nous.

Votre nom d’utilisateur est {{userPrincipalName}}. Pour toute question, votre responsable se fera un plaisir de vous aider.`,
  },
  sendOnboardingReminderEmail: {
    subject: '{{userDisplayName}} commence bientôt',
    body: `Bonjour {{managerDisplayName}},

{{userDisplayName}} va rejoindre votre équipe. Premier jour : {{userEmployeeHireDate}}.

Merci de veiller à ce que tout soit prêt d’ici là.`,
  },
  generateTapAndSendEmail: {
    subject: 'Passe d’accès temporaire pour {{userDisplayName}}',
    body: `Bonjour {{managerDisplayName}},

voici le passe d’accès temporaire avec lequel {{userDisplayName}} ({{userPrincipalName}}) peut se connecter pour la première fois :

{{temporaryAccessPass}}

Merci de le remettre en personne et de ne pas transférer ce message.`,
  },
  sendMoveNotificationEmail: {
    subject: '{{userDisplayName}} a changé de poste au sein de l’organisation',
    body: `Bonjour {{managerDisplayName}},

{{userDisplayName}} a changé de poste au sein de l’organisation.

Merci de vérifier que ses accès et ses tâches conviennent toujours.`,
  },
  emailManagerAboutSponsorshipChanges: {
    subject: 'Parrainages de {{userDisplayName}}',
    body: `Bonjour {{managerDisplayName}},

le rôle de {{userDisplayName}} change. Les invités ou agents que cette personne parraine ont besoin d’un autre parrain.

Merci de décider qui reprend ces parrainages.`,
  },
  emailCosponsorsAboutSponsorChanges: {
    subject: 'Changement de parrain : {{userDisplayName}}',
    body: `Bonjour,

vous partagez avec {{userDisplayName}} le parrainage d’invités ou d’agents. Le rôle de cette personne change.

Merci de vérifier que ces invités et agents ont toujours les parrains nécessaires.`,
  },
  sendEmailBeforeLastDay: {
    subject: 'Le dernier jour de {{userDisplayName}} approche',
    body: `Bonjour {{managerDisplayName}},

{{userDisplayName}} quitte l’organisation. Dernier jour : {{userEmployeeLeaveDateTime}}.

Merci d’organiser la passation de ses tâches et la restitution de son matériel.`,
  },
  sendEmailOnLastDay: {
    subject: 'Dernier jour de {{userDisplayName}}',
    body: `Bonjour {{managerDisplayName}},

c’est aujourd’hui le dernier jour de {{userDisplayName}} dans l’organisation. Ses accès prennent fin.

Merci de veiller à la restitution de son matériel.`,
  },
  sendEmailAfterLastDay: {
    subject: '{{userDisplayName}} a quitté l’organisation',
    body: `Bonjour {{managerDisplayName}},

{{userDisplayName}} a quitté l’organisation. Dernier jour : {{userEmployeeLeaveDateTime}}.

Son compte et tout ce qui s’y rattache vont être supprimés. Merci de sauvegarder ce dont votre équipe a encore besoin.`,
  },
  sendInactivityEmail: {
    subject: 'Votre compte n’a pas été utilisé depuis longtemps',
    body: `Bonjour {{userDisplayName}},

votre compte {{userPrincipalName}} n’a pas été utilisé depuis longtemps.

Merci de vous connecter si vous en avez encore besoin. Sinon, il sera désactivé.`,
  },
  sendGuestRemovalEmail: {
    subject: 'Votre compte invité va être supprimé',
    body: `Bonjour {{userDisplayName}},

votre compte invité {{userPrincipalName}} n’a plus de parrain et va être supprimé.

Si vous en avez encore besoin, demandez à votre contact dans l’organisation de le parrainer.`,
  },
};
